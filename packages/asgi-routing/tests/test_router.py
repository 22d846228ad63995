from __future__ import annotations

import time
from typing import Any

import pytest

from asgi_routing import BaseRoute, Host, Match, Mount, NoMatchFound, Route, Router, WebSocketRoute
from asgi_types import GUARD, HTTPConnection, HTTPException, Response


def app(text: str) -> Response:
    return Response(text)


class TextSocket:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 1000})


class Only(BaseRoute):
    """Matches exactly these paths, and has no pattern."""

    def __init__(self, *paths: str) -> None:
        self.paths = paths

    def matches(self, scope: Any) -> tuple[Match, Any]:
        return (Match.FULL if scope["path"] in self.paths else Match.NONE), {}

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        await Response("only")(scope, receive, send)


async def location(drive: Any, router: Router, path: str, **more: Any) -> str | None:
    """Where the router redirects to, or None if it answers 404."""
    answer = await drive.request(router, path, **more)
    if answer.status == 404:
        return None
    assert (answer.status, answer.body, answer.headers["content-length"]) == (307, b"", "0")
    return answer.headers["location"]


async def test_the_first_full_match_in_order_answers(drive: Any) -> None:
    router = Router(
        [
            Route("/users", app("list")),
            Route("/users/{id:int}", app("by id")),
            Route("/users/me", app("me")),
            Route("/users/{name}", app("by name")),
            Route("/users/7", app("never")),
            Route("/{rest:path}", app("rest")),
            Route("/users/never", app("never")),
        ]
    )
    paths = ["/users", "/users/7", "/users/me", "/users/ann", "/users/never", "/users/", "/users/a/b", "/", "/x"]
    expected = ["list", "by id", "me", "by name", "by name", "rest", "rest", "rest", "rest"]
    assert [(await drive.request(router, path)).text for path in paths] == expected


async def test_a_full_match_comes_before_an_earlier_partial_one(drive: Any) -> None:
    router = Router([Route("/{name}", app("get"), methods=["GET"]), Route("/a", app("post"), methods=["POST"])])
    assert (await drive.request(router, "/a", "POST")).text == "post"
    assert (await drive.request(router, "/a", "GET")).text == "get"


async def test_405_allows_the_methods_of_all_routes_of_the_path(drive: Any) -> None:
    router = Router(
        [
            Route("/a", app("get"), methods=["GET"]),
            Route("/{name}", app("post"), methods=["POST"]),
            Route("/a", app("delete"), methods=["DELETE"]),
            Route("/b", app("put"), methods=["PUT"]),
        ]
    )
    answer = await drive.request(router, "/a", "PATCH")
    assert (answer.status, answer.text) == (405, "Method Not Allowed")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["allow"] == "DELETE, GET, HEAD, POST"
    assert answer.scope["route"] is router.routes[0]
    assert answer.scope["path_params"] == {}
    answer = await drive.request(router, "/b", "GET")
    assert answer.headers["allow"] == "POST, PUT"
    assert answer.scope["path_params"] == {"name": "b"}
    answer = await drive.request(router, "/c", "HEAD")
    assert (answer.status, answer.body, answer.headers["allow"]) == (405, b"", "POST")


async def test_404_is_plain_text(drive: Any) -> None:
    answer = await drive.request(Router([Route("/a", app("a"))]), "/b")
    assert (answer.status, answer.text) == (404, "Not Found")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert (await drive.request(Router(), "/")).status == 404


async def test_below_a_guard_refusals_are_raised(drive: Any) -> None:
    router = Router([Route("/a", app("a"), methods=["GET"]), Route("/a", app("a"), methods=["PUT"])])
    guarded = {GUARD: object()}
    with pytest.raises(HTTPException) as raised:
        await drive.request(router, "/b", **guarded)
    assert (raised.value.status_code, raised.value.detail) == (404, "Not Found")
    with pytest.raises(HTTPException) as raised:
        await drive.request(router, "/a", "POST", **guarded)
    assert (raised.value.status_code, raised.value.headers) == (405, {"Allow": "GET, HEAD, PUT"})
    assert await location(drive, router, "/a/", **guarded) == "../a"


