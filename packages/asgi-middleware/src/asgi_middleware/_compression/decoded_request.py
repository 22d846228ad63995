"""What stands between an application and the server for one request with a content coding."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, NoReturn, cast

from asgi_types import GUARD, Guard, HTTPException, Message, Receive, Scope, Send, answer, nothing_sent

from .compression_threads import run_in_thread
from .decompressors.decompressor import MalformedBodyError
from .expanded_body import ExpandedBody

_LARGE: Final = 128 * 1024
_PART: Final = 64 * 1024  # which takes a millisecond at most, and so is expanded on the event loop
_LARGE_PART: Final = 1024 * 1024


class DecodedRequest:
    """Expand what the application receives, and refuse what cannot be expanded.

    Nothing is refused before the application reads the body. Then ``receive`` raises the refusal, and whatever the
    application makes of that, the answer is the refusal. Once a response has begun there is no other answer: who was
    reading gets the error, and who only listens for the client's leaving gets that.
    """

    refusal: HTTPException | None = None
    has_answered = False  # in place of the application
    _has_begun = False  # the application's response
    _hangs_up = False  # where there is something to refuse
    _is_last = False  # what has arrived
    _is_done = False
    _is_busy = False
    _has_read = False  # a part of what has arrived
    _body: ExpandedBody | None = None

    def __init__(self, open_body: Callable[[], ExpandedBody], scope: Scope, receive: Receive, send: Send) -> None:
        self._open_body = open_body
        self._connection = scope, receive, send
        self._guard: Guard | None = scope.get(GUARD)  # of above; one that is there later is a promise of what is inside
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        """The next part of the expanded body, or whatever else the server has."""
        if self._is_done:
            message: Message = await self._receive()
            return message
        if self._is_busy:
            raise RuntimeError("This request cannot be read on: reading a part of its body was cancelled.")
        if self.refusal is None:
            try:
                return await self._next()
            except HTTPException as exc:
                self.refusal = exc
            except MalformedBodyError:
                self.refusal = HTTPException(400, "The body is not what its Content-Encoding says.")
        if self._hangs_up:
            return {"type": "http.disconnect"}
        raise self.refusal

    def send(self, message: Message) -> Awaitable[None]:
        """Pass on the application's response, or after a refusal send that in its place."""
        if self.has_answered:
            return nothing_sent()
        if message["type"] == "http.response.start" and not self._has_begun:
            if self.refusal is not None and message["status"] != self.refusal.status_code:
                return self.answer()
            self._has_begun = True
            # Who asks only from now on listens for the client's leaving.
            self._hangs_up = self.refusal is not None or self._body is None
        return self._send(message)

    def owes_answer(self) -> bool:
        """Whether a refusal has not been answered."""
        return self.refusal is not None and not (self._has_begun or self.has_answered)

    def answer(self) -> Awaitable[None]:
        """Answer with the refusal, by the error layer above if there is one."""
        assert self.refusal is not None
        self.has_answered = True
        if self._guard is None:
            return answer(*self._connection, self.refusal)
        return self._guard(self._raise_refusal, *self._connection)

    def is_settled(self, error: Exception) -> bool:
        """Whether an error is the refusal, or a group of nothing else, and has been answered."""
        if isinstance(error, ExceptionGroup):
            group = cast("ExceptionGroup[Exception]", error)
            others = group.split(lambda exc: exc is self.refusal)[1]
            return self.has_answered and others is None
        return self.has_answered and error is self.refusal

    async def _raise_refusal(self, *_: object) -> NoReturn:
        assert self.refusal is not None
        raise self.refusal

    async def _next(self) -> Message:
        body = self._body
        if body is None:
            body = self._body = self._open_body()
        while True:
            part = await self._read(body)
            is_used_up = body.is_used_up
            if self._is_last and is_used_up:
                if not body.is_complete:
                    raise MalformedBodyError
                self._is_done = True
                return {"type": "http.request", "body": part, "more_body": False}
            if part:
                return {"type": "http.request", "body": part, "more_body": True}
            if not is_used_up:
                continue
            message: Message = await self._receive()
            if message["type"] != "http.request":
                return message
            self._is_last = not message.get("more_body", False)
            self._has_read = False
            body.feed(message.get("body", b""))

    async def _read(self, body: ExpandedBody) -> bytes:
        if body.left < _LARGE:
            if self._has_read:
                from anyio.lowlevel import checkpoint  # only a large body, or one that takes long, needs AnyIO

                await checkpoint()  # the others' turn, since many parts may come of what arrived at once
            self._has_read = True
            return body.read(_PART)
        self._is_busy = True  # and stays so when this is cancelled: the thread may be at it still
        part = await run_in_thread(body.read, _LARGE_PART)
        self._is_busy = False
        return part
