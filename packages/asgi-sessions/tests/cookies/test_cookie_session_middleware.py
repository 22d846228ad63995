"""Around what sessions work: other sessions, WebSockets, messages before the response, and who reads nothing."""

import json
import re
import time
from base64 import b64decode, b64encode

import pytest
from itsdangerous import TimestampSigner

from asgi_sessions import Session, SessionMiddleware, SessionTooLargeError
from asgi_types import Response

SECRET = "a secret of the test"


def signed(session, secret=SECRET):
    return TimestampSigner(secret).sign(b64encode(json.dumps(session).encode())).decode()


def inside(cookie, secret=SECRET):
    """Name and session of a cookie that was set."""
    name, _, rest = cookie.partition("=")
    return name, json.loads(b64decode(TimestampSigner(secret).unsign(rest.partition(";")[0])))


class Counting(SessionMiddleware):
    """Counts how often a cookie was verified."""

    unsealed = 0

    def unseal(self, value):
        self.unsealed += 1
        return super().unseal(value)


@pytest.mark.parametrize(
    ("touch", "times"),
    [
        (lambda session: None, 0),
        (lambda session: isinstance(session, dict), 0),
        (lambda session: session.get("a"), 1),
        (lambda session: [session.copy(), len(session), json.dumps(session)], 1),
        (lambda session: session.clear(), 1),
        (repr, 1),
    ],
)
async def test_a_cookie_is_read_when_it_is_asked_for_and_once(drive, touch, times):
    async def app(scope, receive, send):
        touch(scope["session"])
        await Response()(scope, receive, send)

    middleware = Counting(app, SECRET)
    await drive.request(middleware, headers={"cookie": f"session={signed({'a': 1})}"})
    assert middleware.unsealed == times
    await drive.request(middleware)
    assert middleware.unsealed == times


async def test_showing_a_session_makes_the_response_depend_on_nothing(drive):
    async def app(scope, receive, send):
        await Response(repr(scope["session"]))(scope, receive, send)

    answer = await drive.request(SessionMiddleware(app, SECRET), headers={"cookie": f"session={signed({'a': 1})}"})
    assert answer.text == "{'a': 1}"
    assert "vary" not in answer.headers


async def test_two_sessions_each_in_its_own_cookie(drive):
    async def app(scope, receive, send):
        scope["session"]["inner"] += 1
        await Response()(scope, receive, send)

    async def between(scope, receive, send):
        outer = scope["session"]
        assert outer["outer"] == 1
        outer["outer"] += 1
        await SessionMiddleware(app, "inner secret", "inner")(scope, receive, send)

    cookies = f"session={signed({'outer': 1})}; inner={signed({'inner': 5}, 'inner secret')}"
    answer = await drive.request(SessionMiddleware(between, SECRET), headers={"cookie": cookies})
    inner, outer = answer.headers.getlist("set-cookie")
    assert inside(inner, "inner secret") == ("inner", {"inner": 6})
    assert inside(outer) == ("session", {"outer": 2})


async def test_an_outer_session_that_nobody_touches(drive):
    async def app(scope, receive, send):
        scope["session"]["inner"] = 1
        await Response()(scope, receive, send)

    middleware = SessionMiddleware(SessionMiddleware(app, SECRET, "inner"), SECRET)
    answer = await drive.request(middleware, headers={"cookie": f"session={signed({'outer': 1})}"})
    [cookie] = answer.headers.getlist("set-cookie")
    assert inside(cookie) == ("inner", {"inner": 1})


async def test_the_same_cookie_twice_is_one_session(drive):
    async def app(scope, receive, send):
        scope["session"]["b"] = 2
        await Response()(scope, receive, send)

    async def between(scope, receive, send):
        scope["session"]["a"] = 1
        await SessionMiddleware(app, "another secret")(scope, receive, send)

    answer = await drive.request(SessionMiddleware(between, SECRET))
    [cookie] = answer.headers.getlist("set-cookie")
    assert inside(cookie) == ("session", {"a": 1, "b": 2})