async def test_a_websocket_that_nothing_matches_is_closed(drive: Any) -> None:
    router = Router([Route("/chat", app("a"), methods=["GET"]), WebSocketRoute("/ws", TextSocket())])
    closed = [{"type": "websocket.close", "code": 1000, "reason": ""}]
    assert (await drive.websocket(router, "/chat")).messages == closed
    assert (await drive.websocket(router, "/ws/")).messages == closed
    assert (await drive.websocket(router, "/chat", **{GUARD: object()})).messages == closed
    assert (await drive.websocket(router, "/ws")).messages[0] == {"type": "websocket.accept"}


async def test_http_and_websocket_can_share_a_path(drive: Any) -> None:
    router = Router([Route("/a", app("http"), methods=["GET"]), WebSocketRoute("/a", TextSocket())])
    assert (await drive.request(router, "/a")).text == "http"
    assert (await drive.request(router, "/a", "PUT")).headers["allow"] == "GET, HEAD"
    assert (await drive.websocket(router, "/a")).messages[0] == {"type": "websocket.accept"}


async def test_a_partial_match_that_can_answer_does(drive: Any) -> None:
    class Fallback(Route):
        def matches(self, scope: Any) -> tuple[Match, Any]:
            match, child_scope = super().matches(scope)
            return (Match.PARTIAL if match is Match.FULL else match), child_scope

    class SocketFallback(WebSocketRoute):
        def matches(self, scope: Any) -> tuple[Match, Any]:
            match, child_scope = super().matches(scope)
            return (Match.PARTIAL if match is Match.FULL else match), child_scope

    router = Router(
        [
            Fallback("/{name}", app("fallback"), methods=["GET"]),
            Route("/a", app("better")),
            SocketFallback("/{name}", TextSocket()),
        ]
    )
    assert (await drive.request(router, "/a")).text == "better"
    answer = await drive.request(router, "/b")
    assert answer.text == "fallback"
    assert answer.scope["path_params"] == {"name": "b"}
    assert answer.scope["route"] is router.routes[0]
    assert (await drive.request(router, "/b", "PUT")).status == 405
    assert (await drive.websocket(router, "/b")).messages[0] == {"type": "websocket.accept"}


async def test_what_a_route_writes_into_the_scope(drive: Any) -> None:
    endpoint = app("a")
    router = Router([Route("/users/{id:int}", endpoint)])
    scope = (await drive.request(router, "/users/7")).scope
    assert scope.items() >= {"router": router, "endpoint": endpoint, "path_params": {"id": 7}}.items()
    assert scope["route"] is router.routes[0]
    assert not {"route", "endpoint", "path_params"} & (await drive.request(router, "/other")).scope.keys()


async def test_the_outermost_router_stays_in_the_scope(drive: Any) -> None:
    inner = Router([Route("/{tenant}/users/{id:int}", app("a"))])
    outer = Router([Route("/{tenant}/{rest:path}", inner)])
    scope = (await drive.request(outer, "/t/users/7")).scope
    assert scope["router"] is outer
    assert scope["route"] is inner.routes[0]
    assert scope["path_params"] == {"tenant": "t", "rest": "users/7", "id": 7}


async def test_an_encoded_slash_divides_no_segment_and_is_no_parameter(drive: Any) -> None:
    router = Router([Route("/users/{name}", app("a"))])
    assert (await drive.request(router, "/users/a/b", raw_path=b"/users/a%2Fb")).status == 404


async def test_a_newline_at_the_end_is_a_part_of_the_path(drive: Any) -> None:
    router = Router([Route("/a", app("a")), Route("/n/{x:int}", app("n"))])
    assert (await drive.request(router, "/a\n")).status == 404
    assert (await drive.request(router, "/n/1\n")).status == 404


