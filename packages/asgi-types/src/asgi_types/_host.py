"""The one parser of the ``Host`` header: RFC 3986 section 3.2.2, port included."""

import re

# Possessive quantifiers: there is one way to read a host, so a mismatch is found in one pass.
_HOST = re.compile(
    r"""(?P<host> \[ (?P<ipv6> [0-9A-Fa-f:.]++ ) \] | (?: [A-Za-z0-9\-._~!$&'()*+,;=]++ | %[0-9A-Fa-f]{2} )++ )
        (?: : (?P<port> [0-9]{0,5} ) )?""",
    re.VERBOSE,
)


def parse_host(value: str) -> tuple[str, int | None] | None:
    """Host (an IPv6 address in its brackets) and port of a ``Host`` value, or None if it is malformed.

    Malformed too are a host of more than 255 characters, a port of more than five digits or above 65535, and an
    IPvFuture address, since nothing here knows of one (section 3.2.2). An empty port is none.

    >>> parse_host("[::1]:8000"), parse_host("example.org"), parse_host("example.org/admin")
    (('[::1]', 8000), ('example.org', None), None)
    """
    match = _HOST.fullmatch(value)
    if match is None or len(match["host"]) > 255:
        return None
    if match["ipv6"] is not None and not is_ipv6(match["ipv6"]):
        return None
    digits = match["port"]
    if not digits:
        return match["host"], None
    return (match["host"], int(digits)) if int(digits) <= 65535 else None


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
