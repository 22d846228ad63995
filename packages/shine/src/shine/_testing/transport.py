"""The transport of `TestClient`: each request goes to the application, in an event loop of another thread."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from asgi_types import ASGIApp, Scope

from .buffering import BUFFERED
from .exchange import Exchange
from .handshake import handshake_scope
from .http_scope import http_scope
from .portal_call import portal_call
from .request_body import request_body
from .spawning import spawn
from .websocket_session import WebSocketTestSession

if TYPE_CHECKING:
    import httpx
    from anyio.from_thread import BlockingPortal

    PortalFactory = Callable[[], AbstractContextManager[BlockingPortal]]
else:
    from .http_library import httpx

WEBSOCKET: Final = "shine.websocket"
"""The key in a request's extensions of the options of a WebSocket's session, and in its response's of the session."""

EXTENSIONS: Final = ("http.response.debug", "http.response.trailers")


class TestTransport(httpx.BaseTransport):
    """Answers requests by ``app``, which may be replaced. What `close` finds open is cancelled."""

    __test__ = False  # for pytest

    def __init__(
        self,
        app: ASGIApp,
        portal_factory: PortalFactory,
        state: dict[str, Any],
        *,
        raise_server_exceptions: bool,
        root_path: str,
        client: tuple[str, int] | None,
    ) -> None:
        self.app = app
        self._portal_factory = portal_factory
        self._state = state
        self.raise_server_exceptions = raise_server_exceptions
        self._root_path = root_path
        self._client = client
        self._open: dict[ResponseStream, None] = {}
        self._sessions: WeakSet[WebSocketTestSession] = WeakSet()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer; what it raises is raised, or a 500 in its place."""
        if WEBSOCKET in request.extensions:
            return self._connect(request)
        scope = http_scope(request, self._root_path, self._client, self._state, EXTENSIONS)
        body = request_body(request)
        is_buffered = request.extensions.get(BUFFERED, False)
        with ExitStack() as stack:
            portal = stack.enter_context(self._portal_factory())
            exchange = portal_call(portal, lambda: _begin(self.app, scope, body, is_buffered))
            if exchange.has_ended:
                exchange.raise_failure(self.raise_server_exceptions)
            if is_buffered:
                return exchange.response(httpx.ByteStream(exchange.body()))
            stream = ResponseStream(self, exchange, portal, stack.pop_all())
        self._open[stream] = None
        return exchange.response(stream)

    def close(self) -> None:
        """Cancel what is still answered, and the sessions of WebSockets that nobody has left."""
        for stream in list(self._open):
            stream.cancel()
        for session in list(self._sessions):
            session.abandon()

    def forget(self, stream: ResponseStream) -> None:
        """Take ``stream`` for closed."""
        self._open.pop(stream, None)

    def _connect(self, request: httpx.Request) -> httpx.Response:
        scope = handshake_scope(request, self._root_path, self._client, self._state)
        session = WebSocketTestSession(self.app, scope, self._portal_factory, **request.extensions[WEBSOCKET])
        self._sessions.add(session)
        return httpx.Response(101, extensions={WEBSOCKET: session})


class ResponseStream(httpx.SyncByteStream):
    """The body of a response, which the application sends as it is read."""

    def __init__(self, transport: TestTransport, exchange: Exchange, portal: BlockingPortal, stack: ExitStack) -> None:
        self._transport = transport
        self._exchange = exchange
        self._portal = portal
        self._stack = stack
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        while (chunk := portal_call(self._portal, self._exchange.next_chunk)) is not None:
            yield chunk

    def close(self) -> None:
        """Wait for the application's end, background tasks included, and raise what it raised."""
        if self._is_closed:
            return
        try:
            portal_call(self._portal, self._exchange.close)
        finally:
            self.cancel()
        self._exchange.raise_failure(self._transport.raise_server_exceptions)

    def cancel(self) -> None:
        """Make sure that nothing of this is left in the event loop, whatever happened."""
        self._is_closed = True
        self._transport.forget(self)
        with self._stack:
            if not self._exchange.has_ended:
                self._portal.call(self._exchange.cancel)


async def _begin(app: ASGIApp, scope: Scope, body: AsyncIterator[bytes] | bytes, is_buffered: bool) -> Exchange:
    """Run the application: to its end, or if somebody reads its response as a stream, to the start of that."""
    exchange = Exchange(app, scope, body, buffered=is_buffered, strict=False)
    if is_buffered:
        await exchange.run()
        return exchange
    spawn(exchange.run)
    try:
        await exchange.until_started()
    except BaseException:
        await exchange.cancel()
        raise
    return exchange
