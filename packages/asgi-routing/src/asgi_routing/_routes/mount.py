"""An application below a part of the path."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from asgi_types import ENCODED_SLASH, ASGIApp, Scope

from .._patterns.path_pattern import replace_params
from .._url_path import URLPath
from .base_route import BaseRoute, Match
from .middleware_stack import MiddlewareTriple, wrapped
from .mounted_app import MountedApp
from .pattern_route import PatternRoute
from .route_path import route_path


class Mount(MountedApp, PatternRoute):
    """Hand all paths below a prefix to an application, or to routes of their own.

    The prefix is a path pattern, whose parameters the application finds in ``scope["path_params"]``; a slash at its
    end does not count. The application sees the prefix as ``root_path``, and ``path`` as it is. ``/prefix`` alone is
    not below it, and is redirected to ``/prefix/`` by the router.

    ``middleware`` and ``max_body_size`` are around the application; see `Route`. Its lifespan runs within the router's,
    unless ``lifespan`` is false; None is what the class attribute says, which is True. With ``fall_through`` a
    connection that the application refuses, by 405, or by 404 before any route of it was chosen, goes on to the routes
    after this one. ``name`` is the first part of the names of its routes, ``name:route``.

    Raises `AssertionError` for a prefix that is not empty and has no leading slash, and where neither or both of
    ``app`` and ``routes`` are given, and `ValueError` for a parameter named ``path``, which is what is left.

    >>> from asgi_routing import Route
    >>> async def user(connection): ...
    >>> mount = Mount("/{lang}/users", routes=[Route("/{id:int}", user, name="detail")], name="users")
    >>> mount.url_path_for("users:detail", lang="de", id=42)
    '/de/users/42'
    >>> mount.matches({"type": "http", "path": "/de/users/42"})[1]["root_path"]
    '/de/users'
    """

    def __init__(
        self,
        path: str,
        app: ASGIApp | None = None,
        routes: Sequence[BaseRoute] | None = None,
        name: str | None = None,
        *,
        middleware: Sequence[MiddlewareTriple] | None = None,
        max_body_size: float | None = None,
        lifespan: bool | None = None,
        fall_through: bool = False,
    ) -> None:
        assert path == "" or path.startswith("/"), "Routed paths must start with '/'"
        assert app is not None or routes is not None, "Either 'app=...', or 'routes=' must be specified"
        assert app is None or routes is None, "Mount takes 'app=' or 'routes=', not both: the app has routes of its own"
        self.path: str = path.rstrip("/")
        self.base_app: ASGIApp = self.make_router(routes or ()) if app is None else app
        self.app: ASGIApp = wrapped(self.base_app, middleware, max_body_size)
        self.name = name
        if lifespan is not None:
            self.lifespan = lifespan
        self.fall_through = fall_through
        self._compile(f"{self.path}/{{path:path}}")

    @staticmethod
    def make_router(routes: Sequence[BaseRoute]) -> ASGIApp:
        """The application of ``routes``; a subclass may have another one."""
        from .._router import Router  # which imports this module

        return Router(routes)

    def index_pattern(self) -> str | None:
        return self._own_index_pattern() if type(self).matches is _MATCHES else None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] not in ("http", "websocket"):
            return Match.NONE, {}
        path = route_path(scope)
        params = self._read(path)
        if params is None:
            return Match.NONE, {}
        below = params.pop("path")  # what is left below the prefix
        root_path = scope.get("root_path", "")
        return Match.FULL, {
            "path_params": {**scope.get("path_params", {}), **params},
            "app_root_path": scope.get("app_root_path", root_path),
            "root_path": root_path + path[: len(path) - len(below) - 1].replace(ENCODED_SLASH, "/"),
            "endpoint": self.app,
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mount) and self.path == other.path and self.app == other.app

    def __repr__(self) -> str:
        return f"{type(self).__name__}(path={self.path!r}, name={self.name or ''!r}, app={self.app!r})"

    def _own_params(self) -> Collection[str]:
        return self.param_convertors.keys() - {"path"}

    def _outside(self, url: URLPath, own_params: dict[str, Any]) -> URLPath:
        prefix, _ = replace_params(self.path_format.removesuffix("/{path}"), self.param_convertors, own_params)
        return URLPath(prefix + url, url.protocol, url.host)


_MATCHES: Final = Mount.matches  # kept, since instrumentation may put another one there
