"""The limits of a form: their names and defaults, and where they are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict

from asgi_types import Scope

FORM_LIMITS: Final = "asgi_forms.limits"
"""The scope key of the limits that an application or a route has for its forms: a mapping as `FormLimits`."""


class FormLimits(TypedDict, total=False):
    """The limits of a form. Sizes are bytes, `math.inf` is no limit, and None leaves what is around or the default.

    What is around is what `FormLimitsMiddleware` put into the scope. A form beyond a limit is a `FormError` with status
    413, as soon as the first byte beyond it has arrived; nothing more is received.

    >>> limits: FormLimits = {"max_files": 3, "max_file_size": 10 * 1024 * 1024}
    """

    max_fields: float | None
    """How many fields that are no files. Default 1000: Starlette's, Django's and formidable's."""
    max_files: float | None
    """How many files. Default 1000: Starlette's."""
    max_part_size: float | None
    """Bytes of one field that is no file; of an urlencoded one, name and value as sent. Default 1 MiB: Starlette's."""
    max_total_field_size: float | None
    """Bytes of all such fields, which are kept in memory. Default 20 MiB: formidable's ``maxFieldsSize``."""
    max_file_size: float | None
    """Bytes of one file. Default 200 MiB: formidable's."""
    max_total_file_size: float | None
    """Bytes of all files. Default 200 MiB, or ``max_file_size`` if that is more: formidable has the latter."""
    max_name_size: float | None
    """Bytes of the name of a field in UTF-8. Default 1 KiB; busboy has 100 bytes, which nested names outgrow."""
    max_headers: float | None
    """How many headers a part of a multipart form has. Default 8: that of multipart and python-multipart."""
    max_header_size: float | None
    """Bytes of one such header. Default 4224: that of multipart and python-multipart."""


KIB: Final = 1024
DEFAULT_LIMITS: Final[Mapping[str, float]] = {
    "max_fields": 1000,
    "max_files": 1000,
    "max_part_size": 1024 * KIB,
    "max_total_field_size": 20 * 1024 * KIB,
    "max_file_size": 200 * 1024 * KIB,
    "max_name_size": KIB,
    "max_headers": 8,
    "max_header_size": 4 * KIB + 128,
}
MOST: Final = 2**63
"""A limit beyond is none."""
LIMIT_NAMES: Final = frozenset(FormLimits.__annotations__)


class Limits:
    """The limits of one form, each with its value."""

    max_fields: float
    max_files: float
    max_part_size: float
    max_total_field_size: float
    max_file_size: float
    max_total_file_size: float
    max_name_size: float
    max_headers: float
    max_header_size: float

    def __init__(self, *layers: Mapping[str, Any]) -> None:
        values = self.__dict__
        values.update(DEFAULT_LIMITS)
        for layer in layers:
            values.update(layer)
        values.setdefault("max_total_file_size", max(values["max_file_size"], DEFAULT_LIMITS["max_file_size"]))


NO_OTHERS: Final = Limits()
"""What most forms have, made once."""


def limits_around(scope: Scope, given: Mapping[str, float]) -> dict[str, Any]:
    """What the scope has of limits, with what was given before it."""
    around: Mapping[str, float] | None = scope.get(FORM_LIMITS)
    return {**around, **given} if around else {**given}


def limits_of(given: Mapping[str, Any]) -> Limits:
    """The limits of a form, where these were given. `TypeError` for an unknown one, `ValueError` for what is none."""
    return Limits(given_limits(given)) if given else NO_OTHERS


def given_limits(limits: Mapping[str, Any]) -> dict[str, float]:
    """The limits somebody really gave; raises as `limits_of`."""
    if not limits:
        return {}
    given = {name: limit for name, limit in limits.items() if limit is not None}
    for name, limit in given.items():
        if name not in LIMIT_NAMES:
            raise TypeError(f"{name!r} is not a limit of forms; these are: {', '.join(sorted(LIMIT_NAMES))}.")
        if not isinstance(limit, int | float) or isinstance(limit, bool) or not limit >= 0:
            raise ValueError(f"{name} is {limit!r}: give a number of at least 0, or math.inf for no limit.")
        if limit > MOST:
            given[name] = float("inf")
    return given


def size_text(size: float) -> str:
    """A size as messages have it: in KiB, which Starlette calls KB, if it is a whole number of them.

    >>> size_text(1024 * 1024), size_text(1500)
    ('1024KB', '1500 bytes')
    """
    return f"{size / KIB:.0f}KB" if size and size % KIB == 0 else f"{size} bytes"


class LimitAttribute:
    """A limit of a parser, to be read and set as an attribute before it parses, as those of Starlette's parsers."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, parser: Any, owner: type | None = None) -> float:
        limits: Limits = NO_OTHERS if parser is None else parser._limits
        value: float = getattr(limits, self._name)
        return value

    def __set__(self, parser: Any, limit: float) -> None:
        limits: Limits = parser._limits
        parser._limits = Limits(vars(limits), given_limits({self._name: limit}))
