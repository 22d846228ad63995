"""The three ways to write a middleware by request and response, made of the same steps, so that one test is for all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

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
