"""The ``Forwarded`` header of RFC 7239."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from asgi_types import TOKEN, Address, parse_host

from .node import parse_node

_QUOTED = r"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*+"
_PAIR = re.compile(
    rf'[ \t]*+(?:(?P<name>{TOKEN})=(?:(?P<token>{TOKEN})|"(?P<quoted>{_QUOTED})"))?[ \t]*+(?:;|\Z)',
)
_ESCAPE = re.compile(r"\\(.)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+\-.]*+")

# For a list in reverse, where a quote is an escaped one if a backslash follows. All after a quote that is not closed is
# one element, a malformed one.
_ELEMENT = re.compile(r'(?P<text>(?:[^",]++|"(?:[^"]++|"(?=\\))*+")*+(?:".*+)?)(?:,|\Z)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class ForwardedElement:
    """What one proxy says of the connection that it forwards (RFC 7239 section 5), None where it says nothing.

    ``for_`` is the other side of the connection, and ``by`` the proxy's own, both as they are written, without the
    quotes. ``host`` is the ``Host`` that the proxy was asked for, and ``proto`` the scheme.

    >>> ForwardedElement(for_="[2001:db8::17]:4711").client
    Address(host='2001:db8::17', port=4711)
    """

    for_: str | None = None
    by: str | None = None
    host: str | None = None
    proto: str | None = None

    @property
    def client(self) -> Address | None:
        """``for_`` as address and port, as ``scope["client"]`` has them; a port that is not told is 0.

        ``unknown`` and an obfuscated identifier such as ``_hidden`` are given in place of an address.
        """
        return None if self.for_ is None else parse_node(self.for_)


def parse_forwarded(value: str) -> list[ForwardedElement]:
    """The elements of a ``Forwarded`` value, that of the proxy next to the client first.

    The value of several such headers is all of theirs, joined by commas in their order. Parameters that RFC 7239 does
    not name are passed over. Whitespace around a semicolon, which the grammar lacks, is taken.

    Raises `ValueError` if anything in it does not follow the grammar of section 4 and 6, for a parameter that an
    element has twice, and for a ``host`` or ``proto`` that cannot be one. Takes linear time.

    >>> for element in parse_forwarded('for=192.0.2.43, for="[2001:db8::17]:4711";proto=https'):
    ...     print(element.client, element.proto)
    Address(host='192.0.2.43', port=0) None
    Address(host='2001:db8::17', port=4711) https
    """
    return [parse_element(text) for text in [*elements_from_the_right(value)][::-1]]


def elements_from_the_right(value: str) -> Iterator[str]:
    """The text of each element, the last first, without the empty ones that a list may have.

    The last ones are of the proxies nearest to us, and what a client made up is before them. Read from this end, a
    quote that the client left open changes nothing of what comes behind it.
    """
    for match in _ELEMENT.finditer(value[::-1]):
        if text := match["text"].strip(" \t"):
            yield text[::-1]


def parse_element(text: str) -> ForwardedElement:
    """One element; `ValueError` if it is malformed."""
    pairs = _pairs(text)
    for name in ("for", "by"):
        if name in pairs and parse_node(pairs[name]) is None:
            raise ValueError(f"Not a node of RFC 7239 section 6: {name}={pairs[name]!r}.")
    if "host" in pairs and parse_host(pairs["host"]) is None:
        raise ValueError(f"Not a host: {pairs['host']!r}.")
    if "proto" in pairs and not _SCHEME.fullmatch(pairs["proto"]):
        raise ValueError(f"Not a scheme: {pairs['proto']!r}.")
    return ForwardedElement(pairs.get("for"), pairs.get("by"), pairs.get("host"), pairs.get("proto"))


def _pairs(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _PAIR.match(text, position)
        if match is None:
            raise ValueError(f"Malformed Forwarded at {text[position : position + 20]!r}.")
        if match["name"]:
            name = match["name"].lower()
            if name in pairs:
                raise ValueError(f"{name!r} is there twice in one element of Forwarded.")
            pairs[name] = match["token"] or _ESCAPE.sub(r"\1", match["quoted"])
        position = match.end()
    return pairs
