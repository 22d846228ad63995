"""Middleware from one function: a generator that yields where the application runs, or a coroutine with `call_next`.

The generator is gone through by a coroutine, so that `Exchange` knows one kind of middleware only.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from types import AsyncGeneratorType
from typing import Any, Concatenate, Generic, ParamSpec, overload

from asgi_types import ASGIApp, HTTPException, Response, is_async_callable, refuse

from .._request import Request
from .base_http_middleware import BaseHTTPMiddleware, RequestResponseEndpoint
from .middleware_exchange import Exchange

P = ParamSpec("P")

Dialogue = AsyncGeneratorType[ASGIApp | None, Any]


class http_middleware(Generic[P]):  # noqa: N801 - a decorator
    """Make middleware of an async generator function, or of a coroutine function.

    A generator function is called with the request. Its bare ``yield`` runs the application and gives the response as
    soon as that begins, with a status, headers, cookies and a ``body_iterator`` to change. Then it

    - ends, and the response goes on by itself, chunk by chunk;
    - or waits, by another bare ``yield``, until the last part of the response is sent;
    - or yields another response, which takes the place of the first.

    A response yielded at first is the answer without the application. Code behind a yielded response runs once that is
    sent. What the application raises is raised at the ``yield`` that waits for it; whoever catches it before the
    response yields once more, a response or nothing, which runs the application again.

    A coroutine function is called with the request and ``call_next``; `BaseHTTPMiddleware` says what that does.

    The result is called with an application, and what else it is given then goes to the function. There is no task and
    no queue: context variables pass both ways, streams stay streams, and background work runs after the response. Only
    HTTP requests come by. An `HTTPException` of the function is left to the error layer above, and where there is none
    answered here. A cancel scope may be open across the first ``yield`` if nothing inside opens one before its response
    begins and closes it later.

    Raises `TypeError` for any other kind of function. At the request, a generator that yields too often or not at all,
    or ends on an exception without an answer, is a `RuntimeError`.

    >>> import asyncio
    >>> from asgi_http import PlainTextResponse
    >>> @http_middleware
    ... async def powered_by(request, name):
    ...     response = yield
    ...     response.headers["x-powered-by"] = name
    >>> app = powered_by(PlainTextResponse("Hello"), name="shine")
    >>> async def send(message):
    ...     print(message.get("headers", [])[-1:], message.get("body"))
    >>> asyncio.run(app({"type": "http", "method": "GET"}, None, send))
    [(b'x-powered-by', b'shine')] None
    [] b'Hello'
    """

    request_class: type[Request[Any]] = Request

    @overload
    def __init__(self, func: Callable[Concatenate[Any, P], AsyncGenerator[Any, Any]]) -> None: ...
    @overload
    def __init__(self, func: Callable[Concatenate[Any, RequestResponseEndpoint, P], Awaitable[ASGIApp]]) -> None: ...
    def __init__(self, func: Callable[..., Any]) -> None:
        self._func = func
        self._is_generator = _is_generator_function(func)
        if not self._is_generator and not is_async_callable(func):
            raise TypeError(
                f"{_name_of(func)} is neither an async generator function nor a coroutine function: write it as "
                "`async def`, with `response = yield` or with `response = await call_next(request)`."
            )
        self.__name__: str = _name_of(func)
        self.__doc__ = func.__doc__

    def __call__(self, app: ASGIApp, /, *args: P.args, **kwargs: P.kwargs) -> ASGIApp:
        """``app`` with this middleware around it; the arguments go to the function."""
        func = _with_arguments(self._func, args, kwargs)
        middleware = (GeneratorMiddleware if self._is_generator else BaseHTTPMiddleware)(app, func)
        middleware.request_class = self.request_class
        return middleware


class GeneratorMiddleware(BaseHTTPMiddleware):
    """An application with an async generator function around it."""

    dispatch_func: Callable[..., Any]

    async def _answer(self, request: Request[Any], exchange: Exchange) -> None:
        await _hold(self.dispatch_func(request), request, exchange)


async def _hold(dialogue: Dialogue, request: Request[Any], exchange: Exchange) -> None:
    """Go through the generator from its first ``yield`` to its end, and answer with what it yields."""
    response: Response | None = None
    answer: ASGIApp | None = None
    try:
        try:
            answer = await anext(dialogue)
            while answer is None and response is None:
                try:
                    response = await exchange.call_next(request)
                except BaseException as exc:
                    answer = await _throw(dialogue, exc)
                else:
                    answer = await dialogue.asend(response)
        except StopAsyncIteration:
            pass
        except HTTPException as refusal:
            await refuse(exchange.scope, exchange.receive, exchange.send, refusal)
            return
        else:
            await _wait_for_the_end(dialogue, exchange, response if answer is None else answer)
            return
        if response is None:
            raise RuntimeError(f"{_name_of(dialogue)} ended without a yield: one runs the application, or answers.")
        await exchange.respond(response)
    finally:
        # It runs if this coroutine was closed amid a step of it; then only the interpreter can end it.
        if dialogue.ag_frame is not None and not dialogue.ag_running:
            await dialogue.aclose()


async def _wait_for_the_end(dialogue: Dialogue, exchange: Exchange, answer: Any) -> None:
    try:
        await exchange.respond(answer, wait=True)
    except BaseException as exc:
        await _throw(dialogue, exc, may_end=exchange.has_begun)
    else:
        async for _ in dialogue:
            raise RuntimeError(f"{_name_of(dialogue)} yields once too often: the response is sent already.")


async def _throw(dialogue: Dialogue, exc: BaseException, may_end: bool = False) -> ASGIApp | None:
    """What the generator yields for ``exc``."""
    try:
        return await dialogue.athrow(exc)
    except StopAsyncIteration:
        if may_end:
            return None
        raise RuntimeError(
            f"{_name_of(dialogue)} caught an exception and ended without an answer: yield a response, or raise."
        ) from exc
    finally:
        del exc  # its traceback refers to this frame


def _with_arguments(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[..., Any]:
    if not args and not kwargs:
        return func

    def call(*first: Any) -> Any:
        return func(*first, *args, **kwargs)

    return call


def _is_generator_function(func: Any) -> bool:
    from inspect import isasyncgenfunction  # a slow import, and only set-up code asks

    while isinstance(func, partial):
        func = func.func
    if isasyncgenfunction(func):
        return True
    return callable(func) and not isinstance(func, type) and isasyncgenfunction(func.__call__)


def _name_of(func: Any) -> str:
    return getattr(func, "__name__", None) or repr(func)
