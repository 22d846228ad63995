"""Header field names and values on their way out: RFC 9110 section 5, as the bytes that ASGI carries.

Whatever becomes a header passes here once, so that no text can end a header line and begin another (CR, LF and NUL are
dangerous in a value by section 5.5, and a name is a token by section 5.6.2).
"""

import re
from typing import Final

TOKEN: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
"""A token of RFC 9110 section 5.6.2, as a part of regular expressions; `is_token` is for a whole text."""

_TOKEN = re.compile(TOKEN)


def field_name(name: str) -> bytes:
    """Lower-cased bytes of a field name; `ValueError` if it is not a token."""
    if not is_token(name):
        raise ValueError(f"Invalid header name {name!r}: it must be a token (RFC 9110 section 5.6.2).")
    return name.lower().encode("latin-1")


def field_value(value: str) -> bytes:
    """Latin-1 bytes of a field value; `ValueError` for CR, LF, NUL and what latin-1 cannot carry."""
    if "\n" in value or "\r" in value or "\0" in value:
        raise ValueError(f"Invalid header value {value!r}: CR, LF and NUL are not allowed (RFC 9110 section 5.5).")
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError(
            f"Invalid header value {value!r}: only latin-1 can be sent; percent-encode it (RFC 8187)."
        ) from None


def is_token(text: str) -> bool:
    """Whether ``text`` is a token of RFC 9110 section 5.6.2, as methods and the names of headers and cookies must be.

    >>> is_token("X-Token"), is_token("M_X"), is_token("X Token"), is_token("")
    (True, True, False, False)
    """
    return _TOKEN.fullmatch(text) is not None
