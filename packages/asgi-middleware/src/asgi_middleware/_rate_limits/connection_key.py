"""Whom a connection is counted for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from asgi_types import HTTPConnection

from .._networks import client_host, ip_address

_TRANSLATED = 0x64_FF9B << 64  # the first 96 bits of IPv4 addresses behind a translator (RFC 6052 section 2.1)


def client_key(connection: HTTPConnection[Any], *, ipv6_prefix: int = 64) -> str:
    """The address of the client; of an IPv6 one the first ``ipv6_prefix`` bits, 64 by default, as one has them all.

    Clients without an address, as behind a Unix socket, are one: ``"unix"``. Behind a proxy all have its address. In
    both cases put `ProxyHeadersMiddleware` around what asks for the key.

    >>> client_key(HTTPConnection({"type": "http", "client": ("2001:db8:1:2:a:b:c:d", 50000)}))
    '2001:db8:1:2::/64'
    """
    host = client_host(connection.scope)
    return "unix" if host is None else _group(host, ipv6_prefix)


def user_key(connection: HTTPConnection[Any]) -> str:
    """The user, by ``identity`` or, where that is not there, by ``display_name``; see `client_key` for all others.

    `AuthenticationMiddleware` must stand around what asks for the key.

    >>> from types import SimpleNamespace
    >>> user = SimpleNamespace(is_authenticated=True, identity="ann")
    >>> user_key(HTTPConnection({"type": "http", "user": user}))
    'user ann'
    """
    user = connection.user
    if not user.is_authenticated:
        return client_key(connection)
    try:
        identity = user.identity
    except (AttributeError, NotImplementedError):  # as of Starlette's `SimpleUser`
        identity = user.display_name
    return f"user {identity}"


@lru_cache(maxsize=1024)  # the same clients come again and again
def _group(host: str, ipv6_prefix: int) -> str:
    from ipaddress import IPv6Address

    address = ip_address(host)
    if not isinstance(address, IPv6Address):
        return host if address is None else str(address)
    if int(address) >> 32 == _TRANSLATED:
        return str(address)
    rest = 128 - ipv6_prefix
    return f"{IPv6Address(int(address) >> rest << rest)}/{ipv6_prefix}"
