"""What an application sees of a request of a client."""

import pytest

START = {"type": "http.response.start", "status": 200, "headers": []}


def scope_of(ask, url, **options):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)
        await send(START)
        await send({"type": "http.response.body"})

    ask(app, url, **options)
    return seen[0]


def test_the_scope(ask):
    scope = scope_of(ask, "/a%2Fb%20é?x=%2F&y", method="PATCH", headers={"X-A": "B"}, options={"root_path": "/root"})
    assert (scope["type"], scope["method"], scope["scheme"], scope["http_version"]) == ("http", "PATCH", "http", "1.1")
    assert (scope["path"], scope["raw_path"]) == ("/a/b é", b"/a%2Fb%20%C3%A9")
    assert (scope["query_string"], scope["root_path"]) == (b"x=%2F&y", "/root")
    assert (b"x-a", b"B") in scope["headers"]
    assert scope["asgi"] == {"version": "3.0", "spec_version": "2.4"}
    assert all(name == name.lower() for name, _ in scope["headers"])


@pytest.mark.parametrize(
    ("url", "scheme", "server"),
    [
        ("https://example.org/", "https", ("example.org", 443)),
        ("http://example.org:81/", "http", ("example.org", 81)),
        ("http://[::1]:0/", "http", ("::1", 0)),
        ("http://testserver:80/", "http", ("testserver", 80)),
    ],
    ids=["https", "port", "ipv6", "default port"],
)
def test_the_server(ask, url, scheme, server):
    scope = scope_of(ask, url)
    assert (scope["scheme"], scope["server"]) == (scheme, server)


def test_another_scheme(ask, library):
    with pytest.raises(library.UnsupportedProtocol, match=r"ftp://example\.org/"):
        scope_of(ask, "ftp://example.org/")
