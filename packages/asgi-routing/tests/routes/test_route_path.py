"""With ``raw_path``, an encoded slash is part of a parameter; without it, or where it cannot be known, a slash."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_routing import Match, Mount, Route, Router
from asgi_types import ENCODED_SLASH, HTTPConnection, Response


async def params(connection: HTTPConnection[Any]) -> Response:
    return Response(f"{connection.scope['root_path']} {connection.path_params}")


class Caseless(Route):
    def matches(self, scope: Any) -> tuple[Match, Any]:
        return super().matches({**scope, "path": scope["path"].lower(), "raw_path": (scope["raw_path"] or b"").lower()})


ROUTES = [
    Route("/a/b", params, name="literal"),
    Route("/x/{name}", params, name="name"),
    Route("/n/{n:int}/{s:segment}", params, name="segment"),
    Route("/p/{rest:path}", params),
    Route("/f/{stem}.{ext}", params),
    Route("/slash/{name}/", params),
    Caseless("/caseless/{name}", params),
    Mount("/m/{lang}", routes=[Route("/{name}", params, name="name")], name="m"),
    Mount("", routes=[Route("/root/{name}", params)]),
]


async def ask(drive: Any, router: Router, raw: str, **more: Any) -> Any:
    more = {"raw_path": raw.encode(), **more}
    return await drive.request(router, unquote(raw), **more)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("/x/a%2Fb", " {'name': 'a/b'}"),
        ("/x/%2f", " {'name': '/'}"),
        ("/x/a%252Fb", " {'name': 'a%2Fb'}"),
        ("/x/caf%C3%A9%2F%20", " {'name': 'café/ '}"),
        ("/x/a", " {'name': 'a'}"),
        ("/n/7/a%2Fb", " {'n': 7, 's': 'a/b'}"),
        ("/p/a%2Fb/c", " {'rest': 'a/b/c'}"),
        ("/f/a%2Fb.c%2F", " {'stem': 'a/b', 'ext': 'c/'}"),
        ("/caseless/A%2FB", " {'name': 'a/b'}"),
        ("/m/de/a%2Fb", "/m/de {'lang': 'de', 'name': 'a/b'}"),
        ("/m/d%2Fe/x%2Fy", "/m/d/e {'lang': 'd/e', 'name': 'x/y'}"),
        ("/root/a%2Fb", " {'name': 'a/b'}"),
        ("/a/b", " {}"),
    ],
)
async def test_an_encoded_slash_is_part_of_a_parameter(drive: Any, raw: str, expected: str) -> None:
    assert (await ask(drive, Router(ROUTES, raw_path=True), raw)).text == expected


@pytest.mark.parametrize("raw", ["/a%2Fb", "/x%2Fa", "/n/7%2F/a", "/x/a%2Fb/c", "/%2F"])
async def test_an_encoded_slash_is_no_slash(drive: Any, raw: str) -> None:
    assert (await ask(drive, Router(ROUTES, raw_path=True), raw)).status == 404


async def test_it_is_one_where_nobody_asked(drive: Any) -> None:
    assert (await ask(drive, Router(ROUTES), "/x/a%2Fb")).status == 404
    assert (await ask(drive, Router(ROUTES), "/a%2Fb")).text == " {}"


async def test_routers_below_one_that_asked_do_as_well_and_no_others(drive: Any) -> None:
    inner = Router([Route("/{name}", params)], raw_path=True)
    outer = Router([Mount("/in", inner), Route("/{name}", params)])
    assert (await ask(drive, outer, "/in/a%2Fb")).text == "/in {'name': 'a/b'}"
    assert (await ask(drive, outer, "/a%2Fb")).status == 404


@pytest.mark.parametrize("raw_path", [None, b"", b"/x/other%2Fpath", b"/x/\xff%2F"])
async def test_a_server_without_the_raw_path_decodes_as_ever(drive: Any, raw_path: bytes | None) -> None:
    router = Router(ROUTES, raw_path=True)
    assert (await drive.request(router, "/a/b", raw_path=raw_path)).text == " {}"
    assert (await drive.request(router, "/x/a/b", raw_path=raw_path)).status == 404


async def test_a_root_path_of_the_server(drive: Any) -> None:
    router = Router(ROUTES, raw_path=True)
    assert (await ask(drive, router, "/api/x/a%2Fb", root_path="/api")).text == "/api {'name': 'a/b'}"
    assert (await ask(drive, router, "/a%2Fpi/x/a%2Fb", root_path="/a/pi")).text == "/a/pi {'name': 'a/b'}"


@pytest.mark.parametrize(
    ("raw", "location"),
    [
        ("/x/a%2Fb/", "../a%2Fb"),
        ("/slash/a%2Fb", "./a%2Fb/"),
        ("/slash/%2F", "./%2F/"),
        ("/m/d%2Fe/a%2F/", "../a%2F"),
        ("/x/a%2F//", "/x/a%2F"),
        ("/m/%2Fx", "./%2Fx/"),
    ],
)
async def test_slash_redirects_keep_it(drive: Any, raw: str, location: str) -> None:
    answer = await ask(drive, Router(ROUTES[:-1], raw_path=True), raw)
    assert (answer.status, answer.headers["location"]) == (307, location)


async def test_a_slash_redirect_keeps_it_in_the_prefix_of_a_mount(drive: Any) -> None:
    router = Router([Mount("/p/{url}", routes=[Route("/info/", params)])], raw_path=True)
    answer = await ask(drive, router, "/p/https:%2F%2Fhost/info")
    assert (answer.status, answer.headers["location"]) == (307, "./info/")
    assert (await ask(drive, router, "/p/https:%2F%2Fhost/info/")).text == "/p/https://host {'url': 'https://host'}"


async def test_many_routes_that_are_asked_decode_once(
    drive: Any, monkeypatch: pytest.MonkeyPatch, anyio_backend: str
) -> None:
    decoded: list[bytes] = []

    def unquote(part: bytes) -> bytes:
        decoded.append(part)
        return unquote_to_bytes(part)

    monkeypatch.setattr("asgi_routing._routes.route_path.unquote_to_bytes", unquote)
    routes = [Route(f"/{{rest:path}}/{number}", params) for number in range(300)]
    raw = f"/{anyio_backend}%2F" * 100  # a path that was not asked for before
    assert (await ask(drive, Router(routes, raw_path=True, redirect_slashes=False), raw)).status == 404
    assert len(decoded) == 101


def test_a_segment_comes_back_as_it_was() -> None:
    router = Router(ROUTES)
    assert router.url_path_for("segment", n=1, s="a/b%") == "/n/1/a%2Fb%25"
    with pytest.raises(AssertionError, match="May not contain path separators"):
        router.url_path_for("name", name="a/b")


@given(st.lists(st.text(max_size=5), min_size=1, max_size=4))
def test_any_texts_are_found_again(texts: list[str]) -> None:
    pattern = "".join(f"/{{p{number}:segment}}" for number in range(len(texts)))
    router = Router([Route(pattern, params, name="r")], raw_path=True)
    values = {f"p{number}": f"{text}x" for number, text in enumerate(texts)}
    raw = "".join(f"/{quote(value, safe='')}" for value in values.values())
    url = router.url_path_for("r", **values)
    assert unquote(url) == unquote(raw)
    scope: Any = {"type": "http", "method": "GET", "path": unquote(raw), "raw_path": raw.encode(), "root_path": ""}
    scope["asgi_routing.raw_path"] = True
    assert router.routes[0].matches(scope)[1]["path_params"] == values


def test_the_stand_in_cannot_come_from_a_request() -> None:
    assert ENCODED_SLASH not in b"\xed\xb0\xaf".decode("utf-8", "replace")
    assert unquote("%ED%B0%AF") != ENCODED_SLASH
