"""Handing out a token, and what it does to the response."""

from __future__ import annotations

import gc
import weakref

import pytest

from asgi_middleware import CSRFMiddleware, csrf_token
from asgi_types import HTTPConnection, Response

SECRET = "a secret of more than sixteen bytes"
START = {"type": "http.response.start", "status": 200}
BODY = {"type": "http.response.body", "body": b""}


@pytest.mark.parametrize("make", [dict, HTTPConnection])
async def test_it_takes_a_scope_or_a_connection(drive, make):
    async def app(scope, receive, send):
        await Response(csrf_token(make(scope)))(scope, receive, send)

    assert len((await drive.request(CSRFMiddleware(app, secret=SECRET))).text) == 48


@pytest.mark.parametrize("make", [dict, HTTPConnection])
async def test_the_session_is_that_of_the_connection_that_asks(drive, make):
    """Middleware further in may have handed on a copy of the scope, with the session."""
    seen = []

    def bind_to(connection):
        seen.append((type(connection.scope), connection.scope.get("session")))
        return "a session"

    async def app(scope, receive, send):
        await Response(csrf_token(make({**scope, "session": "inner"})))(scope, receive, send)

    await drive.request(CSRFMiddleware(app, secret=SECRET, bind_to=bind_to))
    assert seen == [(dict, "inner")]


@pytest.mark.parametrize("scope", [{"type": "http"}, HTTPConnection({"type": "http"})], ids=["scope", "connection"])
def test_without_the_middleware_it_is_an_error_that_tells_the_fix(scope):
    with pytest.raises(RuntimeError, match=r'CSRFMiddleware\(app, secret="\.\.\."\)'):
        csrf_token(scope)


async def test_without_a_secret_too(drive):
    async def app(scope, receive, send):
        csrf_token(scope)

    with pytest.raises(RuntimeError, match="with a secret"):
        await drive.request(CSRFMiddleware(app))
    with pytest.raises(RuntimeError, match="with a secret"):
        await drive.websocket(CSRFMiddleware(app, secret=SECRET))


@pytest.mark.parametrize("options", [{}, {"field_name": "form_token"}])
async def test_templates_read_the_token_and_the_name_of_its_field_from_the_scope(drive, options):
    async def app(scope, receive, send):
        tokens = scope["asgi_middleware.csrf"]
        assert tokens.token(scope) == csrf_token(scope)
        with pytest.raises(AttributeError):
            tokens.field_name = "other"
        await Response(tokens.field_name)(scope, receive, send)

    answer = await drive.request(CSRFMiddleware(app, secret=SECRET, **options))
    assert answer.text == options.get("field_name", "csrf_token")


async def test_a_request_does_not_wait_for_the_garbage_collector(drive):
    class Scope(dict):
        pass

    async def app(scope, receive, send):
        await Response(csrf_token(scope))(scope, receive, send)

    async def send(message):
        pass

    scope = Scope(drive.scope())
    alive = weakref.ref(scope)
    gc.collect()
    gc.disable()
    try:
        await CSRFMiddleware(app, secret=SECRET)(scope, None, send)
        del scope
        assert alive() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_it_can_be_had_by_any_request(drive, method):
    async def app(scope, receive, send):
        csrf_token(scope)
        await Response(status_code=422)(scope, receive, send)

    answer = await drive.request(CSRFMiddleware(app, secret=SECRET, demand="unproven"), method="GET")
    assert answer.headers["set-cookie"].startswith("csrf=")
    headers = {"cookie": answer.headers["set-cookie"].partition(";")[0], "sec-fetch-site": "same-origin"}
    answer = await drive.request(CSRFMiddleware(app, secret=SECRET, demand="unproven"), method=method, headers=headers)
    assert (answer.status, answer.headers["vary"], "set-cookie" in answer.headers) == (422, "Cookie", False)


