"""What an application sees of a WebSocket of a client."""

import pytest

from shine.testclient import TestClient
from shine.websockets import WebSocketDisconnect


def scope_of(url, client_options=None, **options):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)
        await send({"type": "websocket.close"})

    with pytest.raises(WebSocketDisconnect):
        TestClient(app, **(client_options or {})).websocket_connect(url, **options).__enter__()
    return seen[0]


def test_the_scope():
    scope = scope_of("/caf%C3%A9?a=b", {"root_path": "/root", "cookies": {"c": "d"}})
    assert (scope["type"], scope["scheme"], scope["http_version"]) == ("websocket", "ws", "1.1")
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == ("/café", b"/caf%C3%A9", b"a=b")
    assert (scope["server"], scope["client"], scope["root_path"]) == (
        ("testserver", 80),
        ("testclient", 50000),
        "/root",
    )
    assert (scope["subprotocols"], scope["state"]) == ([], {})
    assert scope["extensions"] == {"websocket.http.response": {}}
    headers = dict(scope["headers"])
    assert headers[b"host"] == b"testserver"
    assert headers[b"cookie"] == b"c=d"
    assert (headers[b"connection"], headers[b"sec-websocket-version"]) == (b"upgrade", b"13")
    assert headers[b"sec-websocket-key"]


@pytest.mark.parametrize(
    ("base_url", "url", "expected"),
    [
        ("http://testserver", "/a", ("ws", ("testserver", 80), "/a")),
        ("https://example.org/base", "/a", ("wss", ("example.org", 443), "/a")),
        ("http://example.org:8000", "a", ("ws", ("example.org", 8000), "/a")),
        ("http://[::1]:8000", "/a", ("ws", ("::1", 8000), "/a")),
        ("http://testserver", "wss://example.net/b", ("wss", ("example.net", 443), "/b")),
        ("ws://example.org", "/a", ("ws", ("example.org", 80), "/a")),
        ("http://testserver", "http://example.net/b", ("ws", ("example.net", 80), "/b")),
        ("http://testserver", "https://example.net/b", ("wss", ("example.net", 443), "/b")),
        ("https://testserver", "//example.net/b", ("wss", ("example.net", 443), "/b")),
    ],
    ids=["plain", "secure", "port", "ipv6", "url", "ws", "http url", "https url", "url without scheme"],
)
def test_where_it_goes(base_url, url, expected):
    scope = scope_of(url, {"base_url": base_url})
    assert (scope["scheme"], scope["server"], scope["path"]) == expected


def test_headers_of_the_test_and_subprotocols():
    scope = scope_of("/", headers={"Sec-WebSocket-Key": "key", "X-A": "b"}, subprotocols=["a", "b"], params={"c": "d"})
    headers = dict(scope["headers"])
    assert (headers[b"sec-websocket-key"], headers[b"x-a"]) == (b"key", b"b")
    assert (headers[b"sec-websocket-protocol"], scope["subprotocols"]) == (b"a, b", ["a", "b"])
    assert scope["query_string"] == b"c=d"
    assert scope_of("/", headers={"sec-websocket-protocol": "c,,d"})["subprotocols"] == ["c", "d"]