async def test_a_parameter_that_cannot_be_converted_is_a_miss(drive: Any) -> None:
    router = Router([Route("/{n:int}", app("int")), Route("/{text}", app("text"))])
    assert (await drive.request(router, "/42")).text == "int"
    assert (await drive.request(router, "/" + "9" * 5000)).text == "text"


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/a", "/a/", "../a"),
        ("/a", "/a///", "/a"),
        ("/a/", "/a", "./a/"),
        ("/a/{x}", "/a/b/", "../b"),
        ("/a/{x:int}/", "/a/7", "./7/"),
        ("/a", "/a/?q=1&r=%2F&f[x]=y", "../a?q=1&r=%2F&f[x]=y"),
        ("/a", '/a/?q=a b"<>\r\n#', "../a?q=a%20b%22%3C%3E%0D%0A%23"),
        ("/{x}", "/a b%41/", "../a%20b%2541"),
        ("/{x}", "/\u00e9\r\n#\\/", "../%C3%A9%0D%0A%23%5C"),
        ("/{x}", "/\ud800/", "../%3F"),
        ("/{x}", "/a;b=c@d:e!$&'()*+,~/", "../a;b=c@d:e!$&'()*+,~"),
        ("/{x:path}/", "//evil.example", "/%2Fevil.example/"),
        ("/{x:path}/", "///evil.example", "/%2F/evil.example/"),
        ("/{x:path}/", "/\\evil.example", "./%5Cevil.example/"),
        ("/{x:path}/", "/\t/evil.example", "./evil.example/"),
        ("/", "", "./"),
        ("/a", "/a", None),
        ("/a", "/b/", None),
        ("/a/", "/b", None),
        ("/a", "/", None),
        ("/a", "//", None),
        ("/{x:int}/", "/a", None),
    ],
)
async def test_the_redirect_to_the_other_slash(drive: Any, pattern: str, path: str, expected: str | None) -> None:
    if expected is None and pattern == path:
        return
    path, _, query = path.partition("?")
    router = Router([Route(pattern, app("a"))])
    assert await location(drive, router, path, query_string=query.encode()) == expected
    router.redirect_slashes = False
    assert await location(drive, router, path, query_string=query.encode()) is None


async def test_a_redirect_never_leaves_the_host(drive: Any) -> None:
    router = Router([Only("http://evil.example/", "evil.example/", "", "//evil.example/")])
    assert await location(drive, router, "http://evil.example") is None
    assert await location(drive, router, "evil.example") is None
    assert await location(drive, router, "/") is None
    assert await location(drive, router, "//") is None
    assert await location(drive, router, "//evil.example") == "/%2Fevil.example/"


async def test_a_redirect_keeps_method_and_root_path(drive: Any) -> None:
    router = Router([Route("/", app("root")), Route("/a", app("get"), methods=["GET"])])
    assert await location(drive, router, "/a/", method="POST") == "../a"
    assert await location(drive, router, "/api/a/", root_path="/api") == "../a"
    assert await location(drive, router, "/api", root_path="/api") == "./api/"
    assert await location(drive, router, "//evil.example", root_path="//evil.example") == "/%2Fevil.example/"
    assert (await drive.request(router, "/api/", root_path="/api")).text == "root"


async def test_a_route_may_be_found_by_another_root_path_only(drive: Any) -> None:
    router = Router([Route("/a/", app("a"))])
    assert await location(drive, router, "/a/a", root_path="/a") == "./a/"
    assert await location(drive, router, "/a", root_path="/a") is None


async def test_the_redirect_leads_to_what_would_match(drive: Any) -> None:
    """Here the empty path below a root path with a slash at its end."""
    router = Router([Route("/", app("root"))])
    assert await location(drive, router, "/sub/", root_path="/sub/") == "/sub//"
    assert (await drive.request(router, "/sub//", root_path="/sub/")).text == "root"


async def test_the_default_answers_what_nothing_matches(drive: Any) -> None:
    async def default(scope: Any, receive: Any, send: Any) -> None:
        await Response(f"default {scope['path']}")(scope, receive, send)

    router = Router([Route("/a", app("a"), methods=["GET"])], default=default)
    assert (await drive.request(router, "/b")).text == "default /b"
    assert (await drive.request(router, "/")).text == "default /"
    assert (await drive.request(router, "/a/")).status == 307
    assert (await drive.request(router, "/a", "PUT")).status == 405


async def test_the_parts_of_the_router_can_be_called_and_overridden(drive: Any) -> None:
    class Teapots(Router):
        def not_found(self, scope: Any, receive: Any, send: Any) -> Any:
            return Response("no tea", 418)(scope, receive, send)

    assert (await drive.request(Teapots(), "/")).status == 418
    assert (await drive.request(Router().not_found, "/")).status == 404
    assert (await drive.request(Router([Route("/", app("a"))]).app, "/")).text == "a"
    router = Router([Route("/", app("a"))])
    router.middleware_stack = app("stack")
    assert (await drive.request(router, "/")).text == "stack"


