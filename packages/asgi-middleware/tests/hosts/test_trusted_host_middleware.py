import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import ExceptionMiddleware, TrustedHostMiddleware
from asgi_types import Response

HOSTS = ["example.org", "*.example.net", "www.bare.example", "[::1]", "[v1.a:b]", "127.0.0.1", "dot.example."]
DENIAL = {"websocket.http.response": {}}


def host(value):
    return [(b"host", value.encode("latin-1"))]


@pytest.mark.parametrize(
    "value",
    [
        "example.org",
        "EXAMPLE.org",
        "example.org:8000",
        "example.org:000080",
        "a.example.net",
        "a.b.Example.Net:443",
        "www.bare.example",
        "[::1]",
        "[::1]:8000",
        "[v1.A:b]:8000",
        "127.0.0.1:80",
        "dot.example.",
    ],
)
async def test_a_host_of_ours(drive, page, value):
    answer = await drive.request(TrustedHostMiddleware(page, HOSTS), headers=host(value))
    assert (answer.status, answer.text) == (200, "page")


async def test_a_class_may_take_any_port(drive, page):
    class Taking(TrustedHostMiddleware):
        takes_any_port = True

    for value, status in (("example.org:99999", 200), ("evil.example:99999", 400)):
        assert (await drive.request(Taking(page, HOSTS), headers=host(value))).status == status


REFUSED = [
    "example.org:65536",  # it can be in no URL, so `request.url` would be that of the server
    "example.org:99999999999999999",
    "",
    "evil.example",
    "example.org.evil.example",
    "evilexample.org",
    "a.example.org",
    "example.net",  # the wildcard is for what is below it
    "evilexample.net",
    ".example.net",  # these three are hosts by RFC 3986, and no names of the DNS
    "a..example.net",
    "evil%2f.example.net",
    "example.net.evil.example",
    "example.org.",  # another name for a browser, with cookies of its own, and for a certificate
    "dot.example",
    "::1",
    "[::2]",
    "[::1",
    "127.0.0.1.evil.example",
    "example.org:",
    "[::1]:",
    "[v1.a]",
    "[v1.]",
    "example.org:port",
    "example.org:80:80",
    "example.org/",  # CVE-2026-48710: what follows would have become part of the URL's path
    "example.org/admin",
    "example.org?",
    "example.org#",
    "example.org\\",
    "user@example.org",
    "example.org@evil.example",
    "example.org evil.example",
    " example.org",
    "example.org,evil.example",
    "example.org\r\nx: y",
    "\xe9xample.org",
    "a" * 300 + ".example.net",
    "www.none",
    "none",
]


@pytest.mark.parametrize("value", REFUSED)
async def test_any_other_host_is_refused(drive, page, value):
    answer = await drive.request(TrustedHostMiddleware(page, HOSTS), headers=host(value))
    assert (answer.status, answer.text) == (400, "Invalid host header")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("headers", [[], host("example.org") * 2, host("example.org") + host("evil.example")])
async def test_no_host_or_two_are_refused(drive, page, headers):
    assert (await drive.request(TrustedHostMiddleware(page, HOSTS), headers=headers)).status == 400


@pytest.mark.parametrize("allowed", [None, ["*"], "*", ["example.org", "*"]])
@pytest.mark.parametrize("headers", [[], host("anything at all"), host("a") * 2])
async def test_all_hosts_are_allowed_by_default(drive, page, allowed, headers):
    assert (await drive.request(TrustedHostMiddleware(page, allowed), headers=headers)).status == 200


async def test_no_host_is_allowed(drive, page):
    assert (await drive.request(TrustedHostMiddleware(page, []), headers=host("example.org"))).status == 400


# The redirect to www


@pytest.mark.parametrize(
    ("value", "path", "location"),
    [
        ("bare.example", "/", "http://www.bare.example/"),
        ("BARE.example:8000", "/a?b=1", "http://www.BARE.example:8000/a?b=1"),
        ("bare.example", "//evil.example", "http://www.bare.example/%2Fevil.example"),
        ("bare.example", "/\\evil.example", "http://www.bare.example/%5Cevil.example"),
        ("bare.example", "/a\r\nset-cookie: b", "http://www.bare.example/a%0D%0Aset-cookie:%20b"),
        ("bare.example", "@evil.example", "http://www.bare.example/@evil.example"),
    ],
)
async def test_a_host_without_www_is_redirected(drive, page, value, path, location):
    answer = await drive.request(TrustedHostMiddleware(page, HOSTS), path, headers=host(value))
    assert (answer.status, answer.headers["location"], answer.body) == (307, location, b"")


async def test_the_redirect_can_be_left_out(drive, page):
    app = TrustedHostMiddleware(page, HOSTS, www_redirect=False)
    assert (await drive.request(app, headers=host("bare.example"))).status == 400


@pytest.mark.parametrize("value", ["www.example.net", "xwww.bare.example", "bare.example.", "bare.example:65536"])
async def test_other_hosts_are_not_redirected(drive, page, value):
    assert (await drive.request(TrustedHostMiddleware(page, ["www.bare.example"]), headers=host(value))).status == 400


# Other connections, and error layers


