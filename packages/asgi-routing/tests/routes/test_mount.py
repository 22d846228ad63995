"""Mounts: which paths they take, what the application below sees, and the URLs made through them."""

from __future__ import annotations

from typing import Any

import pytest

from asgi_routing import Host, Match, Mount, NoMatchFound, Route, Router, URLPath, WebSocketRoute
from asgi_types import HTTPConnection, Response, get_route_path


async def seen(scope: Any, receive: Any, send: Any) -> None:
    """Answers with what an application sees of its place."""
    parts = (scope["root_path"], get_route_path(scope), scope["path"], scope["app_root_path"], scope["path_params"])
    await Response("|".join(map(str, parts)))(scope, receive, send)


def endpoint(text: str) -> Any:
    async def answer(connection: HTTPConnection[Any]) -> Response:
        return Response(f"{text} {connection.path_params}")

    return answer


def match(mount: Mount, path: str, **more: Any) -> Any:
    return mount.matches({"type": "http", "method": "GET", "path": path, **more})


@pytest.mark.parametrize(
    ("prefix", "path", "expected"),
    [
        ("/a", "/a/", "/a|/|/a/||{}"),
        ("/a", "/a/b/c", "/a|/b/c|/a/b/c||{}"),
        ("/a/", "/a/b", "/a|/b|/a/b||{}"),
        ("/a", "/a//b", "/a|//b|/a//b||{}"),
        ("", "/a/b", "|/a/b|/a/b||{}"),
        ("/", "/", "|/|/||{}"),
        ("/{lang}/x", "/de/x/y", "/de/x|/y|/de/x/y||{'lang': 'de'}"),
        ("/{n:int}", "/12/y", "/12|/y|/12/y||{'n': 12}"),
        ("/{rest:path}/x", "/a/b/x/c/x/d", "/a/b/x/c/x|/d|/a/b/x/c/x/d||{'rest': 'a/b/x/c'}"),
    ],
)
async def test_what_the_application_sees(drive: Any, prefix: str, path: str, expected: str) -> None:
    assert (await drive.request(Router([Mount(prefix, seen)]), path)).text == expected


@pytest.mark.parametrize(
    ("prefix", "path"),
    [
        ("/a", "/ab"),
        ("/a", "/b/a/"),
        ("/a", "a/b"),
        ("/{n:int}", "/x/y"),
        ("/a", "/a/\n"),
        ("/{n:int}", f"/{'9' * 5000}/"),
    ],
)
async def test_other_paths_are_a_miss(drive: Any, prefix: str, path: str) -> None:
    assert match(Mount(prefix, seen), path) == (Match.NONE, {})
    assert (await drive.request(Router([Mount(prefix, seen)]), path)).status == 404


async def test_the_prefix_alone_is_redirected_to_its_slash(drive: Any) -> None:
    answer = await drive.request(Router([Mount("/a", seen)]), "/a?b=c")
    assert (answer.status, answer.headers["location"]) == (307, "./a/?b=c")


async def test_mounts_below_mounts(drive: Any) -> None:
    inner = Mount("/{b}", routes=[Mount("/c", seen), Route("/d/{e:int}", endpoint("d"))])
    router = Router([Mount("/{a}", routes=[inner])])
    answer = await drive.request(router, "/1/2/c/x", root_path="")
    assert answer.text == "/1/2/c|/x|/1/2/c/x||{'a': '1', 'b': '2'}"
    answer = await drive.request(router, "/api/1/2/c/x", root_path="/api")
    assert answer.text == "/api/1/2/c|/x|/api/1/2/c/x|/api|{'a': '1', 'b': '2'}"
    answer = await drive.request(router, "/1/2/d/3")
    assert answer.text == "d {'a': '1', 'b': '2', 'e': 3}"
    assert answer.scope["route"] is inner.routes[1]
    assert answer.scope["router"] is router
    assert answer.scope["endpoint"] is inner.routes[1].endpoint  # type: ignore[attr-defined]


