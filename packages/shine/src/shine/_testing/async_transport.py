"""The transport of `AsyncTestClient`: each request goes to the application, in a task beside the test's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar
from weakref import WeakSet

from asgi_types import ASGIApp
from asgi_websockets.testing import AsyncWebSocketTestSession

from .buffering import BUFFERED
from .exchange import Exchange
from .http_scope import http_scope
from .request_body import request_body
from .spawning import spawn

if TYPE_CHECKING:
    import httpx
else:
    from .http_library import httpx

T = TypeVar("T")

EXCHANGE: Final = "shine.exchange"
"""The key in a request's extensions of its `Exchange`."""

EXTENSIONS: Final = (
    "http.response.debug",
    "http.response.early_hint",
    "http.response.pathsend",
    "http.response.push",
    "http.response.trailers",
)


class AsyncTestTransport(httpx.AsyncBaseTransport):
    """Answers requests by ``app``, which may be replaced. What `aclose` finds open is cancelled."""

    def __init__(
        self,
        app: ASGIApp,
        state: dict[str, Any],
        *,
        raise_server_exceptions: bool,
        root_path: str,
        client: tuple[str, int] | None,
    ) -> None:
        self.app = app
        self._state = state
        self._raises = raise_server_exceptions
        self._root_path = root_path
        self._client = client
        self._open: dict[Exchange, None] = {}
        self.sessions: WeakSet[AsyncWebSocketTestSession] = WeakSet()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer; what it raises is raised, or a 500 in its place."""
        scope = http_scope(request, self._root_path, self._client, self._state, EXTENSIONS)
        is_buffered = request.extensions.get(BUFFERED, False)
        exchange = Exchange(self.app, scope, request_body(request), buffered=is_buffered, strict=True)
        self._open[exchange] = None
        spawn(exchange.run)
        await self.wait(exchange, exchange.until_ended if is_buffered else exchange.until_started, request)
        if exchange.has_ended:
            self._open.pop(exchange, None)
            exchange.raise_failure(self._raises)
        if is_buffered:
            return exchange.response(httpx.ByteStream(exchange.body()))
        request.extensions = {**request.extensions, EXCHANGE: exchange}
        return exchange.response(AsyncResponseStream(self, exchange, request))

    async def wait(self, exchange: Exchange, func: Callable[[], Awaitable[T]], request: httpx.Request) -> T:
        """What ``func`` returns, within the read timeout of ``request``; else the application is cancelled."""
        from anyio import fail_after

        seconds = request.extensions.get("timeout", {}).get("read")
        try:
            with fail_after(seconds):
                return await func()
        except TimeoutError:
            await self._cancel(exchange)
            message = f"The application sent nothing for {seconds:g} seconds."
            raise httpx.ReadTimeout(message, request=request) from None
        except BaseException:
            await self._cancel(exchange)
            raise

    async def close_exchange(self, exchange: Exchange, request: httpx.Request) -> None:
        """Wait for the application's end, background tasks included, and raise what it raised."""
        if exchange in self._open:
            await self.wait(exchange, exchange.close, request)
            self._open.pop(exchange, None)
            exchange.raise_failure(self._raises)

    async def aclose(self) -> None:
        """Cancel what is still answered, and the ``sessions`` of WebSockets that nobody has left."""
        for exchange in list(self._open):
            await self._cancel(exchange)
        for session in list(self.sessions):
            await session.abandon()

    async def _cancel(self, exchange: Exchange) -> None:
        self._open.pop(exchange, None)
        await exchange.cancel()


class AsyncResponseStream(httpx.AsyncByteStream):
    """The body of a response, sent as it is read; no generator, which would have to be closed."""

    def __init__(self, transport: AsyncTestTransport, exchange: Exchange, request: httpx.Request) -> None:
        self._transport = transport
        self._exchange = exchange
        self._request = request

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        chunk = await self._transport.wait(self._exchange, self._exchange.next_chunk, self._request)
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    async def aclose(self) -> None:
        await self._transport.close_exchange(self._exchange, self._request)