async def test_a_scope_that_is_used_again(drive):
    async def app(scope, receive, send):
        scope["session"]["count"] = scope["session"].get("count", 0) + 1
        await Response()(scope, receive, send)

    middleware = SessionMiddleware(app, SECRET)
    scope = drive.scope()
    for _ in range(2):
        answer = await drive.events(middleware, scope, [])
        [cookie] = answer.headers.getlist("set-cookie")
        assert inside(cookie) == ("session", {"count": 1})


async def test_a_scope_that_is_used_again_after_an_error(drive):
    scope = drive.scope()
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["session"])
        raise OSError

    for _ in range(2):
        with pytest.raises(OSError):
            await drive.events(SessionMiddleware(app, SECRET), scope, [])
    assert seen[0] is not seen[1]


async def test_a_websocket_sets_the_cookie_when_it_is_accepted(drive):
    async def app(scope, receive, send):
        await receive()
        scope["session"]["rooms"].append("b")
        await send({"type": "websocket.accept", "headers": [(b"x", b"y")]})
        scope["session"]["late"] = True
        await send({"type": "websocket.close"})

    answer = await drive.websocket(
        SessionMiddleware(app, SECRET), headers={"cookie": f"session={signed({'rooms': []})}"}
    )
    accept = answer.messages[0]
    assert accept["type"] == "websocket.accept"
    assert (b"x", b"y") in accept["headers"]
    [cookie] = [value.decode() for name, value in accept["headers"] if name == b"set-cookie"]
    assert inside(cookie) == ("session", {"rooms": ["b"]})


async def test_a_denied_websocket_sets_the_cookie(drive):
    async def app(scope, receive, send):
        await receive()
        scope["session"].flash("Sign in first.")
        await send({"type": "websocket.http.response.start", "status": 403, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"no"})

    extensions = {"websocket.http.response": {}}
    answer = await drive.websocket(SessionMiddleware(app, SECRET), extensions=extensions)
    assert answer.headers["vary"] == "Cookie"
    _, session = inside(answer.headers["set-cookie"])
    assert [flash.message for flash in Session(session).flashes()] == ["Sign in first."]


async def test_a_websocket_that_is_closed_sets_nothing(drive):
    async def app(scope, receive, send):
        await receive()
        scope["session"]["a"] = 1
        await send({"type": "websocket.close"})

    answer = await drive.websocket(SessionMiddleware(app, SECRET))
    assert answer.messages == [{"type": "websocket.close"}]


async def test_messages_before_the_response_pass_through(drive):
    early = {"type": "http.response.early_hint", "links": [b"</style.css>; rel=preload"]}
    debug = {"type": "http.response.debug", "info": {"template": None}}

    async def app(scope, receive, send):
        await send(debug)
        await send(early)
        scope["session"]["a"] = 1
        await send({"type": "http.response.start", "status": 200, "headers": (), "trailers": True})
        await send({"type": "http.response.body", "body": b""})
        await send({"type": "http.response.trailers", "headers": []})

    answer = await drive.request(SessionMiddleware(app, SECRET))
    assert answer.messages[:2] == [debug, early]
    assert answer.messages[0] is debug
    assert inside(answer.headers["set-cookie"]) == ("session", {"a": 1})
    assert answer.start["trailers"] is True
    assert [message["type"] for message in answer.messages[3:]] == ["http.response.body", "http.response.trailers"]


async def test_a_message_is_left_alone_where_the_session_was(drive):
    start = {"type": "http.response.start", "status": 204}

    async def app(scope, receive, send):
        await send(start)
        await send({"type": "http.response.body"})

    answer = await drive.request(SessionMiddleware(app, SECRET), headers={"cookie": f"session={signed({'a': 1})}"})
    assert answer.start is start


@pytest.mark.parametrize("own", ["no-store", "max-age=60,Private", "no-cache, max-age=0"])
async def test_what_an_application_says_to_caches_stays(drive, own):
    async def app(scope, receive, send):
        scope["session"]["a"] = 1
        await Response(headers={"cache-control": own})(scope, receive, send)

    answer = await drive.request(SessionMiddleware(app, SECRET))
    assert answer.headers.getlist("cache-control") == [own]


