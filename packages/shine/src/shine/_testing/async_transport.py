"""The transport of `AsyncTestClient`: each request goes to the application, in a task beside the test's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from asgi_types import ASGIApp

from .buffering import BUFFERED
from .exchange import Exchange
from .http_scope import http_scope
from .request_body import async_body
from .spawning import spawn

if TYPE_CHECKING:
    import httpx
else:
    from .http_library import httpx

T = TypeVar("T")

EXCHANGE = "shine.exchange"
"""The key in a response's extensions of the `Exchange` that it came of."""

EXTENSIONS = (
    "http.response.debug",
    "http.response.early_hint",
    "http.response.pathsend",
    "http.response.push",
    "http.response.trailers",
)


class AsyncTestTransport(httpx.AsyncBaseTransport):
    """Answers requests by the application. What `aclose` finds open is cancelled."""

    def __init__(
        self,
        app: ASGIApp,
        state: dict[str, Any],
        *,
        raise_server_exceptions: bool,
        root_path: str,
        client: tuple[str, int] | None,
    ) -> None:
        self._app = app
        self._state = state
        self._raises = raise_server_exceptions
        self._root_path = root_path
        self._client = client
        self._open: dict[Exchange, None] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer; what it raises is raised, or a 500 in its place."""
        scope = http_scope(request, self._root_path, self._client, self._state, EXTENSIONS)
        is_buffered = request.extensions.get(BUFFERED, False)
        exchange = Exchange(self._app, scope, async_body(request), buffered=is_buffered)
        self._open[exchange] = None
        spawn(exchange.run)
        await self.read(exchange, exchange.until_ended if is_buffered else exchange.until_started, request)
        if exchange.has_ended:
            self._forget(exchange)
            exchange.raise_failure(self._raises)
        stream = httpx.ByteStream(exchange.body()) if is_buffered else AsyncResponseStream(self, exchange, request)
        exchange.extensions[EXCHANGE] = exchange
        return exchange.response(stream)

    async def read(self, exchange: Exchange, func: Callable[[], Awaitable[T]], request: httpx.Request) -> T:
        """What ``func`` returns, within the read timeout of ``request``."""
        from anyio import fail_after

        seconds = request.extensions.get("timeout", {}).get("read")
        try:
            with fail_after(seconds):
                return await func()
        except TimeoutError:
            await self.cancel(exchange)
            message = f"The application sent nothing for {seconds:g} seconds."
            raise httpx.ReadTimeout(message, request=request) from None
        except BaseException:
            await self.cancel(exchange)
            raise

    async def close_exchange(self, exchange: Exchange) -> None:
        """Wait for the application's end, background tasks included, and raise what it raised."""
        if exchange in self._open:
            try:
                await exchange.close()
            finally:
                await self.cancel(exchange)
            exchange.raise_failure(self._raises)

    async def cancel(self, exchange: Exchange) -> None:
        """Make sure that nothing of this is left in the event loop, whatever happened."""
        from anyio import CancelScope

        self._forget(exchange)
        exchange.cancel()
        with CancelScope(shield=True):
            await exchange.until_ended()

    async def aclose(self) -> None:
        """Cancel what is still answered."""
        for exchange in list(self._open):
            await self.cancel(exchange)

    def _forget(self, exchange: Exchange) -> None:
        self._open.pop(exchange, None)


class AsyncResponseStream(httpx.AsyncByteStream):
    """The body of a response, which the application sends as it is read."""

    def __init__(self, transport: AsyncTestTransport, exchange: Exchange, request: httpx.Request) -> None:
        self._transport = transport
        self._exchange = exchange
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        exchange = self._exchange
        while (chunk := await self._transport.read(exchange, exchange.next_chunk, self._request)) is not None:
            yield chunk

    async def aclose(self) -> None:
        await self._transport.close_exchange(self._exchange)
