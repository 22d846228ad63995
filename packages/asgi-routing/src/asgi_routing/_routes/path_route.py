"""What `Route` and `WebSocketRoute` share: one path pattern, one endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from types import FunctionType, MethodType
from typing import Any, ClassVar, Final, Literal

from asgi_types import ASGIApp, Receive, Scope, Send, refuse

from .._patterns.convertors import Convertor
from .._patterns.path_pattern import is_compiled, replace_params
from .._patterns.path_reader import reads_segment
from .._url_path import URLPath
from .base_route import BaseRoute, Match, NoMatchFound
from .pattern_route import PatternRoute
from .refusals import method_not_allowed
from .route_path import route_path

_FULL: Final = Match.FULL
_PARTIAL: Final = Match.PARTIAL
_NONE: Final = Match.NONE


class PathRoute(PatternRoute):
    """A route that its path decides, for one type of scope."""

    scope_type: ClassVar[Literal["http", "websocket"]]
    endpoint: Callable[..., Any]
    name: str
    app: ASGIApp
    _methods: set[str] | None = None  # of a WebSocket there are none, nor an attribute that says so

    def __init__(self, path: str, endpoint: Callable[..., Any], name: str | None) -> None:
        assert path.startswith("/"), "Routed paths must start with '/'"
        self.settle_enter()
        self.path: str = path
        self.endpoint = endpoint
        self.name = get_name(endpoint) if name is None else name
        self._compile(path)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.settle_enter()

    @classmethod
    def settle_enter(cls) -> None:
        """Keep `enter` only where it does what `matches` and `handle` do.

        Asked again with every new route and index: instrumentation replaces methods of classes that are long there.
        """
        is_plain = cls.matches is PathRoute.matches and cls.handle is PathRoute.handle and not cls.fall_through
        fitting = PathRoute.enter if is_plain else BaseRoute.enter
        if cls.enter in (PathRoute.enter, BaseRoute.enter) and cls.enter is not fitting:
            setattr(cls, "enter", fitting)

    def index_pattern(self) -> str | None:
        return self._own_index_pattern() if type(self).matches is PathRoute.matches else None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        child_scope: Scope = {}
        if scope["type"] != self.scope_type:
            return _NONE, child_scope
        params = self._read(route_path(scope))
        if params is None:
            return _NONE, child_scope
        child_scope["endpoint"] = self.endpoint
        child_scope["path_params"] = {**scope.get("path_params", {}), **params}
        fits = not self._methods or scope["method"] in self._methods
        return (_FULL if fits else _PARTIAL), child_scope

    def segment_params(self) -> dict[int, tuple[str, Convertor[Any]]] | None:
        kind = type(self)
        if kind.enter is not PathRoute.enter or kind.index_pattern is not PathRoute.index_pattern:
            return None
        if not is_compiled(self.path_regex, self.path_format, self.param_convertors):
            return None
        places = {segment: place for place, segment in enumerate(self.path_format.split("/"))}
        found = {places.get(f"{{{name}}}"): (name, each) for name, each in self.param_convertors.items()}
        if None in found or not all(map(reads_segment, self.param_convertors.values())):
            return None
        return {place: param for place, param in found.items() if place is not None}

    def enter(self, scope: Scope, path: str) -> ASGIApp | Literal[Match.NONE, Match.PARTIAL]:
        params = (self._read_path or self._make_reader())(path)
        return _NONE if params is None else self.take(scope, params)

    def take(
        self, scope: Scope, params: dict[str, Any], any_method: bool = False
    ) -> ASGIApp | Literal[Match.NONE, Match.PARTIAL]:
        if scope["type"] != self.scope_type:
            return _NONE
        methods = self._methods
        if methods is not None and scope["method"] not in methods and methods and not any_method:
            return _PARTIAL
        scope["endpoint"] = self.endpoint
        scope["path_params"] = {**scope["path_params"], **params} if "path_params" in scope else params
        scope["route"] = self
        return self.app

    def handle(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if self._methods and scope["method"] not in self._methods:
            return refuse(scope, receive, send, method_not_allowed(self._methods))
        return self.app(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        if name != self.name or path_params.keys() != self.param_convertors.keys():
            raise NoMatchFound(name, path_params)
        path, _ = replace_params(self.path_format, self.param_convertors, path_params)
        return URLPath(path=path, protocol=self.scope_type)


def get_name(endpoint: Callable[..., Any]) -> str:
    """The name of a function or class, or of the class of another object.

    >>> get_name(len), get_name(42)
    ('len', 'int')
    """
    return str(getattr(endpoint, "__name__", endpoint.__class__.__name__))


def needs_adapter(endpoint: Callable[..., Any]) -> bool:
    """Whether an endpoint is a function or method of a connection, and not an ASGI application.

    A function that must be called with three arguments is one: ``scope``, ``receive`` and ``send``.
    """
    if isinstance(endpoint, partial):
        return isinstance(endpoint.func, FunctionType | MethodType)
    function = endpoint.__func__ if isinstance(endpoint, MethodType) else endpoint
    if not isinstance(function, FunctionType):
        return function is not endpoint
    required = function.__code__.co_argcount - len(function.__defaults__ or ())
    return required != (3 if function is endpoint else 4)
