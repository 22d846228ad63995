"""An origin as browsers write it in ``Origin``: scheme, host and port (RFC 6454, Fetch standard section 3.2)."""

import re
from typing import Final, NamedTuple

from ._asgi import Scope
from ._host import is_ipv6
from ._scope_url import DEFAULT_PORTS, scope_host

MAX_ORIGIN: Final = 300
"""Characters of an origin: a host has 255 at most, and scheme and port are short."""

# Names with an underscore are no domains, but browsers ask for them. What else the URL standard lets stand in a host is
# left out, empty labels too: no site has it, and patterns and functions that users write seldom reckon with it.
_ORIGIN = re.compile(
    r"""(?P<scheme> [A-Za-z] [A-Za-z0-9+.\-]*+ ) ://
        (?P<host> [A-Za-z0-9_\-]++ (?: \. [A-Za-z0-9_\-]++ )*+ \.?+ | \[ (?P<ipv6> [0-9A-Fa-f:.]++ ) \] )
        (?: : (?P<port> [0-9]{1,5} ) )?""",
    re.VERBOSE,
)


class Origin(NamedTuple):
    """Scheme and host in lower case, and the port, also where it is the scheme's default (RFC 6454 section 4).

    Origins are the same if they are equal. `str` writes one as browsers do: without a default port.

    >>> str(Origin("https", "example.org", 443)), str(Origin("http", "example.org", 8000))
    ('https://example.org', 'http://example.org:8000')
    """

    scheme: str
    host: str
    port: int | None

    def __str__(self) -> str:
        is_default = self.port in (None, DEFAULT_PORTS.get(self.scheme))
        return f"{self.scheme}://{self.host}" + ("" if is_default else f":{self.port}")


def parse_origin(text: str) -> Origin | None:
    """The origin of a page on a host, or None for what is none: ``null``, a path, more than `MAX_ORIGIN` characters.

    Case and a default port do not matter, nor how an IPv6 address is abbreviated. A host is an IP address, or a name of
    letters, digits, hyphens and underscores between single dots, as browsers write all that sites have.

    >>> parse_origin("https://Example.org"), parse_origin("https://example.org/")
    (Origin(scheme='https', host='example.org', port=443), None)
    """
    match = _ORIGIN.fullmatch(text) if len(text) <= MAX_ORIGIN else None
    if match is None or len(match["host"]) > 255 or (match["ipv6"] is not None and not is_ipv6(match["ipv6"])):
        return None
    scheme, digits = match["scheme"].lower(), match["port"]
    port = DEFAULT_PORTS.get(scheme) if digits is None else int(digits)
    return None if port is not None and port > 65535 else Origin(scheme, _comparable(match["host"]), port)


def is_own_origin(text: str, scope: Scope) -> bool:
    """Whether the origin that ``text`` names is that of the request itself, by its ``Host``.

    What came by HTTPS (or ``wss``) has an origin with the scheme ``https``. What came by HTTP may have either, since a
    proxy may have ended TLS. Without one readable ``Host`` no origin is the request's own.

    >>> is_own_origin("https://example.org", {"type": "http", "headers": [(b"host", b"example.org")]})
    True
    """
    origin, asked = parse_origin(text), scope_host(scope)
    if origin is None or asked is None or origin.scheme not in ("http", "https"):  # an app's own scheme is another one
        return False
    if origin.scheme == "http" and scope.get("scheme") in ("https", "wss"):
        return False
    host, port = asked
    return (origin.host, origin.port) == (_comparable(host), DEFAULT_PORTS[origin.scheme] if port is None else port)


def _comparable(host: str) -> str:
    """A host in the one form that it is compared in."""
    if not host.startswith("["):
        return host.lower()
    from ipaddress import IPv6Address  # most hosts are names

    return f"[{IPv6Address(host[1:-1])}]"
