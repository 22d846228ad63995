"""Origins as browsers write them in the ``Origin`` header (Fetch standard section 3.2)."""

from __future__ import annotations

import re
from typing import Final

MAX_ORIGIN: Final = 300
"""Characters of an origin: a host name has at most 253, and scheme and port are short."""

# Hosts with an underscore are no domains by the standard's grammar, but browsers send them. Other characters that a URL
# may have there are left out: patterns for origins seldom reckon with them.
_ORIGIN = re.compile(r"[a-z][a-z0-9+.\-]*+://(?:[a-z0-9._\-]++|\[[0-9a-f:.]++\])(?::[0-9]{1,5})?")

_WITHOUT_HOST = ("null", "file://")  # the latter is what web views send for a page of a file

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def is_origin(text: str) -> bool:
    """Whether ``text`` is the origin of a page on a host, as a browser writes it; ``null`` is none.

    >>> is_origin("https://example.org:8443"), is_origin("https://Example.org"), is_origin("null")
    (True, False, False)
    """
    return len(text) <= MAX_ORIGIN and _ORIGIN.fullmatch(text) is not None


def may_be_echoed(text: str) -> bool:
    """Whether ``text`` may stand in ``Access-Control-Allow-Origin``: an origin, ``null`` or ``file://``."""
    return text in _WITHOUT_HOST or is_origin(text)


def serialized_origin(text: str) -> str:
    """An origin that somebody wrote, as a browser writes it: in lower case, without the default port of its scheme.

    Raises `ValueError`, with the fix, for what no browser sends, and so would never match.

    >>> serialized_origin("HTTPS://Example.org:443")
    'https://example.org'
    """
    if text in _WITHOUT_HOST:
        return text
    origin = text.lower()
    scheme, separator, authority = origin.partition("://")
    if is_origin(origin):
        return origin.removesuffix(_DEFAULT_PORTS.get(scheme, "\0"))
    host = re.split(r"[/?#]", authority, maxsplit=1)[0]
    if "*" in text:
        fix = r"For many origins use allow_origin_regex, as r'https://[a-z0-9-]+\.example\.org'."
    elif not separator:
        fix = "It begins with a scheme: write it as 'https://example.org'."
    elif host != authority and is_origin(f"{scheme}://{host}"):
        fix = f"Browsers send it without a path: write '{scheme}://{host}'."
    else:
        fix = "Write it as browsers send it: 'https://example.org' or 'https://xn--bcher-kva.example:8443'."
    raise ValueError(f"Not an origin: {text!r}. {fix}")
