"""What `Route` and `WebSocketRoute` share: one path pattern, one endpoint."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import FunctionType, MethodType
from typing import Any, ClassVar, Literal

from asgi_types import ASGIApp, Scope, get_route_path

from ._base_route import BaseRoute, Match, NoMatchFound
from ._path_pattern import compile_path, replace_params
from ._path_reader import path_reader
from ._url_path import URLPath

_FULL, _PARTIAL, _NONE = Match.FULL, Match.PARTIAL, Match.NONE


class PathRoute(BaseRoute):
    """A route that its path decides, for one type of scope."""

    scope_type: ClassVar[Literal["http", "websocket"]]
    app: ASGIApp
    methods: set[str] | None = None

    def __init__(self, path: str, endpoint: Callable[..., Any], name: str | None) -> None:
        assert path.startswith("/"), "Routed paths must start with '/'"
        self.path = path
        self.endpoint = endpoint
        self.name = get_name(endpoint) if name is None else name
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self._read_path = path_reader(self.path_regex, self.path_format, self.param_convertors)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # Who overrides `matches` or `handle` is asked by them: the short cut and the index know nothing of what they do.
        if cls.enter is PathRoute.enter and cls.matches is not PathRoute.matches:
            cls.enter = BaseRoute.enter  # type: ignore[method-assign]

    def index_pattern(self) -> str | None:
        return self.path if type(self).matches is PathRoute.matches else None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        child_scope: Scope = {}
        params = self._read_path(get_route_path(scope)) if scope["type"] == self.scope_type else None
        if params is None:
            return _NONE, child_scope
        child_scope["endpoint"] = self.endpoint
        child_scope["path_params"] = {**scope.get("path_params", {}), **params}
        child_scope["route"] = self
        fits = self.methods is None or scope["method"] in self.methods
        return (_FULL if fits else _PARTIAL), child_scope

    def enter(self, scope: Scope, path: str) -> ASGIApp | Match:
        if scope["type"] != self.scope_type:
            return _NONE
        params = self._read_path(path)
        if params is None:
            return _NONE
        methods = self.methods
        if methods is not None and scope["method"] not in methods:
            return _PARTIAL
        scope["endpoint"] = self.endpoint
        scope["path_params"] = {**scope["path_params"], **params} if "path_params" in scope else params
        scope["route"] = self
        return self.app

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        if name != self.name or path_params.keys() != self.param_convertors.keys():
            raise NoMatchFound(name, path_params)
        path, _ = replace_params(self.path_format, self.param_convertors, path_params)
        return URLPath(path=path, protocol=self.scope_type)


def get_name(endpoint: Callable[..., Any]) -> str:
    """The name of a function or class, or of the class of another object."""
    return str(getattr(endpoint, "__name__", endpoint.__class__.__name__))


def is_function(endpoint: Callable[..., Any]) -> bool:
    """Whether an endpoint is a function or method, and so needs an adapter; otherwise it is an ASGI application."""
    while isinstance(endpoint, partial):
        endpoint = endpoint.func
    return isinstance(endpoint, (FunctionType, MethodType))
