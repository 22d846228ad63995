"""From routes to a schema."""

from __future__ import annotations

from functools import partial

import pytest

from asgi_routing import Host, Mount, Route, Router, WebSocketRoute
from asgi_routing.schemas import BaseSchemaGenerator, EndpointInfo, SchemaGenerator


async def users(connection):
    """summary: All users"""


async def user(connection):
    """One user.

    ---
    summary: One user
    """


async def plain(connection):
    """Nothing to see."""


class View:
    """An endpoint by methods, as asgi-http and others have them."""

    async def __call__(self, scope, receive, send): ...

    def get(self, connection):
        """summary: Get it"""

    def head(self, connection):
        """summary: Not listed"""

    def query(self, connection):
        """summary: Query it"""

    def delete(self, connection):
        """Nothing to see."""

    options = ("a", "b")


async def bare(scope, receive, send):
    """summary: Bare ASGI"""


async def chat(scope, receive, send):
    """summary: A WebSocket"""


def endpoints(*routes):
    return [(path, method) for path, method, _ in BaseSchemaGenerator().get_endpoints(routes)]


def paths(*routes, **base):
    return SchemaGenerator(base).get_schema([*routes])["paths"]


# Endpoints


def test_an_endpoint_has_a_path_a_method_and_a_function():
    [info] = BaseSchemaGenerator().get_endpoints([Route("/users", users)])
    assert info == EndpointInfo(path="/users", http_method="get", func=users) == ("/users", "get", users)


def test_each_method_but_head_in_the_usual_order():
    route = Route("/", users, methods=["DELETE", "LOCK", "POST", "GET", "COPY", "HEAD"])
    assert [method for _, method in endpoints(route)] == ["get", "post", "delete", "copy", "lock"]


def test_an_application_that_is_a_function_is_listed_once():
    assert endpoints(Route("/", bare)) == [("/", "get")]
    assert paths(Route("/", bare)) == {"/": {"get": {"summary": "Bare ASGI"}}}


@pytest.mark.parametrize("path", ["/{a}/{b:int}/x{c:path}", "/{a:str}/{b:uuid}/x{c:float}"])
def test_convertors_are_removed(path):
    assert endpoints(Route(path, users)) == [("/{a}/{b}/x{c}", "get")]


def test_arguments_of_convertors_are_removed():
    assert endpoints(Route("/{x:int(min=1)}", users)) == [("/{x}", "get")]


def test_what_is_not_for_the_schema():
    assert endpoints(Route("/", users, include_in_schema=False), WebSocketRoute("/chat", chat)) == []


def test_the_function_of_a_partial():
    [info] = BaseSchemaGenerator().get_endpoints([Route("/", partial(users, 1))])
    assert info.func is users


def test_a_bound_method():
    assert paths(Route("/", View().get)) == {"/": {"get": {"summary": "Get it"}}}


@pytest.mark.parametrize("endpoint", [View, View()], ids=["class", "object"])
def test_a_class_has_its_methods(endpoint):
    assert endpoints(Route("/", endpoint)) == [("/", "get"), ("/", "delete"), ("/", "query")]


def test_a_class_has_those_that_the_route_lets_pass():
    assert endpoints(Route("/", View, methods=["GET", "PUT"])) == [("/", "get")]


def test_a_class_has_those_that_it_lets_pass_itself():
    class Strict(View):
        http_methods = ("DELETE", "POST")

    assert endpoints(Route("/", Strict)) == [("/", "delete")]


def test_a_router_as_endpoint_has_no_methods():
    assert endpoints(Route("/", Router([Route("/inside", users)]))) == []


# Mounts and hosts


def test_mounts_and_hosts_are_walked():
    routes = [Route("/", users), Route("/{id:int}", user)]
    assert endpoints(
        Mount("/users", routes=routes),
        Mount("/{lang:str}/", Router([Mount("/all/{kind:path}", routes=routes)])),
        Mount("", routes=[Route("/root", users)]),
        Host("{sub}.example.org", Router([Route("/on-host", users)])),
        Mount("/bare", bare),
    ) == [
        ("/users/", "get"),
        ("/users/{id}", "get"),
        ("/{lang}/all/{kind}/", "get"),
        ("/{lang}/all/{kind}/{id}", "get"),
        ("/root", "get"),
        ("/on-host", "get"),
    ]


def test_a_mount_inside_middleware_is_walked():
    def middleware(app):
        return partial(app)

    mount = Mount("/users", routes=[Route("/", users)], middleware=[(middleware, (), {})], max_body_size=5)
    assert endpoints(mount) == [("/users/", "get")]


