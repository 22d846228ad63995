"""The application: a router behind middleware, inside the error layers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from asgi_middleware import ExceptionHandler, Middleware, MiddlewareFactory
from asgi_routing import BaseRoute, RouteDecorators, URLPath
from asgi_types import ASGIApp, Lifespan, Receive, Response, Scope, Send, State, body_limit

from .middleware.errors import ServerErrorMiddleware
from .middleware.exceptions import ExceptionMiddleware
from .requests import Request
from .routing import Router

AppType = TypeVar("AppType", bound="Shine")
P = ParamSpec("P")


class Shine(RouteDecorators):
    """An ASGI application of routes, middleware, exception handlers and a lifespan.

    ``exception_handlers`` maps status codes and exception classes to handlers; the one for 500 or `Exception` answers
    whatever is unhandled, and no `HTTPException`. ``debug`` shows tracebacks instead. Errors are answered inside the
    middleware, so that every middleware sees the answer, and once more outside, for the middleware's own; what was
    unhandled is raised on, through the middleware, for the server's log. A middleware that catches it comes too late to
    answer: to turn exceptions into answers, use handlers. ``lifespan`` is an async context manager of the application,
    around its whole life; a mapping that it yields is the state that each request starts with.

    ``max_body_size`` is how many bytes of a body may be read before the rest is refused with 413, `math.inf` for all of
    them; a route, a mount and a host may have another one. None leaves what `Request` has: 16 MiB for what is
    collected, no limit for a stream. Another value is a `ValueError`.

    What else a router can do is set at its attributes: ``app.router.redirect_slashes = 308``.

    The middleware is put together at the first call; adding one later is a `RuntimeError`.

    >>> from shine import PlainTextResponse, Route, Shine
    >>> async def hello(request):
    ...     return PlainTextResponse("Hello")
    >>> app = Shine(routes=[Route("/", hello)])
    >>> app.url_path_for("hello")
    '/'
    """

    router_class: type[Router] = Router
    answers_errors_inside: bool = True
    """Whether errors are answered inside the middleware; else the layers are Starlette's.

    Then the middleware gets what is unhandled and may answer it, and its own exceptions, `HTTPException` too, are a 500
    outside of all.
    """
    refuses_late_handlers: bool = True
    """Whether an exception handler that is added after the first call is a `RuntimeError`; else it has no effect."""

    def __init__(
        self,
        debug: bool = False,
        routes: Sequence[BaseRoute] | None = None,
        middleware: Sequence[Middleware] | None = None,
        exception_handlers: Mapping[Any, ExceptionHandler] | None = None,
        lifespan: Lifespan[Any] | None = None,
        *,
        max_body_size: float | None = None,
    ) -> None:
        if max_body_size is not None:
            body_limit(max_body_size)  # now, and not at the first request
        self.debug: bool = debug
        self.max_body_size: float | None = max_body_size
        self.state: State = State()
        self.router: Router = self.router_class(routes, lifespan=lifespan)
        self.exception_handlers: dict[Any, ExceptionHandler] = dict(exception_handlers or {})
        self.user_middleware: list[Middleware] = list(middleware or ())
        self.middleware_stack: ASGIApp | None = None

    @property
    def routes(self) -> list[BaseRoute]:
        """The router's routes, which may be changed at any time."""
        return self.router.routes

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The path of the route with this name and these parameters; see `Router.url_path_for`."""
        return self.router.url_path_for(name, **path_params)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        stack: Any = self.middleware_stack
        if stack is None:
            stack = self.middleware_stack = self.build_middleware_stack()
        # Called by name: CPython runs a method without the detour that calling an instance takes.
        await stack.__call__(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """The application inside all its layers; the outermost is a `ServerErrorMiddleware`."""
        handlers = dict(self.exception_handlers)
        fallbacks = [handlers.pop(key) for key in (500, Exception) if key in handlers]
        is_wrapped = bool(self.user_middleware) or self.max_body_size is not None
        answers_inside = self.answers_errors_inside or not is_wrapped
        outermost = Middleware(ServerErrorMiddleware, handler=fallbacks[-1] if fallbacks else None, debug=self.debug)
        errors = _around(self.router, outermost)
        answering = errors if answers_inside else None
        exceptions = Middleware(ExceptionMiddleware, handlers=handlers, debug=self.debug, server_errors=answering)
        layers = list(self.user_middleware)
        if self.user_middleware or not answers_inside:
            layers.append(exceptions)
        if self.max_body_size is not None:
            from asgi_types.request_body_limit import RequestBodyLimitMiddleware

            layers.insert(0, Middleware(RequestBodyLimitMiddleware, max_body_size=self.max_body_size))
        if answers_inside:
            layers.insert(0, exceptions)
        # Where the layers are Starlette's, the way along their `app` leads to the router.
        app = _shortest_way_into(self.router) if self.answers_errors_inside else self.router
        for layer in reversed(layers):
            app = _around(app, layer)
        errors.app = app
        stack: ASGIApp = errors
        return stack

    def add_middleware(self, middleware_class: MiddlewareFactory[P], *args: P.args, **kwargs: P.kwargs) -> None:
        """Put a middleware around all those there are."""
        if self.middleware_stack is not None:
            raise RuntimeError("Cannot add middleware after an application has started")
        self.user_middleware.insert(0, Middleware(middleware_class, *args, **kwargs))

    def add_exception_handler(self, exc_class_or_status_code: int | type[Exception], handler: ExceptionHandler) -> None:
        """Answer a status code or an exception class with ``handler``; `RuntimeError` after the first call."""
        if self.middleware_stack is not None and self.refuses_late_handlers:
            raise RuntimeError("Cannot add an exception handler after an application has started")
        self.exception_handlers[exc_class_or_status_code] = handler

    def add_route(
        self,
        path: str,
        route: Callable[[Request], Awaitable[Response] | Response],
        methods: Collection[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
        **more: Any,
    ) -> None:
        """Append a `Route`; ``more`` are its ``middleware`` and ``max_body_size``."""
        self.router.add_route(path, route, methods=methods, name=name, include_in_schema=include_in_schema, **more)

    def add_websocket_route(self, path: str, route: Callable[..., Any], name: str | None = None, **more: Any) -> None:
        """Append a `WebSocketRoute`; ``more`` is its ``middleware``."""
        self.router.add_websocket_route(path, route, name=name, **more)

    def mount(self, path: str, app: ASGIApp, name: str | None = None, **more: Any) -> None:
        """Append a `Mount`; ``more`` are its further parameters."""
        self.router.mount(path, app, name, **more)

    def host(self, host: str, app: ASGIApp, name: str | None = None, **more: Any) -> None:
        """Append a `Host`; ``more`` are its further parameters."""
        self.router.host(host, app, name, **more)


def _around(app: ASGIApp, layer: Middleware) -> Any:
    # All layers are `Middleware` first, whose making instrumentation looks at.
    factory, args, kwargs = layer
    return factory(app, *args, **kwargs)


_ROUTER_CALL = Router.__call__  # kept, since instrumentation may put another one there


def _shortest_way_into(router: Router) -> ASGIApp:
    # A router whose call was not overridden does nothing but await its stack: one step less for every request.
    return router.middleware_stack if type(router).__call__ is _ROUTER_CALL else router
