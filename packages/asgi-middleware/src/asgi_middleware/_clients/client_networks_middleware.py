"""Only clients of some networks, or all but some, get to the application."""

from __future__ import annotations

from collections.abc import Iterable

from asgi_types import ASGIApp, HTTPException, Receive, Scope, Send, refuse

from .._networks import Networks, client_host


class ClientNetworksMiddleware:
    """Refuse clients by their address with a 403.

    ``allow`` are the addresses and networks that may connect, all by default, and ``deny`` those that may not, which
    counts more: ``"10.0.0.1"``, ``"10.0.0.0/8"``, ``"fd00::/8"``, ``"unix"`` for a client without an address, as behind
    a Unix socket, or ``"*"``. An ``allow`` without entries lets nobody in. A client whose address is not one is in no
    network but ``"*"``. WebSockets are denied, or closed where the server cannot deny.

    The address is the one in ``scope["client"]``, which behind a proxy is the proxy's: put `ProxyHeadersMiddleware`
    around this one.

    Raises `ValueError` if neither is given, and for what is no network.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> app = ClientNetworksMiddleware(Response("Hello"), allow=["10.0.0.0/8"], deny=["10.6.6.6"])
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> asyncio.run(app({"type": "http", "method": "GET", "client": ("10.6.6.6", 50000)}, None, send))
    403 None
    None b'Not allowed from this address.'
    """

    def __init__(self, app: ASGIApp, *, allow: Iterable[str] | None = None, deny: Iterable[str] = ()) -> None:
        self.app = app
        self._allowed = None if allow is None else Networks(allow)
        self._denied = Networks(deny)
        if self._allowed is None and not self._denied:
            raise ValueError("Give allow or deny, such as allow=['10.0.0.0/8']: without them nobody is refused.")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._may_connect(client_host(scope)):
            await self.app(scope, receive, send)
        else:
            await refuse(scope, receive, send, HTTPException(403, "Not allowed from this address."), in_place=True)

    def _may_connect(self, host: str | None) -> bool:
        return host not in self._denied and (self._allowed is None or host in self._allowed)
