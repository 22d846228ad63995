"""One connection whose steps have limits of time."""

from __future__ import annotations

from collections.abc import Awaitable
from math import inf

from anyio import CancelScope, current_time

from asgi_types import START_MESSAGES, HTTPException, Message, Receive, Scope, Send, refuse

from .._response_end import is_last
from .limits import Limits
from .suspension import Suspension

_STARTS = START_MESSAGES | {"websocket.close"}


class LimitedExchange:
    """What is being waited for, and the deadline of that, which is the deadline of ``cancel_scope``.

    Before the response begins it is the handler's, or the body's while the application waits for that. Afterwards it
    is the client's, while it has to take a message. That of the whole exchange holds until the last message. Of a
    WebSocket the handshake alone has a deadline.
    """

    __slots__ = (
        "_awaits_body",
        "_connection",
        "_handler_ends",
        "_has_begun",
        "_has_trailers",
        "_is_complete",
        "_is_waiting",
        "_limit",
        "_limits",
        "_receive",
        "_send",
        "_total_ends",
        "_upload_left",
        "_waits_since",
        "cancel_scope",
    )

    def __init__(self, limits: Limits, scope: Scope, receive: Receive, send: Send) -> None:
        now = current_time()
        self._limits = limits
        self._connection = scope, receive, send
        self._receive = receive
        self._send = send
        self._awaits_body = scope["type"] == "http"
        self._is_waiting = False
        self._waits_since = now
        self._upload_left = limits.upload_timeout
        self._has_begun = False
        self._has_trailers = False
        self._is_complete = False
        self._handler_ends = now + limits.handler_timeout
        self._total_ends = now + limits.total_timeout
        self.cancel_scope = CancelScope()
        self._aim("handler_timeout", self._handler_ends)

    async def receive(self) -> Message:
        """The next message, with the body's limit on waiting for it, if that is what is awaited."""
        if not self._awaits_body or self._has_begun or self._is_waiting:
            found: Message = await self._receive()
            return found
        message: Message = await Suspension(self._receive(), self._begin_wait, self._end_wait)
        # After the body there is nothing but the client's leaving, which may take as long as it likes.
        self._awaits_body = bool(message.get("more_body", False))
        return message

    async def send(self, message: Message) -> None:
        """Pass a message on; from the start of the response the client has its limit on taking it."""
        if self._has_begun:
            await self._pass_on(message)
        elif message["type"] not in _STARTS:
            await self._send(message)
        elif self.cancel_scope.cancel_called:
            await self._send(message)  # where that has to wait, it is cancelled, and nothing has begun
            self._begin(message)
        else:
            self._begin(message)
            await self._pass_on(message)

    def has_struck(self) -> bool:
        """Whether a limit has ended the application before its response was complete."""
        return self.cancel_scope.cancel_called and not self._is_complete

    def may_answer(self) -> bool:
        """Whether the response has not begun."""
        return not self._has_begun

    def answer(self) -> Awaitable[None]:
        """Answer in place of the application, telling which side was late."""
        scope, receive, send = self._connection
        if self._limit not in ("body_timeout", "upload_timeout"):
            late = HTTPException(self._limits.status_code, "The server took too long to answer.")
            return refuse(scope, receive, send, late, in_place=True)
        # What is left of the body is not read, so that no other request can follow it. HTTP/2 has no such field.
        headers = {"Connection": "close"} if scope.get("http_version", "1.1").startswith("1") else None
        late = HTTPException(408, "The body of the request took too long to arrive.", headers)
        return refuse(scope, receive, send, late, in_place=True)

    def error(self) -> TimeoutError:
        """What breaks off a response that has begun."""
        seconds = getattr(self._limits, self._limit)
        return TimeoutError(f"The response was broken off: {self._limit} of {seconds:g} seconds is over.")

    async def _pass_on(self, message: Message) -> None:
        if self._is_complete or self._limits.send_timeout == inf:
            await self._send(message)
        else:
            await Suspension(self._send(message), self._begin_send, self._end_send)
        if not self._is_complete and is_last(message, self._has_trailers):
            self._complete()

    def _begin(self, message: Message) -> None:
        self._has_begun = True
        self._has_trailers = message.get("trailers", False)
        if message["type"] == "http.response.start":
            self._aim("total_timeout", inf)
        else:
            self._complete()

    def _complete(self) -> None:
        self._is_complete = True
        self._total_ends = inf
        self._aim("total_timeout", inf)

    def _begin_wait(self) -> None:
        self._is_waiting = True
        self._waits_since = current_time()
        limit = min("body_timeout", "upload_timeout", key=self._seconds_for_body)
        self._aim(limit, self._waits_since + self._seconds_for_body(limit))

    def _end_wait(self) -> None:
        self._is_waiting = False
        if self._has_begun:
            return
        waited = current_time() - self._waits_since
        self._upload_left -= waited
        self._handler_ends += waited  # its clock has stood still
        self._aim("handler_timeout", self._handler_ends)

    def _seconds_for_body(self, limit: str) -> float:
        return self._limits.body_timeout if limit == "body_timeout" else self._upload_left

    def _begin_send(self) -> None:
        self._aim("send_timeout", current_time() + self._limits.send_timeout)

    def _end_send(self) -> None:
        self._aim("total_timeout", inf)

    def _aim(self, limit: str, deadline: float) -> None:
        if self.cancel_scope.cancel_called:
            return  # what has struck is told
        self._limit = limit if deadline < self._total_ends else "total_timeout"
        deadline = min(deadline, self._total_ends)
        if deadline != self.cancel_scope.deadline:
            self.cancel_scope.deadline = deadline
