"""Hosts: which ones a pattern takes, and the URLs made through it."""

from __future__ import annotations

from typing import Any

import pytest

from asgi_routing import Host, Match, Mount, NoMatchFound, Route, Router
from asgi_types import Response


async def seen(scope: Any, receive: Any, send: Any) -> None:
    await Response(f"{scope['path']} {scope['path_params']}")(scope, receive, send)


def headers(*hosts: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"host", host) for host in hosts]


@pytest.mark.parametrize(
    ("pattern", "host", "params"),
    [
        ("example.org", b"example.org", {}),
        ("example.org", b"EXAMPLE.org:8000", {}),
        ("Example.ORG", b"example.org", {}),
        ("example.org:8000", b"example.org", {}),
        ("example.org:8000", b"example.org:9000", {}),
        ("{sub}.example.org", b"api.example.org", {"sub": "api"}),
        ("{sub}.example.org", b"a.b.example.org:1", {"sub": "a.b"}),
        ("{Sub}.EXAMPLE.org", b"API.example.org", {"Sub": "api"}),
        ("{sub:enum(API,www)}.example.org", b"www.example.org", {"sub": "www"}),
        ("{n:int}.{name}.example.org", b"7.x.example.org", {"n": 7, "name": "x"}),
        ("[::1]", b"[::1]:80", {}),
        ("[v1.fe]", b"[v1.FE]", {}),
        ("example.org", b"example.org:000080", {}),
        ("example.org", b"example.org:100000", {}),
        ("{any:path}", b"h", {"any": "h"}),
    ],
)
def test_hosts_that_match(pattern: str, host: bytes, params: dict[str, Any]) -> None:
    for kind in ("http", "websocket"):
        scope = {"type": kind, "path": "/", "headers": headers(host)}
        assert Host(pattern, seen).matches(scope) == (Match.FULL, {"path_params": params, "endpoint": seen})


@pytest.mark.parametrize(
    ("pattern", "hosts"),
    [
        ("example.org", [b"example.com"]),
        ("example.org", [b"api.example.org"]),
        ("example.org", [b"example.org.evil"]),
        ("example.org", [b"exampleXorg"]),
        ("example.org", []),
        ("example.org", [b"example.org", b"example.org"]),
        ("example.org", [b"example.org/x"]),
        ("example.org", [b"example.org:http"]),
        ("{sub}.example.org", [b".example.org"]),
        ("{n:int}.example.org", [b"x.example.org"]),
        ("{any:path}", [b"a b"]),
        ("{any:path}", [b""]),
    ],
)
def test_hosts_that_do_not(pattern: str, hosts: list[bytes]) -> None:
    assert Host(pattern, seen).matches({"type": "http", "path": "/", "headers": headers(*hosts)}) == (Match.NONE, {})


def test_a_lifespan_has_no_host() -> None:
    assert Host("example.org", seen).matches({"type": "lifespan"}) == (Match.NONE, {})


async def test_hosts_and_paths_together(drive: Any) -> None:
    router = Router(
        [
            Host("api.example.org", Router([Route("/{x:int}", seen)])),
            Mount("/m", routes=[Host("{customer}.example.org", Router([Route("/{y}", seen)]))]),
            Route("/{z}", seen),
        ]
    )

    async def ask(host: bytes, path: str) -> Any:
        return await drive.request(router, path, headers=headers(host))

    assert (await ask(b"api.example.org", "/1")).text == "/1 {'x': 1}"
    assert (await ask(b"api.example.org", "/a")).status == 404
    assert (await ask(b"www.example.org", "/1")).text == "/1 {'z': '1'}"
    assert (await ask(b"www.example.org", "/m/1")).text == "/m/1 {'customer': 'www', 'y': '1'}"
    assert (await ask(b"www.example.com", "/m/1")).status == 404


