from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_websockets.testing import websocket_scope


def header(scope, name):
    return [value for key, value in scope["headers"] if key == name]


def test_the_scope_is_complete():
    scope = websocket_scope()
    headers = dict(scope.pop("headers"))
    assert scope == {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "root_path": "",
        "client": ("testclient", 50000),
        "server": ("testserver", 80),
        "subprotocols": [],
        "state": {},
        "extensions": {"websocket.http.response": {}},
    }
    assert headers == {
        b"host": b"testserver",
        b"user-agent": b"testclient",
        b"connection": b"upgrade",
        b"upgrade": b"websocket",
        b"sec-websocket-key": b"dGhlIHRlc3Qgc2Vzc2lvbg==",
        b"sec-websocket-version": b"13",
    }


@pytest.mark.parametrize(
    ("url", "path", "raw_path", "query"),
    [
        ("/ws?room=1&x", "/ws", b"/ws", b"room=1&x"),
        ("ws", "/ws", b"/ws", b""),
        ("", "/", b"/", b""),
        ("?a=?", "/", b"/", b"a=?"),
        ("//two", "//two", b"//two", b""),
        ("/a://b", "/a://b", b"/a://b", b""),
        ("/caf%C3%A9/é", "/café/é", b"/caf%C3%A9/%C3%A9", b""),
        ("/a%2Fb", "/a/b", b"/a%2Fb", b""),
        ("/a b?c d=é", "/a b", b"/a%20b", b"c%20d=%C3%A9"),
        ("/a?b#c", "/a", b"/a", b"b"),
        ("ws://example.com", "/", b"/", b""),
        ("ws://example.com?a", "/", b"/", b"a"),
        ("ws://example.com/b?a#c", "/b", b"/b", b"a"),
    ],
)
def test_a_url_becomes_path_and_query(url, path, raw_path, query):
    scope = websocket_scope(url)
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == (path, raw_path, query)


@pytest.mark.parametrize(
    ("url", "scheme", "server", "host"),
    [
        ("/", "ws", ("testserver", 80), b"testserver"),
        ("ws://example.com/", "ws", ("example.com", 80), b"example.com"),
        ("wss://example.com/", "wss", ("example.com", 443), b"example.com"),
        ("http://example.com/", "ws", ("example.com", 80), b"example.com"),
        ("HTTPS://Example.com/", "wss", ("example.com", 443), b"example.com"),
        ("ws://example.com:80/", "ws", ("example.com", 80), b"example.com"),
        ("ws://example.com:443/", "ws", ("example.com", 443), b"example.com:443"),
        ("wss://me:secret@example.com:8000/", "wss", ("example.com", 8000), b"example.com:8000"),
        ("ws://[::1]:8000/", "ws", ("::1", 8000), b"[::1]:8000"),
        ("ws://[::1]/", "ws", ("::1", 80), b"[::1]"),
    ],
)
def test_a_url_becomes_scheme_server_and_host(url, scheme, server, host):
    scope = websocket_scope(url)
    assert (scope["scheme"], scope["server"], header(scope, b"host")) == (scheme, server, [host])


@pytest.mark.parametrize("url", ["ftp://example.com/", "ws:///path", "ws://:80/", "ws://example.com:x/"])
def test_other_urls_are_refused(url):
    with pytest.raises(ValueError):
        websocket_scope(url)


@given(path=st.text(st.characters(exclude_categories=["Cs"])), query=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_quoted_arrives(path, query):
    scope = websocket_scope(f"/{quote(path)}?{quote(query)}")
    assert scope["path"] == f"/{path}"
    assert scope["raw_path"] == b"/" + quote(path).encode()
    assert scope["query_string"] == quote(query).encode()


@given(st.text(st.characters(exclude_categories=["Cs"])).map("/".__add__))
def test_any_text_is_a_path_that_a_request_line_can_carry(url):
    scope = websocket_scope(url)
    sent = scope["raw_path"] + b"?" + scope["query_string"]
    assert sent.startswith(b"/")
    assert all(33 <= byte <= 126 for byte in sent)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-One": "1", "Host": "é"},
        [("x-one", "1"), ("host", "é")],
        [(b"X-One", b"1"), (b"host", b"\xe9")],
        iter([("X-ONE", b"1"), (b"host", "é")]),
    ],
)
def test_headers_replace_those_of_the_handshake(headers):
    scope = websocket_scope("/", headers=headers)
    assert header(scope, b"x-one") == [b"1"]
    assert header(scope, b"host") == [b"\xe9"]
    assert header(scope, b"upgrade") == [b"websocket"]


def test_a_header_may_come_twice():
    assert header(websocket_scope("/", headers=[("a", "1"), ("a", "2")]), b"a") == [b"1", b"2"]


@pytest.mark.parametrize("headers", [{"a b": "c"}, {"a": "b\r\nc: d"}, [(b"a", b"b\n")], {"a": "\u20ac"}])
def test_headers_that_cannot_be_sent_are_refused(headers):
    with pytest.raises(ValueError):
        websocket_scope("/", headers=headers)


def test_subprotocols_are_in_the_scope_and_in_the_headers():
    scope = websocket_scope("/", ("soap", "wamp"))
    assert scope["subprotocols"] == ["soap", "wamp"]
    assert header(scope, b"sec-websocket-protocol") == [b"soap, wamp"]


def test_cookies_are_one_header():
    scope = websocket_scope("/", cookies={"a": "1", "b": "2"})
    assert header(scope, b"cookie") == [b"a=1; b=2"]
    assert not header(websocket_scope("/", cookies={}), b"cookie")


def test_root_path_and_client_are_as_given():
    scope = websocket_scope("/api/ws", root_path="/api", client=None)
    assert (scope["root_path"], scope["path"], scope["client"]) == ("/api", "/api/ws", None)
