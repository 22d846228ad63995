"""The outermost layer: no error leaves an application unanswered, and none is swallowed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from asgi_types import VIEW, ASGIApp, HTTPConnection, Message, Receive, Response, Scope, Send

from .error_handler import ExceptionHandler, call_handler, view_of
from .exception_middleware import RESPONSE_STARTS, ExceptionMiddleware

ANSWERED: Final = "asgi_middleware.answered_error"
"""The scope key of what was answered, or reported to the handler: by which layer, and which exception."""


class ServerErrorMiddleware:
    """Answer an unhandled exception of an HTTP request with a 500, and raise it on for the server to log.

    With ``debug`` the answer shows the exception and the request, without secrets: as a page to a client that wants
    ``text/html``, as JSON to one that wants ``application/json``, else as text. The log is warned once when it is shown
    to a client that is not on this machine. Without ``debug``, ``handler`` answers, and if there is none, or it fails
    or sends nothing, plain text does. What a handler raises is raised on in place of the exception. If the response had
    begun, nothing more is sent; the handler is called all the same, since many report errors there.

    >>> import asyncio
    >>> async def app(scope, receive, send):
    ...     raise LookupError("no such thing")
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    >>> asyncio.run(ServerErrorMiddleware(app)(scope, None, send))
    Traceback (most recent call last):
    LookupError: no such thing
    """

    request_class: type[HTTPConnection[Any]] = HTTPConnection
    has_warned_of_debug: bool = False
    """Whether the log has been told that strangers see the debug page."""

    def __init__(self, app: ASGIApp, handler: ExceptionHandler | None = None, debug: bool = False) -> None:
        self.app = app
        self.handler = handler
        self.debug = debug

    @property
    def app(self) -> ASGIApp:
        """The application inside this layer."""
        app: ASGIApp = self._app
        return app

    @app.setter
    def app(self, app: ASGIApp) -> None:
        self._app: Any = app
        # Directly above an error layer that answers through this one there is nothing left to do.
        self._is_answered_below = isinstance(app, ExceptionMiddleware) and app.server_errors is self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_answered_below or scope["type"] != "http":
            # Called by name: CPython runs a method without the detour that calling an instance takes.
            await self._app.__call__(scope, receive, send)
            return
        started = False

        def _send(message: Message) -> Awaitable[None]:  # a name that traces of requests show
            nonlocal started
            if not started and message["type"] in RESPONSE_STARTS:
                started = True
            return send(message)

        try:
            await self._app(scope, receive, _send)
        except Exception as exc:
            await self.answer(exc, scope, receive, _send, lambda: started)
            raise

    async def answer(
        self, exc: Exception, scope: Scope, receive: Receive, send: Send, started: Callable[[], bool | None]
    ) -> None:
        """Send the 500 for ``exc`` to an HTTP request whose response has not ``started``.

        After that the handler is called all the same, but not for what a layer further in has answered by this one. An
        answer that did not get here, as a middleware has kept it, is made again.
        """
        answered = (id(self), id(exc))  # not the exception, whose traceback leads back to the scope
        was_answered, scope[ANSWERED] = scope.get(ANSWERED) == answered, answered
        request = view_of(self.request_class, scope, receive, send)
        scope.pop(VIEW, None)  # it holds the scope, and what the request has read
        if started():
            if self.handler is not None and not (self.debug or was_answered):
                await call_handler(self.handler, request, exc)
            return
        try:
            response = await self._response(request, exc)
            if response is not None:
                await response(scope, receive, send)
        except Exception:
            if not started():
                await self.error_response(request, exc)(scope, receive, send)
            raise
        if not started():
            await self.error_response(request, exc)(scope, receive, send)

    def debug_response(self, request: Any, exc: Exception) -> Response:
        """What is known of the exception and the request: a page, JSON or text by what the client accepts."""
        from .debug_page import debug_page  # slow to import, and production never needs it

        return debug_page(self, request, exc)

    def generate_html(self, exc: Exception, limit: int = 7) -> str:
        """The debug page, with ``limit`` lines of source for each frame; it is made in a thread.

        Another page must bring its own style in attributes, or send its own headers from `debug_response`, since those
        allow nothing else.
        """
        from .debug_html import debug_html
        from .debug_report import DebugReport

        return debug_html(DebugReport(exc, limit))

    def generate_plain_text(self, exc: Exception) -> str:
        """What clients that take neither a page nor JSON are shown; it is made in a thread."""
        from .debug_report import DebugReport
        from .debug_text import debug_text

        return debug_text(DebugReport(exc))

    def error_response(self, request: Any, exc: Exception) -> Response:  # noqa: ARG002
        """What a client may know of an error: nothing but that it happened."""
        return Response("Internal Server Error", 500, media_type="text/plain")

    async def _response(self, request: HTTPConnection[Any], exc: Exception) -> ASGIApp | None:
        if self.debug:
            return await call_handler(self.debug_response, request, exc)  # in a thread: it reads source files
        if self.handler is not None:
            return await call_handler(self.handler, request, exc)
        return self.error_response(request, exc)
