"""Messages that show each side that the other is there: ASGI has no ping and pong for applications."""

from __future__ import annotations

from asgi_types import Message


class Heartbeat:
    """Send ``message`` every ``interval`` seconds, by default 20, from the acceptance to the end of a connection.

    It keeps proxies from closing a connection that has nothing to say, as nginx does after 60 seconds. Messages of the
    client that equal ``answer`` are not handed on, so that a page can show that it is there, for an ``idle_timeout``:
    ``socket.onmessage = (event) => { if (event.data === "ping") socket.send("pong") }``. Text is sent as text, and
    bytes as bytes.

    Raises `ValueError` unless ``interval`` is above 0.

    >>> Heartbeat(30, b"")
    Heartbeat(interval=30, message=b'', answer='pong')
    """

    __slots__ = ("answer", "interval", "message")

    def __init__(
        self, interval: float = 20.0, message: str | bytes = "ping", answer: str | bytes | None = "pong"
    ) -> None:
        if not interval > 0:
            raise ValueError(f"interval is the time in seconds between two heartbeats: it cannot be {interval}.")
        self.interval: float = interval
        self.message: str | bytes = message
        self.answer: str | bytes | None = answer

    def __repr__(self) -> str:
        return f"{type(self).__name__}(interval={self.interval}, message={self.message!r}, answer={self.answer!r})"

    def is_answer(self, message: Message) -> bool:
        """Whether an ASGI message of the client is nothing but the answer to a heartbeat."""
        if self.answer is None or message["type"] != "websocket.receive":
            return False
        data: object = message.get("text" if isinstance(self.answer, str) else "bytes")
        return data == self.answer
