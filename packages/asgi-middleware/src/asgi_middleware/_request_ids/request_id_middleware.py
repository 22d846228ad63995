"""Each request gets an id, which is in its log lines and its response."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable

from asgi_types import START_MESSAGES, ASGIApp, Headers, Message, Receive, Scope, Send, start_with

from .._networks import Networks, client_host
from .._option_function import check_function
from .new_request_id import new_request_id
from .request_id import CURRENT, REQUEST_ID, Identity
from .traceparent import trace_id_of

_ID = re.compile(r"[0-9A-Za-z+\-./:=@_~]{1,128}")  # nothing that a log, a shell or a page takes for more than text


class RequestIDMiddleware:
    """Give each request and WebSocket an id: in the context, the scope, and the field ``header`` of the response.

    ``trusted`` are addresses and networks of clients whose own ids are taken, such as a load balancer's:
    ``"10.0.0.0/8"``, ``"unix"`` for a Unix socket, ``"*"`` for all; by default none. Of those an id in the request's
    field ``header`` is taken if it is there once and has 1 to 128 of ASCII's letters and digits and ``+-./:=@_~``.
    Without one, and unless ``traceparent`` is false, the trace's id in their ``traceparent`` (W3C Trace Context) is
    taken. Any other request gets what ``generate`` returns, by default a UUID of version 7 as 32 hexadecimal digits.

    `request_id` and `trace_id` give the ids wherever code runs for the request, `RequestIDFilter` puts them into log
    records, and the scope has the former as ``asgi_middleware.request_id``. A field ``header`` of the application's own
    is replaced: what the client is told is what the log says. Inside another of these this one does nothing.

    The context variable is not reset when the application returns: the server logs an exception after that, in the
    same context. Servers run each request in a context of its own, and the next one has its own id anyway.

    Raises `ValueError` for a header name that is no token and for what is no network, and in a request if ``generate``
    returns what would not be taken from a client; `TypeError` for a ``generate`` that is no function, or an async one.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> app = RequestIDMiddleware(Response("Hello"), generate=lambda: "id-1")
    >>> async def send(message):
    ...     print(dict(message.get("headers", ())).get(b"x-request-id"))
    >>> asyncio.run(app({"type": "http", "method": "GET", "headers": []}, None, send))
    b'id-1'
    None
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        header: str = "X-Request-ID",
        trusted: Iterable[str] = (),
        generate: Callable[[], str] = new_request_id,
        traceparent: bool = True,
    ) -> None:
        check_function("generate", generate, "a function without arguments")
        self.app = app
        self._name = Headers({header: ""}).raw[0][0]  # which checks it
        self._trusted = Networks(trusted)
        self._generate = generate if generate is new_request_id else _checked(generate)
        self._takes_traceparent = traceparent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or REQUEST_ID in scope:
            await self.app(scope, receive, send)
            return
        is_trusted = self._trusted and client_host(scope) in self._trusted
        identity = self._told(scope) if is_trusted else Identity(self._generate(), None)
        CURRENT.set(identity)
        scope[REQUEST_ID] = identity.request_id
        name = self._name
        pair = (name, identity.request_id.encode("latin-1"))

        def named_send(message: Message) -> Awaitable[None]:
            if message["type"] in START_MESSAGES:
                headers = [other for other in message.get("headers") or () if other[0] != name]
                message = start_with(message, [*headers, pair])
            return send(message)

        await self.app(scope, receive, named_send)

    def _told(self, scope: Scope) -> Identity:
        """The identity that a trusted client gives its request, or a new one."""
        ids: list[bytes] = []
        traceparents: list[bytes] = []
        for name, value in scope["headers"]:
            if name == self._name:
                ids.append(value)
            elif name == b"traceparent":
                traceparents.append(value)
        trace_id = None
        # With several of them the trace begins anew (W3C Trace Context section 3.2).
        if self._takes_traceparent and len(traceparents) == 1:
            trace_id = trace_id_of(traceparents[0].decode("latin-1"))
        request_id = ids[0].decode("latin-1").strip(" \t") if len(ids) == 1 else ""
        if not _ID.fullmatch(request_id):
            request_id = trace_id or self._generate()
        return Identity(request_id, trace_id)


def _checked(generate: Callable[[], str]) -> Callable[[], str]:
    def checked() -> str:
        made = generate()
        if not _ID.fullmatch(made):
            raise ValueError(
                f"Not a request id: {made!r}. Let generate() return 1 to 128 ASCII letters, digits and '+-./:=@_~'."
            )
        return made

    return checked
