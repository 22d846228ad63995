"""A path parameter that is one of a few texts."""

from __future__ import annotations

import re
from enum import Enum, EnumMeta
from typing import Any

from .convertor import Convertor


class EnumConvertor(Convertor[Any]):
    """``{name:enum(red, green)}``: one of the texts that are listed, as `str`.

    Made of an `Enum` class it gives the class's members, each standing in a path as the text of its value; such a
    convertor is made known to patterns by `register_url_convertor`. Upper and lower case differ.

    Raises `ValueError` for a text that is empty, has a slash or stands twice. Without any text it is of no use but to
    take arguments.

    >>> Size = Enum("Size", {"SMALL": "s", "LARGE": "l"})
    >>> EnumConvertor(Size).convert("l")
    <Size.LARGE: 'l'>
    >>> EnumConvertor("red", "green").to_string("red")
    'red'
    """

    def __init__(self, *of: type[Enum] | str | int) -> None:
        self._values: dict[str, Any] = {}
        for text, value in _texts_and_values(of):
            if not text or "/" in text:
                raise ValueError(f"{text!r} is no part of a segment: each alternative needs some text without a slash")
            if text in self._values:
                raise ValueError(f"{text!r} stands twice: each alternative needs a text of its own")
            self._values[text] = value
        self.regex: str = _any_of(self._values)

    def convert(self, value: str) -> Any:
        return self._values[value]

    def to_string(self, value: Any) -> str:
        text = str(value.value if isinstance(value, Enum) else value)
        assert text in self._values, f"Must be one of {', '.join(self._values)}"
        return text


def alternatives(convertor: Convertor[Any]) -> tuple[str, ...]:
    """The texts that an enum's expression stands for; none if it is no enum, or has an expression of another origin."""
    texts = tuple(convertor._values) if isinstance(convertor, EnumConvertor) else ()
    return texts if convertor.regex == _any_of(texts) else ()


def _texts_and_values(of: tuple[type[Enum] | str | int, ...]) -> list[tuple[str, Any]]:
    if len(of) == 1 and isinstance(of[0], EnumMeta):
        return [(str(member.value), member) for member in of[0]]
    for each in of:
        if not isinstance(each, str | int):
            raise TypeError(f"alternatives are texts, or one Enum class, not {each!r}: quote a text")
    return [(str(each), str(each)) for each in of]


def _any_of(texts: dict[str, Any] | tuple[str, ...]) -> str:
    # The longest first: an alternative must not be found where a longer one begins.
    return "|".join(map(re.escape, sorted(texts, key=len, reverse=True)))
