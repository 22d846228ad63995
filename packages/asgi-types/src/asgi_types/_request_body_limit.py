"""The limit on a request's body for whatever application is behind it, also one that knows nothing of the limit.

Routes and lists of middleware have it, hence it is here; the root does not load it. Applications of this family find
the limit in the scope and refuse by themselves. For all others the outermost middleware counts the body as it passes,
against the limit that is in the scope at the moment, which routes further in replace by theirs. An application in
between may copy the scope, or turn the refusal into an answer of its own, so all of them share a `_BodyMeter`.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final, NoReturn

from ._asgi import ASGIApp, Message, Receive, Scope, Send
from ._body_limit import MAX_BODY_SIZE, ContentTooLarge, body_limit, declares_more
from ._guard import GUARD, Guard, answer
from ._response_messages import nothing_sent

METER: Final = "asgi_types.body_meter"
"""The scope key of the `_BodyMeter` of the request."""


class RequestBodyLimitMiddleware:
    """Refuse a request body of more than ``max_body_size`` bytes with a 413 (RFC 9110 section 15.5.14).

    The limit replaces one further out, be it smaller or larger, and `math.inf` is no limit; one further in replaces it.
    `asgi_http.Request` keeps to it as well. Nothing is refused before the application reads: then ``receive`` raises
    `ContentTooLarge`, at once if ``Content-Length`` announces too much, and else instead of the chunk that is too much.

    The error is handled above if that was promised, and else answered here, also where it comes back in an exception
    group that holds nothing else. Where the application turns it into another answer than a 413, as an error layer of
    another framework does, or into none, a 413 takes the place of that.

    Once a response has begun there is no other one. An application that had begun to read before gets the error, which
    is raised on, and the server breaks the connection off. One that reads only from then on, or was refused before,
    gets a disconnect instead of the chunk that is too much; a stream that listens for the client's leaving ends there.
    Where ``refuses_unread`` is true it gets the error too, and a body that is declared too large is refused unread.

    Raises `ValueError` for a limit that is neither an int of at least 0 nor `math.inf`.

    >>> import asyncio
    >>> async def app(scope, receive, send):
    ...     await receive()
    >>> async def receive():
    ...     return {"type": "http.request", "body": b"12345", "more_body": True}
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> scope = {"type": "http", "method": "POST", "headers": []}
    >>> asyncio.run(RequestBodyLimitMiddleware(app, max_body_size=4)(scope, receive, send))
    413 None
    None b'The body is larger than the limit of 4 bytes.'
    """

    refuses_unread: bool = False
    """Whether a body that is declared too large is a 413 though nobody reads it, and too much is always an error."""

    def __init__(self, app: ASGIApp, max_body_size: float) -> None:
        self.app = app
        self.max_body_size = max_body_size
        self._limit = body_limit(max_body_size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        meter: _BodyMeter | None = scope.get(METER)
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif meter is None:
            await self._call_outermost(scope, receive, send)
        else:
            await self._call_limited(meter, scope, receive, send)

    async def _call_outermost(self, scope: Scope, receive: Receive, send: Send) -> None:
        meter = scope[METER] = _BodyMeter(scope, receive, send, self.refuses_unread)
        try:
            await self._call_limited(meter, scope, receive, meter.send)
        except Exception as exc:
            if meter.owes_answer() and not meter.is_guarded:
                await meter.answer()
            if not (meter.has_answered and isinstance(exc, ContentTooLarge)):
                raise
        else:
            if meter.owes_answer():
                await meter.answer()
        finally:
            scope.pop(METER, None)
            meter.refusal = None  # whose traceback leads back to the meter, and to what has been read

    async def _call_limited(self, meter: _BodyMeter, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application under this limit, and put back what held before."""
        outer_scope, outer_counter = meter.scope, meter.counter
        outer_limit: Any = scope.get(MAX_BODY_SIZE, ...)
        meter.scope = scope
        scope[MAX_BODY_SIZE] = self._limit
        if receive is not outer_counter:  # the outermost, or behind somebody who may give another body
            receive = meter.counter = meter.counted(receive)
        try:
            await self.app(scope, receive, send)
            return
        except ContentTooLarge as exc:
            meter.refusal = exc  # which may be that of a reader
            raise
        except ExceptionGroup as group:
            if not meter.is_refusal(group):
                raise
        finally:
            meter.scope, meter.counter = outer_scope, outer_counter
            if outer_limit is ...:
                scope.pop(MAX_BODY_SIZE, None)
            else:
                scope[MAX_BODY_SIZE] = outer_limit
        # Out here, since the group would be its context, and that is a cycle.
        await meter.raise_refusal()


