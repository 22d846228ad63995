"""A path parameter of the programmer's own expression."""

from __future__ import annotations

import re

from asgi_types import ENCODED_SLASH

from .convertor import Convertor


class RegexConvertor(Convertor[str]):
    """``{name:regex([A-Z]{2}[0-9]+)}``: one path segment, or a part of one, that matches an expression as a whole.

    A segment with other parameters is divided as for ``{name}``, and then the text must match. The argument is the
    expression as it stands, without quotes, to the first ``)}``. Like any expression of your own it should not
    backtrack: give it no way to match one text in several ways.

    Raises `ValueError` for what is not a regular expression. Without one it is of no use but to take
    arguments.

    >>> RegexConvertor("[A-Z]{2}[0-9]+").convert("AB42")
    'AB42'
    """

    def __init__(self, expression: str = "") -> None:
        try:
            self._expression = re.compile(expression)
        except re.error as error:
            raise ValueError(f"{expression!r} is not a regular expression: {error}") from error
        self.regex = "[^/]+" if expression else ""

    def convert(self, value: str) -> str:
        if self._expression.fullmatch(value) is None:
            raise ValueError("Not what the expression matches.")
        return value

    def to_string(self, value: str) -> str:
        value = str(value)
        assert value, "Must not be empty"
        assert not {"/", ENCODED_SLASH}.intersection(value), "May not contain path separators"
        assert self._expression.fullmatch(value), f"Must match {self._expression.pattern}"
        return value

    def with_arguments(self, arguments: str) -> RegexConvertor:
        return type(self)(arguments)
