"""What `Mount` and `Host` share: an application of its own behind a part of all connections."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Collection, Mapping
from typing import Any

from asgi_types import ASGIApp, Receive, Scope, Send

from .._patterns.convertors import Convertor, PathConvertor
from .._patterns.path_pattern import replace_params
from .._url_path import URLPath
from .base_route import BaseRoute, NoMatchFound
from .mounted_state import mounted_state

_PATH: dict[str, Convertor[Any]] = {"path": PathConvertor()}


class MountedApp(BaseRoute):
    """A route that hands on all connections of one kind to an application, whose routes are then also reachable."""

    name: str | None
    app: ASGIApp
    """The application inside the middleware of the mount."""
    base_app: ASGIApp
    """The application itself."""
    param_convertors: dict[str, Convertor[Any]]
    lifespan: bool = True
    """Whether the application's lifespan runs within the router's: of one mount, or of all that do not say it."""

    keeps_missing_params: bool = False
    """Whether a URL without all parameters of the mount's own pattern has them in braces; else there is none."""

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of the application, or an empty list for one that has none."""
        routes: list[BaseRoute] | None = getattr(self.base_app, "routes", None)
        return [] if routes is None else routes

    def lifespan_app(self) -> ASGIApp | None:
        return self.base_app if self.lifespan else None

    def handle(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        own = mounted_state(scope, self)
        return self.app(scope, receive, send) if own is None else self._handle_with(own, scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """A path of the application by ``name`` and ``path=``, or that of one of its routes by ``name:route``.

        Without a name of its own, the mount's routes are found by theirs.
        """
        names = self._own_params()
        own = {key: path_params[key] for key in names if key in path_params}
        others = {key: value for key, value in path_params.items() if key not in own}
        url: URLPath | None = None
        if len(own) == len(names) or self.keeps_missing_params:
            if self.name is None:
                url = self._url_path_below(name, others)
            elif name == self.name and others.keys() == {"path"}:
                path, _ = replace_params("/{path}", _PATH, {"path": str(others["path"]).lstrip("/")})
                url = URLPath(path)
            elif name.startswith(f"{self.name}:"):
                url = self._url_path_below(name[len(self.name) + 1 :], others)
        if url is None:
            raise NoMatchFound(name, path_params)
        return self._outside(url, own)

    async def _handle_with(self, own: Mapping[str, Any], scope: Scope, receive: Receive, send: Send) -> None:
        """Lay the application's state over that of the connection as long as it has the connection."""
        state: dict[str, Any] = scope["state"]
        around = {key: state[key] for key in own if key in state}
        state.update(own)
        try:
            await self.app(scope, receive, send)
        finally:
            for key, value in own.items():
                if state.get(key) is not value:  # what the application put there itself stays, as any other key
                    continue
                if key in around:
                    state[key] = around[key]
                else:
                    del state[key]

    def _url_path_below(self, name: str, path_params: dict[str, Any]) -> URLPath | None:
        for route in self.routes:
            try:
                return route.url_path_for(name, **path_params)
            except Exception as exc:
                if type(exc).__name__ != NoMatchFound.__name__:  # the routes may be those of Starlette or FastAPI
                    raise
        return None

    @abstractmethod
    def _own_params(self) -> Collection[str]:
        """The parameters of the mount's own pattern."""

    @abstractmethod
    def _outside(self, url: URLPath, own_params: dict[str, Any]) -> URLPath:
        """What ``url``, a path of the application, is outside of the mount."""