def test_a_router_or_an_application_stands_for_its_routes():
    class App:
        routes = (Route("/", users),)

    for app in (Router(App.routes), App()):
        assert SchemaGenerator({}).get_schema(app)["paths"] == {"/": {"get": {"summary": "All users"}}}
        assert BaseSchemaGenerator().get_endpoints(app) == [("/", "get", users)]


# The document


def test_the_document_is_what_was_given_and_the_paths():
    base = {"openapi": "3.1.0", "info": {"title": "Shop", "version": "1.0"}}
    schemas = SchemaGenerator(base)
    assert schemas.base_schema is base
    assert schemas.get_schema([Route("/users", users), Route("/users/{id:int}", user), Route("/plain", plain)]) == {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1.0"},
        "paths": {"/users": {"get": {"summary": "All users"}}, "/users/{id}": {"get": {"summary": "One user"}}},
    }


def test_paths_that_were_given_stay():
    given = {"/other": {"get": {"summary": "Other"}}, "/users": {"get": {"summary": "Old"}, "put": {"summary": "Put"}}}
    base = {"paths": given}
    for _ in range(2):
        assert SchemaGenerator(base).get_schema([Route("/users", users), Route("/new", user)])["paths"] == {
            "/other": {"get": {"summary": "Other"}},
            "/users": {"get": {"summary": "All users"}, "put": {"summary": "Put"}},
            "/new": {"get": {"summary": "One user"}},
        }
    assert base == {"paths": given}
    assert given["/users"]["get"] == {"summary": "Old"}
    assert list(given) == ["/other", "/users"]


def test_paths_may_be_given_as_nothing():
    assert paths(Route("/", users), paths=None) == {"/": {"get": {"summary": "All users"}}}


def test_the_first_route_that_says_anything_counts():
    routes = [Route("/", plain), Route("/", user), Route("/", users, methods=["GET", "POST"])]
    assert paths(*routes) == {"/": {"get": {"summary": "One user"}, "post": {"summary": "All users"}}}


@pytest.mark.parametrize("openapi", ["3.2.0", "3.10", "4.0.0", 3.2])
def test_query_since_3_2(openapi):
    assert paths(Route("/", View), openapi=openapi)["/"] == {
        "get": {"summary": "Get it"},
        "query": {"summary": "Query it"},
    }


@pytest.mark.parametrize(
    "base", [{}, {"swagger": "2.0"}, *({"openapi": v} for v in ("3.1.1", "3", "three.2", "", None))]
)
def test_no_query_before(base):
    assert paths(Route("/", View), **base) == {"/": {"get": {"summary": "Get it"}}}
    assert paths(Route("/", users, methods=["QUERY"]), **base) == {}


def test_methods_that_openapi_has_no_name_for_are_left_out():
    assert list(paths(Route("/", users, methods=["LOCK", "TRACE", "CONNECT"]))["/"]) == ["trace"]


def test_a_malformed_schema_names_its_endpoint():
    async def broken(connection):
        """---
        summary: Users: all
        """

    with pytest.raises(ValueError, match=r"in the docstring of \S+\.<locals>\.broken is no YAML"):
        paths(Route("/", users), Route("/broken", broken))


def test_a_base_has_no_schema_of_its_own():
    with pytest.raises(NotImplementedError):
        BaseSchemaGenerator().get_schema([])


# The response

SCHEMAS = SchemaGenerator({"openapi": "3.1.0"})


def document(connection):
    return SCHEMAS.OpenAPIResponse(connection)


async def test_of_a_router(drive):
    router = Router([Route("/users", users), Mount("/docs", routes=[Route("/", document)])])
    answer = await drive.request(router, "/docs/")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi"
    assert answer.text == "openapi: 3.1.0\npaths:\n  /users:\n    get:\n      summary: All users\n"


async def test_of_the_application_rather_than_the_router(drive):
    class App:
        routes = (Route("/", user),)

    router = Router([Route("/users", users), Route("/docs", document)])
    for app, is_asked in ((App(), True), ("without routes", False)):
        answer = await drive.events(router, drive.scope("/docs", app=app), [])
        assert ("One user" in answer.text, "All users" in answer.text) == (is_asked, not is_asked)


async def test_a_request_without_either_is_an_error(drive):
    async def app(scope, receive, send):
        class Request:
            pass

        request = Request()
        request.scope = scope
        await SCHEMAS.OpenAPIResponse(request)(scope, receive, send)

    with pytest.raises(RuntimeError, match=r"use OpenAPIResponse\(generator\.get_schema\(routes\)\)"):
        await drive.request(app)
