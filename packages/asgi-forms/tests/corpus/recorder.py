"""A server that keeps the bodies it is sent, and what a capture is made of."""

from __future__ import annotations

import hashlib
import queue
import socket
import threading
from dataclasses import dataclass
from typing import Any, Self

import uvicorn

SHOWN = 1024
"""Bytes of a file up to which its content is in the JSON, not the hash of it."""

Entry = dict[str, Any]
"""One field as it should be read, in the words of the JSON."""


@dataclass
class Capture:
    case: str
    client: str
    content_type: str | None
    body: bytes
    expected: list[Entry]
    comment: str | None = None


def field(name: str, value: str) -> Entry:
    return {"name": name, "value": value}


def file(name: str, filename: str, content_type: str | None, content: bytes) -> Entry:
    """``content`` goes into the JSON with one character a byte."""
    entry: Entry = {"name": name, "filename": filename, "content_type": content_type}
    if len(content) <= SHOWN:
        return {**entry, "content": content.decode("latin-1")}
    return {**entry, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


class Recorder:
    """Serves a page to send forms from, and keeps what is posted."""

    def __init__(self) -> None:
        self._posted: queue.Queue[tuple[str | None, bytes]] = queue.Queue()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        self._server = uvicorn.Server(uvicorn.Config(self._app, interface="asgi3", log_level="warning", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.should_exit = True
        self._thread.join()

    def take(self) -> tuple[str | None, bytes]:
        """The content type and the body that were posted last."""
        posted = self._posted.get(timeout=10)
        assert self._posted.empty(), "A client has posted twice."
        return posted

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if scope["method"] == "POST":
            content_type = dict(scope["headers"]).get(b"content-type")
            self._posted.put((None if content_type is None else content_type.decode("latin-1"), body))
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"<!doctype html><title>Form</title>"})
