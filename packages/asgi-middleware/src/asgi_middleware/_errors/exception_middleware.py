"""Turns exceptions into answers by the handlers of an application, and promises as much to all below it."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from asgi_types import (
    GUARD,
    VIEW,
    ASGIApp,
    HTTPConnection,
    HTTPException,
    Message,
    Receive,
    Response,
    Scope,
    Send,
    WebSocketException,
    answer,
    check_close_code,
    close_for_denial,
    close_message,
    may_deny,
)

from .error_handler import ExceptionHandler, call_handler, view_of

if TYPE_CHECKING:
    from .server_error_middleware import ServerErrorMiddleware

END_TIMEOUT = 1.0
"""Seconds that the client of a WebSocket has to take each of the messages that end it."""

# After one of these there is nothing left to answer.
RESPONSE_STARTS = frozenset({"http.response.start", "websocket.http.response.start", "websocket.close"})
_STARTED_AFTER = {**dict.fromkeys(RESPONSE_STARTS, True), "websocket.accept": False}


class ExceptionMiddleware:
    """Answer with the handler of an exception's status code or of the nearest class it derives from.

    A handler is called with the connection and the exception; a function that is not async runs in a thread. It returns
    a response, or None if it answered by itself. `HTTPException` becomes plain text with its status, detail and
    headers, and `WebSocketException` a close frame, unless there is a handler for them. An answer to a WebSocket is a
    denial response, or a close frame with the matching code if the handshake is over or the server cannot send one.

    What no handler takes is answered by ``server_errors``, if given, and raised on in any case, so that the server
    logs it; a WebSocket is denied with a 500, or closed with code 1011, by the outermost of such layers. The same goes
    for what a handler raises, unless another handler takes that. If the response has begun there is nothing left to
    answer: a handled exception is then a `RuntimeError` with that exception as its cause. A handled exception loses its
    traceback, since that of an instance raised for every request would grow for ever.

    Handlers get the connection that the endpoint failed with, or else one made by the class attributes
    ``request_class`` and ``websocket_class``.

    >>> import asyncio
    >>> async def app(scope, receive, send):
    ...     raise HTTPException(404)
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> asyncio.run(ExceptionMiddleware(app)({"type": "http", "method": "GET"}, None, send))
    404 None
    None b'Not Found'
    """

    request_class: type[HTTPConnection[Any]] = HTTPConnection
    websocket_class: type[HTTPConnection[Any]] = HTTPConnection
    ends_websockets: bool = True
    """Whether the outermost layer ends a WebSocket with an unhandled error, or leaves that to what is around it."""
    handlers_key: str | None = None
    """The scope key under which `handlers` are left, for who has to look them up."""
    handlers: tuple[dict[type[Exception], ExceptionHandler], dict[int, ExceptionHandler]]
    """The handlers of exception classes, and those of status codes."""

    def __init__(
        self,
        app: ASGIApp,
        handlers: Mapping[Any, ExceptionHandler] | None = None,
        debug: bool = False,
        *,
        server_errors: ServerErrorMiddleware | None = None,
    ) -> None:
        self.app = app
        self.debug = debug  # Starlette's attribute; the debug page is the business of `server_errors`
        self.server_errors = server_errors
        self._status_handlers: dict[int, ExceptionHandler] = {}
        self._exception_handlers: dict[type[Exception], ExceptionHandler] = {
            HTTPException: self.http_exception,
            WebSocketException: self.websocket_exception,
        }
        for key, handler in (handlers or {}).items():
            self.add_exception_handler(key, handler)
        self.handlers = (self._exception_handlers, self._status_handlers)
        self._guard = self.guard  # a bound method made once, not once a request

    def add_exception_handler(self, exc_class_or_status_code: int | type[Exception], handler: ExceptionHandler) -> None:
        """Answer this status code of an `HTTPException`, or this class and those below it, with ``handler``.

        Another key is an `AssertionError`, among them classes that do not derive from `Exception`.
        """
        if isinstance(exc_class_or_status_code, int):
            self._status_handlers[exc_class_or_status_code] = handler
        else:
            key: object = exc_class_or_status_code
            is_exception = isinstance(key, type) and issubclass(key, Exception)
            assert is_exception, f"Neither a status code nor a class of Exception: {key!r}."
            self._exception_handlers[exc_class_or_status_code] = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        is_outermost = GUARD not in scope
        scope[GUARD] = self._guard
        if self.handlers_key is not None:
            scope[self.handlers_key] = self.handlers
        started: bool | None = None

        def tracked_send(message: Message) -> Awaitable[None]:  # `_tracked` here, since every request comes this way
            nonlocal started
            if not started:
                started = _STARTED_AFTER.get(message["type"], started)
            return send(message)

        try:
            await self.app(scope, receive, tracked_send)
        except Exception as exc:
            try:
                if not await self._handle(exc, scope, receive, tracked_send, lambda: started):
                    raise
            except Exception as unhandled:
                if scope["type"] == "websocket" and not (is_outermost and self.ends_websockets):
                    raise  # middleware between may close with a code of its own, and there are no headers to add
                await self._answer_unhandled(unhandled, scope, receive, tracked_send, lambda: started)
                raise

    async def run(self, app: ASGIApp, view: HTTPConnection[Any], scope: Scope, receive: Receive, send: Send) -> None:
        """Run ``app``, and answer what it raises right here if there is a handler, which gets ``view``.

        What has none is raised on, and so is what the handler raises. A handled exception is a `RuntimeError` if the
        response has begun.
        """
        tracked_send, started = _tracked(send)
        try:
            await app(scope, receive, tracked_send)
        except Exception as exc:
            scope[VIEW] = view  # for the handler, here or above
            if not await self._handle(exc, scope, receive, tracked_send, started):
                raise

    def guard(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Run ``app`` under these handlers; what the scope's guard does (see `asgi_types.GUARD`)."""
        layer = copy.copy(self)
        layer.app = app
        return layer(scope, receive, send)

    async def http_exception(self, request: Any, exc: Exception) -> ASGIApp:  # noqa: ARG002
        """The answer to an `HTTPException` that has no other handler."""
        assert isinstance(exc, HTTPException)
        if exc.status_code in (204, 304):  # they have no content, and so no type of content
            return Response(None, exc.status_code, exc.headers)
        return Response(exc.detail, exc.status_code, exc.headers, "text/plain")

    async def websocket_exception(self, websocket: Any, exc: Exception) -> ASGIApp:
        """The answer to a `WebSocketException` that has no other handler; an HTTP request has none and raises it on."""
        assert isinstance(exc, WebSocketException)
        if websocket.scope["type"] != "websocket":
            raise exc
        close = close_message(exc.code, exc.reason)
        return lambda _scope, _receive, send: send(close)

    async def _handle(
        self, exc: Exception, scope: Scope, receive: Receive, send: Send, started: Callable[[], bool | None]
    ) -> bool:
        """Answer ``exc`` by its handler and return True, or return False if it has none."""
        handler = self._find_handler(exc)
        if handler is None:
            return False
        if started():
            raise RuntimeError("Caught handled exception, but response already started.") from exc
        try:
            if scope["type"] == "websocket":
                send = _ending(send, scope, started() is False)
            await self._answer(handler, exc, scope, receive, send)
        except Exception as failure:
            next_handler = self._find_handler(failure)
            if next_handler is None or next_handler is handler or started():
                raise
            await self._answer(next_handler, failure, scope, receive, send)
            failure.with_traceback(None)
        exc.with_traceback(None)
        scope.pop(VIEW, None)  # it holds the scope, and what the request has read
        return True

    async def _answer_unhandled(
        self, exc: Exception, scope: Scope, receive: Receive, send: Send, started: Callable[[], bool | None]
    ) -> None:
        """Tell the client that it is over; what cannot be told the server tells when ``exc`` gets there."""
        if scope["type"] != "websocket":
            if self.server_errors is not None:
                await self.server_errors.answer(exc, scope, receive, send, started)
            return
        is_accepted = started() is False
        if is_accepted or (not started() and may_deny(scope)):
            with suppress(Exception):  # `exc` is raised on in any case
                ending = _ending(send, scope, is_accepted)
                await answer(scope, receive, ending, HTTPException(500), is_accepted=is_accepted)
        scope.pop(VIEW, None)  # it holds the scope

    async def _answer(
        self, handler: ExceptionHandler, exc: Exception, scope: Scope, receive: Receive, send: Send
    ) -> None:
        view_class = self.request_class if scope["type"] == "http" else self.websocket_class
        response = await call_handler(handler, view_of(view_class, scope, receive, send), exc)
        if response is not None:
            await response(scope, receive, send)

    def _find_handler(self, exc: Exception) -> ExceptionHandler | None:
        if isinstance(exc, HTTPException) and exc.status_code in self._status_handlers:
            return self._status_handlers[exc.status_code]
        for cls in type(exc).__mro__:
            if cls in self._exception_handlers:
                return self._exception_handlers[cls]
        return None


def _tracked(send: Send) -> tuple[Send, Callable[[], bool | None]]:
    """A ``send``, and what tells whether the response has begun by it.

    Of a WebSocket that is None before the connection is accepted, False from then on, and True after its end.
    """
    started: bool | None = None

    def tracked_send(message: Message) -> Awaitable[None]:
        nonlocal started
        if not started:
            started = _STARTED_AFTER.get(message["type"], started)
        return send(message)

    return tracked_send, lambda: started


def _ending(send: Send, scope: Scope, is_accepted: bool) -> Send:
    """A ``send`` for the last messages of a WebSocket, whose client may be gone, or take nothing."""
    is_lost = False

    async def ending(message: Message) -> None:
        nonlocal is_lost
        if is_lost:  # else a long answer would wait anew for each of its parts
            return
        if is_accepted and message["type"] == "websocket.close":
            check_close_code(message.get("code", 1000))
        from anyio import move_on_after

        is_lost = True
        with move_on_after(END_TIMEOUT, shield=True), suppress(OSError):
            await send(message)
            is_lost = False

    return close_for_denial(ending) if is_accepted or not may_deny(scope) else ending