async def test_a_cache_may_keep_a_page_but_not_its_cookie(drive):
    async def app(scope, receive, send):
        if scope["path"] == "/set":
            scope["session"]["a"] = 1
        await Response(headers={"cache-control": "public, max-age=60"})(scope, receive, send)

    middleware = SessionMiddleware(app, SECRET)
    answer = await drive.request(middleware, "/set")
    assert answer.headers.getlist("cache-control") == ['public, max-age=60, no-cache="set-cookie"']
    answer = await drive.request(middleware)
    assert answer.headers.getlist("cache-control") == ["public, max-age=60"]


@pytest.mark.parametrize("change", [{"b": 2}, {}])
async def test_caches_keep_what_sets_a_cookie_for_one_client(drive, change):
    async def app(scope, receive, send):
        assert scope["session"]["a"] == 1
        scope["session"] |= change
        await Response()(scope, receive, send)

    answer = await drive.request(SessionMiddleware(app, SECRET), headers={"cookie": f"session={signed({'a': 1})}"})
    assert answer.headers.getlist("cache-control") == ["private"]
    assert answer.headers["vary"] == "Cookie"


async def test_messages_for_the_next_page(drive):
    async def app(scope, receive, send):
        if scope["path"] == "/save":
            scope["session"].flash("Saved.", "success")
            scope["session"].flash("And sent.")
            await Response(status_code=303)(scope, receive, send)
        else:
            shown = " ".join(flash.message for flash in scope["session"].flashes())
            await Response(shown)(scope, receive, send)

    middleware = SessionMiddleware(app, SECRET)
    answer = await drive.request(middleware, "/save", "POST")
    cookie = answer.headers["set-cookie"].partition(";")[0]
    page = await drive.request(middleware, headers={"cookie": cookie})
    assert page.text == "Saved. And sent."
    assert page.headers["set-cookie"].startswith("session=null;")
    again = await drive.request(middleware)
    assert again.text == ""
    assert "set-cookie" not in again.headers


# Attributes that a subclass of Starlette's may set


async def set_cookie_of(drive, middleware, **options):
    return (await drive.request(middleware, **options)).headers["set-cookie"].partition("=")


async def set_one(scope, receive, send):
    scope["session"]["a"] = 1
    await Response()(scope, receive, send)


async def test_what_is_set_after_it_was_made_counts(drive):
    class Own(SessionMiddleware):
        def __init__(self, app):
            super().__init__(app, SECRET, https_only=None)
            self.security_flags += "; priority=high"
            self.session_cookie = "sid"
            self.path = "/app"
            self.max_age = 5
            self.signer = TimestampSigner("another key")

    middleware = Own(set_one)
    [cookie] = (await drive.request(middleware, scheme="https")).headers.getlist("set-cookie")
    assert inside(cookie, "another key") == ("sid", {"a": 1})
    assert cookie.partition("; ")[2] == "path=/app; Max-Age=5; httponly; samesite=lax; priority=high; secure"
    assert (middleware.session_cookie, middleware.path) == ("sid", "/app")
    assert middleware.security_flags == "httponly; samesite=lax; priority=high"
    removed = await drive.request(
        Own(lambda scope, receive, send: scope["session"].clear() or Response()(scope, receive, send)),
        headers={"cookie": f"sid={signed({'a': 1}, 'another key')}"},
    )
    assert removed.headers["set-cookie"].startswith("sid=null; path=/app; expires=")


async def test_a_subclass_that_leaves_our_beginning_out(drive):
    class Copied(SessionMiddleware):
        def __init__(self, app):
            self.app = app
            self.signer = TimestampSigner(SECRET)
            self.session_cookie = "sid"
            self.path = "/app"
            self.security_flags = "httponly; samesite=strict"

    class Early(SessionMiddleware):
        def __init__(self, app):
            self.path = "/early"  # and then what is given, as with Starlette's
            super().__init__(app, SECRET, "sid", path="/app", same_site="strict")

    for middleware in (Copied(set_one), Early(set_one)):
        [cookie] = (await drive.request(middleware)).headers.getlist("set-cookie")
        assert inside(cookie) == ("sid", {"a": 1})
        assert cookie.partition("; ")[2] == "path=/app; Max-Age=1209600; httponly; samesite=strict"
    assert SessionMiddleware(set_one, SECRET).session_cookie == "session"


