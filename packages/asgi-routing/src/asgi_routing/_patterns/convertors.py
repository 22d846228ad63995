"""What a path parameter looks like, and how it becomes a Python value and a path again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

if TYPE_CHECKING:
    from uuid import UUID

T = TypeVar("T")


class Convertor(Generic[T]):
    """One kind of path parameter: a regular expression, and both ways of conversion.

    `convert` may raise `ValueError` for text its expression lets through; the path is then no match. An expression of
    your own meets paths of any length: write it so that it cannot match one text in several ways.
    """

    regex: ClassVar[str] = ""

    def convert(self, value: str) -> T:
        """The parameter's value for its text in the path."""
        raise NotImplementedError

    def to_string(self, value: T) -> str:
        """The text that stands for a value in a path; `AssertionError` for a value that cannot stand there."""
        raise NotImplementedError


class StringConvertor(Convertor[str]):
    """``{name}``: one path segment, or a part of one.

    >>> StringConvertor().to_string("shine")
    'shine'
    """

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        value = str(value)
        assert "/" not in value, "May not contain path separators"
        assert value, "Must not be empty"
        return value


class PathConvertor(Convertor[str]):
    """``{name:path}``: all that is left of the path, slashes included, or nothing; not beyond a line break.

    >>> PathConvertor().to_string("css/site.css")
    'css/site.css'
    """

    regex = ".*"

    def convert(self, value: str) -> str:
        return str(value)

    def to_string(self, value: str) -> str:
        return str(value)


class IntegerConvertor(Convertor[int]):
    """``{name:int}``: decimal digits.

    >>> IntegerConvertor().convert("42")
    42
    """

    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        value = int(value)
        assert value >= 0, "Negative integers are not supported"
        return str(value)


class FloatConvertor(Convertor[float]):
    """``{name:float}``: decimal digits with an optional fraction.

    >>> FloatConvertor().to_string(0.50)
    '0.5'
    """

    regex = r"[0-9]+(\.[0-9]+)?"

    def convert(self, value: str) -> float:
        number = float(value)
        if math.isinf(number):
            raise ValueError("Too large for a float.")
        return number

    def to_string(self, value: float) -> str:
        value = float(value)
        assert not math.isnan(value), "NaN values are not supported"
        assert not math.isinf(value), "Infinite values are not supported"
        assert value >= 0.0, "Negative floats are not supported"
        return f"{value:.20f}".rstrip("0").rstrip(".")


class UUIDConvertor(Convertor["UUID"]):
    """``{name:uuid}``: a UUID, its hyphens optional.

    >>> UUIDConvertor().convert("0b15f4a9f1c04d4e8d2c7d3d0e1c0b0a")
    UUID('0b15f4a9-f1c0-4d4e-8d2c-7d3d0e1c0b0a')
    """

    regex = "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"

    def convert(self, value: str) -> UUID:
        from uuid import UUID  # only those who use this convertor need it

        return UUID(value)

    def to_string(self, value: UUID) -> str:
        return str(value)


CONVERTOR_TYPES: dict[str, Convertor[Any]] = {
    "str": StringConvertor(),
    "path": PathConvertor(),
    "int": IntegerConvertor(),
    "float": FloatConvertor(),
    "uuid": UUIDConvertor(),
}
"""The convertors by the name that follows the colon in a path pattern."""

SINGLE_SEGMENT = frozenset(CONVERTOR_TYPES[name].regex for name in ("str", "int", "float", "uuid"))
"""Expressions known to match no slash. One that is not here might, so the index expects it to."""


def register_url_convertor(key: str, convertor: Convertor[Any]) -> None:
    """Make ``{name:key}`` known to every pattern compiled from now on, in the whole process.

    >>> class Hexadecimal(Convertor[int]):
    ...     regex = "[0-9a-f]+"
    ...     def convert(self, value):
    ...         return int(value, 16)
    ...     def to_string(self, value):
    ...         return f"{value:x}"
    >>> register_url_convertor("hex", Hexadecimal())
    >>> CONVERTOR_TYPES.pop("hex").convert("ff")
    255
    """
    CONVERTOR_TYPES[key] = convertor
