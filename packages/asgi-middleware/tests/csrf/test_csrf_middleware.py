"""The check without tokens: by the headers that browsers set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import CSRFMiddleware, ExceptionMiddleware, where
from asgi_types import Response

TRUSTED = ["https://partner.example", "https://*.friends.example:8443", "capacitor://localhost"]
UNSAFE = ["POST", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND", "post", "get", ""]


def fields(host="example.org", **given):
    """Header pairs by name; several of one name in a list, none for None."""
    lists = {name: [values] if isinstance(values, str) else values or [] for name, values in given.items()}
    lists["host"] = [host] if isinstance(host, str) else host
    return [(n.replace("_", "-").encode(), v.encode("latin-1")) for n, values in lists.items() for v in values]


async def status(drive, application, headers, method="POST", scheme="http", **options):
    answer = await drive.request(CSRFMiddleware(application, **options), "/", method, headers=headers, scheme=scheme)
    assert len(application.calls) == (answer.status == 200)
    return answer.status


# Row by row: what the headers say, and whether it passes without and with trusted origins.
ROWS = [
    # Sec-Fetch-Site decides, whatever the others say
    ({"sec_fetch_site": "same-origin"}, 200, 200),
    ({"sec_fetch_site": "none"}, 200, 200),
    ({"sec_fetch_site": "same-origin", "origin": "null"}, 200, 200),
    ({"sec_fetch_site": "same-origin", "origin": "https://example.org"}, 200, 200),
    ({"sec_fetch_site": "same-site"}, 403, 403),
    ({"sec_fetch_site": "cross-site"}, 403, 403),
    ({"sec_fetch_site": "cross-site", "origin": "https://example.org"}, 403, 403),
    ({"sec_fetch_site": "cross-site", "referer": "https://example.org/"}, 403, 403),
    ({"sec_fetch_site": "cross-site", "origin": "https://partner.example"}, 403, 200),
    ({"sec_fetch_site": "same-site", "origin": "https://partner.example"}, 403, 200),
    ({"sec_fetch_site": "cross-site", "origin": "https://evil.example"}, 403, 403),
    ({"sec_fetch_site": "cross-site", "origin": "null"}, 403, 403),
    ({"sec_fetch_site": "cross-site", "referer": "https://partner.example/"}, 403, 403),
    ({"sec_fetch_site": ""}, 403, 403),
    ({"sec_fetch_site": "Same-Origin"}, 403, 403),
    ({"sec_fetch_site": "same-origin, same-origin"}, 403, 403),
    ({"sec_fetch_site": ["same-origin", "same-origin"]}, 403, 403),
    ({"sec_fetch_site": ["same-origin", "cross-site"]}, 403, 403),
    # then Origin
    ({"origin": "https://example.org"}, 200, 200),
    ({"origin": "http://example.org"}, 200, 200),
    ({"origin": "https://EXAMPLE.org:443"}, 200, 200),
    ({"origin": "https://example.org", "host": "Example.ORG"}, 200, 200),
    ({"origin": "https://example.org:8443"}, 403, 403),
    ({"origin": "http://example.org:443"}, 403, 403),
    ({"origin": "https://example.org:8443", "host": "example.org:8443"}, 200, 200),
    ({"origin": "https://example.org", "host": "example.org:8443"}, 403, 403),
    ({"origin": "http://[::1]:8000", "host": "[::1]:8000"}, 200, 200),
    ({"origin": "https://www.example.org"}, 403, 403),
    ({"origin": "https://example.org.evil.example"}, 403, 403),
    ({"origin": "https://evilexample.org"}, 403, 403),
    ({"origin": "https://example.org@evil.example"}, 403, 403),
    ({"origin": "https://evil.example#example.org"}, 403, 403),
    ({"origin": "https://example.org/"}, 403, 403),
    ({"origin": "https://example.org https://evil.example"}, 403, 403),
    ({"origin": "ftp://example.org"}, 403, 403),
    ({"origin": "capacitor://example.org"}, 403, 403),
    ({"origin": "://example.org"}, 403, 403),
    ({"origin": "//example.org"}, 403, 403),
    ({"origin": "example.org"}, 403, 403),
    ({"origin": "null"}, 403, 403),
    ({"origin": "Null"}, 403, 403),
    ({"origin": ""}, 403, 403),
    ({"origin": "null", "referer": "https://example.org/"}, 403, 403),
    ({"origin": ["https://example.org", "https://example.org"]}, 403, 403),
    ({"origin": "https://example.org", "host": ["example.org", "example.org"]}, 403, 403),
    ({"origin": "https://example.org", "host": []}, 403, 403),
    ({"origin": "https://example.org", "host": ""}, 403, 403),
    ({"origin": "https://", "host": ""}, 403, 403),
    ({"origin": "https://partner.example"}, 403, 200),
    ({"origin": "https://partner.example:443"}, 403, 200),
    ({"origin": "HTTPS://Partner.Example"}, 403, 200),
    ({"origin": "http://partner.example"}, 403, 403),
    ({"origin": "https://partner.example:8443"}, 403, 403),
    ({"origin": "https://a.partner.example"}, 403, 403),
    ({"origin": "https://a.friends.example:8443"}, 403, 200),
    ({"origin": "https://a.b.friends.example:8443"}, 403, 200),
    ({"origin": "https://friends.example:8443"}, 403, 403),
    ({"origin": "https://a.friends.example"}, 403, 403),
    ({"origin": "http://a.friends.example:8443"}, 403, 403),
    ({"origin": "https://evilfriends.example:8443"}, 403, 403),
    ({"origin": "https://.friends.example:8443"}, 403, 403),
    ({"origin": "https://evil%2f.friends.example:8443"}, 403, 403),
    ({"origin": "https://a.friends.example:8443.evil.example"}, 403, 403),
    ({"origin": "capacitor://localhost"}, 403, 200),
    ({"origin": "capacitor://localhost:80"}, 403, 403),
    # then Referer
    ({"referer": "https://example.org/form?a=b#c"}, 200, 200),
    ({"referer": "http://example.org"}, 200, 200),
    ({"referer": "http://example.org?a=b/"}, 200, 200),
    ({"referer": "http://example.org#a/"}, 200, 200),
    ({"referer": "http://example.org\\a"}, 403, 403),
    ({"referer": "https://partner.example/pay"}, 403, 200),
    ({"referer": "https://evil.example/https://example.org/"}, 403, 403),
    ({"referer": "https://evil.example?https://example.org"}, 403, 403),
    ({"referer": "https://example.org@evil.example/"}, 403, 403),
    ({"referer": "https://evil.example\\@example.org/"}, 403, 403),
    ({"referer": "https://example.org.evil.example/"}, 403, 403),
    ({"referer": "about:blank"}, 403, 403),
    ({"referer": ""}, 403, 403),
    ({"referer": ["https://example.org/", "https://example.org/"]}, 403, 403),
    # none of them: no browser
    ({}, 200, 200),
    ({"user_agent": "curl"}, 200, 200),
    ({"host": ["a", "b"]}, 200, 200),
]


@pytest.mark.parametrize(("headers", "expected", "_trusting"), ROWS, ids=str)
async def test_rows_without_trusted_origins(drive, application, headers, expected, _trusting):
    assert await status(drive, application, fields(**headers)) == expected


@pytest.mark.parametrize(("headers", "_alone", "expected"), ROWS, ids=str)
async def test_rows_with_trusted_origins(drive, application, headers, _alone, expected):
    assert await status(drive, application, fields(**headers), trusted_origins=TRUSTED) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"])
async def test_safe_methods_are_not_checked(drive, method):
    app = CSRFMiddleware(Response("page"))
    headers = fields(sec_fetch_site="cross-site", origin="https://evil.example")
    assert (await drive.request(app, "/", method, headers=headers)).status == 200


@pytest.mark.parametrize("method", UNSAFE)
async def test_all_other_methods_are_checked(drive, application, method):
    assert await status(drive, application, fields(sec_fetch_site="cross-site"), method) == 403


async def test_other_safe_methods(drive, application):
    headers = fields(sec_fetch_site="cross-site")
    assert await status(drive, application, headers, "QUERY", safe_methods=["GET", "PROPFIND", "M-SEARCH"]) == 403
    assert await status(drive, application, headers, "PROPFIND", safe_methods=["GET", "PROPFIND"]) == 200


async def test_a_safe_method_is_any_token(drive, application):
    assert await status(drive, application, fields(sec_fetch_site="cross-site"), "M_X", safe_methods=["M_X"]) == 200


async def test_one_safe_method_may_be_text(drive, application):
    assert await status(drive, application, fields(sec_fetch_site="cross-site"), "PUT", safe_methods="PUT") == 200


@pytest.mark.parametrize("method", ["get", "Get", "", "GET, HEAD", "GET\n", "*"])
def test_what_is_no_method_is_refused_at_once(application, method):
    with pytest.raises(ValueError, match="in upper case"):
        CSRFMiddleware(application, safe_methods=["GET", method])


# CVE-2021-32677: JSON that was sent as text/plain, which needs no preflight


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"],
)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_every_content_type_is_covered(drive, application, content_type, site):
    headers = fields(sec_fetch_site=site, origin="https://evil.example", content_type=content_type, cookie="session=1")
    assert await status(drive, application, headers) == 403


# HTTPS


@pytest.mark.parametrize(
    ("origin", "scheme", "expected"),
    [
        ("https://example.org", "https", 200),
        ("http://example.org", "https", 403),
        ("http://example.org:443", "https", 403),
        ("https://example.org", "http", 200),  # a proxy may have ended TLS
        ("http://example.org", "http", 200),
    ],
)
async def test_over_https_the_origin_is_one_of_https(drive, application, origin, scheme, expected):
    assert await status(drive, application, fields(origin=origin), scheme=scheme) == expected


async def test_a_server_need_not_tell_the_scheme(drive, application):
    scope = drive.scope("/", "POST", fields(origin="http://example.org"))
    del scope["scheme"]
    answer = await drive.events(
        CSRFMiddleware(application), scope, [{"type": "http.request", "body": b"", "more_body": False}]
    )
    assert answer.status == 200


# Trusted origins


async def test_null_is_trusted_only_by_name(drive, application):
    assert await status(drive, application, fields(origin="null")) == 403
    assert await status(drive, application, fields(origin="null"), trusted_origins="null") == 200


async def test_null_is_not_trusted_with_others(drive, application):
    assert await status(drive, application, fields(origin="null"), trusted_origins=TRUSTED) == 403


async def test_another_origin_is_not_trusted_with_null(drive, application):
    assert await status(drive, application, fields(origin="https://evil.example"), trusted_origins=["null"]) == 403


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "*",
            "example.org",
            "https://",
            "https://*",
            "https://*.",
            "https://example.*",
            "https://a.*.example.org",
        ),
        *("https://*.*.example.org", "https://example.org/", "https://example.org/path", "https://example.org:99999"),
        *("https://user@example.org", "https://exa mple.org", "*.example.org", "NULL", "://example.org"),
    ],
)
def test_what_is_no_origin_is_refused_at_once(application, origin):
    with pytest.raises(ValueError, match=r"^Not an origin: '"):
        CSRFMiddleware(application, trusted_origins=["https://example.org", origin])


async def test_a_setting_without_a_value_trusts_nobody(drive, application):
    assert await status(drive, application, fields(origin="https://evil.example"), trusted_origins=[""]) == 403
    assert await status(drive, application, fields(origin=""), trusted_origins="") == 403


def is_nothing_known(text):
    return text not in ("none", "same-origin") and "example" not in text and "localhost" not in text


@given(
    st.text(st.characters(codec="latin-1")).filter(is_nothing_known),
    st.sampled_from(["origin", "referer", "sec_fetch_site"]),
)
def test_nothing_else_passes_and_nothing_fails(text, header):
    calls = []

    async def app(scope, receive, send):
        calls.append(scope)

    async def send(message):
        statuses.append(message.get("status"))

    statuses = []
    scope = {"type": "http", "method": "POST", "headers": fields(**{header: [text]})}
    with pytest.raises(StopIteration):  # it never waits
        CSRFMiddleware(app, trusted_origins=TRUSTED)(scope, None, send).send(None)
    assert (calls, statuses) == ([], [403, None])


@pytest.mark.parametrize("header", ["origin", "referer"])
def test_checking_takes_linear_time(assert_linear, header):
    app = CSRFMiddleware(Response(), trusted_origins=TRUSTED)

    async def send(message):
        pass

    def check(value):
        with pytest.raises(StopIteration):  # it never waits
            app({"type": "http", "method": "POST", "headers": fields(**{header: value})}, None, send).send(None)

    for part in ("a://", "https://a.", "%", ":", "[", "/"):
        assert_linear(check, lambda n, part=part: "https://" + part * n, 20_000)


# The refusal


NAMES = "The header %s names %r, which is neither trusted nor the host %r."


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"sec_fetch_site": "cross-site"}, "The header Sec-Fetch-Site is 'cross-site', and there is no Origin."),
        (
            {"sec_fetch_site": "same-site", "origin": "https://a.example"},
            "The header Sec-Fetch-Site is 'same-site', and the origin 'https://a.example' is not trusted.",
        ),
        ({"origin": "https://a.example"}, NAMES % ("Origin", "https://a.example", "example.org")),
        ({"referer": "https://a.example/secret?token=1"}, NAMES % ("Referer", "https://a.example", "example.org")),
        ({"origin": ["a", "b"]}, "The header Origin is there more than once."),
        ({"origin": "a", "host": ["b", "c"]}, NAMES % ("Origin", "a", "b, c")),
    ],
)
async def test_a_refusal_says_which_header_speaks_against_it(drive, application, headers, expected):
    answer = await drive.request(CSRFMiddleware(application), "/", "POST", headers=fields(**headers))
    assert (answer.status, answer.text) == (403, f"Cross-site request refused. {expected}")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_a_refusal_is_short_and_has_one_line(drive, application):
    headers = fields(sec_fetch_site="x\r\n" * 1000, origin="y\r\n" * 1000, host="z\r\n" * 1000)
    answer = await drive.request(CSRFMiddleware(application), "/", "POST", headers=headers)
    assert len(answer.body) < 1000
    assert b"\n" not in answer.body


async def test_handlers_of_an_error_layer_answer_inside_of_what_is_around(drive, application):
    async def handler(request, exc):
        return Response(f"No: {exc.detail[:18]}", exc.status_code)

    def tagging(app):
        async def tagged(scope, receive, send):
            async def tag(message):
                if message["type"] == "http.response.start":
                    message = {**message, "headers": [*message["headers"], (b"x-tag", b"1")]}
                await send(message)

            await app(scope, receive, tag)

        return tagged

    app = ExceptionMiddleware(tagging(CSRFMiddleware(application)), {403: handler})
    answer = await drive.request(app, "/", "POST", headers=fields(sec_fetch_site="cross-site"))
    assert (answer.status, answer.text, answer.headers["x-tag"]) == (403, "No: Cross-site request", "1")


# WebSockets


async def accepted(drive, application, headers, scheme="ws", **options):
    scope = {**drive.websocket_scope(headers=headers), "scheme": scheme}
    answer = await drive.events(CSRFMiddleware(application, **options), scope, [{"type": "websocket.connect"}])
    assert len(application.calls) == (answer.messages[0]["type"] == "websocket.accept")
    return answer.messages[0]["type"] == "websocket.accept"


@pytest.mark.parametrize(
    ("headers", "scheme", "expected"),
    [
        ({}, "ws", True),
        ({"origin": "http://example.org"}, "ws", True),
        ({"origin": "https://example.org"}, "ws", True),
        ({"origin": "https://example.org"}, "wss", True),
        ({"origin": "http://example.org"}, "wss", False),
        ({"origin": "ws://example.org"}, "ws", False),
        ({"origin": "https://evil.example"}, "ws", False),
        ({"origin": "https://partner.example"}, "wss", True),
        ({"origin": "null"}, "ws", False),
        ({"origin": ["http://example.org", "http://example.org"]}, "ws", False),
        # Browsers disagree about this header here.
        ({"origin": "http://example.org", "sec_fetch_site": "cross-site"}, "ws", True),
        ({"origin": "https://evil.example", "sec_fetch_site": "same-origin"}, "ws", False),
        ({"referer": "https://evil.example/"}, "ws", True),
    ],
    ids=str,
)
async def test_websockets_are_checked_by_origin(drive, application, headers, scheme, expected):
    options = {"trusted_origins": TRUSTED}
    assert await accepted(drive, application, fields(**headers), scheme, **options) is expected


async def test_websockets_may_be_left_alone(drive, application):
    assert await accepted(drive, application, fields(origin="https://evil.example"), websockets=False)


async def test_a_refused_websocket_is_closed_or_denied(drive, application):
    app = CSRFMiddleware(application)
    headers = fields(origin="https://evil.example")
    answer = await drive.websocket(app, headers=headers)
    assert [(message["type"], message["code"]) for message in answer.messages] == [("websocket.close", 3003)]
    answer = await drive.websocket(app, headers=headers, extensions={"websocket.http.response": {}})
    assert (answer.status, answer.text[:27]) == (403, "Cross-site request refused.")


async def test_other_scopes_pass(drive, application):
    scope = {"type": "lifespan"}
    await CSRFMiddleware(application)(scope, None, None)
    assert application.calls == [scope]
    assert scope == {"type": "lifespan"}


async def test_skipping_paths(drive, application):
    app = where(CSRFMiddleware, skip="/hooks/*")(application)
    headers = fields(sec_fetch_site="cross-site")
    assert (await drive.request(app, "/hooks/a", "POST", headers=headers)).status == 200
    assert (await drive.request(app, "/", "POST", headers=headers)).status == 403


def test_attributes(application):
    assert CSRFMiddleware(application).app is application