async def test_a_name_for_each_request(drive):
    class Own(SessionMiddleware):
        async def __call__(self, scope, receive, send):
            self.session_cookie = f"s_{scope['path'][1:]}"
            await super().__call__(scope, receive, send)

    async def app(scope, receive, send):
        if scope["path"] == "/a":
            await drive.request(middleware, "/b")  # another request meanwhile
        await set_one(scope, receive, send)

    middleware = Own(app, SECRET)
    assert (await drive.request(middleware, "/a")).headers["set-cookie"].startswith("s_a=")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("session_cookie", "a b", "Invalid cookie name"),
        ("session_cookie", "__Host-sid", "without https_only=True"),
        ("path", "/; secure", "Invalid cookie attribute"),
        ("security_flags", "httponly\r\nx: y", "one line of text"),
    ],
)
async def test_what_may_not_be_set(name, value, message):
    middleware = SessionMiddleware(set_one, SECRET)
    with pytest.raises(ValueError, match=message):
        setattr(middleware, name, value)


async def test_flags_that_a_prefix_needs(drive):
    middleware = SessionMiddleware(set_one, SECRET, "__Host-sid", https_only=True)
    with pytest.raises(ValueError, match="without https_only=True"):
        middleware.security_flags = "httponly"
    with pytest.raises(ValueError, match="or with a domain"):
        middleware.security_flags = "httponly; Secure; Domain=example.org"
    middleware.security_flags = "httponly; Secure"
    assert "".join(await set_cookie_of(drive, middleware)).endswith("; httponly; Secure")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_age": 1.5}, "max_age is a whole number of seconds, or None, and not 1.5."),
        ({"max_age": "60"}, "max_age is a whole number of seconds, or None, and not '60'."),
        ({"max_age": True}, "max_age is a whole number of seconds, or None, and not True."),
        ({"max_lifetime": 0}, "max_lifetime is a whole number of seconds above 0, or None, and not 0."),
        ({"max_lifetime": -1}, "max_lifetime is a whole number of seconds above 0, or None, and not -1."),
        ({"max_lifetime": 0.5}, "max_lifetime is a whole number of seconds above 0, or None, and not 0.5."),
        ({"max_cookie_size": 0}, "max_cookie_size is a whole number of bytes above 0, or None, and not 0."),
    ],
)
def test_numbers_that_are_none(options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        SessionMiddleware(Response(), SECRET, **options)


@pytest.mark.parametrize("max_age", [0, -1])
async def test_a_cookie_that_is_gone_at_once(drive, max_age):
    seen = []

    async def app(scope, receive, send):
        seen.append(dict(scope["session"]))
        await set_one(scope, receive, send)

    middleware = SessionMiddleware(app, SECRET, max_age=max_age)
    _, _, cookie = await set_cookie_of(drive, middleware)
    assert f"; Max-Age={max_age};" in cookie
    await drive.request(middleware, headers={"cookie": f"session={signed_at({'a': 1}, -2)}"})
    assert seen == [{}, {}]


def signed_at(session, seconds):
    """Signed so many seconds from now."""
    signer = TimestampSigner(SECRET)
    signer.get_timestamp = lambda: int(time.time()) + seconds
    return signer.sign(b64encode(json.dumps(session).encode())).decode()


async def test_the_largest_cookie(drive):
    async def app(scope, receive, send):
        scope["session"]["a"] = "b" * int(scope["path"][1:])
        await Response()(scope, receive, send)

    class Sized(SessionMiddleware):
        max_cookie_size = 200

    assert SessionMiddleware.max_cookie_size == 4096
    for middleware, limit in (
        (SessionMiddleware(app, SECRET), 4096),
        (SessionMiddleware(app, SECRET, max_cookie_size=100), 100),
        (Sized(app, SECRET), 200),
        (Sized(app, SECRET, max_cookie_size=300), 300),
    ):
        assert middleware.max_cookie_size == limit
        with pytest.raises(SessionTooLargeError, match=f"at most {limit},"):
            await drive.request(middleware, f"/{limit}")
        await drive.request(middleware, f"/{(limit - 60) * 3 // 4 - 12}")
