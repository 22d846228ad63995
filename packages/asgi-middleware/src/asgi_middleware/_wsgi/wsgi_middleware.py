"""A WSGI application as an ASGI one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from asgi_types import HTTPException, Receive, Scope, Send, refuse

from .._thread_limiter import ThreadLimiter
from .request_body import RequestBody
from .responder import Responder

DEFAULT_THREADS = 40


class WSGIMiddleware:
    """An ASGI application that runs a WSGI one (PEP 3333), each request in a thread of its own.

    Bodies stream both ways, and each side waits for the other: of a request there is one message in memory, and of a
    response the part that is being sent. A client that leaves ends the iteration, and ``close()`` is always called.
    What the application raises comes out once; so does an error that it answers by itself and gives as ``exc_info``,
    after the answer. Context variables of the request are seen in the thread.

    ``threads`` is how many requests run at once on one event loop, 40 by default; more of them wait. They are not
    those that AnyIO lends to others. A WebSocket is refused by 404, and a lifespan ends at once, since WSGI has
    neither. Hop-by-hop headers of a response are dropped.

    Raises `ValueError` for less than one thread.

    >>> import anyio
    >>> def hello(environ, start_response):
    ...     start_response("200 OK", [("Content-Type", "text/plain")])
    ...     return [f"Hello from {environ['PATH_INFO']}".encode()]
    >>> async def send(message):
    ...     print(message.get("body"))
    >>> scope = {"type": "http", "method": "GET", "path": "/wsgi", "headers": []}
    >>> anyio.run(WSGIMiddleware(hello), scope, None, send)
    None
    b'Hello from /wsgi'
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], *, threads: int = DEFAULT_THREADS) -> None:
        if threads < 1:
            raise ValueError(f"A WSGI application needs a thread, not {threads}.")
        self.app = app
        self._threads = ThreadLimiter("asgi_middleware.wsgi_threads", threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._respond(scope, receive, send)
        elif scope["type"] == "websocket":
            await refuse(scope, receive, send, HTTPException(404, "There is no WebSocket here."))

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        from anyio import create_task_group, to_thread
        from anyio.lowlevel import checkpoint_if_cancelled

        body = RequestBody(receive)
        failure: Exception | None = None
        async with create_task_group() as group:
            responder = Responder(scope, body, send, group)
            await to_thread.run_sync(responder.run, self.app, limiter=self._threads.here())
            await checkpoint_if_cancelled()  # in a thread, being cancelled is an exception like others
            failure = responder.take_failure()
            group.cancel_scope.cancel()
        # Not out of the task group, which would put it into another.
        if failure is not None and not (body.has_left and isinstance(failure, OSError)):
            try:
                raise failure
            finally:
                del failure  # whose traceback refers to this frame