class _BodyMeter:
    """What the middlewares of one request share: the scope that has the limit now, and what became of the body."""

    counter: Receive | None = None  # the innermost that counts
    refusal: ContentTooLarge | None = None
    has_answered = False  # in place of the application
    _has_begun = False  # the application's response
    _is_asked = False  # for the body
    _hangs_up = False  # where there is too much, which then is no error

    def __init__(self, scope: Scope, receive: Receive, send: Send, refuses_unread: bool) -> None:
        self.scope = scope
        self._refuses_unread = refuses_unread
        self._connection = scope, receive, send
        self._send = send
        # That of above: one that is there later is a promise of what is inside.
        self._guard: Guard | None = scope.get(GUARD)
        self.is_guarded: bool = self._guard is not None  # somebody above has promised to answer what is raised

    def counted(self, receive: Receive) -> Receive:
        """A ``receive`` that refuses what goes beyond the limit."""
        size, declared = 0, {"headers": self.scope.get("headers", ())}  # which a decompression further in replaces

        async def counted_receive() -> Message:
            nonlocal size
            self._is_asked = True
            limit: int | None = self.scope.get(MAX_BODY_SIZE)
            if limit is not None and (size > limit or (not self._hangs_up and declares_more(declared, limit))):
                return self._too_large(limit)
            message: Message = await receive()
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                limit = self.scope.get(MAX_BODY_SIZE)
                if limit is not None and size > limit:
                    return self._too_large(limit)
            return message

        return counted_receive

    def send(self, message: Message) -> Awaitable[None]:
        """Pass on the application's response, or after a refusal send a 413 in its place."""
        if self.has_answered:
            return nothing_sent()
        if message["type"] == "http.response.start" and not self._has_begun:
            limit: int | None = self.scope.get(MAX_BODY_SIZE)
            if self._refuses_unread and not self._is_asked and limit is not None and declares_more(self.scope, limit):
                self.refusal = ContentTooLarge(limit)
            if self.refusal is not None and message["status"] != 413:
                return self.answer()
            self._has_begun = True
            # Who asks only from now on listens for the client's leaving.
            self._hangs_up = self.refusal is not None or not (self._is_asked or self._refuses_unread)
        return self._send(message)

    def owes_answer(self) -> bool:
        """Whether a refusal has not been answered."""
        return self.refusal is not None and not (self._has_begun or self.has_answered)

    def answer(self) -> Awaitable[None]:
        """Answer with the refusal, by the error layer above if there is one."""
        assert self.refusal is not None
        self.has_answered = self._hangs_up = True
        if self._guard is None:
            return answer(*self._connection, self.refusal)
        return self._guard(self.raise_refusal, *self._connection)

    def is_refusal(self, group: ExceptionGroup) -> bool:
        """Whether all that is in a group is refusals, the first of which then stands for it."""
        if group.split(ContentTooLarge)[1] is not None:
            return False
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        assert isinstance(first, ContentTooLarge)
        self.refusal = first
        return True

    async def raise_refusal(self, *_: object) -> NoReturn:
        assert self.refusal is not None
        raise self.refusal

    def _too_large(self, limit: int) -> Message:
        if self._hangs_up:
            return {"type": "http.disconnect"}
        self.refusal = ContentTooLarge(limit)
        raise self.refusal
