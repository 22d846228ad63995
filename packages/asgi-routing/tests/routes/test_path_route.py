"""What `Route` and `WebSocketRoute` share, and what may be overridden in them."""

from __future__ import annotations

import re
from functools import partial
from types import MethodType
from typing import Any

import pytest

from asgi_routing import BaseRoute, Match, NoMatchFound, Route, Router, WebSocketRoute, compile_path, get_name
from asgi_types import Response


async def hello(connection: Any) -> Response:
    return Response(f"hello {connection.path_params}")


async def closing(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "websocket.close", "code": 1000, "reason": "closing"})


class App:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


class LowerCase(Route):
    """Overrides `matches`: letters match in both cases."""

    def matches(self, scope: Any) -> tuple[Match, Any]:
        return super().matches({**scope, "path": scope["path"].lower()})


class Loud:
    """Overrides `handle`, and does so as a mix-in."""

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        scope["path_params"]["loud"] = True
        await super().handle(scope, receive, send)  # type: ignore[misc]


class LoudRoute(Loud, Route):
    pass


class LoudWebSocketRoute(WebSocketRoute):
    def handle(self, scope: Any, receive: Any, send: Any) -> Any:
        return send({"type": "websocket.close", "code": 4000, "reason": "loud"})


class OwnInit(Route):
    """Sets the attributes of a route by itself, as FastAPI's routes do."""

    def __init__(self, path: str, endpoint: Any) -> None:
        self.path = path
        self.endpoint = endpoint
        self.name = get_name(endpoint)
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {"GET"}
        self.app = Route.adapter(endpoint)


class Teapot(Route):
    """Overrides `enter` itself."""

    def enter(self, scope: Any, path: str) -> Any:
        return Response("teapot", 418) if path == self.path else Match.NONE


async def test_a_subclass_that_overrides_matches_is_asked_by_it(drive: Any) -> None:
    router = Router([Route("/users/me", hello), LowerCase("/users/{id:int}/posts", hello)])
    assert (await drive.request(router, "/USERS/7/Posts")).text == "hello {'id': 7}"
    assert (await drive.request(router, "/users/me")).text == "hello {}"
    assert (await drive.request(router, "/Users/me")).status == 404
    answer = await drive.request(router, "/USERS/7/Posts", "PUT")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert LowerCase("/a", hello).index_pattern() is None


async def test_a_subclass_that_overrides_handle_is_handed_the_connection(drive: Any) -> None:
    router = Router([LoudRoute("/{id}", hello), LoudWebSocketRoute("/chat", App(closing))])
    answer = await drive.request(router, "/7")
    assert answer.text == "hello {'id': '7', 'loud': True}"
    assert answer.scope["route"] is router.routes[0]
    assert answer.scope["endpoint"] is hello
    answer = await drive.request(router, "/7", "PUT")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.scope["path_params"] == {"id": "7", "loud": True}
    assert (await drive.websocket(router, "/chat")).messages[0]["reason"] == "loud"


async def test_a_subclass_of_such_a_subclass_keeps_it(drive: Any) -> None:
    class Louder(LoudRoute):
        pass

    class Plain(LowerCase):
        matches = Route.matches

    assert (await drive.request(Router([Louder("/{id}", hello)]), "/7")).text == "hello {'id': '7', 'loud': True}"
    assert (await drive.request(Router([Plain("/a", hello)]), "/A")).status == 404
    assert Plain("/a", hello).index_pattern() == "/a"


async def test_a_subclass_that_overrides_enter_is_entered_by_it(drive: Any) -> None:
    router = Router([Teapot("/tea", hello)])
    assert (await drive.request(router, "/tea")).status == 418
    assert (await drive.request(router, "/coffee")).status == 404

    class LoudTeapot(Loud, Teapot):
        pass

    assert (await drive.request(Router([LoudTeapot("/tea", hello)]), "/tea")).status == 418


@pytest.fixture
def route_class() -> type[Route]:
    class PatchedRoute(Route):
        pass

    return PatchedRoute


@pytest.mark.parametrize("name", ["handle", "matches"])
async def test_a_method_that_is_replaced_later_is_called(
    drive: Any, monkeypatch: Any, route_class: Any, name: str
) -> None:
    original = getattr(route_class, name)
    seen: list[str] = []

    def replaced(self: Any, scope: Any, *args: Any) -> Any:
        seen.append(scope["path"])
        return original(self, scope, *args)

    monkeypatch.setattr(route_class, name, replaced)
    assert (await drive.request(Router([route_class("/a", hello)]), "/a")).text == "hello {}"
    assert seen == ["/a"]


async def test_a_subclass_need_not_call_init(drive: Any) -> None:
    router = Router([OwnInit("/users/{id:int}", hello)])
    assert (await drive.request(router, "/users/7")).text == "hello {'id': 7}"
    assert (await drive.request(router, "/users/7")).text == "hello {'id': 7}"
    assert (await drive.request(router, "/users/7", "PUT")).headers["allow"] == "GET"
    assert OwnInit("/users/{id:int}", hello).matches(drive.scope("/users/7"))[0] is Match.FULL