async def test_routes_are_added_by_method(drive: Any) -> None:
    async def user(connection: HTTPConnection[Any]) -> Response:
        return Response(connection.url_for("person", id=8).path)

    class OwnRoute(Route):
        pass

    class OwnSocketRoute(WebSocketRoute):
        pass

    class OwnRouter(Router):
        route_type = OwnRoute
        websocket_route_type = OwnSocketRoute

    router = OwnRouter()
    router.add_route("/users/{id:int}", user, ["POST"], "person", include_in_schema=False)
    router.add_websocket_route("/ws", TextSocket(), name="socket")
    router.add_route("/me", user)
    first, second, third = router.routes
    assert (type(first), type(second)) == (OwnRoute, OwnSocketRoute)
    assert (first.name, first.methods, first.include_in_schema) == ("person", {"POST"}, False)
    assert (second.name, third.name, third.methods) == ("socket", "user", {"GET", "HEAD"})
    assert (await drive.request(router, "/users/7", "POST")).text == "/users/8"
    assert (await drive.websocket(router, "/ws")).messages[0] == {"type": "websocket.accept"}


def test_the_url_of_the_first_route_of_that_name_and_parameters() -> None:
    router = Router(
        [
            Route("/users", app("a"), name="users"),
            Route("/users/{id:int}", app("a"), name="users"),
            Route("/people/{id:int}", app("a"), name="users"),
            WebSocketRoute("/chat/{name}", TextSocket(), name="chat"),
        ]
    )
    assert router.url_path_for("users") == "/users"
    assert router.url_path_for("users", id=7) == "/users/7"
    assert router.url_path_for("chat", name="x").protocol == "websocket"
    with pytest.raises(NoMatchFound, match=r'^No route exists for name "users" and params "id, page".$'):
        router.url_path_for("users", id=7, page=2)


def test_routers_are_equal_by_their_routes() -> None:
    endpoint = app("a")
    assert Router([Route("/", endpoint)]) == Router([Route("/", endpoint)], redirect_slashes=False)
    assert Router([Route("/", endpoint)]) != Router()
    assert Router() != []
    with pytest.raises(TypeError):
        hash(Router())


