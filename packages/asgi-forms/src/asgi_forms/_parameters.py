"""The parameters of a header value, as in ``multipart/form-data; boundary=x`` (RFC 9110 section 5.6.6)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

MAX_PARAMETERS: Final = 32
"""More than that nobody needs, and each costs an object."""


# Every repetition is possessive and no two can match the same character, so matching is linear. A value without quotes
# may have spaces, for clients that quote nothing.
_PARAMETER: Final = r"""
    [ \t]*+ ; [ \t;]*+
    (?:
        ([!#$%&'*+\-.^`|~\w]++) [ \t]*+ = [ \t]*+
        (?: "( [^"\\]*+ (?: \\. [^"\\]*+ )*+ )" | ( [^";]*+ ) )
    )?+
    [ \t]*+
"""


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What matches one parameter, and one escape in a quoted string; made when needed, to keep the import cheap."""
    return re.compile(_PARAMETER, re.ASCII | re.DOTALL | re.VERBOSE), re.compile(r'\\(["\\])')


def media_type(content_type: str) -> str:
    """The media type of a ``Content-Type``, in lower case and without parameters."""
    return content_type.partition(";")[0].strip(" \t").lower()


def parameters(value: str) -> dict[str, str]:
    """What comes after the first ``;`` of a header value: names in lower case, values unquoted.

    Raises `ValueError` for what is no list of parameters, for more than `MAX_PARAMETERS`, and for a name that comes
    twice, since two readers would disagree about it.
    """
    pattern, escape = _patterns()
    position, found = value.find(";"), dict[str, str]()
    while 0 <= position < len(value):
        match = pattern.match(value, position)
        if match is None or len(found) >= MAX_PARAMETERS:
            raise ValueError(f"Malformed parameters: {value[:200]!r}")
        position = match.end()
        name, quoted, plain = match.groups()
        if name is None:  # nothing between two semicolons, or after the last
            continue
        if name.lower() in found:
            raise ValueError(f"The parameter {name!r} comes twice: {value[:200]!r}")
        found[name.lower()] = plain.rstrip(" \t") if quoted is None else escape.sub(r"\1", quoted)
    return found
