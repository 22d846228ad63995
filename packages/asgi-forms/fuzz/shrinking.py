"""A smaller case that fails in the same way (delta debugging, Zeller and Hildebrandt 2002)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from cases import Case

Fails = Callable[[Case], bool]


def shrunk(case: Case, fails: Fails, seconds: float = 60) -> Case:
    """The smallest case found in that time for which ``fails`` holds, as it does for ``case``."""
    deadline = time.monotonic() + seconds
    exhaustive = replace(case, is_exhaustive=True)
    size = None
    while size != weight(case) and time.monotonic() < deadline:
        size = weight(case)
        for change in simplifications(case):
            if fails(simpler := replace(case, **change)):
                case = simpler
        for name in ("body", "content_type"):
            case = with_less(case, name, fails, deadline)
        if not case.is_exhaustive and fails(exhaustive := replace(case, is_exhaustive=True)):
            case = exhaustive
    return case


def weight(case: Case) -> tuple[int, int, int, bool]:
    return len(case.body) + (case.body_limit or 0), len(case.content_type or b""), len(case.limits), case.is_exhaustive


def simplifications(case: Case) -> Iterator[dict[str, Any]]:
    """Changes to try, of what is no text."""
    plain = {"sink": "default", "body_limit": None, "content_length": None, "is_complete": True}
    for name, value in plain.items():
        if getattr(case, name) != value:
            yield {name: value}
    for name in case.limits:
        yield {"limits": {other: limit for other, limit in case.limits.items() if other != name}}
    if case.body_limit is not None:
        yield {"body_limit": case.body_limit // 2}
        yield {"body_limit": max(0, case.body_limit - 1)}


def with_less(case: Case, name: str, fails: Fails, deadline: float) -> Case:
    """Leave out ever smaller pieces of one of its texts."""
    text: bytes = getattr(case, name) or b""
    size = max(1, len(text) // 2)
    while text and time.monotonic() < deadline:
        start, found = 0, False
        while start < len(text) and time.monotonic() < deadline:
            less = text[:start] + text[start + size :]
            changed: dict[str, Any] = {name: less}
            smaller = replace(case, **changed)
            if fails(smaller):
                text, case, found = less, smaller, True
            else:
                start += size
        if size == 1 and not found:
            break
        size = max(1, size // 2)
    return case
