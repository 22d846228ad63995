from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from asgi_routing import BaseRoute, Host, Mount, Route, Router, WebSocketRoute
from asgi_routing.listing import RouteInfo, list_routes, route_table


async def user(connection: Any) -> None: ...


class App:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

    async def method(self, connection: Any) -> None: ...


class Around(App):
    def __init__(self, app: Any) -> None:
        self.app = app


class Bare(BaseRoute):
    """Has nothing that a route may have."""


def lines(app: Any) -> list[tuple[str, str, str, str]]:
    return [(route.kind, route.path, route.host, route.name) for route in list_routes(app)]


def test_routes_stand_in_the_order_in_which_they_are_tried_with_what_is_around_them() -> None:
    users = [Route("/{id:int}", user, name="detail"), WebSocketRoute("/ws", App(), name="live")]
    inner = Router([Mount("/users", routes=users, name="users"), Mount("/static", App(), name="static")])
    router = Router(
        [
            Route("/", user),
            Mount("/{lang}", inner, name="site"),
            Host("{customer}.example.org", Router([Mount("/x", routes=users)]), name="host"),
            Mount("", routes=[Route("/last", user)]),
        ]
    )
    assert lines(router) == [
        ("http", "/", "", "user"),
        ("http", "/{lang}/users/{id:int}", "", "site:users:detail"),
        ("websocket", "/{lang}/users/ws", "", "site:users:live"),
        ("mount", "/{lang}/static", "", "site:static"),
        ("http", "/x/{id:int}", "{customer}.example.org", "host:detail"),
        ("websocket", "/x/ws", "{customer}.example.org", "host:live"),
        ("http", "/last", "", "user"),
    ]


def test_a_name_is_the_one_that_leads_back_to_the_route() -> None:
    route = Route("/{id}", user)
    for mount in (
        Mount("/a", routes=[route], name="m"),
        Mount("/a", routes=[route]),
        Mount("/a", routes=[route], name=""),
    ):
        router = Router([mount])
        [found] = list_routes(router)
        assert router.url_path_for(found.name, id="1") == "/a/1"


def test_an_entry_has_the_route_and_the_endpoint_as_it_was_given() -> None:
    app = App()
    route, mount = Route("/a", user, methods=["post", "GET"]), Mount("/m", app, middleware=[(Around, (), {})])
    bare = Bare()
    assert list_routes((route, WebSocketRoute("/ws", app), mount, bare)) == [
        RouteInfo("http", ("GET", "HEAD", "POST"), "/a", "", "user", user, route),
        RouteInfo("websocket", (), "/ws", "", "App", app, WebSocketRoute("/ws", app)),
        RouteInfo("mount", (), "/m", "", "", app, mount),
        RouteInfo("route", (), "", "", "", None, bare),
    ]


def test_a_mount_or_host_without_routes_is_an_entry() -> None:
    assert lines([Mount("/", App()), Mount("/a", Router()), Host("x.org", App(), name="x")]) == [
        ("mount", "/", "", ""),
        ("mount", "/a", "", ""),
        ("host", "/", "x.org", "x"),
    ]


def test_mounts_and_hosts_are_entries_before_their_routes_where_that_is_asked_for() -> None:
    router = Router(
        [
            Mount("/{lang}", Router([Mount("/users", routes=[Route("/{id}", user)], name="users")]), name="site"),
            Host("x.org", Router([Route("/", user)]), name="host"),
            Mount("/static", App()),
            Route("/", user),
        ]
    )
    found = list_routes(router, mounts=True)
    assert [(route.depth, route.kind, route.path, route.host, route.name) for route in found] == [
        (0, "mount", "/{lang}", "", "site"),
        (1, "mount", "/{lang}/users", "", "site:users"),
        (2, "http", "/{lang}/users/{id}", "", "site:users:user"),
        (0, "host", "/", "x.org", "host"),
        (1, "http", "/", "x.org", "host:user"),
        (0, "mount", "/static", "", ""),
        (0, "http", "/", "", "user"),
    ]
    assert [route for route in found if route.kind == "http"] == [
        route._replace(depth=depth) for route, depth in zip(http_routes(router), (2, 1, 0), strict=True)
    ]


def http_routes(app: Any) -> list[RouteInfo]:
    return [route for route in list_routes(app) if route.kind == "http"]


