"""Where the body of a form comes from: the ``receive`` of a connection, or a request that streams it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol, cast

from asgi_types import MAX_BODY_SIZE, ContentTooLarge, Receive, Scope, declares_more

from ._form_error import FormError


class StreamedRequest(Protocol):
    """A request of whatever framework, as far as a form needs it: Starlette's, FastAPI's and asgi-http's are such."""

    @property
    def scope(self) -> Any: ...
    def stream(self) -> AsyncIterator[bytes]: ...


def body_of(scope: Scope | StreamedRequest, receive: Receive | None) -> tuple[Scope, AsyncIterator[bytes]]:
    """The scope of a request and the chunks of its body, given scope and ``receive`` or, without the latter, a request.

    `TypeError` for neither, `AssertionError` for another scope type than ``http``.
    """
    request: Any = scope
    if receive is None:
        if not hasattr(request, "stream"):
            given = type(request).__name__
            raise TypeError(f"Give a scope and receive, or a request with a stream(), not a {given} alone.")
        scope = request.scope
    scope = cast("Scope", scope)
    assert scope["type"] == "http", f"Not an HTTP request's scope: {scope['type']!r}."
    return scope, request.stream() if receive is None else ReceivedBody(scope, receive)


async def close_body(body: AsyncIterator[bytes]) -> None:
    """Close the stream of a request that was left before its end, so that nobody has to clean up after it."""
    close = getattr(body, "aclose", None)
    if close is not None:
        await close()


class ReceivedBody:
    """The chunks of a body as they are received, within the limit that the scope has on it.

    Raises `ContentTooLarge` beyond that limit, and `FormError` if the client disconnects before the end.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._limit: int | None = scope.get(MAX_BODY_SIZE)
        self._declares_more = self._limit is not None and declares_more(scope, self._limit)
        self._size = 0
        self._is_over = False

    def __aiter__(self) -> ReceivedBody:
        return self

    async def __anext__(self) -> bytes:
        if self._is_over:
            raise StopAsyncIteration
        if self._limit is not None and self._declares_more:
            raise ContentTooLarge(self._limit)
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise FormError("The client disconnected before the end of the form.")
        chunk: bytes = message.get("body", b"")
        self._is_over = not message.get("more_body", False)
        if self._limit is not None:
            self._size += len(chunk)
            if self._size > self._limit:
                raise ContentTooLarge(self._limit)
        return chunk