@pytest.mark.parametrize("piece", ["/", "/a", "a", "/ab/", "%2F", "/1", "-", "{"])
async def test_time_grows_with_the_length_of_the_path(drive: Any, piece: str) -> None:
    patterns = ["/", "/a", "/a/a/a/a/{x}", "/{a}/{b}/{c}/{d}", "/{a}-{b}/x", "/ab/{p:path}/ab", "/{x:int}/{y:uuid}"]
    router = Router([Route(pattern, app(pattern)) for pattern in patterns])

    async def seconds(length: int) -> float:
        path = "/" + piece * (length // len(piece)) + "?"
        best = 60.0
        for _ in range(3):
            begin = time.perf_counter()
            answer = await drive.request(router, path.rstrip("?"))
            best = min(best, time.perf_counter() - begin)
            assert answer.status in (200, 307, 404)
        return best

    short, long = await seconds(16 * 1024), await seconds(64 * 1024)
    assert long < 0.5
    assert long < 10 * max(short, 0.001)


async def test_time_grows_with_the_number_of_segments(drive: Any) -> None:
    deep = "".join(f"/{{p{number}}}" for number in range(90))
    router = Router([Route(deep, app("deep")), Route(deep + "/end", app("end"))])
    begin = time.perf_counter()
    assert (await drive.request(router, "/a" * 10_000)).status == 404
    assert (await drive.request(router, "/a" * 90)).text == "deep"
    assert time.perf_counter() - begin < 0.5


@pytest.mark.parametrize(("choice", "status"), [(True, 307), (307, 307), (308, 308)])
async def test_the_status_of_slash_redirects(drive: Any, choice: Any, status: int) -> None:
    assert (await drive.request(Router([Route("/a", app("a"))], choice), "/a/")).status == status


async def test_options_are_answered_on_request(drive: Any) -> None:
    class Takes(BaseRoute):
        """One that would leave the connection to a better one, but answers."""

        def matches(self, scope: Any) -> tuple[Match, Any]:
            return Match.PARTIAL if scope["path"] == "/own" else Match.NONE, {}

        async def handle(self, scope: Any, receive: Any, send: Any) -> None:
            await Response("own")(scope, receive, send)

    routes = [
        Route("/a", app("get"), methods=["GET"]),
        Route("/{x}", app("put"), methods=["PUT"]),
        Route("/b", app("options"), methods=["OPTIONS"]),
        Route("/c", app("any")),
        Takes(),
    ]
    router = Router(routes, automatic_options=True)
    answer = await drive.request(router, "/a", "OPTIONS")
    assert (answer.status, answer.body, answer.headers.items()) == (204, b"", [("allow", "GET, HEAD, OPTIONS, PUT")])
    assert (await drive.request(router, "/a", "POST")).headers["allow"] == "GET, HEAD, OPTIONS, PUT"
    assert [(await drive.request(router, path, "OPTIONS")).text for path in ("/b", "/c")] == ["options", "any"]
    assert (await drive.request(Router([Takes()], automatic_options=True), "/own", "OPTIONS")).text == "own"
    assert (await drive.request(router, "/x/y", "OPTIONS")).status == 404
    assert (await drive.request(Router(routes), "/a", "OPTIONS")).headers["allow"] == "GET, HEAD, PUT"


async def test_mounts_and_hosts_are_added_by_method(drive: Any) -> None:
    class OwnMount(Mount):
        pass

    class OwnHost(Host):
        pass

    class OwnRouter(Router):
        mount_type = OwnMount
        host_type = OwnHost

    router = OwnRouter()
    router.mount("/m", app("mount"), "m", lifespan=False, fall_through=True)
    router.host("example.org", app("host"), "h", lifespan=False)
    mount, host = router.routes
    assert isinstance(mount, OwnMount)
    assert isinstance(host, OwnHost)
    assert (mount.name, mount.lifespan_app(), mount.fall_through) == ("m", None, True)
    assert (host.name, host.lifespan_app()) == ("h", None)
    assert (await drive.request(router, "/m/x")).text == "mount"
    assert (await drive.request(router, "/", headers={"host": "example.org"})).text == "host"


async def test_conflicts_are_reported_at_start_up_on_request(drive: Any, caplog: pytest.LogCaptureFixture) -> None:
    routes = [Route("/{x}", app("a")), Route("/a", app("b"))]
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    await drive.events(Router(routes), {"type": "lifespan"}, events)
    assert caplog.records == []
    await drive.events(Router([Mount("/m", Router(routes, report_conflicts=True))]), {"type": "lifespan"}, events)
    [record] = caplog.records
    assert (record.name, record.levelname) == ("asgi_routing", "WARNING")
    assert "/a is never reached" in record.getMessage()


async def test_methods_replaced_before_the_first_request_are_called(
    drive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instrumentation does that to classes, after an application has made its routes."""

    class OwnRoute(Route):
        pass

    router = Router([Mount("/m", routes=[OwnRoute("/{x}", app("x"))])])
    called: list[str] = []

    def wrap(cls: Any, name: str) -> None:
        original = getattr(cls, name)

        def wrapper(self: Any, *args: Any) -> Any:
            called.append(f"{cls.__name__}.{name}")
            return original(self, *args)

        monkeypatch.setattr(cls, name, wrapper)

    for cls, name in [(OwnRoute, "handle"), (Mount, "handle"), (Mount, "matches")]:
        wrap(cls, name)
    assert (await drive.request(router, "/m/a")).text == "x"
    assert called == ["Mount.matches", "Mount.handle", "OwnRoute.handle"]
    monkeypatch.undo()
    assert OwnRoute("/", app("y")).segment_params() == {}
    called.clear()
    wrap(Router, "not_found")
    assert (await drive.request(Router(), "/")).status == 404
    assert called == ["Router.not_found"]


async def test_a_mount_whose_matches_was_replaced_is_asked_for_any_path(
    drive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = Router([Mount("/m", app("mount"))])
    monkeypatch.setattr(Mount, "matches", lambda self, scope: (Match.FULL, {}))
    assert (await drive.request(router, "/elsewhere")).text == "mount"


@pytest.mark.parametrize("choice", [302, "308", None])
def test_what_a_slash_redirect_cannot_be(choice: Any) -> None:
    with pytest.raises(ValueError, match="give True, False, 307 or 308"):
        Router(redirect_slashes=choice)