def test_what_fastapi_has_included_is_no_entry() -> None:
    get = Foreign(path="/{id}", methods={"GET"}, name="get", endpoint=user, app=App())
    included = Foreign(effective_route_contexts=lambda: [get])
    [found] = list_routes([included], mounts=True)
    assert (found.depth, found.route) == (0, get)


def test_an_application_inside_itself_is_an_entry() -> None:
    router = Router([Route("/a", user)])
    router.mount("/self", router)
    other = Router([Mount("/up", router)])
    router.mount("/other", other)
    assert [path for _, path, _, _ in lines(router)] == ["/a", "/self", "/other/up"]


def test_an_application_that_makes_its_list_anew_may_be_inside_itself() -> None:
    class Fresh(App):
        @property
        def routes(self) -> list[BaseRoute]:
            return [route, mount]

    route, mount = Route("/a", user), Mount("/self", Fresh())
    assert [path for _, path, _, _ in lines(Fresh())] == ["/a", "/self/a", "/self/self"]


class Foreign:
    """A route of another library: what it has is given by name."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


def test_routes_of_other_libraries_are_known_by_their_attributes() -> None:
    class APIWebSocketRoute(type("WebSocketRoute", (Foreign,), {})):  # type: ignore[misc]
        pass

    get = Foreign(path="/{id}", methods={"GET"}, name="get", endpoint=user, app=App())
    socket = APIWebSocketRoute(path="/ws", name="ws", endpoint=user, app=App())
    app = App()
    mounted = Foreign(path="/app", _base_app=app, app=None, name="app", routes=list)
    included = Foreign(effective_route_contexts=lambda: [get, Foreign(starlette_route=socket)])
    host = Foreign(host="x.org", app=app, name=None, routes=[get])
    found = list_routes(Foreign(routes=[Foreign(path="/m", name="m", routes=[get, included]), mounted, host]))
    assert [(route.kind, route.methods, route.path, route.host, route.name, route.endpoint) for route in found] == [
        ("http", ("GET",), "/m/{id}", "", "m:get", user),
        ("http", ("GET",), "/m/{id}", "", "m:get", user),
        ("websocket", (), "/m/ws", "", "m:ws", user),
        ("mount", (), "/app", "", "app", app),
        ("http", ("GET",), "/{id}", "x.org", "get", user),
    ]


@pytest.mark.parametrize("app", [App(), "/users", None, Foreign(routes=list)])
def test_what_has_no_routes_is_refused(app: Any) -> None:
    with pytest.raises(TypeError, match=f"{type(app).__name__} has no routes: give a list of routes"):
        list_routes(app)


HERE = __name__


def test_a_table_is_aligned() -> None:
    table = route_table(
        [
            Route("/users", user, methods=["POST", "GET"]),
            Route("/any", App(), name="any"),
            Route("/head", user, methods=["HEAD"]),
            WebSocketRoute("/ws", App),
            Mount("/static", App(), name="static"),
            Route("/partial", partial(partial(user), 1)),
            Route("/method", App().method),
            Bare(),
        ]
    )
    assert table.splitlines() == [
        "METHODS    PATH      NAME     ENDPOINT",
        f"GET,POST   /users    user     {HERE}:user",
        f"*          /any      any      {HERE}:App",
        f"HEAD       /head     user     {HERE}:user",
        f"WEBSOCKET  /ws       App      {HERE}:App",
        f"MOUNT      /static   static   {HERE}:App",
        f"GET        /partial  partial  {HERE}:user",
        f"GET        /method   method   {HERE}:App.method",
        "*",
    ]


def test_a_table_has_a_column_for_hosts_where_there_are_any() -> None:
    table = route_table(Router([Route("/", user), Host("x.org", Router([Route("/", user)])), Host("y.org", App())]))
    assert table.splitlines() == [
        "METHODS  HOST   PATH  NAME  ENDPOINT",
        f"GET             /     user  {HERE}:user",
        f"GET      x.org  /     user  {HERE}:user",
        f"HOST     y.org  /           {HERE}:App",
    ]


def test_a_table_without_routes_is_its_heading() -> None:
    assert route_table([]) == "METHODS  PATH  NAME  ENDPOINT"
