"""The routers that `route_match.py` compares, each asked through what its own application calls for a request.

A peer is built of a table of routes. ``prepare`` makes what there is of a request before it is routed, untimed;
``time`` asks for each of these and gives the seconds; ``answer`` asks once and tells what was found, for the check. The
loops that are timed are written out peer by peer, so that nothing of the benchmark stands between loop and router.
Each imports its framework when it is built, so a peer that is not installed costs only its own line.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from time import perf_counter
from typing import Any, Literal, NamedTuple, Protocol

from main_path import http_scope

Way = Literal["found", "beneath cache", "refused"]
"""How requests go: to a route, to a route without asking the peer's cache, or to the refusal that is raised."""


class Registered(NamedTuple):
    """A route of the table; a parameter of its pattern is written ``{name}``."""

    method: str
    pattern: str


class Found(NamedTuple):
    """What a router answers: the route's pattern with the parameters, or the status it refuses with."""

    pattern: str | None
    params: dict[str, str]
    status: int = 200


class Ask(NamedTuple):
    """A request that is to be routed, and the right answer."""

    method: str
    path: str
    right: Found


class Peer(Protocol):
    wrong_method: int  # the status for a path that has other methods only

    def __init__(self, table: list[Registered]) -> None: ...
    def prepare(self, asks: list[Ask]) -> list[Any]: ...
    def time(self, prepared: list[Any], way: Way) -> float: ...
    def answer(self, ask: Ask) -> Found: ...


def refused(status: int) -> Found:
    return Found(None, {}, status)


class Nothing:
    """An endpoint that does nothing: it returns itself, and awaiting it ends at once."""

    def __call__(self, scope: Any, receive: Any, send: Any) -> Nothing:
        return self

    def __await__(self) -> Any:
        return iter(())


NOTHING = Nothing()


def do_nothing(scope: Any, receive: Any, send: Any) -> None:
    return None


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a search has no reason to wait")


class AsgiRouter:
    """What `asgi_routing` and Starlette share; ``inside`` makes them raise a refusal, as they do in an application."""

    wrong_method = 405
    router: Any
    refusal: type[Exception]
    inside: dict[str, Any]

    def prepare(self, asks: list[Ask]) -> list[Any]:
        return [http_scope(ask.path, ask.method) | self.inside for ask in asks]

    def enter(self, scope: Any) -> None:
        raise NotImplementedError

    def answer(self, ask: Ask) -> Found:
        [scope] = self.prepare([ask])
        try:
            self.enter(scope)
        except self.refusal as refusal:
            return refused(getattr(refusal, "status_code", 0))
        return Found(scope["route"].path, dict(scope["path_params"]))


class AsgiRouting(AsgiRouter):
    """Its search is a plain call, which calls the endpoint and returns what that returns, to be awaited."""

    def __init__(self, table: list[Registered]) -> None:
        from asgi_routing import Route, Router
        from asgi_types import GUARD, HTTPException

        self.router = Router([Route(pattern, do_nothing, methods=[method]) for method, pattern in table])
        self.refusal = HTTPException
        self.inside = {"app": self, GUARD: self}

    def enter(self, scope: Any) -> None:
        self.router.app(scope, None, None)

    def time(self, prepared: list[Any], way: Way) -> float:
        app, refusal = self.router.app, self.refusal
        begin = perf_counter()
        for scope in prepared:
            try:
                app(scope, None, None)
            except refusal:
                continue
        return perf_counter() - begin


class Starlette(AsgiRouter):
    """Its search is a coroutine that awaits the endpoint."""

    def __init__(self, table: list[Registered]) -> None:
        from starlette.exceptions import HTTPException
        from starlette.routing import Route, Router

        self.router = Router([Route(pattern, NOTHING, methods=[method]) for method, pattern in table])
        self.refusal = HTTPException
        self.inside = {"app": self}

    def enter(self, scope: Any) -> None:
        run(self.router.app(scope, None, None))

    def time(self, prepared: list[Any], way: Way) -> float:
        return run(self._enter_all(prepared))

    async def _enter_all(self, prepared: list[Any]) -> float:
        app, refusal = self.router.app, self.refusal
        begin = perf_counter()
        for scope in prepared:
            try:
                await app(scope, None, None)
            except refusal:
                continue
        return perf_counter() - begin