async def test_the_scope_names_the_mount_where_its_application_has_no_routes(drive: Any) -> None:
    mount = Mount("/a", seen)
    answer = await drive.request(Router([mount]), "/a/b")
    assert (answer.scope["route"], answer.scope["endpoint"]) == (mount, seen)


async def test_the_first_of_two_mounts_takes_the_prefix(drive: Any) -> None:
    router = Router([Mount("/a", routes=[Route("/x", endpoint("first"))]), Mount("/a", routes=[Route("/y", seen)])])
    assert (await drive.request(router, "/a/y")).status == 404


async def test_slashes_and_methods_below_a_mount(drive: Any) -> None:
    router = Router([Mount("/a", routes=[Route("/x", endpoint("x")), Route("/x", endpoint("y"), methods=["PUT"])])])
    assert (await drive.request(router, "/a/x/")).headers["location"] == "../x"
    answer = await drive.request(router, "/a/x", "POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, PUT")


async def test_websockets_are_handed_on_and_lifespans_are_not(drive: Any) -> None:
    class Socket:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": 1000})

    mount = Mount("/a", routes=[WebSocketRoute("/ws", Socket())])
    assert (await drive.websocket(Router([mount]), "/a/ws")).messages[0]["type"] == "websocket.accept"
    assert mount.matches({"type": "lifespan"}) == (Match.NONE, {})


async def test_a_mount_alone_answers(drive: Any) -> None:
    assert (await drive.request(Mount("/a", seen), "/a/b")).text == "/a|/b|/a/b||{}"
    assert (await drive.request(Mount("/a", seen), "/b")).status == 404


async def test_an_expression_put_in_the_place_of_the_compiled_one_decides(drive: Any) -> None:
    import re

    mount = Mount("/a", seen)
    mount.path_regex = re.compile("^(?i:/a)/(?P<path>.*)$")
    assert (await drive.request(Router([mount]), "/A/b")).text == "/A|/b|/A/b||{}"


async def test_a_subclass_may_decide_by_itself(drive: Any) -> None:
    class Everywhere(Mount):
        def matches(self, scope: Any) -> tuple[Match, Any]:
            return Match.FULL, {"endpoint": self.app, "path_params": {}, "app_root_path": ""}

    assert (await drive.request(Router([Everywhere("/a", seen)]), "/b")).text == "|/b|/b||{}"


def test_the_path_of_the_mount_itself_by_its_name() -> None:
    mount = Mount("/{lang}/static/", seen, name="static")
    assert mount.url_path_for("static", lang="de", path="/css/a b.css") == "/de/static/css/a b.css"
    assert mount.url_path_for("static", lang="de", path="//evil.example") == "/de/static/evil.example"
    assert mount.url_path_for("static", lang="de", path="a?b#c%") == "/de/static/a%3Fb%23c%25"
    assert mount.url_path_for("static", lang="de", path="") == "/de/static/"
    for params in ({"path": "x"}, {"lang": "de"}, {"lang": "de", "path": "x", "more": 1}):
        with pytest.raises(NoMatchFound):
            mount.url_path_for("static", **params)
    with pytest.raises(NoMatchFound):
        Mount("/a", seen).url_path_for("", path="x")


def test_paths_of_its_routes_by_their_names() -> None:
    users = [Route("/", seen, name="list"), Route("/{id:int}", seen, name="detail"), WebSocketRoute("/ws", seen)]
    router = Router(
        [
            Mount("/{lang}/users", name="users", routes=users),
            Mount("/unnamed", routes=[Route("/file/{path:path}", seen, name="file"), Mount("/deep", routes=users[:1])]),
            Mount("/app", seen, name="app"),
        ]
    )
    assert router.url_path_for("users:list", lang="de") == "/de/users/"
    assert router.url_path_for("users:detail", lang="de", id=3) == "/de/users/3"
    url = router.url_path_for("users:seen", lang="de")
    assert (url, url.protocol) == ("/de/users/ws", "websocket")
    assert router.url_path_for("file", path="a/b") == "/unnamed/file/a/b"
    assert router.url_path_for("list") == "/unnamed/deep/"
    for name, params in [
        ("users:detail", {"id": 3}),
        ("users:detail", {"lang": "de"}),
        ("users:detail", {"lang": "de", "id": 3, "more": 1}),
        ("users:none", {"lang": "de"}),
        ("users", {"lang": "de"}),
        ("app:x", {}),
        ("detail", {"id": 3}),
    ]:
        with pytest.raises(NoMatchFound, match=f'No route exists for name "{name}"'):
            router.url_path_for(name, **params)


