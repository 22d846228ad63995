"""The texts of parameters in a path: what is needed of an `re.Match`, and what stands for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class HasTexts(Protocol):
    def groupdict(self) -> dict[str, Any]: ...


Matcher = Callable[[str], HasTexts | None]
"""Gives the texts of the parameters, or None if the path does not match."""


class TextMatch:
    """What readers of paths need of an `re.Match`."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    def groupdict(self) -> dict[str, str]:
        """The text of each parameter."""
        return self._texts
