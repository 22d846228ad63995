"""Sets of client networks, written as addresses and CIDR blocks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from asgi_types import Scope

from ._items import items

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

    IPAddress = IPv4Address | IPv6Address
    IPNetwork = IPv4Network | IPv6Network


_MAX_ADDRESS = 64
"""Characters of an address: 45 of IPv6, and a zone, as the name of an interface."""


class Networks:
    """Addresses and networks, asked for by the text of an address.

    Each is an address (``"10.0.0.1"``), a network (``"10.0.0.0/8"``, ``"fd00::/8"``), ``"unix"`` for a client without
    an address, as behind a Unix socket, or ``"*"`` for all there are. An IPv4 address that is written as IPv6
    (``::ffff:10.0.0.1``) counts as the former, and so does a network. What is no address is in no network.

    Raises `ValueError` for anything else, among them a network with bits set beyond its prefix.

    >>> "10.1.2.3" in Networks(["10.0.0.0/8"]), None in Networks(["10.0.0.0/8"])
    (True, False)
    """

    def __init__(self, networks: Iterable[str]) -> None:
        given = items(networks)
        self._has_all = "*" in given
        self._has_unix = self._has_all or "unix" in given
        self._networks = [_network(text) for text in given if text not in ("*", "unix")]
        self._is_known = lru_cache(maxsize=1024)(self._has)  # the same few proxies and clients come again and again

    def __bool__(self) -> bool:
        return self._has_unix or bool(self._networks)

    def __contains__(self, host: str | None) -> bool:
        if host is None:
            return self._has_unix
        return self._has_all or (len(host) <= _MAX_ADDRESS and self._is_known(host))

    def _has(self, host: str) -> bool:
        address = ip_address(host)
        if address is None:
            return False
        return any(address.version == network.version and address in network for network in self._networks)


def ip_address(text: str) -> IPAddress | None:
    """The address that ``text`` is, an IPv4 one as such also where it is mapped into IPv6; None if it is no address."""
    import ipaddress  # many programs never look at an address

    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if address.version == 6 else None
    return address if mapped is None else mapped


def client_host(scope: Scope) -> str | None:
    """The address of the client as the server tells it, or None behind a Unix socket."""
    client = scope.get("client")
    return client[0] or None if client else None


def _network(text: str) -> IPNetwork:
    import ipaddress

    try:
        network = ipaddress.ip_network(text)
        mapped = network.network_address.ipv4_mapped if network.version == 6 else None
        return network if mapped is None else ipaddress.ip_network((mapped, network.prefixlen - 96))
    except ValueError as exc:
        raise ValueError(f"Not a network: {exc}. Write it as '10.0.0.1', '10.0.0.0/8' or 'fd00::/8'.") from None