async def test_an_expression_that_was_put_in_its_place_decides(drive: Any) -> None:
    routes = [Route("/Users", hello), Route("/Users/{id}", hello), Route("/Users/{id:int}/Posts", hello)]
    for route in routes:
        route.path_regex = re.compile(route.path_regex.pattern, re.IGNORECASE)
    router = Router(routes)
    assert [route.index_pattern() for route in routes] == [None, None, None]
    assert (await drive.request(router, "/users")).text == "hello {}"
    assert (await drive.request(router, "/USERS/7")).text == "hello {'id': '7'}"
    assert (await drive.request(router, "/uSERS/7/pOSTS")).text == "hello {'id': 7}"


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/", "/"),
        ("/users/{id:int}/{x:uuid}-{y:float}", "/users/{id}/{x}-{y}"),
        ("/files/{path:path}", "/files/{path:path}"),
        ("/{not-a-param}/{x:str}", "/{not-a-param}/{x}"),
    ],
)
def test_the_pattern_for_the_index(path: str, pattern: str) -> None:
    assert Route(path, hello).index_pattern() == pattern
    assert WebSocketRoute(path, App(closing)).index_pattern() == pattern
    assert BaseRoute().index_pattern() is None


async def test_path_parameters_join_those_of_the_scope(drive: Any) -> None:
    outer = {"tenant": "a", "id": "outer"}
    route = Route("/users/{id:int}", hello)
    for app in (Router([route]), route):
        answer = await drive.request(app, "/users/7", path_params=outer)
        assert answer.scope["path_params"] == {"tenant": "a", "id": 7}
    assert outer == {"tenant": "a", "id": "outer"}


@pytest.mark.parametrize(
    ("root_path", "path", "status"),
    [
        ("", "/users", 200),
        ("/api", "/api/users", 200),
        ("/api", "/users", 200),
        ("/api", "/apiusers", 404),
        ("/users", "/users", 404),
        ("/users", "/users/users", 200),
        ("/api/", "/api/users", 404),
    ],
)
async def test_the_root_path_is_no_part_of_the_path(drive: Any, root_path: str, path: str, status: int) -> None:
    for app in (Router([Route("/users", hello)], redirect_slashes=False), Route("/users", hello)):
        assert (await drive.request(app, path, root_path=root_path)).status == status


def test_the_url_of_a_route_needs_its_name_and_exactly_its_parameters() -> None:
    route = Route("/{name}/{id:int}", hello, name="user")
    assert route.url_path_for("user", name="ann", id=7) == "/ann/7"
    for name, params in [("user", {"name": "ann"}), ("user", {"name": "a", "id": 7, "x": 1}), ("x", {})]:
        with pytest.raises(NoMatchFound) as raised:
            route.url_path_for(name, **params)
        assert raised.value.path_params == params
    with pytest.raises(AssertionError, match=r"^May not contain path separators$"):
        route.url_path_for("user", name="a/b", id=7)


def test_the_url_of_a_route_never_begins_another_host() -> None:
    assert Route("/{p:path}", hello).url_path_for("hello", p="/evil.example") == "/%2Fevil.example"
    assert Route("/{p}", hello).url_path_for("hello", p="\\evil.example") == "/%5Cevil.example"


def test_the_name_of_an_endpoint() -> None:
    assert get_name(hello) == "hello"
    assert get_name(App) == "App"
    assert get_name(App(closing)) == "App"
    assert get_name(App(closing).__call__) == "__call__"


def needs_an_adapter(endpoint: Any) -> bool:
    return Route("/", endpoint).methods == {"GET", "HEAD"}


class Endpoints:
    async def view(self, connection: Any) -> Response:
        return Response("view")

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        await Response("application")(scope, receive, send)


async def with_defaults(connection: Any, greeting: str = "hi", times: int = 2) -> Response:
    return Response(greeting * times)


async def test_a_function_of_three_arguments_is_an_application(drive: Any) -> None:
    """What makes an application of a function, as asgi-http's request_response, often gives a function again."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await Response(f"application {scope['path_params']}")(scope, receive, send)

    route = Route("/{id}", application)
    assert (route.app, route.methods) == (application, None)
    assert (await drive.request(route, "/7", "PATCH")).text == "application {'id': '7'}"
    chat = WebSocketRoute("/chat", closing)
    assert (await drive.websocket(chat, "/chat")).messages[0]["reason"] == "closing"
    endpoints = Endpoints()
    assert (await drive.request(Route("/", endpoints.application))).text == "application"
    assert (await drive.request(Route("/", endpoints.view))).text == "view"
    assert needs_an_adapter(MethodType(App(closing), endpoints))
    assert (await drive.request(Route("/", with_defaults))).text == "hihi"
    assert (await drive.request(Route("/", partial(with_defaults, times=3)))).text == "hihihi"
