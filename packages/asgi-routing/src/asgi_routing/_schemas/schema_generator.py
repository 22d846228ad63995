"""From routes to a schema of what their endpoints say about themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import FunctionType, MethodType
from typing import Any, Final, NamedTuple, Protocol

from asgi_types import HTTPConnection, Response

from .._routes.base_route import BaseRoute
from .._routes.mount import Mount
from .._routes.mounted_app import MountedApp
from .._routes.route import Route
from .docstring import docstring_schema
from .openapi_response import OpenAPIResponse

_METHODS: Final = ("get", "post", "put", "patch", "delete", "options", "query")
"""What an endpoint that is a class may answer."""

_OPERATIONS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
"""What a path may have in any version of OpenAPI."""


class HasRoutes(Protocol):
    """A router or an application."""

    @property
    def routes(self) -> Sequence[BaseRoute]: ...


class EndpointInfo(NamedTuple):
    """A path without its convertors, a method in lower case, and the function whose docstring describes the two.

    >>> async def user(connection): ...
    >>> [info] = BaseSchemaGenerator().get_endpoints([Route("/users/{id:int}", user)])
    >>> info.path, info.http_method, info.func is user
    ('/users/{id}', 'get', True)
    """

    path: str
    http_method: str
    func: Callable[..., Any]


class BaseSchemaGenerator:
    """What any schema is made of; `get_schema` is for subclasses to define.

    >>> class Summaries(BaseSchemaGenerator):
    ...     def get_schema(self, routes):
    ...         found = [(info.path, self.parse_docstring(info.func)) for info in self.get_endpoints(routes)]
    ...         return {path: schema["summary"] for path, schema in found}
    >>> async def home(connection):
    ...     '''summary: The front page'''
    >>> Summaries().get_schema([Route("/", home)])
    {'/': 'The front page'}
    """

    def get_schema(self, routes: list[BaseRoute]) -> dict[str, Any]:
        """The schema of these routes."""
        raise NotImplementedError

    def get_endpoints(self, routes: Sequence[BaseRoute] | HasRoutes) -> list[EndpointInfo]:
        """What is behind each path and method, in the order of the routes, those of mounts and hosts among them.

        ``routes`` is a list of routes, or a router or an application that has some. Routes with a false
        ``include_in_schema`` are left out, and so is HEAD. A class has those of its methods that the route lets pass.
        """
        found: list[EndpointInfo] = []
        for route in routes if isinstance(routes, Sequence) else routes.routes:
            if isinstance(route, MountedApp):
                prefix = route.path_format.removesuffix("/{path}") if isinstance(route, Mount) else ""
                found += [info._replace(path=prefix + info.path) for info in self.get_endpoints(route.routes)]
            elif isinstance(route, Route) and route.include_in_schema:
                found += [EndpointInfo(route.path_format, method, func) for method, func in _operations(route)]
        return found

    def parse_docstring(self, func_or_method: Callable[..., Any]) -> dict[str, Any]:
        """The schema in a docstring: the YAML mapping below its last line ``---``, or else an empty dictionary.

        Without that line the whole docstring may be one, if all of its keys are fields of an OpenAPI operation.
        Raises `ValueError` for what is below that line and no YAML, and `ImportError` without PyYAML.
        """
        return docstring_schema(func_or_method)

    def OpenAPIResponse(self, request: HTTPConnection[Any]) -> Response:  # noqa: N802 - Starlette's name
        """The schema of the application that serves the request, or outside one of its outermost router.

        It is made anew each time, which takes about a millisecond for a docstring: call it in a function that is not
        async. Raises `RuntimeError` where there is neither, and what `get_schema` raises.
        """
        for key in ("app", "router"):
            routes: list[BaseRoute] | None = getattr(request.scope.get(key), "routes", None)
            if routes is not None:
                return OpenAPIResponse(self.get_schema(routes))
        raise RuntimeError("The request came through no router: use OpenAPIResponse(generator.get_schema(routes)).")


class SchemaGenerator(BaseSchemaGenerator):
    """Puts what the docstrings of endpoints say about their operations into an OpenAPI document.

    ``base_schema`` is what the document has beyond that: its version, title and so on. Paths in it are kept, and what a
    docstring says goes before them. Of routes for the same path and method the first one counts that says anything.
    Methods that OpenAPI has no name for are left out, among them QUERY before version 3.2.

    >>> async def list_users(connection):
    ...     '''All users.
    ...
    ...     ---
    ...     responses:
    ...       200: {description: A list of users.}
    ...     '''
    >>> schemas = SchemaGenerator({"openapi": "3.1.0", "info": {"title": "Shop", "version": "1.0"}})
    >>> schemas.get_schema([Route("/users", list_users)])["paths"]
    {'/users': {'get': {'responses': {200: {'description': 'A list of users.'}}}}}
    """

    def __init__(self, base_schema: dict[str, Any]) -> None:
        self.base_schema = base_schema

    def get_schema(self, routes: Sequence[BaseRoute] | HasRoutes) -> dict[str, Any]:
        """The document; ``routes`` may be a router or an application, and `base_schema` stays as it is."""
        paths: dict[str, dict[str, Any]] = {}
        for path, method, func in self.get_endpoints(routes):
            if method not in paths.get(path, {}) and self._has_operation(method):
                operation = self.parse_docstring(func)
                if operation:
                    paths.setdefault(path, {})[method] = operation
        given: dict[str, dict[str, Any]] = self.base_schema.get("paths") or {}
        merged = {path: {**given.get(path, {}), **paths.get(path, {})} for path in {**given, **paths}}
        return {**self.base_schema, "paths": merged}

    def _has_operation(self, method: str) -> bool:
        if method != "query":
            return method in _OPERATIONS
        version = re.match(r"(\d{1,9})\.(\d{1,9})", str(self.base_schema.get("openapi", "")))
        return version is not None and (int(version[1]), int(version[2])) >= (3, 2)


def _operations(route: Route) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The methods of a route in lower case, each with what answers it."""
    endpoint: Any = route.endpoint
    if isinstance(endpoint, partial):
        endpoint = endpoint.func
    if isinstance(endpoint, FunctionType | MethodType):
        methods = sorted(route.methods or {"GET"}, key=_usual_order)
        yield from ((method.lower(), endpoint) for method in methods if method != "HEAD")
    elif not hasattr(endpoint, "routes"):  # a router has methods of these names, which say nothing of its answers
        answered = {method.lower() for method in getattr(endpoint, "http_methods", _METHODS)}
        for method in _METHODS:
            func = getattr(endpoint, method, None)
            if callable(func) and method in answered and (not route.methods or method.upper() in route.methods):
                yield method, func


def _usual_order(method: str) -> tuple[int, str]:
    known = method.lower() in _METHODS
    return (_METHODS.index(method.lower()) if known else len(_METHODS)), method
