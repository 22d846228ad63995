"""An HTTP request: the scope's view with a body to read."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, NoReturn

from asgi_types import HTTPConnection, Message, Receive, Scope, Send
from asgi_types import StateT as StateT

from ._json import decode_json


class ClientDisconnect(Exception):  # noqa: N818 - Starlette's name
    """The client went away before its request was read."""


async def empty_receive() -> NoReturn:
    """Stands in for ``receive`` where a request was made without one."""
    raise RuntimeError("Receive channel has not been made available")


async def empty_send(message: Message) -> NoReturn:  # noqa: ARG001
    """Stands in for ``send`` where a request was made without one."""
    raise RuntimeError("Send channel has not been made available")


class Request(HTTPConnection[StateT]):
    """One HTTP request. The body is read when asked for, once: as a `stream`, or whole by `body` and `json`.

    Another scope type than ``http`` is an `AssertionError`.

    >>> import asyncio
    >>> async def receive():
    ...     return {"type": "http.request", "body": b'{"name": "shine"}', "more_body": False}
    >>> request = Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)
    >>> request.method, asyncio.run(request.json())
    ('POST', {'name': 'shine'})
    """

    _body: bytes | None = None
    _json: Any = ...
    _stream_consumed: bool = False

    def __init__(self, scope: Scope, receive: Receive = empty_receive, send: Send = empty_send) -> None:
        assert scope["type"] == "http", f"Not an HTTP request's scope: {scope['type']!r}."
        self.scope = scope
        self._receive = receive
        self._send = send

    @property
    def method(self) -> str:
        """The method, in upper case."""
        return str(self.scope["method"])

    @property
    def receive(self) -> Receive:
        """The ASGI callable that the body comes from."""
        return self._receive

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in the chunks that arrive, then an empty one; after `body`, that body in one chunk.

        Raises `ClientDisconnect` if the client goes away first, and `RuntimeError` if the body was streamed before.
        """
        if self._body is not None:
            yield self._body
            yield b""
            return
        if self._stream_consumed:
            raise RuntimeError("Stream consumed")
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect()
            body = message.get("body", b"")
            more = message.get("more_body", False)
            self._stream_consumed = not more
            if body:
                yield body
        yield b""

    async def body(self) -> bytes:
        """The whole body; raises as `stream` does."""
        if self._body is None:
            chunks = [chunk async for chunk in self.stream()]
            self._body = b"".join(chunks)
        return self._body

    async def json(self) -> Any:
        """The value of the body as JSON.

        A body that is no JSON raises `JSONBodyError`, which an error layer answers with a 400.
        """
        if self._json is ...:
            self._json = decode_json(await self.body())
        return self._json
