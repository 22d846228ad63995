"""The ends of connections as proxies write them: addresses with and without a port, and names that stand for one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from asgi_types import Address

from .._networks import ip_address

UNKNOWN: Final = Address("unknown", 0)
"""An end that nobody tells of. Its host is no address, so it is in no network that a list allows."""

_PORT = r"(?: : (?: (?P<port> [0-9]{1,5} ) | _[A-Za-z0-9._\-]++ ) )?"
_NODE = re.compile(
    rf"""(?: \[ (?P<ipv6> [0-9A-Fa-f:.]++ ) \] | (?P<ipv4> [0-9.]++ ) | (?P<name> unknown | _[A-Za-z0-9._\-]++ ) )
         {_PORT}""",
    re.VERBOSE | re.IGNORECASE,
)
_BARE_IPV6 = re.compile(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_MOST_CHARACTERS = 255  # as of a host; what is longer names nothing that a connection has


def parse_node(text: str) -> Address | None:
    """Address and port of a node of RFC 7239 section 6, or None if it is none.

    An address is written as ``str`` of `ipaddress` writes it, an IPv4 one that is mapped into IPv6 as such, so that one
    client has one text. The names of sections 6.2 and 6.3, ``unknown`` and ``_something``, stand for themselves. The
    port is 0 where there is none, or an obfuscated one.

    >>> parse_node("192.0.2.43:47011"), parse_node("[2001:DB8::17]")
    (Address(host='192.0.2.43', port=47011), Address(host='2001:db8::17', port=0))
    """
    match = _NODE.fullmatch(text) if len(text) <= _MOST_CHARACTERS else None
    if match is None:
        return None
    port = int(match["port"] or 0)
    host = match["name"] or _canonical(match["ipv6"] or match["ipv4"], 6 if match["ipv6"] else 4)
    return Address(host, port) if host and port <= 65535 else None


def parse_x_node(text: str) -> Address | None:
    """A node as ``X-Forwarded-For`` has it, where an IPv6 address may stand without brackets.

    >>> parse_x_node("2001:db8::17")
    Address(host='2001:db8::17', port=0)
    """
    return _read_x_node(text) if len(text) <= _MOST_CHARACTERS else None


@lru_cache(maxsize=1024)  # the same clients come again and again
def _read_x_node(text: str) -> Address | None:
    if _BARE_IPV6.fullmatch(text):
        host = _canonical(text, 6)
        return Address(host, 0) if host else None
    return parse_node(text)


def _canonical(text: str, version: int) -> str | None:
    address = ip_address(text) if (":" in text) == (version == 6) else None
    return None if address is None else str(address)