def test_urls_of_a_host() -> None:
    routes = [Route("/", seen, name="home"), Mount("/u", routes=[Route("/{id}", seen, name="user")], name="users")]
    router = Router(
        [
            Host("{customer}.example.org:8000", Router(routes), name="site"),
            Host("plain.example.org", Router([Route("/x", seen, name="x")])),
            Host("files.example.org", seen, name="files"),
        ]
    )
    url = router.url_path_for("site:users:user", customer="acme", id=1)
    assert (url, url.host, url.protocol) == ("/u/1", "acme.example.org:8000", "http")
    assert str(url.make_absolute_url("https://example.com/base")) == "https://acme.example.org:8000/base/u/1"
    assert (router.url_path_for("x"), router.url_path_for("x").host) == ("/x", "plain.example.org")
    url = router.url_path_for("files", path="/a b?")
    assert (url, url.host) == ("/a b%3F", "files.example.org")
    for name, params in [("site:home", {}), ("site:home", {"customer": "a", "b": 1}), ("files", {}), ("home", {})]:
        with pytest.raises(NoMatchFound):
            router.url_path_for(name, **params)


@pytest.mark.parametrize("by_method", [False, True])
async def test_middleware_and_a_limit_around_the_application(drive: Any, by_method: bool) -> None:
    class Marked:
        def __init__(self, app: Any, mark: str) -> None:
            self.app = app
            self.mark = mark

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await self.app({**scope, "path": scope["path"] + self.mark}, receive, send)

    async def reading(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await seen(scope, receive, send)

    around: Any = {"middleware": [(Marked, ("-a",), {}), (Marked, (), {"mark": "-b"})], "max_body_size": 4}
    router = Router(max_body_size=2)
    if by_method:
        router.host("h", reading, "n", **around)
    else:
        router.routes.append(Host("h", reading, "n", **around))
    assert (await drive.request(router, "/x", "POST", b"1234", headers=headers(b"h"))).text == "/x-a-b {}"
    assert (await drive.request(router, "/x", "POST", b"12345", headers=headers(b"h"))).status == 413
    host = router.routes[0]
    assert isinstance(host, Host)
    assert (host.base_app, host.name, host.lifespan_app()) == (reading, "n", reading)


async def test_the_routes_inside_middleware_are_found(drive: Any) -> None:
    router = Router([Route("/r", seen, name="r")])
    host = Host("h", router, "n", middleware=[(lambda app: app, (), {})], max_body_size=4)
    assert host.routes == router.routes
    assert host.url_path_for("n:r") == "/r"
    assert (await drive.request(Router([host]), "/r", headers=headers(b"h"))).text == "/r {}"


@pytest.mark.parametrize("value", ["evil.example/", "evil.example\\", "a@evil.example", "evil.example:1", "a b", "a\n"])
def test_a_parameter_cannot_lead_to_another_host(value: str) -> None:
    for pattern in ("{sub}.example.org", "{sub:path}.example.org"):
        host = Host(pattern, Router([Route("/", seen, name="home")]), name="site")
        with pytest.raises((ValueError, AssertionError), match=r"is no host|May not contain path separators"):
            host.url_path_for("site:home", sub=value)


def test_an_unusual_host_pattern_takes_linear_time(assert_linear: Any) -> None:
    """A host has at most 255 characters, so this is the most that it can cost."""
    host = Host("{a}.{b}.{c}.{d}.{e}.example.org", seen)

    def match(text: bytes) -> None:
        assert host.matches({"type": "http", "path": "/", "headers": headers(text)})[0] is Match.NONE

    assert_linear(match, lambda n: b"a." * n, 31)


def test_the_host_begins_without_a_slash() -> None:
    with pytest.raises(AssertionError, match="Host must not start with '/'"):
        Host("/example.org", seen)


def test_the_routes_of_a_host() -> None:
    router = Router([Route("/", seen)])
    assert Host("h", router).routes == router.routes
    assert Host("h", seen).routes == []


def test_equality_and_repr() -> None:
    assert Host("h", seen) == Host("h", seen, name="n")
    assert Host("h", seen) != Host("g", seen)
    assert Host("h", seen) != Host("h", Response())
    assert Host("h", seen) != Mount("/h", seen)
    assert repr(Host("h", "app", "n")) == "Host(host='h', name='n', app='app')"  # type: ignore[arg-type]
    assert repr(Host("h", "app")) == "Host(host='h', name='', app='app')"  # type: ignore[arg-type]