class Litestar:
    wrong_method = 405

    def __init__(self, table: list[Registered]) -> None:
        from litestar import Litestar, get, post
        from litestar.exceptions import HTTPException
        from litestar.utils import normalize_path

        async def handler() -> None: ...

        make: dict[str, Callable[..., Any]] = {"GET": get, "POST": post}
        handlers = [make[method](re.sub(r"\{(\w+)\}", r"{\1:str}", pattern))(handler) for method, pattern in table]
        self.router = Litestar(route_handlers=handlers, openapi_config=None).asgi_router
        self.normalize_path = normalize_path
        self.refusal = HTTPException

    def prepare(self, asks: list[Ask]) -> list[Any]:
        return [(ask.path, ask.method) for ask in asks]

    def time(self, prepared: list[Any], way: Way) -> float:
        handle_routing: Any = self.router.handle_routing
        if way == "beneath cache":
            handle_routing = handle_routing.__wrapped__
        normalize_path, refusal = self.normalize_path, self.refusal
        begin = perf_counter()
        for path, method in prepared:
            try:
                handle_routing(path=normalize_path(path), method=method)
            except refusal:
                continue
        return perf_counter() - begin

    def answer(self, ask: Ask) -> Found:
        try:
            found = self.router.handle_routing(path=self.normalize_path(ask.path), method=ask.method)
        except self.refusal as refusal:
            return refused(getattr(refusal, "status_code", 0))
        return Found(found[4], dict(found[3]))


class Falcon:
    wrong_method = 405

    def __init__(self, table: list[Registered]) -> None:
        from falcon import HTTPError
        from falcon.asgi import App, Request

        class Get:
            async def on_get(self, req: Any, resp: Any, **params: str) -> None: ...

        class Post:
            async def on_post(self, req: Any, resp: Any, **params: str) -> None: ...

        make = {"GET": Get, "POST": Post}
        self.app: Any = App()
        for method, pattern in table:
            self.app.add_route(pattern, make[method]())
        self.request = Request
        self.refusal = HTTPError

    def prepare(self, asks: list[Ask]) -> list[Any]:
        return [self.request(http_scope(ask.path, ask.method), None) for ask in asks]

    def time(self, prepared: list[Any], way: Way) -> float:
        if way == "refused":
            return run(self._time_refusals(prepared))
        get_responder = self.app._get_responder
        begin = perf_counter()
        for request in prepared:
            get_responder(request)
        return perf_counter() - begin

    async def _time_refusals(self, prepared: list[Any]) -> float:
        get_responder, refusal = self.app._get_responder, self.refusal
        begin = perf_counter()
        for request in prepared:
            responder, params, _, _ = get_responder(request)
            try:
                await responder(request, None, **params)
            except refusal:
                continue
        return perf_counter() - begin

    def answer(self, ask: Ask) -> Found:
        [request] = self.prepare([ask])
        responder, params, resource, pattern = self.app._get_responder(request)
        if resource is None:
            return refused(404)
        return Found(pattern, params) if responder.__name__.startswith("on_") else refused(405)


class BlackSheep:
    wrong_method = 404

    def __init__(self, table: list[Registered]) -> None:
        from blacksheep import Application, HTTPException, Request
        from blacksheep.server.routing import Router

        async def handler() -> None: ...

        self.router: Any = Router()
        app = Application(router=self.router)
        for method, pattern in table:
            self.router.add(method, pattern, handler)
        asyncio.run(app.start())
        self.request = Request
        self.refusal = HTTPException

    def prepare(self, asks: list[Ask]) -> list[Any]:
        return [self.request(ask.method, ask.path.encode(), None) for ask in asks]

    def time(self, prepared: list[Any], way: Way) -> float:
        if way == "beneath cache":
            return self._time_search(prepared)
        if way == "refused":
            return run(self._time_refusals(prepared))
        get_match = self.router.get_match
        begin = perf_counter()
        for request in prepared:
            get_match(request)
        return perf_counter() - begin

    def _time_search(self, prepared: list[Any]) -> float:
        router = self.router
        search = router.get_match_by_method_and_path.__wrapped__
        begin = perf_counter()
        for request in prepared:
            search(router, request.method, request._path)
        return perf_counter() - begin

    async def _time_refusals(self, prepared: list[Any]) -> float:
        get_match, refusal = self.router.get_match, self.refusal
        begin = perf_counter()
        for request in prepared:
            match = get_match(request)
            try:
                await match.handler(request)
            except refusal:
                continue
        return perf_counter() - begin

    def answer(self, ask: Ask) -> Found:
        [request] = self.prepare([ask])
        match = self.router.get_match(request)
        if match.pattern == b"*":  # that of the fallback
            return refused(404)
        return Found(match.pattern.decode(), dict(match.values or {}))


PEERS: dict[str, type[Peer]] = {
    "asgi-routing": AsgiRouting,
    "Starlette": Starlette,
    "Litestar": Litestar,
    "Falcon": Falcon,
    "BlackSheep": BlackSheep,
}