def test_a_host_below_a_mount_is_kept_in_the_url() -> None:
    mount = Mount("/a", routes=[Host("{sub}.example.org", Router([Route("/x", seen, name="x")]), name="host")])
    url = mount.url_path_for("host:x", sub="api")
    assert (url, url.protocol, url.host) == ("/a/x", "http", "api.example.org")


def test_routes_of_another_framework_are_looked_through() -> None:
    class NoMatchFound(Exception):  # noqa: N818
        """The one of Starlette, which is not ours."""

    class ForeignRoute:
        def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
            if name == "broken":
                raise ZeroDivisionError
            raise NoMatchFound

    class ForeignApp:
        routes = [ForeignRoute(), Route("/x", seen, name="x")]  # noqa: RUF012

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

    mount = Mount("/a", ForeignApp())
    assert mount.url_path_for("x") == "/a/x"
    with pytest.raises(ZeroDivisionError):
        mount.url_path_for("broken")


def test_url_for_below_a_mount_begins_at_the_outermost_router() -> None:
    router = Router([Mount("/{lang}", routes=[Route("/x", seen, name="x")], name="m")])
    scope: dict[str, Any] = {"type": "http", "path": "/api/de/x", "root_path": "/api", "headers": [(b"host", b"h")]}
    scope["router"] = router
    scope.update(router.routes[0].matches(scope)[1])
    assert scope["root_path"] == "/api/de"
    assert HTTPConnection(scope).url_for("m:x", lang="fr") == "http://h/api/fr/x"


def test_what_a_mount_takes() -> None:
    for path in ("a", "a/"):
        with pytest.raises(AssertionError, match="Routed paths must start with '/'"):
            Mount(path, seen)
    with pytest.raises(AssertionError, match=r"Either 'app=...', or 'routes=' must be specified"):
        Mount("/a")
    with pytest.raises(AssertionError, match="not both"):
        Mount("/a", seen, routes=[])
    with pytest.raises(ValueError, match="Duplicated param name path"):
        Mount("/{path}", seen)


def test_the_routes_of_a_mount() -> None:
    routes = [Route("/", seen)]
    mount = Mount("/a", routes=routes)
    assert mount.routes == routes
    assert isinstance(mount.app, Router)
    mount.routes.append(Route("/b", seen))
    assert mount.app.routes == [*routes, Route("/b", seen)]
    assert Mount("/a", seen).routes == []


def test_equality_and_repr() -> None:
    assert Mount("/a/", seen) == Mount("/a", seen, name="other")
    assert Mount("/a", seen) != Mount("/b", seen)
    assert Mount("/a", seen) != Mount("/a", Response())
    assert Mount("/a", seen) != Route("/a", seen)
    assert repr(Mount("/a", "app", name="n")) == "Mount(path='/a', name='n', app='app')"  # type: ignore[arg-type]
    assert repr(Mount("", "app")) == "Mount(path='', name='', app='app')"  # type: ignore[arg-type]


def test_a_class_may_keep_the_parameters_that_nobody_gave() -> None:
    class KeepingMount(Mount):
        keeps_missing_params = True

    mount = KeepingMount("/{tenant}", routes=[Route("/users/{id:int}", seen, name="user")])
    assert mount.url_path_for("user", id=1) == "/{tenant}/users/1"
    assert mount.url_path_for("user", tenant="a", id=1) == "/a/users/1"
    with pytest.raises(NoMatchFound):
        mount.url_path_for("user", tenant="a")
