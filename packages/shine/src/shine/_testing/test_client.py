"""The test client for tests that are not async."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

from asgi_types import ASGIApp

from ..exceptions import StarletteDeprecationWarning
from .asgi2 import ASGI2App, asgi3_app
from .buffering import note_buffering
from .debug_information import lend_debug_information
from .handshake import handshake_headers, handshake_url
from .lifespan import Lifespan
from .portal_call import portal_call
from .transport import WEBSOCKET, TestTransport
from .websocket_session import WebSocketTestSession

if TYPE_CHECKING:
    import httpx
    from anyio.from_thread import BlockingPortal
else:
    from .http_library import httpx


class TestClient(httpx.Client):
    """A client of any ASGI application, for tests that are not async; it is Starlette's, with its interface.

    It is an ``httpx.Client``, httpx2's where that is installed, with all that this can do; nothing goes over a network.
    Each request runs the application in an event loop of another thread, and its response is there when the application
    has ended, background tasks included. With ``stream`` it is there when it starts, and the application sends on only
    as the test reads on; closing it early disconnects, and cancels what has not ended 0.2 seconds later.

    ``with`` runs the application's lifespan around the block, and all requests in one event loop; what the lifespan
    yields as state goes into every request's scope, and is there as ``app_state``. It raises what the application
    raised, or `RuntimeError`, if the lifespan fails. What is still open at the end of the block is cancelled: responses
    that nobody has closed, and sessions of WebSockets that nobody has left. The client may be entered again after that.

    What the application raises is raised, unless ``raise_server_exceptions`` is false: then an unanswered request is
    answered with 500; a `KeyboardInterrupt` and the like are raised in any case. A message out of order, or no response
    at all, is an `AssertionError`. ``backend`` is the event loop, ``"asyncio"`` or ``"trio"``, and ``backend_options``
    are AnyIO's for it, such as ``{"use_uvloop": True}``. ``client`` is what the application sees as the client's
    address, and ``root_path`` the scope's.

    The server that it plays has the extensions of ASGI for debug information and trailers: they are in
    ``response.extensions`` as ``http.response.debug``, and ``http.response.trailers``, a list of byte pairs. A rendered
    page is told as ``response.template`` and ``response.context``.

    >>> from shine import PlainTextResponse, Request, Route, Shine
    >>> async def hello(request: Request) -> PlainTextResponse:
    ...     return PlainTextResponse(f"Hello {request.query_params['name']}")
    >>> client = TestClient(Shine(routes=[Route("/", hello)]))
    >>> client.get("/", params={"name": "Zoë"}).text
    'Hello Zoë'
    """

    __test__ = False  # for pytest

    app: ASGIApp
    app_state: dict[str, Any]
    async_backend: dict[str, Any]
    exit_stack: ExitStack
    portal: BlockingPortal | None = None
    task: Any
    _life: Lifespan | None = None

    def __init__(
        self,
        app: ASGIApp | ASGI2App,
        base_url: str = "http://testserver",
        raise_server_exceptions: bool = True,
        root_path: str = "",
        backend: Literal["asyncio", "trio"] = "asyncio",
        backend_options: dict[str, Any] | None = None,
        cookies: httpx.Cookies | dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        follow_redirects: bool = True,
        client: tuple[str, int] = ("testclient", 50000),
    ) -> None:
        self.app = asgi3_app(app)
        self.app_state = {}
        self.async_backend = {"backend": backend, "backend_options": backend_options or {}}
        self.exit_stack = ExitStack()
        self.task = None
        self._requests = TestTransport(
            self.app,
            self._open_portal,
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
        )

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request; see ``httpx.Client.send``. A timeout warns, since nothing here waits for a network."""
        timeout = self.timeout.as_dict()
        if request.extensions.get("timeout", timeout) != timeout:
            warnings.warn(
                "You should not use the 'timeout' argument with the TestClient.",
                StarletteDeprecationWarning,
                stacklevel=4,  # the caller of `get`, `post` and so on, in whose way `request` and this are
            )
        note_buffering(request, not stream)
        response = super().send(request, stream=stream, **options)
        lend_debug_information(response)
        return response

    def websocket_connect(
        self, url: str, subprotocols: Sequence[str] | None = None, *, timeout: float = 30.0, **kwargs: Any
    ) -> WebSocketTestSession:
        """A session for ``with``, which connects to ``url`` with this client's headers and cookies.

        ``timeout`` is how many seconds each of its operations waits, 30 by default, and ``kwargs`` are those of `get`.
        ``with`` raises `WebSocketDisconnect` if the application refuses, and `WebSocketDenialResponse`, a subclass, if
        it does so with a response.
        """
        headers = handshake_headers(kwargs.pop("headers", None), subprotocols)
        extensions = {**kwargs.pop("extensions", {}), WEBSOCKET: {"timeout": timeout}}
        url = handshake_url(self.base_url, url)
        session: WebSocketTestSession = self.request(
            "GET", url, headers=headers, extensions=extensions, **kwargs
        ).extensions[WEBSOCKET]
        return session

    @contextmanager
    def _open_portal(self) -> Generator[BlockingPortal]:
        if self.portal is not None:
            yield self.portal
            return
        from anyio.from_thread import start_blocking_portal

        with start_blocking_portal(**self.async_backend) as portal:
            yield portal

    def __enter__(self) -> Self:
        outer = _Entered(self.exit_stack, self.portal, self.task, self._life)
        with ExitStack() as stack:
            portal = self.portal = stack.enter_context(self._open_portal())
            stack.callback(self._return_to, outer)
            self._life = portal.call(Lifespan, self.app, self.app_state, "Use the client without 'with' to run none.")
            self.task = portal.start_task_soon(self.lifespan)
            stack.callback(portal.call, self._life.end)
            portal_call(portal, self.wait_startup)
            stack.callback(portal_call, portal, self.wait_shutdown)
            if outer.portal is None:
                stack.callback(self._requests.close)
            self.exit_stack = stack.pop_all()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        # The stack is told of the block's exception, as the shutdown may fail too: the one becomes the other's context.
        self.exit_stack.__exit__(exc_type, exc, traceback)

    async def lifespan(self) -> None:
        """Run the application's lifespan, as ``with`` does in the event loop."""
        await self._current_life().run()

    async def wait_startup(self) -> None:
        """Wait until the application has started."""
        await self._current_life().startup()

    async def wait_shutdown(self) -> None:
        """Let the application shut down, and wait until it has."""
        await self._current_life().shutdown()

    def _current_life(self) -> Lifespan:
        if self._life is None:
            raise RuntimeError("A client runs the application's lifespan inside its 'with' block.")
        return self._life

    def _return_to(self, outer: _Entered) -> None:
        self.exit_stack, self.portal, self.task, self._life = outer


class _Entered(NamedTuple):
    """What a client has inside of one ``with``, kept for its end.

    A fixture may have entered the client already: then a test's ``with`` runs one more lifespan in the same event loop.
    """

    exit_stack: ExitStack
    portal: BlockingPortal | None
    task: Any
    life: Lifespan | None
