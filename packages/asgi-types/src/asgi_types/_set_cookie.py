"""Writing the ``Set-Cookie`` header: RFC 6265 section 4.1, and ``SameSite`` and ``Partitioned`` as in browsers."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Literal

from ._field import is_token

if TYPE_CHECKING:
    from datetime import datetime

SameSite = Literal["lax", "strict", "none"]

_PLAIN_VALUE = re.compile(r"[!#$%&'*+\-.^_`|~:0-9A-Za-z]+")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def format_set_cookie(
    key: str,
    value: str,
    *,
    max_age: int | None,
    expires: datetime | str | int | None,
    path: str | None,
    domain: str | None,
    secure: bool,
    httponly: bool,
    samesite: SameSite | None,
    partitioned: bool,
) -> str:
    """One ``Set-Cookie`` value; `ValueError` for a name or a part that could not be sent as it is."""
    if not is_token(key):
        raise ValueError(f"Invalid cookie name {key!r}: it must be a token (RFC 6265 section 4.1.1).")
    assert samesite is None or samesite.lower() in ("strict", "lax", "none"), (
        "samesite must be either 'strict', 'lax' or 'none'"
    )
    attributes = [
        ("Domain", domain),
        ("expires", None if expires is None else _expires(expires)),
        ("HttpOnly", bool(httponly)),
        ("Max-Age", None if max_age is None else str(max_age)),
        ("Partitioned", bool(partitioned)),
        ("Path", path),
        ("SameSite", samesite),
        ("Secure", bool(secure)),
    ]
    parts = [f"{key}={_quote(key, value)}"]
    for name, given in attributes:
        if given is True:
            parts.append(name)
        elif given:
            parts.append(f"{name}={_attribute(name, given)}")
    return "; ".join(parts)


def _quote(key: str, value: str) -> str:
    if _PLAIN_VALUE.fullmatch(value):
        return value
    return '"' + "".join(_escaped(key, character) for character in value) + '"'


def _escaped(key: str, character: str) -> str:
    if character in "\r\n\0":
        raise ValueError(f"Invalid value of cookie {key!r}: CR, LF and NUL are not allowed.")
    if character in '"\\':
        return f"\\{character}"
    if " " <= character <= "~" and character not in ",;":
        return character
    if character <= "\xff":
        return f"\\{ord(character):03o}"
    raise ValueError(f"Invalid value of cookie {key!r}: {character!r} is not latin-1; encode it first.")


def _attribute(name: str, value: str) -> str:
    if any(character in value for character in ";\r\n\0"):
        raise ValueError(f"Invalid cookie attribute {name}={value!r}: ';', CR, LF and NUL are not allowed.")
    return value


def _expires(moment: datetime | str | int) -> str:
    if isinstance(moment, str):
        return moment
    if isinstance(moment, int):
        seconds = time.time() + moment
    elif moment.tzinfo is None:
        raise ValueError(f"Invalid expires={moment!r} of a cookie: a datetime needs its time zone.")
    else:
        seconds = moment.replace(microsecond=0).timestamp()  # a float rounds up what is almost the next second
    at = time.gmtime(seconds)
    return (
        f"{_DAYS[at.tm_wday]}, {at.tm_mday:02} {_MONTHS[at.tm_mon - 1]} {at.tm_year:04}"
        f" {at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} GMT"
    )
