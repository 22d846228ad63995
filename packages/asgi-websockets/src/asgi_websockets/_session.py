"""From a function of a WebSocket to an ASGI application: every connection gets its end, and every failure its log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from asgi_types import (
    GUARD,
    VIEW,
    ASGIApp,
    HTTPException,
    Receive,
    Scope,
    Send,
    WebSocketException,
    answer,
    may_deny,
)

from ._disconnect import END_TIMEOUT, GONE, WebSocketDisconnected
from ._failure import failure_of
from ._state import WebSocketState

if TYPE_CHECKING:
    from ._websocket import WebSocket

WebSocketClass = Callable[[Scope, Receive, Send], "WebSocket[Any]"]


def websocket_session(func: Callable[[Any], Awaitable[None]], websocket_class: WebSocketClass | None = None) -> ASGIApp:
    """An ASGI application that calls ``func`` with the WebSocket of each connection: a `WebSocket`, or another class.

    When ``func`` returns, a connection that is still open is closed with code 1000, and one that it did not accept is
    refused. What it raises ends the connection as well:

    - `WebSocketDisconnect` because the client has gone is no error. While it is there, that of another connection is.
    - `WebSocketException` closes with its code and reason, before `WebSocket.accept` as well.
    - `HTTPException` before that is a denial response, where the server can send one. After it, and where it cannot,
      the connection is closed with the matching code, as `asgi_types.close_code` has it, and the detail as reason.
    - Anything else denies with a 500, or closes with code 1011, and is raised on for the log of the server.

    Below an error layer that promises to answer, as in `asgi_types.GUARD`, all but the first is raised to that, whose
    handlers may know better. In a group of exceptions, as task groups raise them, a disconnect does not count, and an
    exception that is left over alone is taken out of the group.

    A function that returns no awaitable is a `TypeError` of the connection.

    >>> import asyncio
    >>> async def busy(websocket):
    ...     await websocket.accept()
    ...     raise WebSocketException(1013, "Try again later.")
    >>> async def receive():
    ...     return {"type": "websocket.connect"}
    >>> async def send(message):
    ...     print(message)
    >>> asyncio.run(websocket_session(busy)({"type": "websocket"}, receive, send))
    {'type': 'websocket.accept', 'subprotocol': None, 'headers': []}
    {'type': 'websocket.close', 'code': 1013, 'reason': 'Try again later.'}
    """
    return WebSocketSession(func, websocket_class)


class WebSocketSession:
    """What `websocket_session` makes.

    An object and not a function: routers take a function for one that still needs an adapter.
    """

    def __init__(self, func: Callable[[Any], Awaitable[None]], websocket_class: WebSocketClass | None) -> None:
        self.func = func
        self.websocket_class: WebSocketClass = _default_class() if websocket_class is None else websocket_class
        self.__name__ = _name(func)  # routes are named after their endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = self.websocket_class(scope, receive, send)
        ended: Exception | None = None
        try:
            if websocket.heartbeat is None:
                await self._call(websocket)
            else:
                from ._beating import beating

                async with beating(websocket, websocket.heartbeat):
                    await self._call(websocket)
        except Exception as exc:
            ended = exc
        if ended is not None:
            try:
                # Not where it is handled: a group would become the context of the exception it holds.
                await self._end(websocket, failure_of(ended) or ended)
            finally:
                ended = None  # its traceback refers to this frame
        elif _is_open(websocket):
            with suppress(WebSocketDisconnected):
                await websocket.close()

    def _call(self, websocket: WebSocket[Any]) -> Awaitable[None]:
        called: Any = self.func(websocket)
        if not hasattr(called, "__await__"):
            name = self.__name__
            raise TypeError(
                f"{name} is not async: define it as 'async def {name}(websocket)', "
                "and run what blocks in it with anyio.to_thread.run_sync()."
            )
        return called  # type: ignore[no-any-return]

    async def _end(self, websocket: WebSocket[Any], failure: Exception) -> None:
        """Tell the client that it is over, and raise ``failure`` if somebody else has to know."""
        try:
            if failure_of(failure) is None and not _is_open(websocket):
                return  # the client has gone; if it is there, another one has
            if GUARD in websocket.scope:
                websocket.scope[VIEW] = websocket
                raise failure
            if isinstance(failure, (WebSocketException, HTTPException)):
                try:
                    await self._tell(websocket, failure)
                    return
                except Exception as error:  # such as a code that no close frame may have
                    failure = error
            is_accepted = websocket.application_state is not WebSocketState.CONNECTING
            if is_accepted or may_deny(websocket.scope):  # else the server answers with a 500 when it gets the failure
                with suppress(Exception):  # the failure is raised in any case
                    await self._tell(websocket, HTTPException(500))
            raise failure
        finally:
            del failure  # its traceback refers to this frame

    async def _tell(self, websocket: WebSocket[Any], told: WebSocketException | HTTPException) -> None:
        """Close or deny the connection if it is open; a client that takes nothing has limited time."""
        if not _is_open(websocket):
            return
        from anyio import move_on_after

        is_accepted = websocket.application_state is not WebSocketState.CONNECTING
        with move_on_after(END_TIMEOUT, shield=True), suppress(*GONE):
            # What is both is told as what can be told.
            if isinstance(told, WebSocketException) and (is_accepted or not isinstance(told, HTTPException)):
                await websocket.close(told.code, told.reason)
            else:
                assert isinstance(told, HTTPException)
                await answer(websocket.scope, websocket.receive, websocket.send, told, is_accepted=is_accepted)


def _default_class() -> WebSocketClass:
    from ._websocket import WebSocket  # a program without WebSockets does not load it

    return WebSocket


def _is_open(websocket: WebSocket[Any]) -> bool:
    """Whether the client is there and has not been told yet that it is over."""
    return websocket.client_state is not WebSocketState.DISCONNECTED and websocket.application_state in (
        WebSocketState.CONNECTING,
        WebSocketState.CONNECTED,
    )


def _name(func: Callable[..., Any]) -> str:
    return str(getattr(func, "__name__", type(func).__name__))
