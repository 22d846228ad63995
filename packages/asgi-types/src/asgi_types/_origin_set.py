"""Sets of allowed origins: checked when they are made, and asked with what an ``Origin`` header says."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from ._origin import MAX_ORIGIN, Origin, parse_origin

WITHOUT_HOST: Final = ("null", "file://")
"""What browsers send for a page that is not of a host; the latter is what web views send for a page of a file."""

_NOT_AN_ORIGIN = "Not an origin: {!r}. {}"


class OriginSet:
    """Origins that are allowed something, asked for by the text of an ``Origin`` header.

    Each is an origin (``"https://example.org"``, ``"https://example.org:8443"``), one for all names below a domain
    (``"https://*.example.org"``, which that domain itself is not one of), ``"null"``, which anybody's sandboxed frame
    sends, so that it lets in every page there is, or ``"file://"``, which web views send for a page of a file. With
    ``takes_all`` it may be ``"*"`` as well: ``has_all`` then tells so, and no more is in the set for that. An empty
    text is left out: a setting without a value that is split at its commas gives one. A string is one origin.
    ``origins`` has all that are listed, as browsers write them.

    Raises `ValueError`, with the fix, for what no browser sends, and so would never match; `TypeError` for what is no
    text, such as a URL object.

    Any text may be asked for, in linear time; the answers to the last 256 are kept.

    >>> allowed = OriginSet(["https://Example.org:443", "https://*.example.com"])
    >>> "https://example.org" in allowed, "https://shop.example.com" in allowed, "null" in allowed
    (True, True, False)
    """

    def __init__(self, origins: Iterable[str], *, takes_all: bool = False) -> None:
        self._texts: set[str] = set()
        self._exact: set[Origin] = set()
        self._below: list[Origin] = []  # their hosts begin with the dot
        found: dict[str, None] = {}
        for text in (origins,) if isinstance(origins, str) else origins:
            _check_text(text)
            if text:
                found[text if text == "*" and takes_all else self._add(text)] = None
        self.origins: tuple[str, ...] = tuple(found)
        self.has_all: bool = "*" in found
        self._is_known = lru_cache(maxsize=256)(self._has)  # pages of the same few origins come again and again

    def __contains__(self, origin: str) -> bool:
        return origin in self._texts or (len(origin) <= MAX_ORIGIN and self._is_known(origin))

    def _add(self, text: str) -> str:
        """Put it into the set, and return it as browsers write it."""
        if text in WITHOUT_HOST:
            self._texts.add(text)
            return text
        plain = text.replace("://*.", "://", 1)
        origin = parse_origin(plain)
        if origin is None or origin.scheme in ("ws", "wss"):
            raise ValueError(_NOT_AN_ORIGIN.format(text, _fix(text)))
        written = str(origin)
        if plain == text:
            self._texts.add(written)
            self._exact.add(origin)
            return written
        if origin.host.startswith("[") or origin.host.rpartition(".")[2].isdigit():
            raise ValueError(_NOT_AN_ORIGIN.format(text, "Nothing is below an IP address: name each one."))
        self._below.append(origin._replace(host=f".{origin.host}"))
        return written.replace("://", "://*.", 1)

    def _has(self, text: str) -> bool:
        origin = parse_origin(text)
        return origin is not None and (origin in self._exact or any(_is_below(origin, top) for top in self._below))


def _is_below(origin: Origin, top: Origin) -> bool:
    return origin.scheme == top.scheme and origin.port == top.port and origin.host.endswith(top.host)


def _check_text(given: object) -> None:
    if not isinstance(given, str):
        raise TypeError(f"An origin is a text such as 'https://example.org', not {given!r}.")


def _fix(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    origin = parse_origin(f"{scheme}://{re.split('[/?#]', rest, maxsplit=1)[0]}")
    if text == "*":
        return "All origins cannot be named here: name each one, or all below a domain by 'https://*.example.org'."
    if not separator:
        return "It begins with a scheme: write it as 'https://example.org'."
    if "*" in text:
        return "A '*' stands for all that is below a domain: write it as 'https://*.example.org'."
    if origin is None:
        return "Write it as browsers send it: 'https://example.org' or 'https://xn--bcher-kva.example:8443'."
    if origin.scheme in ("ws", "wss"):
        page = origin._replace(scheme={"ws": "http", "wss": "https"}[origin.scheme])
        return f"Browsers send the page's, also with a WebSocket: write '{page}'."
    return f"Browsers send it without a path: write '{origin}'."
