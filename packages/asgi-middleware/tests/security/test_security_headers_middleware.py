from __future__ import annotations

import re

import pytest

from asgi_middleware import ContentSecurityPolicy, SecurityHeadersMiddleware, csp_nonce
from asgi_types import HTTPException, Response, refuse

NONCE = ContentSecurityPolicy.NONCE
CSP = "content-security-policy"

DEFAULTS = {
    "content-security-policy": "base-uri 'self'; object-src 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin-allow-popups",
    "cross-origin-resource-policy": "same-site",
    "permissions-policy": "hid=(), midi=(), serial=(), usb=()",
}
OWN = {"content-length": "5"}


@pytest.mark.parametrize(
    ("scheme", "hsts"),
    [("http", {}), ("https", {"strict-transport-security": "max-age=63072000"})],
)
async def test_the_defaults(scheme, hsts, drive):
    answer = await drive.request(SecurityHeadersMiddleware(Response("Hello")), scheme=scheme)
    assert (answer.status, answer.text) == (200, "Hello")
    assert answer.headers.items() == [*OWN.items(), *DEFAULTS.items(), *hsts.items()]


async def test_a_scope_without_a_scheme(drive):
    scope = drive.scope()
    del scope["scheme"]
    answer = await drive.events(SecurityHeadersMiddleware(Response("Hello")), scope, [])
    assert dict(answer.headers.items()) == {**OWN, **DEFAULTS}


@pytest.mark.parametrize("name", [*DEFAULTS, "strict-transport-security"])
async def test_each_can_be_left_out(name, drive):
    app = SecurityHeadersMiddleware(Response("Hello"), **{name.replace("-", "_"): None})
    answer = await drive.request(app, scheme="https")
    all_names = {*OWN, *DEFAULTS, "strict-transport-security"}
    assert set(answer.headers.keys()) == all_names - {name}


async def test_what_the_application_has_set_stays_alone(drive):
    own = {"x-frame-options": "SAMEORIGIN", CSP: "default-src 'none'", "strict-transport-security": "max-age=1"}
    answer = await drive.request(SecurityHeadersMiddleware(Response("Hello", headers=own)), scheme="https")
    expected = {**OWN, **DEFAULTS, **own}
    assert sorted(answer.headers.items()) == sorted(expected.items())


async def test_the_application_has_its_message_as_it_was(drive):
    message = {"type": "http.response.start", "status": 200, "headers": ((b"a", b"b"),)}
    kept = [{"type": "http.response.start", "status": 204}, message]

    async def app(scope, receive, send):
        await send(scope["state"]["message"])
        await send({"type": "http.response.body"})

    middleware = SecurityHeadersMiddleware(app)
    for start in kept:
        before = dict(start)
        for _ in range(2):
            answer = await drive.request(middleware, state={"message": start})
            assert answer.headers["x-frame-options"] == "DENY"
            assert len(answer.headers) == len(DEFAULTS) + ("headers" in before)
        assert start == before


async def test_other_messages_go_through(drive):
    sent = [
        {"type": "http.response.early_hint", "links": [b"</a.css>"]},
        {"type": "http.response.start", "status": 200, "headers": [], "trailers": True},
        {"type": "http.response.body", "body": b"a", "more_body": False},
        {"type": "http.response.trailers", "headers": [(b"a", b"b")]},
    ]

    async def app(scope, receive, send):
        for message in sent:
            await send(message)

    answer = await drive.request(SecurityHeadersMiddleware(app))
    assert [*answer.messages[:1], *answer.messages[2:]] == [*sent[:1], *sent[2:]]
    assert answer.start["trailers"] is True


async def test_a_websocket_that_is_denied(drive):
    async def app(scope, receive, send):
        await refuse(scope, receive, send, HTTPException(403, "No."))

    app = SecurityHeadersMiddleware(app)
    denial = {"extensions": {"websocket.http.response": {}}}
    answer = await drive.websocket(app, **denial)
    assert (answer.status, answer.headers["x-content-type-options"]) == (403, "nosniff")
    scope = {**drive.websocket_scope(**denial), "scheme": "wss"}
    secure = await drive.events(app, scope, [])
    assert secure.headers["strict-transport-security"] == "max-age=63072000"
    closed = await drive.websocket(app)
    assert closed.messages == [{"type": "websocket.close", "code": 3003, "reason": "No."}]


@pytest.mark.parametrize("kind", ["lifespan", "other"])
async def test_what_is_no_connection_goes_through(kind):
    seen = []

    async def app(*given):
        seen.append(given)

    await SecurityHeadersMiddleware(app, content_security_policy=f"script-src {NONCE}")({"type": kind}, "r", "s")
    assert seen == [({"type": kind}, "r", "s")]


async def test_a_policy_is_given_as_text_or_as_an_object(drive):
    for policy in ("img-src *; font-src *", ContentSecurityPolicy(img_src="*", font_src="*")):
        answer = await drive.request(SecurityHeadersMiddleware(Response(), content_security_policy=policy))
        assert answer.headers[CSP] == "img-src *; font-src *"


