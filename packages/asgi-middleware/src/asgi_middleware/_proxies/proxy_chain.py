"""Which proxies are believed, and how far back along their chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from asgi_types import Address

from .._items import items
from .._networks import Networks

LOOPBACK = ("127.0.0.1", "::1")


class Reach(NamedTuple):
    """How many proxies were believed, and the other side of the outermost one's connection, if it told that."""

    proxies: int
    client: Address | None


class ProxyChain:
    """The proxies between us and the clients: those with an address of ``trusted``, but at most ``hops`` of them."""

    def __init__(self, trusted: Iterable[str] | None, hops: int | None) -> None:
        if hops is not None and hops < 1:
            raise ValueError(f"hops counts the proxies in front of the application, from 1 on, so it is not {hops}.")
        if trusted is None:
            trusted = LOOPBACK if hops is None else "*"
        given = items(trusted)
        if hops is None and "*" in given:
            raise ValueError(
                "With trusted='*' clients are believed whatever they make up: name the networks of the proxies, or "
                "give hops, the number of proxies that every request comes through."
            )
        self._trusted = Networks(given)
        self._hops = hops

    def begins_with(self, peer: str | None) -> bool:
        """Whether this address, of the other side of our own connection, is of a proxy to be believed."""
        return peer in self._trusted

    def follow(self, addresses: Iterator[Address | None]) -> Reach:
        """Go back along the addresses that the proxies tell, the nearest proxy's first; None is where one tells none.

        Each is told by a proxy that is believed: the first by our peer, the next by the proxy with the address before.
        """
        proxies, client = 0, None
        for address in addresses:
            proxies += 1
            client = address or client
            if address is None or proxies == self._hops or address.host not in self._trusted:
                break
        return Reach(proxies, client)