@pytest.mark.parametrize(
    ("given", "vary", "cache_control"),
    [
        ([], ["Cookie"], ["private"]),
        ([(b"vary", b"Accept")], ["Accept, Cookie"], ["private"]),
        ([(b"vary", b"accept, cookie")], ["accept, cookie"], ["private"]),
        ([(b"vary", b"*")], ["*"], ["private"]),
        ([(b"cache-control", b"no-store")], ["Cookie"], ["no-store"]),
        ([(b"cache-control", b"max-age=5"), (b"cache-control", b"public")], ["Cookie"], ["max-age=5", "public"]),
    ],
    ids=str,
)
async def test_caches_are_told(drive, given, vary, cache_control):
    kept = list(given)
    message = {**START, "headers": kept}

    async def app(scope, receive, send):
        csrf_token(scope)
        await send(message)
        await send(BODY)

    for _ in range(2):
        answer = await drive.request(CSRFMiddleware(app, secret=SECRET))
        assert answer.headers.getlist("vary") == vary
        assert answer.headers.getlist("cache-control") == cache_control
        assert len(answer.headers.getlist("set-cookie")) == 1
    assert message == {**START, "headers": given}
    assert message["headers"] is kept


@pytest.mark.parametrize(
    "more", [{}, {"headers": ()}, {"headers": {b"a": b"b"}.items()}], ids=["none", "empty", "items"]
)
async def test_headers_may_be_missing_or_any_iterable(drive, more):
    async def app(scope, receive, send):
        csrf_token(scope)
        await send({**START, **more})
        await send(BODY)

    answer = await drive.request(CSRFMiddleware(app, secret=SECRET))
    assert "set-cookie" in answer.headers
    assert answer.headers.get("a") == ("b" if more.get("headers") else None)


async def test_other_messages_pass_and_only_the_first_start_is_changed():
    sent = []

    async def app(scope, receive, send):
        csrf_token(scope)
        for message in messages:
            await send(message)

    async def send(message):
        sent.append(message)

    messages = [{"type": "http.response.early_hint", "links": []}, START, {**START, "status": 500}, BODY]
    scope = {"type": "http", "method": "GET", "headers": []}
    await CSRFMiddleware(app, secret=SECRET)(scope, None, send)
    assert [message["type"] for message in sent] == [message["type"] for message in messages]
    assert [message for message in sent if message in messages] == [messages[0], messages[2], messages[3]]


async def test_once_the_response_has_begun_nobody_can_get_one(drive):
    """Also not who has the cookie: without ``Vary`` a cache gives the page with this token to others."""

    async def app(scope, receive, send):
        await send({**START, "headers": []})
        try:
            body = csrf_token(scope)
        except RuntimeError as error:
            body = str(error)
        await send({**BODY, "body": body.encode()})

    async def page(scope, receive, send):
        await Response(csrf_token(scope))(scope, receive, send)

    app = CSRFMiddleware(app, secret=SECRET)
    cookie = (await drive.request(CSRFMiddleware(page, secret=SECRET))).headers["set-cookie"].partition(";")[0]
    for headers in ({}, {"cookie": cookie}):
        answer = await drive.request(app, headers=headers)
        assert answer.text.startswith("The response has begun, and cannot set the cookie")
        assert answer.headers.items() == []


async def test_once_the_response_has_begun_who_has_asked_before_gets_it_again(drive):
    """But not for another session, which needs a cookie of its own."""
    sessions = ["ann", "ann", "ann", "bob"]

    async def app(scope, receive, send):
        first = csrf_token(scope)
        await send({**START, "headers": []})
        assert csrf_token(scope) == first
        assert csrf_token(scope) == first
        with pytest.raises(RuntimeError, match="The response has begun"):
            csrf_token(scope)
        await send(BODY)

    answer = await drive.request(CSRFMiddleware(app, secret=SECRET, bind_to=lambda connection: sessions.pop(0)))
    assert answer.headers["vary"] == "Cookie"
    assert sessions == []
