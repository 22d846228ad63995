"""Endpoints for those only who have been granted scopes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec
from urllib.parse import quote_plus

from asgi_types import ENCODED_SLASH, GUARD, HTTPConnection, HTTPException, Response, close_code, is_async_callable

from .._items import items
from .._redirect import location

P = ParamSpec("P")


def has_required_scope(conn: HTTPConnection[Any], scopes: str | Sequence[str]) -> bool:
    """Whether all of these scopes, or this one, were granted to a connection.

    Raises `AssertionError` without `AuthenticationMiddleware`.

    >>> from asgi_middleware import AuthCredentials
    >>> connection = HTTPConnection({"type": "http", "auth": AuthCredentials(["authenticated"])})
    >>> has_required_scope(connection, "authenticated"), has_required_scope(connection, ["authenticated", "admin"])
    (True, False)
    """
    granted = conn.auth.scopes
    return all(scope in granted for scope in items(scopes))


def requires(
    scopes: str | Sequence[str],
    status_code: int = 403,
    redirect: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Let a function be called only for connections with these scopes, or with this one.

    The function is of any kind, a method included, and has a parameter named ``request`` or ``websocket``, given by
    place or by name. For others it is not called. For a request `HTTPException` with ``status_code`` and ``headers`` is
    raised (a 401 needs ``WWW-Authenticate``, RFC 9110 section 15.5.2), or, if ``redirect`` is the name of a route, a
    303 returned that leads there, with the request's own URL as parameter ``next`` of the query. Whoever goes on to
    that URL must see first that it is one of their own, since its host is what the client says. To the request of
    another framework, which has no use for our response, the 303 is raised as well.

    For a WebSocket the exception is raised if an error layer has promised to answer it, and else the WebSocket is
    closed with the `asgi_types.close_code` of the status; there is no redirect.

    Raises `TypeError` for a function without such a parameter, and when called `AssertionError` for an argument that is
    no connection, and without `AuthenticationMiddleware`.

    >>> from asgi_middleware import AuthCredentials
    >>> @requires("admin")
    ... def endpoint(request):
    ...     return "secret"
    >>> endpoint(HTTPConnection({"type": "http", "auth": AuthCredentials(["admin"])}))
    'secret'
    >>> endpoint(HTTPConnection({"type": "http", "auth": AuthCredentials()}))
    Traceback (most recent call last):
    asgi_types._exceptions.HTTPException: 403: Forbidden
    """
    demand = _Demand(items(scopes), status_code, redirect, headers)

    def decorator(func: Callable[P, Any]) -> Callable[P, Any]:
        find = _ConnectionArgument(func)
        if find.name == "websocket":
            return _guarded_websocket(func, find, demand)
        return _guarded_async(func, find, demand) if is_async_callable(func) else _guarded_sync(func, find, demand)

    return decorator


class _ConnectionArgument:
    """Which argument of a function is the connection."""

    def __init__(self, func: Callable[..., Any]) -> None:
        from inspect import signature  # a slow import, for functions only that are being decorated

        for index, name in enumerate(signature(func).parameters):
            if name in ("request", "websocket"):
                self.name, self._index = name, index
                return
        raise TypeError(f'No "request" or "websocket" argument on function {func!r}: add one of them.')

    def __call__(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The connection of a call."""
        given = kwargs.get(self.name, args[self._index] if self._index < len(args) else None)
        assert hasattr(given, "scope"), (
            f"The argument {self.name!r} must be a request or a WebSocket, and is of type {type(given).__name__!r}."
        )
        return given


class _Demand:
    """What is demanded of connections, and what becomes of those that do not have it."""

    def __init__(
        self, scopes: Sequence[str], status_code: int, redirect: str | None, headers: Mapping[str, str] | None
    ) -> None:
        self._scopes = scopes
        self._status_code = status_code
        self._headers = headers
        self._redirect = redirect

    def is_met(self, connection: HTTPConnection[Any]) -> bool:
        return has_required_scope(connection, self._scopes)

    def refused(self, request: HTTPConnection[Any]) -> Response:
        """The redirect, if there is one."""
        if self._redirect is None:
            raise self._refusal()
        back = quote_plus(str(request.url).replace(ENCODED_SLASH, "%2F"), errors="surrogatepass")
        headers = {"location": location(f"{request.url_for(self._redirect)}?next={back}")}
        if isinstance(request, HTTPConnection):
            return Response(None, 303, headers)
        raise HTTPException(303, "", headers)  # another framework may take our response for data

    def _refusal(self) -> HTTPException:
        return HTTPException(self._status_code, headers=self._headers)

    async def refuse(self, websocket: Any) -> None:
        """Raise, or close a WebSocket by its own method, whose framework knows then that it is closed."""
        if GUARD in websocket.scope:
            raise self._refusal()
        await websocket.close(close_code(self._status_code), self._refusal().detail)


def _guarded_websocket(func: Callable[P, Any], find: _ConnectionArgument, demand: _Demand) -> Callable[P, Any]:
    @functools.wraps(func)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        websocket = find(args, kwargs)
        if demand.is_met(websocket):
            return await func(*args, **kwargs)
        return await demand.refuse(websocket)

    return guarded


def _guarded_async(func: Callable[P, Any], find: _ConnectionArgument, demand: _Demand) -> Callable[P, Any]:
    @functools.wraps(func)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        request = find(args, kwargs)
        return await func(*args, **kwargs) if demand.is_met(request) else demand.refused(request)

    return guarded


def _guarded_sync(func: Callable[P, Any], find: _ConnectionArgument, demand: _Demand) -> Callable[P, Any]:
    @functools.wraps(func)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        request = find(args, kwargs)
        return func(*args, **kwargs) if demand.is_met(request) else demand.refused(request)

    return guarded
