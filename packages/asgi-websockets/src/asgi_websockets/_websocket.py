"""A WebSocket: the scope's view with messages to receive and to send, each checked against the state it comes in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from asgi_types import ASGIApp, HTTPConnection, Message, Receive, Scope, Send, WebSocketException
from asgi_types import StateT as StateT

from ._disconnect import WebSocketDisconnect, WebSocketDisconnected
from ._json import decode_json, encode_json
from ._messages import Messages
from ._state import FROM_APPLICATION, FROM_CLIENT, WebSocketState, following_state


class WebSocket(HTTPConnection[StateT]):
    """One WebSocket connection. `accept` it first; then receive and send until either side closes.

    ``client_state`` and ``application_state`` say how far each side is. Another scope type than ``websocket`` is an
    `AssertionError`.

    The ``receive_*`` methods raise `WebSocketDisconnect` when the client is gone and `WebSocketDisconnected` before
    `accept` and after the end; the ``iter_*`` methods end when the client is gone. Sending raises
    `WebSocketDisconnect` with code 1006 when the server can no longer send, and `WebSocketDisconnected` after the
    end. A message that may not be sent or received in the present state is a `RuntimeError`.

    >>> import asyncio
    >>> events = iter([{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "Hello"}])
    >>> async def receive():
    ...     return next(events)
    >>> async def send(message):
    ...     print(message)
    >>> async def echo(websocket):
    ...     await websocket.accept()
    ...     await websocket.send_text(await websocket.receive_text())
    ...     await websocket.close()
    >>> asyncio.run(echo(WebSocket({"type": "websocket", "path": "/", "headers": []}, receive, send)))
    {'type': 'websocket.accept', 'subprotocol': None, 'headers': []}
    {'type': 'websocket.send', 'text': 'Hello'}
    {'type': 'websocket.close', 'code': 1000, 'reason': ''}
    """

    client_state: WebSocketState = WebSocketState.CONNECTING
    application_state: WebSocketState = WebSocketState.CONNECTING

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "websocket", f"Not a WebSocket's scope: {scope['type']!r}."
        self.scope = scope
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        """The next ASGI message of the server, ``websocket.connect`` and ``websocket.disconnect`` included."""
        allowed = FROM_CLIENT.get(self.client_state)
        if allowed is None:
            raise WebSocketDisconnected('Cannot call "receive" once a disconnect message has been received.')
        message: Message = await self._receive()
        self.client_state = following_state(allowed, message["type"])
        return message

    async def send(self, message: Message) -> None:
        """Send an ASGI message."""
        allowed = FROM_APPLICATION.get(self.application_state)
        if allowed is None:
            raise WebSocketDisconnected('Cannot call "send" once a close message has been sent.')
        following = following_state(allowed, message["type"])
        is_part_of_denial = self.application_state is WebSocketState.RESPONSE and message.get("more_body", False)
        if not is_part_of_denial:
            self.application_state = following
        try:
            await self._send(message)
        except OSError as error:
            self.application_state = WebSocketState.DISCONNECTED
            raise WebSocketDisconnect(1006) from error

    async def accept(
        self, subprotocol: str | None = None, headers: Iterable[tuple[bytes, bytes]] | None = None
    ) -> None:
        """Accept the connection, with one of the subprotocols the client offers and with headers of the handshake.

        Waits for the client's ``websocket.connect`` if nobody has received it yet. Header names are put in lower
        case. Raises `ValueError` for CR, LF or NUL in the subprotocol or a header.
        """
        fields = [(name.lower(), value) for name, value in headers or ()]
        _refuse_line_breaks((subprotocol or "").encode(), *(part for field in fields for part in field))
        if self.client_state is WebSocketState.CONNECTING:
            await self.receive()
        await self.send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": fields})

    async def receive_text(self) -> str:
        """The next message, which must be text; a message of bytes raises `WebSocketException` with code 1003."""
        text: str = await self._receive_data("text", "bytes")
        return text

    async def receive_bytes(self) -> bytes:
        """The next message, which must be bytes; a message of text raises `WebSocketException` with code 1003."""
        data: bytes = await self._receive_data("bytes", "text")
        return data

    async def receive_json(self, mode: str = "text") -> Any:
        """The value of the next message, a JSON text; with ``mode="binary"`` in a message of bytes, as UTF-8.

        Raises `json.JSONDecodeError` for what is no JSON, `WebSocketException` with code 1003 for the other kind of
        message, and `RuntimeError` for another mode.
        """
        if _is_text(mode):
            return decode_json(await self.receive_text())
        return decode_json(await self.receive_bytes())

    def iter_text(self) -> AsyncIterator[str]:
        """Messages of text until the client is gone; raises as `receive_text` does otherwise."""
        return Messages(self.receive_text)

    def iter_bytes(self) -> AsyncIterator[bytes]:
        """Messages of bytes until the client is gone; raises as `receive_bytes` does otherwise."""
        return Messages(self.receive_bytes)

    def iter_json(self) -> AsyncIterator[Any]:
        """Values of JSON texts until the client is gone; raises as `receive_json` does otherwise."""
        return Messages(self.receive_json)

    async def send_text(self, data: str) -> None:
        """Send a message of text."""
        await self.send({"type": "websocket.send", "text": data})

    async def send_bytes(self, data: bytes) -> None:
        """Send a message of bytes."""
        await self.send({"type": "websocket.send", "bytes": data})

    async def send_json(self, data: Any, mode: str = "text") -> None:
        """Send a value as compact JSON; with ``mode="binary"`` in a message of bytes, as UTF-8.

        NaN and infinity, which JSON has no form for, are written as Python's `json` does. Raises `TypeError` for
        objects that JSON cannot hold, and `RuntimeError` for another mode.
        """
        if _is_text(mode):
            await self.send_text(encode_json(data))
        else:
            await self.send_bytes(encode_json(data).encode("utf-8"))

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close the connection (RFC 6455 section 7.4), or refuse it before `accept`."""
        await self.send({"type": "websocket.close", "code": code, "reason": reason or ""})

    async def send_denial_response(self, response: ASGIApp) -> None:
        """Refuse the connection with an HTTP response, in place of `accept`.

        ``response`` is an ASGI application that sends the messages of a denial response on a WebSocket scope, as the
        core's ``Response`` does. Raises `RuntimeError` on a server without the extension ``websocket.http.response``.
        """
        if "websocket.http.response" not in (self.scope.get("extensions") or {}):
            raise RuntimeError("The server doesn't support the Websocket Denial Response extension.")
        await response(self.scope, self.receive, self.send)

    async def _receive_data(self, wanted: str, other: str) -> Any:
        if self.application_state is not WebSocketState.CONNECTED:
            raise WebSocketDisconnected('WebSocket is not connected. Need to call "accept" first.')
        message = await self.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005), message.get("reason"))
        data = message.get(wanted)
        if data is None:
            raise WebSocketException(1003, f"Expected a message of {wanted}, but got one of {other}.")
        return data


def _is_text(mode: str) -> bool:
    if mode not in ("text", "binary"):
        raise RuntimeError('The "mode" argument should be "text" or "binary".')
    return mode == "text"


def _refuse_line_breaks(*parts: bytes) -> None:
    for part in parts:
        if any(byte in part for byte in b"\r\n\0"):
            raise ValueError(f"Invalid header of the handshake {part!r}: CR, LF and NUL are not allowed.")
