"""A path pattern and its HTTP endpoint."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar, Literal

from asgi_types import ASGIApp, HTTPConnection, HTTPException, Receive, Scope, Send, is_async_callable, refuse

from .middleware_stack import MiddlewareTriple, wrapped
from .path_route import PathRoute, needs_adapter


def connection_response(func: Callable[[Any], Any]) -> ASGIApp:
    """An ASGI application of a function that takes the scope's view and returns a response, sync ones in a thread.

    An `HTTPException` is left to the error layer above, and where there is none answered here.
    """
    is_async = is_async_callable(func)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        connection: HTTPConnection[Any] = HTTPConnection(scope, receive, send)
        try:
            if is_async:
                response = await func(connection)
            else:
                from anyio import to_thread  # only a function that is not async needs a thread

                response = await to_thread.run_sync(func, connection)
        except HTTPException as refusal:
            await refuse(scope, receive, send, refusal)
            return
        await response(scope, receive, send)

    return app


class Route(PathRoute):
    """Serve the paths of a pattern by an endpoint.

    The endpoint is a function of a connection that returns a response, or any ASGI application (an instance, a class,
    or a function of ``scope, receive, send``). The class attribute ``adapter`` makes the application of a function:
    here the function gets the core's `HTTPConnection`. ``methods`` defaults to GET for a function and to all for an
    application; GET brings HEAD.

    ``middleware`` is put around the endpoint, the first outermost: `asgi_middleware.Middleware`, or any triple of a
    class, its arguments and its keywords. It sees what the endpoint refuses as an answer. ``max_body_size`` is how many
    bytes of a body the endpoint may read, `math.inf` for all; None leaves the limit of what is around the route.

    Raises `AssertionError` for a path without a leading slash or with an unknown convertor, and `ValueError` for a
    parameter that stands twice.

    >>> async def user(connection): ...
    >>> route = Route("/users/{id:int}", user)
    >>> route.matches({"type": "http", "method": "GET", "path": "/users/42"})[1]["path_params"]
    {'id': 42}
    """

    scope_type: ClassVar[Literal["http", "websocket"]] = "http"
    adapter: Callable[[Callable[..., Any]], ASGIApp] = staticmethod(connection_response)

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: Collection[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
        middleware: Sequence[MiddlewareTriple] | None = None,
        max_body_size: float | None = None,
    ) -> None:
        super().__init__(path, endpoint, name)
        self.include_in_schema = include_in_schema
        app = self.adapter(endpoint) if needs_adapter(endpoint) else endpoint
        self.app: ASGIApp = wrapped(app, middleware, max_body_size)
        if methods is None and needs_adapter(endpoint):
            methods = ["GET"]
        self._methods = None if methods is None else {method.upper() for method in methods}
        if self._methods is not None and "GET" in self._methods:
            self._methods.add("HEAD")

    @property
    def methods(self) -> set[str] | None:
        """The methods that it answers, which may be changed; None for all."""
        return self._methods

    @methods.setter
    def methods(self, methods: set[str] | None) -> None:
        self._methods = methods

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Route)
            and self.path == other.path
            and self.endpoint == other.endpoint
            and self.methods == other.methods
        )

    def __repr__(self) -> str:
        methods = sorted(self.methods or ())
        return f"{type(self).__name__}(path={self.path!r}, name={self.name!r}, methods={methods!r})"
