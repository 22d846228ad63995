"""When the cookie is written, and how; that one connection's session is never another's."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode

import anyio
import anyio.lowlevel
import pytest
from itsdangerous import TimestampSigner

from asgi_sessions import Session, SessionMiddleware, SessionTooLargeError
from asgi_types import HTTPConnection, Response

SECRET = "a secret of the test"
SIGNED = r"[A-Za-z0-9+/]+=*\.[\w-]+\.[\w-]+"


def as_app(view, **options):
    """The middleware around an application that calls ``view`` with the session and answers 200."""

    async def app(scope, receive, send):
        view(scope["session"])
        await Response("done")(scope, receive, send)

    return SessionMiddleware(app, SECRET, **options)


def with_cookie(session, name="session"):
    value = TimestampSigner(SECRET).sign(b64encode(json.dumps(session).encode())).decode()
    return {"cookie": f"{name}={value}"}


def written(answer):
    """The session in the one cookie that was set, or None."""
    cookies = answer.headers.getlist("set-cookie")
    if not cookies:
        return None
    assert len(cookies) == 1
    value = cookies[0].partition("=")[2].partition(";")[0]
    return json.loads(b64decode(TimestampSigner(SECRET).unsign(value)))


async def test_a_session_lasts_from_request_to_request(drive):
    def count(session):
        session["visits"] = session.get("visits", 0) + 1

    app = as_app(count)
    first = await drive.request(app)
    assert written(first) == {"visits": 1}
    cookie = first.headers["set-cookie"].partition(";")[0]
    second = await drive.request(app, headers={"cookie": f"theme=dark; {cookie}"})
    assert written(second) == {"visits": 2}
    assert second.headers["vary"] == "Cookie"
    assert second.scope["session"] == {"visits": 2}


async def test_untouched_session(drive):
    answer = await drive.request(as_app(lambda session: None), headers=with_cookie({"a": 1}))
    assert answer.headers.keys() == ["content-length"]
    assert isinstance(answer.scope["session"], Session)


async def test_session_that_was_only_read(drive):
    answer = await drive.request(as_app(lambda session: session["a"]), headers=with_cookie({"a": 1}))
    assert answer.headers["vary"] == "Cookie"
    assert "set-cookie" not in answer.headers


async def test_no_session_that_was_only_read(drive):
    answer = await drive.request(as_app(lambda session: session.get("a")))
    assert answer.headers["vary"] == "Cookie"
    assert "set-cookie" not in answer.headers


async def test_the_view_of_the_connection_counts_as_a_look(drive):
    async def app(scope, receive, send):
        session = HTTPConnection(scope).session
        assert type(session) is Session
        await Response()(scope, receive, send)

    answer = await drive.request(SessionMiddleware(app, SECRET))
    assert answer.headers["vary"] == "Cookie"


async def test_vary_is_added_to_what_is_there(drive):
    async def app(scope, receive, send):
        scope["session"]["a"] = 1
        await Response(headers={"Vary": "Accept"})(scope, receive, send)

    assert (await drive.request(SessionMiddleware(app, SECRET))).headers.getlist("vary") == ["Accept, Cookie"]


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session["cart"].append("pear"),
        lambda session: session["user"].update(name="bob"),
        lambda session: session["user"]["roles"].clear(),
        lambda session: next(iter(session.values())).pop(),
    ],
)
async def test_nested_changes_are_noticed(drive, change):
    before = {"cart": ["apple"], "user": {"name": "ann", "roles": ["admin"]}}
    expected = json.loads(json.dumps(before))
    change(expected)
    answer = await drive.request(as_app(change), headers=with_cookie(before))
    assert written(answer) == expected


async def test_nested_change_that_was_undone(drive):
    def change(session):
        session["cart"].append("pear")
        session["cart"].pop()

    answer = await drive.request(as_app(change), headers=with_cookie({"cart": []}))
    assert "set-cookie" not in answer.headers


async def test_nested_change_that_json_cannot_hold(drive):
    with pytest.raises(TypeError, match="Object of type set is not JSON serializable"):
        await drive.request(as_app(lambda session: session["cart"].append({1})), headers=with_cookie({"cart": []}))


async def test_json_written_otherwise_is_no_change(drive):
    value = TimestampSigner(SECRET).sign(b64encode('{"user":"Zoë","n":1E2}'.encode())).decode()
    headers = {"cookie": f"session={value}"}
    assert "set-cookie" not in (await drive.request(as_app(lambda session: session["user"]), headers=headers)).headers
    answer = await drive.request(as_app(lambda session: session.update(n=2)), headers=headers)
    assert written(answer) == {"user": "Zoë", "n": 2}


async def test_emptied_session_is_removed(drive):
    answer = await drive.request(as_app(lambda session: session.clear()), headers=with_cookie({"a": 1}))
    assert answer.headers.getlist("set-cookie") == [
        "session=null; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly; samesite=lax"
    ]
    assert answer.headers["vary"] == "Cookie"


async def test_removed_with_the_attributes_it_was_set_with(drive):
    options = {"session_cookie": "sid", "path": "/a", "domain": "example.org", "https_only": True, "partitioned": True}
    app = as_app(lambda session: session.pop("a"), same_site="none", **options)
    answer = await drive.request(app, headers=with_cookie({"a": 1}, "sid"))
    assert answer.headers["set-cookie"] == (
        "sid=null; path=/a; expires=Thu, 01 Jan 1970 00:00:00 GMT; "
        "httponly; samesite=none; secure; domain=example.org; partitioned"
    )


@pytest.mark.parametrize("headers", [{}, {"cookie": "session=bad"}])
async def test_nothing_to_remove(drive, headers):
    answer = await drive.request(as_app(lambda session: session.clear()), headers=headers)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("options", "attributes"),
    [
        ({}, "path=/; Max-Age=1209600; httponly; samesite=lax"),
        ({"max_age": 60}, "path=/; Max-Age=60; httponly; samesite=lax"),
        ({"max_age": -1}, "path=/; Max-Age=-1; httponly; samesite=lax"),
        ({"max_age": 0}, "path=/; Max-Age=0; httponly; samesite=lax"),
        ({"max_age": None}, "path=/; httponly; samesite=lax"),
        ({"path": "/app"}, "path=/app; Max-Age=1209600; httponly; samesite=lax"),
        ({"same_site": "strict"}, "path=/; Max-Age=1209600; httponly; samesite=strict"),
        ({"https_only": True}, "path=/; Max-Age=1209600; httponly; samesite=lax; secure"),
        ({"domain": ".example.org"}, "path=/; Max-Age=1209600; httponly; samesite=lax; domain=.example.org"),
        ({"partitioned": True}, "path=/; Max-Age=1209600; httponly; samesite=lax; partitioned"),
    ],
)
async def test_attributes(drive, options, attributes):
    answer = await drive.request(as_app(lambda session: session.update(a=1), **options))
    pair, _, rest = answer.headers["set-cookie"].partition("; ")
    assert rest == attributes
    assert re.fullmatch(f"session={SIGNED}", pair)


async def test_arguments_have_starlettes_order(drive):
    async def app(scope, receive, send):
        scope["session"]["a"] = 1
        await Response()(scope, receive, send)

    middleware = SessionMiddleware(app, SECRET, "sid", 5, "/p", "strict", True, "example.org", True)
    answer = await drive.request(middleware)
    assert answer.headers["set-cookie"].partition("; ")[2] == (
        "path=/p; Max-Age=5; httponly; samesite=strict; secure; domain=example.org; partitioned"
    )
    assert (middleware.app, middleware.session_cookie, middleware.max_age, middleware.path) == (app, "sid", 5, "/p")
    assert middleware.security_flags == "httponly; samesite=strict; secure; domain=example.org; partitioned"
    assert isinstance(middleware.signer, TimestampSigner)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"session_cookie": ""}, ValueError),
        ({"session_cookie": "a b"}, ValueError),
        ({"session_cookie": "a\r\nb"}, ValueError),
        ({"path": "/; domain=example.org"}, ValueError),
        ({"path": "/\n"}, ValueError),
        ({"domain": "example.org\r\nx: y"}, ValueError),
        ({"domain": "example.org\0"}, ValueError),
        ({"same_site": "some"}, AssertionError),
    ],
)
def test_cookies_that_could_not_be_sent(options, error):
    with pytest.raises(error):
        SessionMiddleware(Response(), SECRET, **options)


async def test_the_key_may_be_any_object(drive):
    class Secret:
        def __str__(self):
            return SECRET

        def __repr__(self):
            return "Secret('**********')"

    async def app(scope, receive, send):
        await Response(scope["session"]["user"])(scope, receive, send)

    answer = await drive.request(SessionMiddleware(app, Secret()), headers=with_cookie({"user": "ann"}))
    assert answer.text == "ann"


async def test_the_cookie_has_its_own_name(drive):
    found = []
    headers = {"cookie": f"{with_cookie({'a': 1})['cookie']}; {with_cookie({'b': 2}, 'sid')['cookie']}"}
    await drive.request(as_app(lambda session: found.append(dict(session)), session_cookie="sid"), headers=headers)
    assert found == [{"b": 2}]


async def test_nameless_cookie_is_no_session(drive):
    found = []
    headers = {"cookie": "=" + with_cookie({"a": 1})["cookie"]}
    await drive.request(as_app(lambda session: found.append(dict(session))), headers=headers)
    assert found == [{}]


async def test_cookie_headers_in_pieces(drive):
    found = []
    headers = [(b"cookie", b"theme=dark"), (b"cookie", with_cookie({"a": 1})["cookie"].encode())]
    await drive.request(as_app(lambda session: found.append(dict(session))), headers=headers)
    assert found == [{"a": 1}]


async def test_websocket_reads_the_session(drive):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": scope["session"]["user"]})
        scope["session"]["user"] = "bob"
        await send({"type": "websocket.close"})

    answer = await drive.websocket(SessionMiddleware(app, SECRET), headers=with_cookie({"user": "ann"}))
    assert answer.messages == [
        {"type": "websocket.accept"},
        {"type": "websocket.send", "text": "ann"},
        {"type": "websocket.close"},
    ]


async def test_lifespan_is_left_alone(drive):
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, send))

    async def send(message):
        """Never called."""

    scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
    await SessionMiddleware(app, SECRET)(scope, None, send)
    assert seen == [({"type": "lifespan", "asgi": {"version": "3.0"}}, send)]
    assert seen[0][0] is scope


async def test_a_message_without_headers(drive):
    async def app(scope, receive, send):
        scope["session"]["a"] = 1
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    answer = await drive.request(SessionMiddleware(app, SECRET))
    assert answer.headers.keys() == ["vary", "set-cookie", "cache-control"]


async def test_messages_shared_by_requests_stay_as_they_are(drive):
    start = {"type": "http.response.start", "status": 200, "headers": [(b"server", b"test")]}

    async def app(scope, receive, send):
        scope["session"]["path"] = scope["path"]
        await send(start)
        await send({"type": "http.response.body"})

    middleware = SessionMiddleware(app, SECRET)
    for path in ("/a", "/b"):
        assert written(await drive.request(middleware, path)) == {"path": path}
    assert start == {"type": "http.response.start", "status": 200, "headers": [(b"server", b"test")]}


async def test_a_flag_set_by_hand(drive):
    def change(session):
        session.modified = True

    answer = await drive.request(as_app(change), headers=with_cookie({"a": 1}))
    assert written(answer) == {"a": 1}
    assert answer.headers["vary"] == "Cookie"


@pytest.mark.parametrize(
    ("value", "error"),
    [("x" * 4000, SessionTooLargeError), (object(), TypeError)],
)
async def test_an_error_page_gets_through_after_a_refused_cookie(drive, value, error):
    async def app(scope, receive, send):
        scope["session"]["value"] = value
        try:
            await Response("done")(scope, receive, send)
        except error:
            await Response("failed", 500)(scope, receive, send)

    answer = await drive.request(SessionMiddleware(app, SECRET))
    assert (answer.status, answer.text) == (500, "failed")
    assert "set-cookie" not in answer.headers


async def test_interleaved_requests_never_see_each_other(drive):
    async def app(scope, receive, send):
        session = scope["session"]
        await anyio.lowlevel.checkpoint()
        user = session["user"]
        session["paths"].append(scope["path"])
        await anyio.lowlevel.checkpoint()
        session["again"] = user
        await anyio.lowlevel.checkpoint()
        await Response(user)(scope, receive, send)

    middleware = SessionMiddleware(app, SECRET)
    answers = {}

    async def visit(number):
        headers = with_cookie({"user": f"user {number}", "paths": []})
        answers[number] = await drive.request(middleware, f"/{number}", headers=headers)

    async with anyio.create_task_group() as group:
        for number in range(300):
            group.start_soon(visit, number)
    assert len(answers) == 300
    for number, answer in answers.items():
        user = f"user {number}"
        assert answer.text == user
        assert written(answer) == {"user": user, "paths": [f"/{number}"], "again": user}
