"""What a router needs of a route."""

from __future__ import annotations

from collections.abc import Awaitable
from enum import Enum
from typing import Any, Literal

from asgi_types import ASGIApp, Receive, Scope, Send

from .._lifespan.lifespan import no_lifespan, run_lifespan
from .._patterns.convertor import Convertor
from .._url_path import URLPath
from .refusals import not_found


class Match(Enum):
    """How well a route fits: not at all, by its path but not its method, or fully."""

    NONE = 0
    PARTIAL = 1
    FULL = 2


class NoMatchFound(Exception):  # noqa: N818 - the name is Starlette's
    """No route has this name and exactly these parameters."""

    def __init__(self, name: str, path_params: dict[str, Any]) -> None:
        super().__init__(f'No route exists for name "{name}" and params "{", ".join(path_params)}".')
        self.name = name
        self.path_params = path_params


class BaseRoute:
    """The interface of a route; a router takes any subclass.

    `matches`, `url_path_for` and `handle` are for subclasses to define. A subclass whose path pattern says which paths
    it can match tells so by `index_pattern`, and is then not asked for any other.

    >>> class Everything(BaseRoute):
    ...     def matches(self, scope):
    ...         return Match.FULL, {"endpoint": self}
    >>> Everything().matches({"type": "http", "path": "/"})[0]
    <Match.FULL: 2>
    """

    fall_through: bool = False
    """Whether the router goes on to later routes if the application of this one refuses the connection."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """How well this route fits the scope, and what to put into the scope if it is chosen."""
        raise NotImplementedError

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The path of the route with this name; `NoMatchFound` if it is not this one."""
        raise NotImplementedError

    def handle(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer a connection that this route matches."""
        raise NotImplementedError

    def index_pattern(self) -> str | None:
        """The pattern of every path this route can match, or None if it could match any path.

        It begins with a slash. In it ``{name}`` stands for text without a slash that is not empty, and ``{name:path}``
        for any text.
        """
        return None

    @classmethod
    def settle_enter(cls) -> None:
        """See that `enter` does what `matches` and `handle` do, which may have been replaced."""

    def segment_params(self) -> dict[int, tuple[str, Convertor[Any]]] | None:
        """The parameters by the segment that each is, where that is all there is to read from a path.

        Their convertors are some that `segment_reader` knows. The route is then not asked by `enter` but given the
        values by `take`. None for any other route.
        """
        return None

    def take(
        self, scope: Scope, params: dict[str, Any], any_method: bool = False
    ) -> ASGIApp | Literal[Match.NONE, Match.PARTIAL]:
        """What `enter` says of a path that has these parameters; a route of ``any_method`` may only answer 405."""
        raise NotImplementedError

    def enter(self, scope: Scope, path: str) -> ASGIApp | Literal[Match.NONE, Match.PARTIAL]:  # noqa: ARG002
        """Who is to answer ``path``, the scope's route path: an application, or by what it is not this route.

        On a full match the scope is made this route's own. A route that falls through has not answered when its
        application has, so it is left to the router to try: for that it says `Match.PARTIAL`.
        """
        match, child_scope = self.matches(scope)
        if match is not Match.FULL:
            return match
        if self.fall_through:
            return Match.PARTIAL
        scope["route"] = self
        scope.update(child_scope)
        return self.handle

    def lifespan_app(self) -> ASGIApp | None:
        """The application whose lifespan is part of the router's, or None if there is none."""
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer alone: by 404 what does not match, and without a lifespan."""
        if scope["type"] == "lifespan":
            await run_lifespan(no_lifespan, self, scope, receive, send)
            return
        match, child_scope = self.matches(scope)
        if match is Match.NONE:
            await not_found(scope, receive, send)
            return
        scope["route"] = self
        scope.update(child_scope)
        await self.handle(scope, receive, send)
