"""The prefix that a proxy has taken off the path: what it may be, and where it is put."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import ProxyHeadersMiddleware
from asgi_types import URL, get_route_path


def given_prefix(told, prefix, **scope):
    return told({"X-Forwarded-Prefix": prefix}, fields=["prefix"], scope=scope)


@pytest.mark.parametrize(
    ("prefix", "root_path", "raw_path"),
    [
        ("/shop", "/shop", b"/shop/items"),
        ("/shop/", "/shop", b"/shop/items"),
        ("/a/b.c/~d", "/a/b.c/~d", b"/a/b.c/~d/items"),
        ("/caf%C3%A9", "/café", b"/caf%C3%A9/items"),
        ("/a%20b", "/a b", b"/a%20b/items"),
        ("/a:b@c!$&'()*+;=", "/a:b@c!$&'()*+;=", b"/a:b@c!$&'()*+;=/items"),
        ("/...", "/...", b"/.../items"),
        ("/.well-known", "/.well-known", b"/.well-known/items"),
        ("/%25", "/%", b"/%25/items"),
    ],
)
async def test_it_comes_before_the_path_and_into_the_root_path(prefix, root_path, raw_path, told):
    scope = await given_prefix(told, prefix, path="/items", raw_path=b"/items")
    assert (scope["root_path"], scope["path"], scope["raw_path"]) == (root_path, f"{root_path}/items", raw_path)
    assert get_route_path(scope) == "/items"


@pytest.mark.parametrize(
    "prefix",
    [
        *("", "/", "shop", "//evil.example", "/a//b", "/a//", "/../etc", "/a/..", "/a/./b", "/.", "/%2e%2e/a", "/%2E"),
        *("/a%2Fb", "/%2F/evil.example", "/a\\b", "/%5Cevil", "/a?b", "/%3Fb", "/a#b", "/%23b", "/a b", "/a%0d%0ab"),
        *("/%00", "/%7F", "/%1f", "/%C3", "/%zz", "/%", "/\xe9", "/a\tb", "http://evil.example/", "/a, b", "/a, //b"),
        *('/"', "/<a>"),
    ],
)
async def test_what_is_not_safe_is_passed_over(prefix, told):
    headers = {"X-Forwarded-Prefix": prefix, "X-Forwarded-For": "1.2.3.4, 10.0.0.1"}
    scope = await told(headers, fields=["for", "prefix"], hops=2, scope={"path": "/items", "raw_path": b"/items"})
    assert (scope["root_path"], scope["path"], scope["raw_path"]) == ("", "/items", b"/items")
    assert scope["client"] == ("1.2.3.4", 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # uvicorn with --root-path puts it before the path, as ASGI has it.
        (("/api", "/api/items", b"/api/items"), ("/shop/api", "/shop/api/items", b"/shop/api/items")),
        # daphne and hypercorn leave the path as it came.
        (("/api", "/items", b"/items"), ("/shop/api", "/shop/api/items", b"/shop/api/items")),
        (("/api", "/api", b"/api"), ("/shop/api", "/shop/api", b"/shop/api")),
        (("", "", b""), ("/shop", "/shop", b"/shop")),
        (("", "/caf\xe9", b"/caf%C3%A9"), ("/shop", "/shop/caf\xe9", b"/shop/caf%C3%A9")),
        (("", "/shop/items", b"/shop/items"), ("/shop", "/shop/shop/items", b"/shop/shop/items")),
    ],
)
async def test_beside_a_root_path_of_the_server(before, after, told):
    keys = ("root_path", "path", "raw_path")
    scope = await given_prefix(told, "/shop", **dict(zip(keys, before, strict=True)))
    assert tuple(scope[key] for key in keys) == after


@pytest.mark.parametrize("raw_path", [None, ...])
async def test_a_scope_may_lack_what_is_optional(raw_path, drive):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    scope = drive.scope("/items", headers={"x-forwarded-prefix": "/shop"}, client=("::1", 1))
    del scope["root_path"], scope["raw_path"]
    if raw_path is None:
        scope["raw_path"] = None
    await ProxyHeadersMiddleware(app, fields=["prefix"])(scope, None, None)
    assert (seen[0]["root_path"], seen[0]["path"], seen[0].get("raw_path")) == ("/shop", "/shop/items", None)


PREFIXES = st.text(st.sampled_from("/.%2eEfF5cC\\a:@?#09") | st.characters(max_codepoint=255), max_size=20)


@given(PREFIXES.map("/".__add__))
async def test_no_prefix_leads_to_another_host(prefix):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    headers = [(b"host", b"a.example"), (b"x-forwarded-prefix", prefix.encode("latin-1"))]
    scope = {"type": "http", "scheme": "http", "path": "/items", "client": ("::1", 1), "headers": headers}
    await ProxyHeadersMiddleware(app, fields=["prefix"])(scope, None, None)
    root = seen[0].get("root_path", "")
    assert get_route_path(seen[0]) == "/items"
    assert not root or (root[0] == "/" and root[-1] != "/" and root[1:2] != "/")
    assert not {"..", ".", ""} & set(root.split("/")[1:])
    assert not any(character < " " or character in "\\?#\x7f" for character in root)
    url = URL(scope=seen[0])
    assert (url.hostname, url.path) == ("a.example", f"{root}/items")
