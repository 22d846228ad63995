"""Any middleware for some connections only, for whoever wraps an application that is not of their own making."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ParamSpec

from asgi_types import ASGIApp, Receive, Scope, Send, get_route_path

from ._items import items
from ._middleware import MiddlewareFactory
from ._option_function import check_function

P = ParamSpec("P")


def where(
    middleware: MiddlewareFactory[P],
    *,
    paths: str | Iterable[str] | None = None,
    skip: str | Iterable[str] = (),
    when: Callable[[Scope], bool] | None = None,
) -> MiddlewareFactory[P]:
    """``middleware`` for some connections only; the others go straight to the application.

    It is called as the middleware itself, so it fits wherever that does. ``paths`` names those that it is for, all by
    default, and ``skip`` those that it is not for, which counts more. ``"/files"`` is this one path, ``"/files/*"`` it
    and all below it, and ``"/*"`` everything. Compared is the path below ``root_path``, as routers compare it: decoded,
    with its case, and nothing taken out, so ``"/files"`` is neither ``/files/`` nor ``//files`` nor ``/a/../files``. An
    empty path is ``/``, and another one without a leading slash, which no router knows, is in all ``paths``. ``when``
    gets the scope and says whether this connection is one of them; it must not block. The lifespan always goes through
    the middleware.

    Raises `ValueError` for a path without a leading slash, and for ``*`` elsewhere than in ``/*`` at the end;
    `TypeError` for a ``when`` that is no function, or an async one.

    >>> class Tagging:
    ...     def __init__(self, app, tag): self.app, self.tag = app, tag
    ...     async def __call__(self, scope, receive, send):
    ...         print(self.tag, end=" ")
    ...         await self.app(scope, receive, send)
    >>> async def app(scope, receive, send):
    ...     print(scope["path"])
    >>> import asyncio
    >>> tagged = where(Tagging, skip="/health")(app, tag="seen:")
    >>> for path in ("/", "/health"):
    ...     asyncio.run(tagged({"type": "http", "path": path}, None, None))
    seen: /
    /health
    """
    if when is not None:
        check_function("when", when, "a function of the scope")
    chosen = None if paths is None else _PathSet(paths)
    skipped = _PathSet(skip)

    def factory(app: ASGIApp, /, *args: P.args, **kwargs: P.kwargs) -> ASGIApp:
        return _Where(app, middleware(app, *args, **kwargs), chosen, skipped, when)

    factory.__name__ = getattr(middleware, "__name__", repr(middleware))  # what a list of middleware shows
    return factory


class _Where:
    """Both ways to an application, one of them through a middleware."""

    def __init__(
        self,
        plain: ASGIApp,
        app: ASGIApp,
        paths: _PathSet | None,
        skip: _PathSet,
        when: Callable[[Scope], bool] | None,
    ) -> None:
        self.app = app  # where instrumentation looks for the next layer
        self._plain = plain
        self._paths = paths
        self._skip = skip
        self._when = when

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._way(scope)(scope, receive, send)

    def _way(self, scope: Scope) -> Callable[[Scope, Receive, Send], Awaitable[Any]]:
        if scope["type"] not in ("http", "websocket"):
            return self.app
        path = get_route_path(scope) or "/"
        # Servers let through what begins without a slash, and an application may take it for any path.
        is_elsewhere = self._paths is not None and path.startswith("/") and path not in self._paths
        if path in self._skip or is_elsewhere:
            return self._plain
        return self.app if self._when is None or self._when(scope) else self._plain


class _PathSet:
    def __init__(self, patterns: str | Iterable[str]) -> None:
        given = items(patterns)
        for pattern in given:
            if not pattern.startswith("/") or "*" in pattern.removesuffix("/*"):
                raise ValueError(f"Not a path: {pattern!r}. Write it as '/files' or '/files/*'.")
        self._exact = frozenset(pattern.removesuffix("/*") for pattern in given)
        self._below = tuple(pattern[:-1] for pattern in given if pattern.endswith("/*"))

    def __contains__(self, path: str) -> bool:
        return path in self._exact or path.startswith(self._below)