async def test_an_empty_policy_is_none(drive):
    app = SecurityHeadersMiddleware(Response(), content_security_policy=ContentSecurityPolicy())
    assert CSP not in (await drive.request(app)).headers


def page(scope):
    """A response that has a nonce in it."""
    return Response(csp_nonce(scope))


def serving(make):
    async def app(scope, receive, send):
        await make(scope)(scope, receive, send)

    return app


POLICY = ContentSecurityPolicy(script_src=["'self'", NONCE], style_src=NONCE)


async def test_the_nonce_of_a_page_is_in_its_policy(drive):
    app = SecurityHeadersMiddleware(serving(page), content_security_policy=POLICY)
    seen = set()
    for _ in range(3):
        answer = await drive.request(app)
        nonce = answer.text
        assert re.fullmatch(r"[A-Za-z0-9_-]{22}", nonce)  # 128 bits
        assert answer.headers[CSP] == f"script-src 'self' 'nonce-{nonce}'; style-src 'nonce-{nonce}'"
        seen.add(nonce)
    assert len(seen) == 3


async def test_a_nonce_that_is_asked_for_when_the_response_has_begun(drive):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": csp_nonce(scope).encode()})

    answer = await drive.request(SecurityHeadersMiddleware(app, content_security_policy=POLICY))
    assert f"'nonce-{answer.text}'" in answer.headers[CSP]


async def test_a_page_that_has_no_nonce_still_gets_a_new_one(drive):
    """Without one 'unsafe-inline', which is there for old browsers, would count in new ones."""
    app = SecurityHeadersMiddleware(Response(), content_security_policy=f"script-src 'unsafe-inline' {NONCE}")
    policies = {(await drive.request(app)).headers[CSP] for _ in range(3)}
    assert len(policies) == 3
    assert all(re.fullmatch(r"script-src 'unsafe-inline' 'nonce-[\w-]{22}'", policy) for policy in policies)


async def test_a_policy_that_is_only_reported(drive):
    app = SecurityHeadersMiddleware(serving(page), content_security_policy_report_only=POLICY)
    answer = await drive.request(app)
    assert answer.headers[CSP] == DEFAULTS[CSP]
    assert f"'nonce-{answer.text}'" in answer.headers[f"{CSP}-report-only"]


async def test_both_policies_have_the_same_nonce(drive):
    both = {"content_security_policy": POLICY, "content_security_policy_report_only": POLICY}
    answer = await drive.request(SecurityHeadersMiddleware(serving(page), **both))
    assert answer.headers[CSP] == answer.headers[f"{CSP}-report-only"]
    assert answer.headers[CSP].count(answer.text) == 2


async def test_a_page_with_a_policy_of_its_own(drive):
    def make(scope):
        return Response(csp_nonce(scope), headers={CSP: f"script-src 'nonce-{csp_nonce(scope)}'"})

    answer = await drive.request(SecurityHeadersMiddleware(serving(make), content_security_policy=POLICY))
    assert answer.headers.getlist(CSP) == [f"script-src 'nonce-{answer.text}'"]


async def test_one_inside_another_counts_and_shares_the_nonce(drive):
    inner = SecurityHeadersMiddleware(serving(page), content_security_policy=POLICY, x_frame_options="SAMEORIGIN")

    async def copying(scope, receive, send):
        await inner({**scope}, receive, send)

    app = SecurityHeadersMiddleware(copying, content_security_policy_report_only=POLICY)
    answer = await drive.request(app)
    assert answer.headers.getlist(CSP) == answer.headers.getlist(f"{CSP}-report-only")
    assert answer.text in answer.headers[CSP]
    assert answer.headers.getlist("x-frame-options") == ["SAMEORIGIN"]


async def test_a_page_that_has_not_changed_keeps_the_policy_it_came_with(drive):
    """A 304 renews the headers of the page in the browser's cache, whose nonces are those of its own policy."""
    both = {"content_security_policy": POLICY, "content_security_policy_report_only": "img-src *"}
    answer = await drive.request(SecurityHeadersMiddleware(Response(status_code=304), **both))
    assert CSP not in answer.headers
    assert answer.headers[f"{CSP}-report-only"] == "img-src *"
    plain = await drive.request(SecurityHeadersMiddleware(Response(status_code=304)))
    assert plain.headers[CSP] == DEFAULTS[CSP]


async def test_without_a_nonce_in_the_policy_there_is_none(drive):
    app = SecurityHeadersMiddleware(serving(page), content_security_policy=POLICY.with_(script_src="*", style_src="*"))
    with pytest.raises(RuntimeError, match=r"csp_nonce\(\) needs SecurityHeadersMiddleware around the application"):
        await drive.request(app)
    answer = await drive.request(SecurityHeadersMiddleware(Response("Hello")))
    assert "asgi_middleware.csp_nonce" not in answer.scope


def test_the_application_is_public():
    assert SecurityHeadersMiddleware("app").app == "app"
