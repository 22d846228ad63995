"""What believed proxies say of a connection, in either family of headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from asgi_types import Address

from .._fields import Pairs, joined_field
from .forwarded import ForwardedElement, elements_from_the_right, parse_element
from .node import UNKNOWN, parse_x_node
from .proxy_chain import ProxyChain


class ProxyReport(NamedTuple):
    """The connection as the outermost proxy that is believed saw it, unchecked but for the client; None is unsaid."""

    client: Address | None = None
    proto: str | None = None
    host: str | None = None
    port: str | None = None
    prefixes: tuple[str, ...] = ()


def read_x_forwarded(headers: Pairs, chain: ProxyChain) -> ProxyReport:
    """The report of ``X-Forwarded-*``.

    A proxy appends to each list or replaces it, so of a list the value counts that the outermost believed proxy wrote:
    with n of them the nth from the right, or the first of a shorter list. Prefixes add up, since each proxy took its
    own off the path.
    """
    told: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        if name.startswith(b"x-forwarded-"):
            told.setdefault(name, []).append(value)
    addresses = _items(told, b"x-forwarded-for")
    # What cannot be read is of a client that is unknown, not of the proxy, whose address may open doors.
    reach = chain.follow(parse_x_node(text) or UNKNOWN for text in reversed(addresses))
    proxies = max(reach.proxies, 1)

    def outermost(name: bytes) -> str | None:
        values = _items(told, name)[-proxies:]
        return values[0] if values else None

    return ProxyReport(
        reach.client,
        outermost(b"x-forwarded-proto"),
        outermost(b"x-forwarded-host"),
        outermost(b"x-forwarded-port"),
        tuple(_items(told, b"x-forwarded-prefix")[-proxies:]),
    )


def read_forwarded(headers: Pairs, chain: ProxyChain) -> ProxyReport:
    """The report of ``Forwarded``: that of the element of the outermost proxy that is believed."""
    value = joined_field(headers, b"forwarded") or ""
    seen: list[ForwardedElement | None] = []
    reach = chain.follow(_clients(value, seen))
    outermost = seen[-1] if seen else None
    if outermost is None:
        return ProxyReport(reach.client)
    return ProxyReport(reach.client, outermost.proto, outermost.host)


def _clients(value: str, seen: list[ForwardedElement | None]) -> Iterator[Address | None]:
    for text in elements_from_the_right(value):
        try:
            element = parse_element(text)
        except ValueError:
            seen.append(None)
            yield UNKNOWN
        else:
            seen.append(element)
            yield element.client


def _items(told: dict[bytes, list[bytes]], name: bytes) -> list[str]:
    """The items of all fields of this name, as one list (RFC 9110 section 5.3)."""
    if name not in told:
        return []
    parts = b",".join(told[name]).decode("latin-1").split(",")
    return [item for item in (part.strip(" \t") for part in parts) if item]
