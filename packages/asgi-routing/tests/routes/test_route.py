from __future__ import annotations

import threading
from functools import partial
from typing import Any, ClassVar
from urllib.parse import unquote

import pytest

from asgi_routing import Match, Route, Router
from asgi_types import ASGIApp, HTTPConnection, HTTPException, Response


async def hello(connection: HTTPConnection[Any]) -> Response:
    return Response(f"{connection.scope['method']} {connection.path_params}")


def in_thread(connection: HTTPConnection[Any]) -> Response:
    return Response(threading.current_thread().name)


async def greet(greeting: str, connection: HTTPConnection[Any]) -> Response:
    return Response(f"{greeting} {connection.path_params['name']}")


class Greeter:
    """Endpoints as a method, and as an instance that is an ASGI application."""

    async def method(self, connection: HTTPConnection[Any]) -> Response:
        return Response("method")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await Response(f"app {scope['method']}")(scope, receive, send)


class Endpoint:
    """An endpoint as a class: calling it with the connection gives something to await."""

    def __init__(self, scope: Any, receive: Any, send: Any) -> None:
        self.connection = scope, receive, send

    def __await__(self) -> Any:
        return Response("class")(*self.connection).__await__()


@pytest.mark.parametrize(
    ("endpoint", "name", "text"),
    [
        (hello, "hello", "GET {'name': 'ann'}"),
        (Greeter().method, "method", "method"),
        (partial(greet, "hi"), "partial", "hi ann"),
        (partial(partial(greet), "hi"), "partial", "hi ann"),
        (Greeter(), "Greeter", "app GET"),
        (Endpoint, "Endpoint", "class"),
    ],
)
async def test_what_may_be_an_endpoint(drive: Any, endpoint: Any, name: str, text: str) -> None:
    route = Route("/{name}", endpoint)
    assert route.name == name
    answer = await drive.request(Router([route]), "/ann")
    assert answer.text == text
    assert answer.scope["endpoint"] is endpoint
    assert answer.scope["route"] is route


async def test_a_function_that_is_not_async_runs_in_a_thread(drive: Any) -> None:
    answer = await drive.request(Router([Route("/", in_thread)]))
    assert answer.text != threading.current_thread().name


@pytest.mark.parametrize(
    ("endpoint", "methods", "expected"),
    [
        (hello, None, {"GET", "HEAD"}),
        (partial(greet, "hi"), None, {"GET", "HEAD"}),
        (Greeter(), None, None),
        (Endpoint, None, None),
        (hello, ["get"], {"GET", "HEAD"}),
        (hello, ("post", "PUT"), {"POST", "PUT"}),
        (Greeter(), {"GET"}, {"GET", "HEAD"}),
        (hello, [], set()),
    ],
)
def test_the_methods_of_a_route(endpoint: Any, methods: Any, expected: Any) -> None:
    assert Route("/", endpoint, methods=methods).methods == expected


async def test_the_methods_may_be_changed(drive: Any) -> None:
    route = Route("/", hello)
    router = Router([route])
    assert (await drive.request(router, method="POST")).status == 405
    assert route.methods is not None
    route.methods.add("POST")
    assert (await drive.request(router, method="POST")).status == 200
    route.methods = {"PUT"}
    assert (await drive.request(router, method="POST")).headers["allow"] == "PUT"


@pytest.mark.parametrize("methods", [None, []])
async def test_without_methods_every_method_is_served(drive: Any, methods: Any) -> None:
    route = Route("/", Greeter(), methods=methods)
    assert route.matches(drive.scope("/", "BREW"))[0] is Match.FULL
    for app in (Router([route]), route):
        assert (await drive.request(app, "/", "BREW")).text == "app BREW"


async def test_get_brings_head_without_a_body(drive: Any) -> None:
    answer = await drive.request(Router([Route("/", hello)]), "/", "HEAD")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "7")


async def test_options_is_not_answered_by_itself(drive: Any) -> None:
    answer = await drive.request(Router([Route("/", hello)]), "/", "OPTIONS")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("method", "match"), [("GET", Match.FULL), ("HEAD", Match.FULL), ("POST", Match.PARTIAL), ("get", Match.PARTIAL)]
)
def test_a_match_is_partial_without_the_method(drive: Any, method: str, match: Match) -> None:
    scope = drive.scope("/users/7", method)
    child_scope = {"endpoint": hello, "path_params": {"id": 7}}
    assert Route("/users/{id:int}", hello).matches(scope) == (match, child_scope)


def test_websockets_and_other_scopes_are_no_match(drive: Any) -> None:
    assert Route("/", hello).matches(drive.websocket_scope("/")) == (Match.NONE, {})
    assert Route("/", hello).matches({"type": "lifespan"}) == (Match.NONE, {})


async def test_the_adapter_of_a_subclass_makes_the_application(drive: Any) -> None:
    class AdaptedRoute(Route):
        adapted: ClassVar[list[Any]] = []

        @staticmethod
        def adapter(func: Any) -> ASGIApp:
            AdaptedRoute.adapted.append(func)
            return Response("adapted")

    router = Router([AdaptedRoute("/a", hello), AdaptedRoute("/b", Greeter())])
    assert AdaptedRoute.adapted == [hello]
    assert (await drive.request(router, "/a")).text == "adapted"
    assert (await drive.request(router, "/b")).text == "app GET"


def test_its_url_is_one_of_http() -> None:
    path = Route("/users/{id:int}", hello, name="user").url_path_for("user", id=7)
    assert (path, path.protocol, path.host) == ("/users/7", "http", "")


def test_equality_and_representation() -> None:
    route = Route("/", hello, methods=["POST", "GET"], name="root")
    assert route == Route("/", hello, methods=["GET", "POST", "HEAD"])
    assert route != Route("/", hello)
    assert route != Route("/a", hello, methods=["POST", "GET"])
    assert route != Route("/", in_thread, methods=["POST", "GET"])
    assert route != "/"
    assert repr(route) == "Route(path='/', name='root', methods=['GET', 'HEAD', 'POST'])"
    assert repr(Route("/", Endpoint)) == "Route(path='/', name='Endpoint', methods=[])"
    with pytest.raises(TypeError):
        hash(route)


def test_whether_it_is_in_the_schema() -> None:
    assert Route("/", hello).include_in_schema is True
    assert Route("/", hello, include_in_schema=False).include_in_schema is False


@pytest.mark.parametrize("path", ["", "users", "{name}"])
def test_the_path_begins_with_a_slash(path: str) -> None:
    with pytest.raises(AssertionError, match=r"^Routed paths must start with '/'$"):
        Route(path, hello)


async def test_a_refusal_of_a_function_is_answered_where_no_error_layer_is(drive: Any) -> None:
    async def refusing(connection: Any) -> Response:
        raise HTTPException(403, "Not for you.")

    answer = await drive.request(Router([Route("/", refusing)]))
    assert (answer.status, answer.text) == (403, "Not for you.")


async def test_a_value_comes_back_from_its_path(drive: Any) -> None:
    async def show(connection: Any) -> Response:
        return Response(connection.path_params["name"])

    router = Router([Route("/{name}", show)])
    path = router.url_path_for("show", name="a?admin=1#x 100%41")
    assert path == "/a%3Fadmin=1%23x 100%2541"
    assert path.make_absolute_url("http://testserver").query == ""
    scope = drive.scope(path=unquote(path).partition("?")[0])
    scope["path"] = unquote(path)
    assert (await drive.events(router, scope, [])).text == "a?admin=1#x 100%41"
