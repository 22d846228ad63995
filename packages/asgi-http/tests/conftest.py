"""The three ways to write a middleware by request and response, made of the same steps, so that one test is for all;
and a client for the tests of requests.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import BaseHTTPMiddleware, Request, Response, http_middleware

Step = Callable[[Any], Awaitable[Any]]


async def nothing(_: object) -> None:
    pass


async def reraise(exc: BaseException) -> None:
    raise exc


def generator(before: Step = nothing, after: Step = nothing, on_error: Step = reraise) -> Callable[..., Any]:
    @http_middleware
    async def middleware(request: Request) -> Any:
        await before(request)
        response = other = None
        while response is other is None:
            try:
                response = yield
            except Exception as exc:
                other = await on_error(exc)
                if other is not None:
                    yield other
                    return
        other = await after(response)
        if other is not None:
            yield other

    return middleware


def function(before: Step = nothing, after: Step = nothing, on_error: Step = reraise) -> Callable[..., Any]:
    @http_middleware
    async def middleware(request: Request, call_next: Any) -> Response:
        return await dispatch(before, after, on_error, request, call_next)

    return middleware


def subclass(before: Step = nothing, after: Step = nothing, on_error: Step = reraise) -> Callable[..., Any]:
    class Middleware(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next: Any) -> Response:
            return await dispatch(before, after, on_error, request, call_next)

    return Middleware


async def dispatch(before: Step, after: Step, on_error: Step, request: Request, call_next: Any) -> Response:
    await before(request)
    while True:
        try:
            response = await call_next(request)
        except Exception as exc:
            other = await on_error(exc)
            if other is not None:
                return other
        else:
            return await after(response) or response


@pytest.fixture(params=[generator, function, subclass])
def form(request: pytest.FixtureRequest) -> Any:
    """Makes middleware that awaits ``before(request)`` first, ``after(response)`` when the response has begun, and
    ``on_error(exc)`` for what the application raises; what these two return is the answer. An error without an answer
    calls the application again.
    """
    return request.param


class Client:
    """Has sent ``events`` and may send more. The server tells each of them once, and then waits for the next.

    A server may let others have their turn before it looks, as receiving from a channel does on trio.
    """

    def __init__(self, *events: dict[str, Any], looks_first: bool = True) -> None:
        self.events = deque(events)
        self.looks_first = looks_first
        self.has_sent = anyio.Event()
        self.scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/", "headers": []}

    def send(self, *events: dict[str, Any]) -> None:
        self.events.extend(events)
        self.has_sent.set()

    async def receive(self) -> dict[str, Any]:
        if not self.looks_first:
            await checkpoint()
        while not self.events:
            self.has_sent = anyio.Event()
            await self.has_sent.wait()
        return self.events.popleft()

    def request(self) -> Request:
        return Request(self.scope, self.receive)

    async def are_taken(self) -> None:
        """Wait until the server has told all events."""
        while self.events:
            await checkpoint()


@pytest.fixture
def client_of() -> type[Client]:
    """Makes a client of the events that it has sent."""
    return Client


@pytest.fixture(params=[True, False])
def looks_first(request: pytest.FixtureRequest) -> bool:
    """For a client on both kinds of servers."""
    return bool(request.param)


@pytest.fixture
async def deadline() -> AsyncIterator[None]:
    """What waits for ever fails."""
    with anyio.fail_after(20):
        yield
