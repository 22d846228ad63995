"""The test client for async tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from asgi_types import ASGIApp
from asgi_websockets.testing import AsyncWebSocketTestSession

from .asgi2 import asgi3_app
from .async_transport import EXCHANGE, AsyncTestTransport
from .buffering import note_buffering
from .debug_information import lend_debug_information
from .event_stream import EventStream
from .handshake import handshake_headers, handshake_scope, handshake_url
from .lifespan import Lifespan
from .spawning import spawn

if TYPE_CHECKING:
    import httpx
else:
    from .http_library import httpx


class AsyncTestClient(httpx.AsyncClient):
    """A client of any ASGI application, in the event loop of the test: asyncio or trio.

    It is an ``httpx.AsyncClient``, with all that this can do; nothing goes over a network. ``async with`` runs the
    application's lifespan around the block, unless ``lifespan`` is false; what it yields as state goes into every
    request's scope, and is there as ``app_state``. A request runs in a task of its own, with the context variables of
    the caller, and its response is there when the application has ended, background tasks included. With `stream` it is
    there when it starts, and the application sends on only as the test reads on; leaving the block early disconnects,
    and cancels what has not ended 0.2 seconds later.

    What is still open at the end of the client's block is cancelled: responses that nobody has closed, and sessions of
    WebSockets that nobody has left. The client may be made, entered and left in different tasks, as fixtures are.

    What the application raises is raised, unless ``raise_server_exceptions`` is false: then an unanswered request is
    answered with 500; a `KeyboardInterrupt` and the like are raised in any case. A message out of order, one that the
    scope does not offer, a response that is not complete, and none at all are `AssertionError`s. ``async with`` raises
    what the application raised, or `RuntimeError`, if its lifespan fails.

    ``timeout`` is how many seconds each request may wait for the application, None for ever; one that waits longer is
    cancelled, and that is an ``httpx.ReadTimeout``. ``client`` is what the application sees as the client's address,
    and ``root_path`` the scope's.

    The server that it plays has these extensions of ASGI: what an application sends by them is in
    ``response.extensions`` under their names, early hints as a list of link values, the path of a file sent by
    pathsend (its content is the body), pushes as pairs of path and headers, trailers as a list of pairs, and debug
    information as it was given.

    >>> import anyio
    >>> from shine import PlainTextResponse, Request, Route, Shine
    >>> async def hello(request: Request) -> PlainTextResponse:
    ...     return PlainTextResponse("Hello")
    >>> async def main() -> str:
    ...     async with AsyncTestClient(Shine(routes=[Route("/", hello)])) as client:
    ...         return (await client.get("/")).text
    >>> anyio.run(main)
    'Hello'
    """

    __test__ = False  # for pytest

    _life: Lifespan | None = None

    def __init__(
        self,
        app: ASGIApp,
        base_url: str = "http://testserver",
        raise_server_exceptions: bool = True,
        root_path: str = "",
        *,
        lifespan: bool = True,
        timeout: float | None = None,
        cookies: httpx.Cookies | dict[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = True,
        client: tuple[str, int] = ("testclient", 50000),
    ) -> None:
        self.app: ASGIApp = asgi3_app(app)
        self.app_state: dict[str, Any] = {}
        self._has_lifespan = lifespan
        self._root_path = root_path
        self._address = client
        self._requests = AsyncTestTransport(
            self.app,
            self.app_state,
            raise_server_exceptions=raise_server_exceptions,
            root_path=root_path,
            client=client,
        )
        super().__init__(
            base_url=base_url,
            headers={"user-agent": "testclient", **httpx.Headers(headers)},
            transport=self._requests,
            follow_redirects=follow_redirects,
            cookies=cookies,
            timeout=timeout,
        )

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request; see ``httpx.AsyncClient.send``."""
        note_buffering(request, not stream)
        response = await super().send(request, stream=stream, **options)
        lend_debug_information(response)
        return response

    def websocket_connect(
        self,
        url: str,
        subprotocols: Sequence[str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        timeout: float = 5.0,
        max_queue: int = 1000,
    ) -> AsyncWebSocketTestSession:
        """A session for ``async with``, with this client's headers and cookies.

        ``timeout`` is how many seconds each of its operations waits; see `AsyncWebSocketTestSession` for all the rest.
        """
        request = self.build_request(
            "GET", handshake_url(self.base_url, url), headers=handshake_headers(headers, subprotocols), params=params
        )
        scope = handshake_scope(request, self._root_path, self._address, self.app_state)
        session = AsyncWebSocketTestSession(self.app, scope, timeout=timeout, max_queue=max_queue)
        self._requests.sessions.add(session)
        return session

    @asynccontextmanager
    async def events(
        self,
        url: str,
        *,
        method: str = "GET",
        last_event_id: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 5.0,
        **options: Any,
    ) -> AsyncGenerator[EventStream]:
        """Read server-sent events: ``async with client.events("/news") as events: event = await events.receive()``.

        ``last_event_id`` is what a client sends when it connects again, ``timeout`` how many seconds `receive` waits,
        and ``options`` are those of ``httpx.AsyncClient.stream``. Leaving the block disconnects.

        Raises `AssertionError` if the answer is no event stream.
        """
        wanted = httpx.Headers({"accept": "text/event-stream", "cache-control": "no-store"})
        if last_event_id is not None:
            wanted["last-event-id"] = last_event_id
        wanted.update(headers)
        wanted["accept-encoding"] = "identity"
        async with self.stream(method, url, headers=wanted, **options) as response:
            content_type = response.headers.get("content-type", "")
            if response.status_code != 200 or content_type.partition(";")[0].strip().lower() != "text/event-stream":
                text = (await response.aread()).decode("utf-8", "replace")
                raise AssertionError(
                    f"Expected a stream of events, but got {response.status_code} {content_type!r}: {text:.500}"
                )
            yield EventStream(response, response.request.extensions[EXCHANGE], timeout)

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        if self._has_lifespan:
            self._life = Lifespan(self.app, self.app_state, "AsyncTestClient(app, lifespan=False) runs none.")
            spawn(self._life.run)
            try:
                await self._life.startup()
            except BaseException:
                await self._end_life()
                await super().__aexit__(None, None, None)
                raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        try:
            await super().__aexit__(exc_type, exc, traceback)  # what is still open is cancelled first
            if self._life is not None:
                await self._life.shutdown()
        finally:
            await self._end_life()

    async def _end_life(self) -> None:
        life, self._life = self._life, None
        if life is not None:
            await life.end()
