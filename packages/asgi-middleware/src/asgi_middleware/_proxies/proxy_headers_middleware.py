"""The connection as a client made it, told by the proxies that it came through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

from asgi_types import DEFAULT_PORTS, ASGIApp, RawHeaders, Receive, Scope, Send, parse_host, scope_host

from .._items import items
from .._networks import client_host
from .proxy_chain import ProxyChain
from .proxy_prefix import parse_prefix, prefixed
from .proxy_report import ProxyReport, read_forwarded, read_x_forwarded

Field = Literal["for", "proto", "host", "port", "prefix"]

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "x-forwarded": ("for", "proto", "host", "port", "prefix"),
    "forwarded": ("for", "proto", "host"),
}
_NAMES = frozenset([b"forwarded", *(f"x-forwarded-{field}".encode() for field in FIELDS["x-forwarded"])])

_IS_SECURE = {"http": False, "ws": False, "https": True, "wss": True}
_SCHEMES = {("http", False): "http", ("http", True): "https", ("websocket", False): "ws", ("websocket", True): "wss"}


class ProxyHeadersMiddleware:
    """Put the client's address, and what else trusted proxies tell of its connection, into the scope.

    ``trusted`` names the proxies: addresses, networks such as ``"10.0.0.0/8"``, and ``"unix"`` for one that comes
    through a Unix socket; by default those on this machine, ``127.0.0.1`` and ``::1``. The header of any other peer is
    not read. From the right, the list of a trusted peer is followed as long as the addresses in it are trusted
    themselves; the next one is the client, whatever stands before it. ``hops`` is the most proxies that are believed;
    with it and without ``trusted`` the last so many are, whatever their addresses, for where nobody else can connect.

    ``header`` is the one family that is read, ``"x-forwarded"`` or ``"forwarded"`` (RFC 7239): a client could add the
    other. ``fields`` are those that all trusted proxies write, by default ``for`` and ``proto``:

    - ``for`` becomes ``scope["client"]``, with port 0 if none is told, and ``("unknown", 0)`` if it is malformed.
    - ``proto`` becomes the scheme; for a WebSocket ``ws`` or ``wss``.
    - ``host`` and ``port`` replace the ``Host`` header, and ``prefix``, which a proxy has taken off the path, becomes
      part of the root path and of the path again. Many proxies let a client's own through, and who writes these writes
      the links of the application. So name them only if your proxies set or remove them. RFC 7239 has ``host`` alone.

    Where several proxies append to a list, what the outermost trusted one wrote counts; prefixes add up. A value that
    is malformed is passed over. With ``strip``, the default, what was not believed is taken out of the headers, so that
    nothing further in believes it. The scope is changed in place, and stays so, but never a list of headers in it.

    Raises `ValueError` for other headers and fields, for what is no network, for less than one hop, and for ``"*"``
    without hops.

    >>> import asyncio
    >>> async def app(scope, receive, send):
    ...     print(scope["client"], scope["scheme"])
    >>> headers = [(b"x-forwarded-for", b"1.2.3.4, 192.0.2.43"), (b"x-forwarded-proto", b"https")]
    >>> scope = {"type": "http", "scheme": "http", "client": ("127.0.0.1", 50000), "headers": headers}
    >>> asyncio.run(ProxyHeadersMiddleware(app)(scope, None, None))
    Address(host='192.0.2.43', port=0) https
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        trusted: Iterable[str] | None = None,
        hops: int | None = None,
        header: Literal["x-forwarded", "forwarded"] = "x-forwarded",
        fields: Iterable[Field] = ("for", "proto"),
        strip: bool = True,
    ) -> None:
        known = FIELDS.get(header)
        if known is None:
            raise ValueError(f"header is 'x-forwarded' or 'forwarded', not {header!r}.")
        given = frozenset(items(fields))
        if unknown := given.difference(known):
            raise ValueError(f"{header!r} has no field {min(unknown)!r}: fields are of {', '.join(known)}.")
        self.app = app
        self._fields = given
        self._strip = strip
        self._chain = ProxyChain(trusted, hops)
        self._read = read_forwarded if header == "forwarded" else read_x_forwarded
        # The addresses show how far to go back, also where the client's is not wanted.
        read = {"forwarded"} if header == "forwarded" else {f"x-forwarded-{field}" for field in {*given, "for"}}
        self._believed = frozenset(name.encode() for name in read)
        self._disbelieved = _NAMES - self._believed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not _NAMES.isdisjoint(name for name, _ in scope["headers"]):
            scope.update(self._told(scope))  # in place: who is further out looks there for the route, and for the user
        await self.app(scope, receive, send)

    def _told(self, scope: Scope) -> dict[str, Any]:
        """The keys of the scope that change."""
        if not self._chain.begins_with(client_host(scope)):
            return {"headers": _without(_NAMES, scope["headers"])} if self._strip else {}
        report = self._read(scope["headers"], self._chain)
        headers = _without(self._disbelieved, scope["headers"]) if self._strip else [*scope["headers"]]
        changed: dict[str, Any] = {"headers": headers}
        if "for" in self._fields and report.client is not None:
            changed["client"] = report.client
        secure = _IS_SECURE.get(report.proto.lower()) if "proto" in self._fields and report.proto else None
        if secure is not None:
            changed["scheme"] = _SCHEMES[scope["type"], secure]
        if host := self._host(scope, report, changed.get("scheme") or scope.get("scheme", "http")):
            changed["headers"] = [(b"host", host.encode("ascii")), *_without({b"host"}, headers)]
        prefix = parse_prefix(report.prefixes) if "prefix" in self._fields else None
        return {**changed, **prefixed(scope, prefix)} if prefix else changed

    def _host(self, scope: Scope, report: ProxyReport, scheme: str) -> str | None:
        told = report.host if "host" in self._fields and report.host and parse_host(report.host) else None
        found = parse_host(told) if told else scope_host(scope)
        port = report.port if "port" in self._fields else None
        if not port or found is None or found[1] is not None:
            return told
        name, number = parse_host(f"{found[0]}:{port}") or (told, None)
        return name if number in (None, DEFAULT_PORTS.get(scheme)) else f"{name}:{number}"


def _without(names: Iterable[bytes], headers: RawHeaders) -> RawHeaders:
    return [pair for pair in headers if pair[0] not in names]
