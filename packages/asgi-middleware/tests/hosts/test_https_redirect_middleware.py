from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import ExceptionMiddleware, HTTPSRedirectMiddleware
from asgi_types import Response, parse_host

DENIAL = {"websocket.http.response": {}}


def host(value):
    return [(b"host", value.encode("latin-1"))]


@pytest.mark.parametrize(
    ("value", "location"),
    [
        ("example.org", "https://example.org/a?b=1"),
        ("Example.ORG", "https://Example.ORG/a?b=1"),
        ("example.org:80", "https://example.org/a?b=1"),
        ("example.org:443", "https://example.org/a?b=1"),
        ("example.org:00080", "https://example.org/a?b=1"),
        ("example.org:", "https://example.org/a?b=1"),
        ("example.org:8000", "https://example.org:8000/a?b=1"),
        ("[::1]", "https://[::1]/a?b=1"),
        ("[::1]:80", "https://[::1]/a?b=1"),
        ("[::1]:8000", "https://[::1]:8000/a?b=1"),
    ],
)
async def test_http_leads_to_https(drive, page, value, location):
    answer = await drive.request(HTTPSRedirectMiddleware(page), "/a?b=1", headers=host(value))
    assert (answer.status, answer.headers["location"], answer.body) == (307, location, b"")


async def test_a_query_may_follow_the_host(drive, page):
    answer = await drive.request(HTTPSRedirectMiddleware(page), "?b=1", headers=host("example.org:80"))
    assert answer.headers["location"] == "https://example.org?b=1"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
async def test_every_method_is_redirected(drive, page, method):
    answer = await drive.request(HTTPSRedirectMiddleware(page), method=method, headers=host("example.org"))
    assert answer.status == 307


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("//evil.example/x", "/%2Fevil.example/x"),
        ("/\\evil.example", "/%5Cevil.example"),
        ("@evil.example", "/@evil.example"),
        ("/a\r\nset-cookie: b", "/a%0D%0Aset-cookie:%20b"),
        ("/é", "/%C3%A9"),
        ("/a\udc2fb", "/a%2Fb"),  # a slash that is data, below a router that keeps these apart
        ("/a\ud800b", "/a%ED%A0%80b"),
        ("", ""),
    ],
)
async def test_the_path_never_leads_to_another_host(drive, page, path, location):
    answer = await drive.request(HTTPSRedirectMiddleware(page), path, headers=host("example.org"))
    assert answer.headers["location"] == f"https://example.org{location}"


@pytest.mark.parametrize("headers", [host("example.org") * 2, host("example.org") + host("evil.example")])
async def test_two_hosts_are_refused(drive, page, headers):
    answer = await drive.request(HTTPSRedirectMiddleware(page), headers=headers, server=("a.example", 80))
    assert (answer.status, answer.text) == (400, "Invalid host header")


MALFORMED = ["", "example.org/", "example.org:99999", "user@example.org", "[::1", "::1", "a b", "\xe9", "a\r\nb"]


@pytest.mark.parametrize("value", MALFORMED)
async def test_a_host_that_can_be_in_no_url_is_refused(drive, page, value):
    app = HTTPSRedirectMiddleware(page)
    answer = await drive.request(app, "/x", headers=host(value), server=("10.0.3.7", 80))
    assert (answer.status, answer.text) == (400, "Invalid host header")


class Telling(HTTPSRedirectMiddleware):
    tells_server = True


@pytest.mark.parametrize("value", MALFORMED)
async def test_a_class_may_lead_to_the_server_in_its_place(drive, page, value):
    app = Telling(page)
    answer = await drive.request(app, "/x", headers=host(value), server=("a.example", 80))
    assert (answer.status, answer.headers["location"]) == (307, "https://a.example/x")
    answer = await drive.request(app, "/x", headers=host(value) * 2, server=("a.example", 80))
    assert (answer.status, answer.text) == (400, "Invalid host header")
    answer = await drive.request(app, "/x", headers=host(value), server=None)
    assert (answer.status, answer.text) == (400, "Invalid host header")


@pytest.mark.parametrize(
    ("server", "location"),
    [(("a.example", 80), "https://a.example/"), (("::1", 8000), "https://[::1]:8000/"), (("/run/socket", None), None)],
)
async def test_without_a_host_the_server_tells_it(drive, page, server, location):
    answer = await drive.request(HTTPSRedirectMiddleware(page), server=server)
    assert (answer.status, answer.headers.get("location")) == ((307, location) if location else (400, None))


@pytest.mark.parametrize("scheme", ["https", "wss"])
async def test_what_is_secure_passes(drive, page, scheme):
    assert (await drive.request(HTTPSRedirectMiddleware(page), scheme=scheme)).text == "page"


@pytest.mark.parametrize(("kind", "scheme"), [("http", "https"), ("websocket", "wss")])
async def test_a_scope_without_a_scheme_has_the_default_one(drive, page, kind, scheme):
    scope = drive.scope(headers=host("example.org"), type=kind, extensions=DENIAL)
    del scope["scheme"]
    answer = await drive.events(HTTPSRedirectMiddleware(page), scope, [])
    assert (answer.status, answer.headers["location"]) == (307, f"{scheme}://example.org/")


async def test_the_lifespan_and_unknown_connections_pass(passes):
    await passes(HTTPSRedirectMiddleware, "lifespan", "another")


async def test_a_websocket_is_denied_or_closed(drive, page):
    app = HTTPSRedirectMiddleware(page)
    denied = await drive.websocket(app, "/ws", headers=host("example.org"), extensions=DENIAL)
    assert (denied.status, denied.headers["location"]) == (307, "wss://example.org/ws")
    closed = await drive.websocket(app, "/ws", headers=host("example.org"))
    assert [message["type"] for message in closed.messages] == ["websocket.close"]
    refused = await drive.websocket(app, "/ws", headers=host("a") * 2, extensions=DENIAL)
    assert (refused.status, refused.text) == (400, "Invalid host header")


async def test_handlers_of_an_error_layer_answer_in_place(drive, page):
    async def handler(connection, error):
        return Response(f"handled: {error.detail}", error.status_code)

    app = ExceptionMiddleware(HTTPSRedirectMiddleware(page), {400: handler})
    assert (await drive.request(app, headers=host("a") * 2)).text == "handled: Invalid host header"


@given(
    st.one_of(st.binary(), st.from_regex(rb"[a-z.:\[\]@/%]*example\.org[a-z0-9.:@/%]*")),
    st.text(st.characters(exclude_categories=())),
    st.binary(),
)
def test_any_request_is_answered_and_stays_on_its_host(value, path, query):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "scheme": "http", "path": path, "query_string": query}
    with pytest.raises(StopIteration):
        HTTPSRedirectMiddleware(Response())({**scope, "headers": [(b"host", value)]}, None, send).send(None)
    parsed = parse_host(value.decode("latin-1"))
    assert sent[0]["status"] == (400 if parsed is None else 307)
    if parsed is not None:
        location = dict(sent[0]["headers"])[b"location"].decode("ascii")
        assert location.isprintable()
        assert " " not in location
        split = urlsplit(location)
        hostname = str(split.hostname).lower()  # urllib keeps the case of what follows a percent sign
        assert (split.scheme, hostname) == ("https", parsed[0].lower().strip("[]"))
