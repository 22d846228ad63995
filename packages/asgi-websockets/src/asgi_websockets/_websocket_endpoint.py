"""Endpoints that are classes: a method for each thing that happens to a WebSocket."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, ClassVar, Final, Literal, NoReturn, cast

from asgi_types import HTTPException, Message, Receive, Scope, Send, WebSocketException, close_code

from ._disconnect import WebSocketDisconnect
from ._failure import failure_of
from ._message_error import json_error, wrong_kind
from ._session import WebSocketClass, WebSocketSession
from ._websocket import WebSocket

CLEANUP_TIMEOUT: Final = 10.0
"""Seconds that `WebSocketEndpoint.on_disconnect` has where the connection was cancelled."""


class WebSocketEndpoint:
    """Answer each message of a WebSocket by `on_receive`, from `on_connect` to `on_disconnect`.

    The class is the endpoint, as in ``WebSocketRoute("/echo", Echo)``; each connection makes an instance, which is
    awaited. Exceptions end the connection as those of a function do; see `websocket_session`.

    ``encoding`` is what messages have to be: ``"text"``, ``"bytes"``, ``"json"`` in either, or None for text or bytes
    as they come. A message that is something else closes the connection with code 1003. ``websocket_class`` makes the
    WebSocket. Another scope type than ``websocket`` is an `AssertionError`, and another encoding a `ValueError` of a
    class that does not override `decode`.

    >>> import asyncio
    >>> class Echo(WebSocketEndpoint):
    ...     encoding = "text"
    ...     async def on_receive(self, websocket, data):
    ...         await websocket.send_text(data)
    >>> events = iter([{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "Hello"},
    ...                {"type": "websocket.disconnect", "code": 1000}])
    >>> async def receive():
    ...     return next(events)
    >>> async def send(message):
    ...     print(message)
    >>> async def main():
    ...     await Echo({"type": "websocket", "path": "/", "headers": []}, receive, send)
    >>> asyncio.run(main())
    {'type': 'websocket.accept', 'subprotocol': None, 'headers': []}
    {'type': 'websocket.send', 'text': 'Hello'}
    """

    encoding: Literal["text", "bytes", "json"] | None = None
    websocket_class: ClassVar[WebSocketClass] = WebSocket
    fails_on_wrong_kind: ClassVar[bool] = False
    """Whether a message that is not of `encoding` is a `RuntimeError` besides, for the log of the server."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "websocket", f"Not a WebSocket's scope: {scope['type']!r}."
        self.scope = scope
        self.receive = receive
        self.send = send

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.decode is WebSocketEndpoint.decode and cls.encoding not in (None, "text", "bytes", "json"):
            raise ValueError(
                f"Unknown encoding {cls.encoding!r} of {cls.__name__}: use 'text', 'bytes', 'json' or None."
            )

    def __await__(self) -> Generator[Any, None, None]:
        return self.dispatch().__await__()

    async def dispatch(self) -> None:
        """Serve the connection."""
        await WebSocketSession(self._serve, type(self).websocket_class)(self.scope, self.receive, self.send)

    async def decode(self, websocket: Any, message: Message) -> Any:
        """What `on_receive` gets for an ASGI message; raises `WebSocketException` with code 1003 for the wrong kind."""
        text, data = message.get("text"), message.get("bytes")
        if self.encoding == "json":
            try:
                return websocket.json_codec.decode(data if text is None else text)
            except (ValueError, RecursionError) as error:
                refusal = json_error(error)
            await self._refuse(websocket, refusal, "Malformed JSON data received.")
        found = {"text": text, "bytes": data, None: data if text is None else text}[self.encoding]
        if found is None:
            other = "bytes" if self.encoding == "text" else "text"
            problem = f"Expected {self.encoding} websocket messages, but got {other}"
            await self._refuse(websocket, wrong_kind(str(self.encoding)), problem)
        return found

    async def _refuse(self, websocket: Any, refusal: WebSocketException, problem: str) -> NoReturn:
        if not self.fails_on_wrong_kind:
            raise refusal
        await websocket.close(refusal.code)
        raise RuntimeError(problem)

    async def on_connect(self, websocket: Any) -> None:
        """Accept the connection, or do otherwise."""
        await websocket.accept()

    async def on_receive(self, websocket: Any, data: Any) -> None:
        """Take a message."""

    async def on_disconnect(self, websocket: Any, close_code: int) -> None:
        """Clean up, whatever ended the connection after `on_connect`: this is its code.

        It is the client's, that of the exception, 1011 for one that has none, and 1001 if the server cancelled it;
        then there are ten seconds, where asyncio's own ``Task.cancel`` does not come again.
        """

    async def _serve(self, websocket: WebSocket[Any]) -> None:
        await self.on_connect(websocket)
        code: int | None = None  # as long as it is cancelled
        try:
            code = await self._converse(websocket)
        except Exception as exc:
            code = _code_of(exc)
            raise
        finally:
            if code is None:
                from anyio import move_on_after

                with move_on_after(CLEANUP_TIMEOUT, shield=True):
                    await self.on_disconnect(websocket, 1001)
            else:
                await self.on_disconnect(websocket, code)

    async def _converse(self, websocket: WebSocket[Any]) -> int:
        """Take messages until the client is gone, and return its close code."""
        while (message := await websocket.receive())["type"] != "websocket.disconnect":
            if message["type"] == "websocket.receive":  # the other is the connect of one that `on_connect` left waiting
                await self.on_receive(websocket, await self.decode(websocket, message))
        return message.get("code") or 1000


def _code_of(exc: Exception) -> int:
    failure = failure_of(exc)
    if failure is None:
        return _disconnect_in(exc).code
    if isinstance(failure, WebSocketException):
        return failure.code
    return close_code(failure.status_code) if isinstance(failure, HTTPException) else 1011


def _disconnect_in(exc: Exception) -> WebSocketDisconnect:
    """The first disconnect of a group that holds nothing else, or the one that it is."""
    while isinstance(exc, ExceptionGroup):
        exc = cast("ExceptionGroup[Exception]", exc).exceptions[0]
    return cast("WebSocketDisconnect", exc)
