"""A WebSocket: the scope's view with messages to receive and to send, each checked against the state it comes in."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from asgi_types import ASGIApp, HTTPConnection, Message, Receive, Scope, Send, check_close_code, close_message, may_deny
from asgi_types import StateT as StateT
from asgi_types.json_codec import JSONCodec, encoded_text, standard_codec, unicode_text

from ._disconnect import END_TIMEOUT, WebSocketDisconnect, WebSocketDisconnected
from ._heartbeat import Heartbeat
from ._message_error import json_error
from ._messages import Messages
from ._mode import is_text
from ._origin import ALLOWED_ORIGINS, AllowedOrigins, check_origin, origin_set
from ._received import data_of, disconnect_of, size_of
from ._state import FROM_APPLICATION, FROM_CLIENT, WebSocketState, following_state

if TYPE_CHECKING:
    from anyio import Event

CONNECTED: Final = WebSocketState.CONNECTED

ABNORMAL: Final = {"type": "websocket.disconnect", "code": 1006, "reason": ""}


class WebSocket(HTTPConnection[StateT]):
    """One WebSocket connection. `accept` it first; then receive and send until either side closes.

    ``client_state`` and ``application_state`` say how far each side is. Another scope type than ``websocket`` is an
    `AssertionError`.

    The ``receive_*`` methods raise `WebSocketDisconnect` when the client is gone and `WebSocketDisconnected` before
    `accept` and after the end; the ``iter_*`` methods end when the client is gone. Sending raises
    `WebSocketDisconnect` once the client is known to be gone, with its code, or 1006 where the server failed to send,
    and `WebSocketDisconnected` after this side has closed. A message that may not be sent or received in the present
    state is a `RuntimeError`. Several tasks may send at once: each message goes out whole, in the order of the calls.

    What a connection may do is said by attributes, of this class, of a subclass, or of one WebSocket:

    - ``allowed_origins`` are origins whose pages may open it besides its own, as in ``["https://example.org",
      "https://*.example.org"]``; ``["*"]`` is all of them. None, the default, is its own only if the scope has a
      session, whose cookie a foreign page would use (cross-site WebSocket hijacking), and else all; a
      `WebSocketPolicyMiddleware` around says otherwise. What could be no origin is a `ValueError` of a subclass.
    - ``max_message_size`` is how many bytes a message of the client may have, by default 16 MiB as in uvicorn and
      hypercorn; `math.inf` is no limit. A larger one closes the connection with code 1009.
    - ``idle_timeout`` is for how many seconds the client may send nothing while it is received from; then the
      connection is closed with code 1001. None, the default, is for ever.
    - ``heartbeat`` is what `websocket_session` sends now and then; see `Heartbeat`.
    - ``json_codec`` is how JSON is read and written; see `asgi_types.json_codec.JSONCodec`.

    A connection that is closed for its size or idleness is received from as if the client had closed it, with that
    code and a reason.

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

    allowed_origins: AllowedOrigins = None
    max_message_size: float = 16 * 1024 * 1024
    idle_timeout: float | None = None
    heartbeat: Heartbeat | None = None
    json_codec: JSONCodec = standard_codec
    client_state: WebSocketState = WebSocketState.CONNECTING
    application_state: WebSocketState = WebSocketState.CONNECTING
    _receives_plainly: bool = True  # whether `receive` is the one below
    _is_sending: bool = False
    _waiting: deque[Event] | None = None  # who wants to send next; made when the first has to wait
    _idled: float = 0.0  # seconds that were waited since the last message, where there is an `idle_timeout`
    _end: Message | None = None  # what tells that it is over, where it was not the program that closed it

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "websocket", f"Not a WebSocket's scope: {scope['type']!r}."
        self.scope = scope
        self._receive = receive
        self._send = send

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.allowed_origins is not None:
            origin_set(cls.allowed_origins)  # is an error of the class rather than of a connection
        cls._receives_plainly = cls.receive is WebSocket.receive

    async def receive(self, *, timeout: float | None = None) -> Message:
        """The next ASGI message of the server, ``websocket.connect`` and ``websocket.disconnect`` included.

        Raises `TimeoutError` if none has come after ``timeout`` seconds; the connection goes on. On granian 2.8 a
        message that comes just then is lost: it drops what a cancelled ``receive`` would have given.
        """
        if timeout is None:
            if self.client_state is not CONNECTED or self.idle_timeout is not None or self.heartbeat is not None:
                return await self._next_message()
            message: Message = await self._receive()
            is_plain = message["type"] == "websocket.receive"
            # A character is four bytes at most.
            if is_plain and len(message.get("text") or message.get("bytes") or "") * 4 <= self.max_message_size:
                return message
            return await self._taken(message)
        from anyio import move_on_after

        with move_on_after(timeout):
            return await self._next_message()
        raise TimeoutError(f"The client sent nothing for {timeout:g} seconds.")

    async def send(self, message: Message) -> None:
        """Send an ASGI message; waits while another task sends."""
        if self._is_sending:
            await self._wait_for_turn()
        self._is_sending = True
        try:
            if self.application_state is not CONNECTED or self._end is not None or message["type"] != "websocket.send":
                self._follow(message)
            await self._send(message)
        except OSError as error:
            self.application_state = WebSocketState.DISCONNECTED
            self._end = self._end or {**ABNORMAL}
            raise WebSocketDisconnect(1006) from error
        finally:
            self._end_turn()

    async def accept(
        self, subprotocol: str | None = None, headers: Iterable[tuple[bytes, bytes]] | None = None
    ) -> None:
        """Accept the connection, with one of the subprotocols the client offers and with headers of the handshake.

        Waits for the client's ``websocket.connect`` if nobody has received it yet. Header names are put in lower
        case. Raises `ValueError` for CR, LF or NUL in the subprotocol or a header, and `HTTPException` with status 403
        for a page of an origin that is not allowed.
        """
        if self.allowed_origins is not None or "session" in self.scope or ALLOWED_ORIGINS in self.scope:
            check_origin(self.scope, self.allowed_origins)
        fields = [(name.lower(), value) for name, value in headers] if headers else []
        if subprotocol or fields:
            _refuse_line_breaks((subprotocol or "").encode(), *(part for field in fields for part in field))
        if self.client_state is WebSocketState.CONNECTING:
            await self.receive()
        await self.send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": fields})

    async def receive_text(self, *, timeout: float | None = None) -> str:
        """The next message, which must be text; a message of bytes raises `WebSocketException` with code 1003.

        ``timeout`` is that of `receive`.
        """
        if (
            timeout is None
            and self.idle_timeout is None
            and self.heartbeat is None
            and self._receives_plainly
            and self.application_state is self.client_state is CONNECTED
        ):
            # What `receive` does, without a coroutine between: nearly every message is received this way.
            message = await self._receive()
            found: str | None = message.get("text")
            if found is not None and len(found) * 4 <= self.max_message_size:  # a character is four bytes at most
                return found
            text: str = data_of(await self._taken(message), "text")
        else:
            text = data_of(await self._receive_accepted(timeout), "text")
        return text

    async def receive_bytes(self, *, timeout: float | None = None) -> bytes:
        """The next message, which must be bytes; a message of text raises `WebSocketException` with code 1003.

        ``timeout`` is that of `receive`.
        """
        if (
            timeout is None
            and self.idle_timeout is None
            and self.heartbeat is None
            and self._receives_plainly
            and self.application_state is self.client_state is CONNECTED
        ):
            message = await self._receive()  # as in `receive_text`
            found: bytes | None = message.get("bytes")
            if found is not None and len(found) <= self.max_message_size:
                return found
            data: bytes = data_of(await self._taken(message), "bytes")
        else:
            data = data_of(await self._receive_accepted(timeout), "bytes")
        return data

    async def receive_json(self, mode: str = "text", *, timeout: float | None = None) -> Any:
        """The value of the next message, a JSON text; with ``mode="binary"`` in a message of bytes, as UTF-8.

        Raises `JSONMessageError` for what is no JSON, `WebSocketException` with code 1003 for the other kind of
        message, and `RuntimeError` for another mode. ``timeout`` is that of `receive`.
        """
        wanted = "text" if is_text(mode) else "bytes"
        data = data_of(await self._receive_accepted(timeout), wanted)
        try:
            return self.json_codec.decode(data)
        except (ValueError, RecursionError) as error:
            raise json_error(error) from None

    def iter_text(self) -> AsyncIterator[str]:
        """Messages of text until the client is gone; raises as `receive_text` does otherwise."""
        return Messages(self.receive_text)

    def iter_bytes(self) -> AsyncIterator[bytes]:
        """Messages of bytes until the client is gone; raises as `receive_bytes` does otherwise."""
        return Messages(self.receive_bytes)

    def iter_json(self) -> AsyncIterator[Any]:
        """Values of JSON texts until the client is gone; raises as `receive_json` does otherwise."""
        return Messages(self.receive_json)

    async def wait_closed(self) -> None:
        """Return when the client is gone; what it sends until then is dropped. For endpoints that only send."""
        while self.client_state is not WebSocketState.DISCONNECTED:
            await self.receive()

    async def send_text(self, data: str) -> None:
        """Send a message of text."""
        await self.send({"type": "websocket.send", "text": data})

    async def send_bytes(self, data: bytes) -> None:
        """Send a message of bytes."""
        await self.send({"type": "websocket.send", "bytes": data})

    async def send_json(self, data: Any, mode: str = "text") -> None:
        """Send a value as JSON; with ``mode="binary"`` in a message of bytes, as UTF-8.

        Raises what the codec raises: by default `TypeError` for objects that JSON cannot hold, and `ValueError` for NaN
        and infinity, which no client could read. Another mode is a `RuntimeError`.
        """
        is_text_message = is_text(mode)
        encoded = self.json_codec.encode(data)
        if is_text_message:
            await self.send({"type": "websocket.send", "text": unicode_text(encoded)})
        else:
            data = encoded_text(encoded) if isinstance(encoded, str) else encoded
            await self.send({"type": "websocket.send", "bytes": data})

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close the connection (RFC 6455 section 7.4), or refuse it before `accept`; nothing if the client is gone.

        A reason of more than 123 bytes of UTF-8 is cut. Raises `ValueError` after `accept` for a code that no close
        frame may have, and `WebSocketDisconnected` if it was closed before.
        """
        if self._end is not None:
            return
        if self.application_state is CONNECTED:
            check_close_code(code)
        with suppress(WebSocketDisconnect):
            await self.send(close_message(code, reason or ""))

    async def abort(self, code: int = 1000, reason: str | None = None) -> None:
        """Close the connection, and take the client for gone from then on; it has a second to take the close frame.

        For a client that reads nothing, behind which `close` would wait, and for one that is not wanted any longer. All
        that receives or sends meanwhile, or later, is told of this code and reason. Raises `ValueError` as `close`
        does.
        """
        from anyio import move_on_after

        if self.application_state is CONNECTED:
            check_close_code(code)
        self.client_state = WebSocketState.DISCONNECTED
        if self.application_state in (WebSocketState.CONNECTING, CONNECTED):
            # A client that reads nothing may keep another task from ever ending its turn.
            with move_on_after(END_TIMEOUT, shield=True), suppress(WebSocketDisconnected):
                await self.close(code, reason)
            self._end = {"type": "websocket.disconnect", "code": code, "reason": reason or ""}

    async def send_denial_response(self, response: ASGIApp) -> None:
        """Refuse the connection with an HTTP response, in place of `accept`.

        ``response`` is an ASGI application that sends the messages of a denial response on a WebSocket scope, as the
        core's ``Response`` does. Raises `RuntimeError` on a server without the extension ``websocket.http.response``.
        """
        if not may_deny(self.scope):
            raise RuntimeError("The server doesn't support the Websocket Denial Response extension.")
        await response(self.scope, self.receive, self.send)

    def _receive_accepted(self, timeout: float | None) -> Awaitable[Message]:
        if self.application_state is not CONNECTED and self._end is None:
            raise WebSocketDisconnected('WebSocket is not connected. Need to call "accept" first.')
        # A `receive` that was overridden need not know the argument.
        return self.receive() if timeout is None else self.receive(timeout=timeout)

    def _open_receive(self) -> Receive:
        if self.client_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected('Cannot call "receive" once a disconnect message has been received.')
        return self._receive

    async def _next_message(self) -> Message:
        while True:
            receive = self._open_receive()
            message = await (receive() if self.idle_timeout is None else self._receive_unless_idle(self.idle_timeout))
            message = await self._taken(message)
            if self.heartbeat is None or not self.heartbeat.is_answer(message):
                return message

    async def _receive_unless_idle(self, idle_timeout: float) -> Message:
        from anyio import current_time, move_on_after

        while True:
            may_send = self.application_state is not WebSocketState.CONNECTING
            with move_on_after(idle_timeout - self._idled):
                began = current_time()
                try:
                    message: Message = await self._receive()
                except BaseException:
                    # What was waited counts, since each wait may have a timeout of its own.
                    self._idled = min(self._idled + current_time() - began, idle_timeout)
                    raise
                self._idled = 0.0
                return message
            self._idled = 0.0
            if may_send:  # else the time begins anew: it was not accepted yet
                return await self._cut(1001, f"The client sent nothing for {idle_timeout:g} seconds.")

    async def _taken(self, message: Message) -> Message:
        """The message, noted and checked, or the end of the connection if it is too large."""
        if self.client_state is WebSocketState.DISCONNECTED:  # by idleness, or another task was told meanwhile
            return message if message["type"] == "websocket.disconnect" else self._end or {**ABNORMAL}
        following = following_state(FROM_CLIENT[self.client_state], message["type"])
        if following is CONNECTED and size_of(message, self.max_message_size) > self.max_message_size:
            return await self._cut(1009, f"Message of more than {self.max_message_size:.0f} bytes.")
        self.client_state = following
        if following is WebSocketState.DISCONNECTED and self.application_state is not WebSocketState.DISCONNECTED:
            self._end = message
        return message

    async def _cut(self, code: int, reason: str) -> Message:
        """Abort the connection, and say so as the server does where the client closes it."""
        await self.abort(code, reason)
        return {"type": "websocket.disconnect", "code": code, "reason": reason}

    def _follow(self, message: Message) -> None:
        """Note what a message to the client leads to."""
        if self._end is not None:
            raise disconnect_of(self._end)
        allowed = FROM_APPLICATION.get(self.application_state)
        if allowed is None:
            raise WebSocketDisconnected('Cannot call "send" once a close message has been sent.')
        following = following_state(allowed, message["type"])
        is_part_of_denial = self.application_state is WebSocketState.RESPONSE and message.get("more_body", False)
        if not is_part_of_denial:
            self.application_state = following

    async def _wait_for_turn(self) -> None:
        from anyio import Event

        turn = Event()
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(turn)
        try:
            await turn.wait()
        except BaseException:
            if turn.is_set():
                self._end_turn()  # it came, and nobody will use it
            else:
                self._waiting.remove(turn)
            raise

    def _end_turn(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._is_sending = False


def _refuse_line_breaks(*parts: bytes) -> None:
    for part in parts:
        if any(byte in part for byte in b"\r\n\0"):
            raise ValueError(f"Invalid header of the handshake {part!r}: CR, LF and NUL are not allowed.")
