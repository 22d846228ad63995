"""The one parser of the ``Host`` header: RFC 3986 section 3.2.2, port included."""

import re

# Possessive quantifiers: there is one way to read a host, so a mismatch is found in one pass.
_HOST = re.compile(
    r"""(?P<host>
            \[ (?: (?P<ipv6> [0-9A-Fa-f:.]++ ) | v[0-9A-Fa-f]++ \. [A-Za-z0-9\-._~!$&'()*+,;=:]++ ) \]
            | (?: [A-Za-z0-9\-._~!$&'()*+,;=]++ | %[0-9A-Fa-f]{2} )++
        )
        (?: : (?P<port> [0-9]{0,64}+ ) )?""",
    re.VERBOSE,
)
_MAX_HOST = 255
_MAX_PORT = 65535


def parse_host(value: str) -> tuple[str, int | None] | None:
    """Host (an IP literal in its brackets) and port of a ``Host`` value, or None if it is malformed.

    Malformed too are a host of more than 255 characters, a port above 65535, and an IPvFuture address with a capital
    ``V``, which `urllib.parse` does not read, and a port of more than 64 digits. An empty port is none.

    >>> parse_host("[::1]:8000"), parse_host("example.org"), parse_host("example.org/admin")
    (('[::1]', 8000), ('example.org', None), None)
    """
    match = _match(value)
    if match is None:
        return None
    if not match["port"]:
        return match["host"], None
    digits = match["port"].lstrip("0")
    port = int(digits[:6] or "0")
    return (match["host"], port) if port <= _MAX_PORT else None


def parse_host_name(value: str) -> str | None:
    """The host alone, as `parse_host` gives it, whatever number its port is.

    >>> parse_host_name("example.org:100000"), parse_host_name("example.org:http")
    ('example.org', None)
    """
    match = _match(value)
    return None if match is None else match["host"]


def _match(value: str) -> re.Match[str] | None:
    match = _HOST.fullmatch(value)
    if match is None or len(match["host"]) > _MAX_HOST:
        return None
    return match if match["ipv6"] is None or is_ipv6(match["ipv6"]) else None


def is_ipv6(text: str) -> bool:
    """Whether ``text`` is an IPv6 address, without brackets."""
    if ":" not in text:
        return False
    from ipaddress import IPv6Address  # most hosts are names

    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True
