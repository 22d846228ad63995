"""One call of a WSGI application in a thread, whose response is sent as it comes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from asgi_types import Message, Scope, Send
from asgi_types import may_have_body as status_may_have_body

from .environ import build_environ
from .request_body import RequestBody

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

_HOP_BY_HOP: Final = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer", b"trailers"}
    | {b"transfer-encoding", b"upgrade", b"proxy-connection"}
)


class Responder:
    """Runs in a thread of AnyIO; what goes to the client goes through the event loop, one message at a time."""

    def __init__(self, scope: Scope, body: RequestBody, send: Send, group: TaskGroup) -> None:
        self._scope = scope
        self._body = body
        self._send = send
        self._group = group
        self._start: Message | None = None
        self._has_started = False
        self._is_watched = False
        self._failure: Exception | None = None
        self._answered: BaseException | None = None  # the error that the response is about
        self._has_content = scope["method"] != "HEAD"

    def run(self, app: Callable[..., Iterable[bytes]]) -> None:
        """Call the application, and send what it gives."""
        try:
            self._run(app)
            if isinstance(self._answered, Exception):
                self._failure = self._answered
        except Exception as exc:
            self._failure = exc
        finally:
            self._answered = None

    def take_failure(self) -> Exception | None:
        """What the application has raised, or has answered by itself and given as ``exc_info``, once.

        Raised or returned by the thread, it would be kept alive by frames that it leads to.
        """
        failure, self._failure = self._failure, None
        return failure

    def _run(self, app: Callable[..., Iterable[bytes]]) -> None:
        environ = build_environ(self._scope, io.BufferedReader(self._body))
        chunks = app(environ, self.start_response)
        try:
            self._send_all(chunks)
        finally:
            close: Callable[[], object] | None = getattr(chunks, "close", None)
            if close is not None:
                close()

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        """Keep status and headers until there is something to send; with ``exc_info`` they replace those before."""
        if exc_info is not None:
            try:
                if self._has_started:
                    raise exc_info[1].with_traceback(exc_info[2])
                self._answered = exc_info[1]
            finally:
                exc_info = None  # whose traceback refers to this frame
        elif self._start is not None:
            raise AssertionError("start_response() was called before; give `exc_info` to replace what it said.")
        self._start = _start_message(status, headers)
        return self.write

    def write(self, data: bytes) -> None:
        """Send a part of the body at once; the imperative way, which PEP 3333 keeps for old applications."""
        if data:
            self._deliver(data, True)

    def _send_all(self, chunks: Iterable[bytes]) -> None:
        is_only_one = not self._has_started and _length(chunks) == 1
        for chunk in chunks:
            if not chunk:
                continue  # headers may change until there is something to send
            self._deliver(chunk, not is_only_one, len(chunk) if is_only_one else None)
            if is_only_one or not self._has_content:
                break
        else:
            is_only_one = False
        if not is_only_one:
            self._deliver(b"", False)

    def _deliver(self, data: bytes, more: bool, length: int | None = None) -> None:
        from anyio import from_thread

        if self._start is None:
            raise AssertionError("start_response() must be called before there is a body.")
        if not isinstance(data, bytes):
            raise AssertionError(f"The body of a WSGI response must be bytes, not {type(data).__name__}.")
        has_length = any(name == b"content-length" for name, _ in self._start["headers"])
        if length is not None and not has_length and status_may_have_body(self._start["status"]):
            self._start["headers"].append((b"content-length", b"%d" % length))
        from_thread.check_cancelled()  # a server's `send` need not wait, so it may never tell
        from_thread.run(self._send_part, data, more)

    async def _send_part(self, data: bytes, more: bool) -> None:
        assert self._start is not None
        if self._body.has_left:
            raise ConnectionResetError("The client has left.")
        try:
            if not self._has_started:
                self._has_started = True
                self._has_content = self._has_content and status_may_have_body(self._start["status"])
                await self._send(self._start)
            if more and not self._is_watched:
                self._is_watched = True
                self._group.start_soon(self._body.watch)
            if not more or self._has_content:
                body = data if self._has_content else b""
                await self._send({"type": "http.response.body", "body": body, "more_body": more})
        except OSError:  # by which servers say so
            self._body.has_left = True
            raise


def _start_message(status: str, headers: list[tuple[str, str]]) -> dict[str, Any]:
    code = status[:3]
    if not (len(code) == 3 and code.isascii() and code.isdigit()):
        raise ValueError(f"Not a status: {status!r}. Write it as '200 OK'.")
    pairs = [(name.strip().lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers]
    for name, value in pairs:
        if any(character in name + value for character in b"\r\n\0"):
            raise ValueError(f"Not a header, for its line break or NUL: {name!r}.")
    pairs = [pair for pair in pairs if pair[0] not in _HOP_BY_HOP]  # the connection is the server's
    if not status_may_have_body(int(code)):
        pairs = [pair for pair in pairs if pair[0] != b"content-length"]
    return {"type": "http.response.start", "status": int(code), "headers": pairs}


def _length(chunks: Any) -> int | None:
    try:
        return len(chunks)
    except TypeError:
        return None