async def test_the_lifespan_and_unknown_connections_pass(passes):
    await passes(lambda app: TrustedHostMiddleware(app, HOSTS), "lifespan", "another")


async def accepting(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})


async def test_a_websocket_is_let_through(drive):
    answer = await drive.websocket(TrustedHostMiddleware(accepting, HOSTS), headers=host("example.org"))
    assert answer.messages == [{"type": "websocket.accept"}]


async def test_a_websocket_is_denied_or_closed(drive):
    app = TrustedHostMiddleware(accepting, HOSTS)
    denied = await drive.websocket(app, headers=host("evil.example"), extensions=DENIAL)
    assert (denied.start["type"], denied.status) == ("websocket.http.response.start", 400)
    assert denied.text == "Invalid host header"
    closed = await drive.websocket(app, headers=host("evil.example"))
    assert closed.messages == [{"type": "websocket.close", "code": 1008, "reason": "Invalid host header"}]


async def test_a_websocket_is_redirected_or_closed(drive):
    app = TrustedHostMiddleware(accepting, HOSTS)
    denied = await drive.websocket(app, "/ws", headers=host("bare.example"), extensions=DENIAL)
    assert (denied.status, denied.headers["location"]) == (307, "ws://www.bare.example/ws")
    closed = await drive.websocket(app, headers=host("bare.example"))
    assert [message["type"] for message in closed.messages] == ["websocket.close"]


async def test_handlers_of_an_error_layer_answer_in_place(drive, page):
    async def handler(connection, error):
        return Response(f"handled: {error.detail}", error.status_code)

    seen = []

    def watched(app):
        async def watch(scope, receive, send):
            async def watched_send(message):
                seen.append(message["type"])
                await send(message)

            await app(scope, receive, watched_send)

        return watch

    app = ExceptionMiddleware(watched(TrustedHostMiddleware(page, HOSTS)), {400: handler})
    answer = await drive.request(app, headers=host("evil.example"))
    assert (answer.status, answer.text) == (400, "handled: Invalid host header")
    assert seen == ["http.response.start", "http.response.body"]


# Options


def test_attributes(page):
    app = TrustedHostMiddleware(page, ("Example.org", "*.Example.NET", "::1"), False)
    assert (app.app, app.allowed_hosts) == (page, ["example.org", "*.example.net", "[::1]"])
    assert (app.allow_any, app.www_redirect) == (False, False)
    assert TrustedHostMiddleware(page).allow_any
    assert TrustedHostMiddleware(page).allowed_hosts == ["*"]


def test_a_string_is_one_host(page):
    assert TrustedHostMiddleware(page, "example.org").allowed_hosts == ["example.org"]


@pytest.mark.parametrize("pattern", ["a.*", "*example.org", "**", "*.*.example.org", "a.*.example.org", "*:80"])
def test_other_uses_of_the_wildcard(page, pattern):
    with pytest.raises(AssertionError, match=re.escape("must be like '*.example.com'")):
        TrustedHostMiddleware(page, [pattern])


@pytest.mark.parametrize(
    "pattern",
    ["", "https://example.org", "example.org:80", "example.org/", "*.", "*.example.org:80", "a b", "b\xfccher.example"],
)
def test_what_is_no_host_is_refused_with_the_fix(page, pattern):
    with pytest.raises(ValueError, match=re.escape(f"Not a host: {pattern!r}. Write it as 'example.org'")):
        TrustedHostMiddleware(page, [pattern])


# Any host


@given(st.lists(st.one_of(st.binary(), st.from_regex(rb"[a-z.:\[\]@/]*example\.(org|net)[a-z.:@/]*")), max_size=2))
def test_any_host_is_answered_and_only_ours_get_through(values):
    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"host", value) for value in values]
    app = TrustedHostMiddleware(Response("page"), ["example.org", "*.example.net", "www.bare.example"])
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    with pytest.raises(StopIteration):
        app(scope, None, send).send(None)
    if sent[0]["status"] == 200:
        (value,) = values
        name = value.lower().partition(b":")[0]
        assert name == b"example.org" or name.endswith(b".example.net")


def test_hosts_that_are_too_long_are_not_kept(page):
    app = TrustedHostMiddleware(page, ["example.org"])
    for size in (250, 261, 262, 100_000):
        headers = [(b"host", b"a" * size)]
        with pytest.raises(StopIteration):
            app({"type": "http", "method": "GET", "headers": headers}, None, _nowhere).send(None)
    assert app._is_known.cache_info().currsize == 3  # of the last two nothing is left


async def _nowhere(message):
    pass


def test_time_is_linear_in_the_host(assert_linear, page):
    app = TrustedHostMiddleware(page, ["example.org"])
    assert_linear(app._is_allowed, lambda n: b"a." * n + b"/", 20_000)


def test_a_subclass_may_do_without_what_is_no_host(caplog, page):
    class Lenient(TrustedHostMiddleware):
        refuses_useless = False

    app = Lenient(page, ["example.org", "example.org:8000", "https://example.org"])
    assert app.allowed_hosts == ["example.org"]
    assert ["Not a host: 'example.org:8000'" in record.getMessage() for record in caplog.records] == [True, False]
    with pytest.raises(AssertionError):
        Lenient(page, ["example.*"])
