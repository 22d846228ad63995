"""The kinds of path parameters that every pattern knows, and how more are made known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from asgi_types import ENCODED_SLASH

from .convertor import Convertor as Convertor
from .enum_convertor import EnumConvertor as EnumConvertor
from .number_range import NumberRange
from .regex_convertor import RegexConvertor as RegexConvertor

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID


class StringConvertor(Convertor[str]):
    """``{name}``: one path segment, or a part of one.

    ``{name:str(2, 20)}`` or ``{name:str(max_length=20)}`` is only of so many characters, the bounds included.

    >>> StringConvertor().to_string("shine")
    'shine'
    """

    regex = "[^/]+"
    _lengths: NumberRange | None = None

    def __init__(self, min_length: int | None = None, max_length: int | None = None) -> None:
        if min_length is not None or max_length is not None:
            self._lengths = NumberRange(min_length, max_length, int)

    def convert(self, value: str) -> str:
        if self._lengths is not None and len(value) not in self._lengths:
            raise ValueError("Too short or too long.")
        return value

    def to_string(self, value: str) -> str:
        value = str(value)
        assert not {"/", ENCODED_SLASH}.intersection(value), "May not contain path separators"
        assert value, "Must not be empty"
        assert self._lengths is None or len(value) in self._lengths, f"Its length must be {self._lengths}"
        return value


class SegmentConvertor(Convertor[str]):
    """``{name:segment}``: one path segment that may contain a slash, which stands in a URL as ``%2F``.

    Most servers hand on a path in which that is a slash like any other; a router with ``raw_path=True`` tells the two
    apart.

    >>> from asgi_routing import replace_params
    >>> replace_params("/tags/{tag}", {"tag": SegmentConvertor()}, {"tag": "CI/CD"})[0]
    '/tags/CI%2FCD'
    """

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        value = str(value)
        assert value, "Must not be empty"
        return value.replace("/", ENCODED_SLASH)


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

    ``{name:int(1, 12)}`` or ``{name:int(min=1)}`` is only a number of that range, the bounds included.

    >>> IntegerConvertor().convert("42")
    42
    """

    regex = "[0-9]+"
    _range: NumberRange | None = None

    def __init__(self, min: int | None = None, max: int | None = None) -> None:  # noqa: A002
        if min is not None or max is not None:
            self._range = NumberRange(min, max, int)

    def convert(self, value: str) -> int:
        number = int(value)
        if self._range is not None and number not in self._range:
            raise ValueError("Too small or too large.")
        return number

    def to_string(self, value: int) -> str:
        value = int(value)
        assert value >= 0, "Negative integers are not supported"
        assert self._range is None or value in self._range, f"Must be {self._range}"
        return str(value)


class FloatConvertor(Convertor[float]):
    """``{name:float}``: decimal digits with an optional fraction.

    ``{name:float(0.5, 2)}`` or ``{name:float(max=2)}`` is only a number of that range, the bounds included.

    >>> FloatConvertor().to_string(0.50)
    '0.5'
    """

    regex = r"[0-9]+(\.[0-9]+)?"
    _range: NumberRange | None = None

    def __init__(self, min: float | None = None, max: float | None = None) -> None:  # noqa: A002
        if min is not None or max is not None:
            self._range = NumberRange(min, max, int | float)

    def convert(self, value: str) -> float:
        number = float(value)
        if math.isinf(number):
            raise ValueError("Too large for a float.")
        if self._range is not None and number not in self._range:
            raise ValueError("Too small or too large.")
        return number

    def to_string(self, value: float) -> str:
        value = float(value)
        assert not math.isnan(value), "NaN values are not supported"
        assert not math.isinf(value), "Infinite values are not supported"
        assert value >= 0.0, "Negative floats are not supported"
        assert self._range is None or value in self._range, f"Must be {self._range}"
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


class DateConvertor(Convertor["date"]):
    """``{name:date}``: a day of the calendar, as ``2026-02-28``.

    >>> DateConvertor().convert("2026-02-28")
    datetime.date(2026, 2, 28)
    """

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def convert(self, value: str) -> date:
        from datetime import date  # only those who use this convertor need it

        return date.fromisoformat(value)

    def to_string(self, value: date) -> str:
        from datetime import date

        assert isinstance(value, date), "Must be a date"
        return value.isoformat()[:10]  # a datetime is a date, too


CONVERTOR_TYPES: dict[str, Convertor[Any]] = {
    "str": StringConvertor(),
    "path": PathConvertor(),
    "segment": SegmentConvertor(),
    "int": IntegerConvertor(),
    "float": FloatConvertor(),
    "uuid": UUIDConvertor(),
    "date": DateConvertor(),
    "enum": EnumConvertor(),
    "regex": RegexConvertor(),
}
"""The convertors by the name that follows the colon in a path pattern."""
SINGLE_SEGMENT = frozenset(CONVERTOR_TYPES[kind].regex for kind in ("str", "int", "float", "uuid", "date"))
"""Expressions known to match no slash, besides those of enums. One that is not here might: the index expects it to."""


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
