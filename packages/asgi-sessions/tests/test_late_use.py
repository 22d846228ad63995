"""A session that is looked at or changed after the response has begun."""

import json
from base64 import b64decode, b64encode

import pytest
from itsdangerous import TimestampSigner

from asgi_sessions import Session, SessionMiddleware
from asgi_types import Response

SECRET = "a secret of the test"
LATE_LOOK = "The session was looked at for the first time after the response had begun, which so has no 'Vary: Cookie'"


def signed(session):
    return TimestampSigner(SECRET).sign(b64encode(json.dumps(session).encode())).decode()


def inside(answer):
    """The session in the one cookie that was set."""
    [cookie] = answer.headers.getlist("set-cookie")
    return json.loads(b64decode(TimestampSigner(SECRET).unsign(cookie.partition("=")[2].partition(";")[0])))


@pytest.fixture
def stream(drive):
    """Answers with what a function says of the session after the response has begun; gives the answer."""

    async def stream(look, headers=(), before=lambda session: None, after=lambda session: None, sent=None):
        async def app(scope, receive, send):
            before(scope["session"])
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"<ul>", "more_body": True})
            await send({"type": "http.response.body", "body": str(look(scope["session"])).encode()})
            after(scope["session"])

        cookie = {} if sent is None else {"cookie": f"session={signed(sent)}"}
        return await drive.request(SessionMiddleware(app, SECRET), headers=cookie)

    return stream


def get_user(session):
    return session.get("user")


@pytest.mark.parametrize("sent", [None, {"user": "ann"}])
async def test_a_late_look_is_logged_once_with_its_place(stream, caplog, sent):
    def look_twice(session):
        assert caplog.records == []
        return get_user(session) and session["user"]

    answer = await stream(look_twice, sent=sent)
    assert answer.text == ("<ul>None" if sent is None else "<ul>ann")
    assert "vary" not in answer.headers
    [record] = caplog.records
    assert (record.name, record.levelname) == ("asgi_sessions", "WARNING")
    assert record.getMessage().startswith(LATE_LOOK)
    assert "in get_user" in record.stack_info


@pytest.mark.parametrize(
    ("name", "value", "is_told"),
    [
        (b"vary", b"accept , COOKIE", False),
        (b"vary", b"*", False),
        (b"cache-control", b"Private, max-age=5", False),
        (b"cache-control", b"no-store", False),
        (b"vary", b"cookies", True),
        (b"cache-control", b"max-age=60", True),
        (b"x-cookie", b"private", True),
    ],
)
async def test_a_late_look_does_no_harm_where_the_response_is_for_one(stream, caplog, name, value, is_told):
    await stream(get_user, [(b"x", b"y"), (name, value)])
    assert len(caplog.records) == is_told


@pytest.mark.parametrize("early", [get_user, Session.mark_accessed, lambda session: session.update(a=1)])
async def test_what_was_looked_at_before_is_no_late_look(stream, caplog, early):
    answer = await stream(get_user, before=early)
    assert answer.headers["vary"] == "Cookie"
    assert caplog.records == []


async def test_a_look_when_the_response_is_complete_does_no_harm(stream, caplog):
    await stream(lambda session: None, after=get_user)
    assert caplog.records == []


async def test_what_shows_nothing_is_no_look(stream, caplog):
    answer = await stream(lambda session: (repr(session), isinstance(session, dict)), sent={"a": 1})
    assert answer.text == "<ul>(\"{'a': 1}\", True)"
    assert caplog.records == []


async def test_a_late_change_is_told_as_such_and_a_look_after_it_too(stream, caplog):
    def change(session):
        session["user"] = "bob"
        assert [record.getMessage()[:23] for record in caplog.records] == ["The session was changed"]
        return get_user(session)

    assert (await stream(change)).text == "<ul>bob"
    assert [record.getMessage()[:25] for record in caplog.records] == [
        "The session was changed a",
        "The session was looked at",
    ]


async def test_a_websocket_may_look_when_it_likes(drive, caplog):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": scope["session"]["user"]})

    answer = await drive.websocket(
        SessionMiddleware(app, SECRET), headers={"cookie": f"session={signed({'user': 'a'})}"}
    )
    assert answer.messages[1]["text"] == "a"
    assert caplog.records == []


def test_a_look_that_was_reset_by_hand_is_watched_all_the_same():
    told = []
    session = Session(a=1)
    assert session["a"] == 1
    session.accessed = False
    session._watch(lambda: told.append(1))
    assert session.get("a") == 1
    assert (told, session.accessed) == ([1], True)


async def test_a_late_change_of_a_placed_session_is_told(drive, caplog):
    async def app(scope, receive, send):
        scope["session"] = session = Session(a=1)
        await Response()(scope, receive, send)
        session["a"] = 2

    assert inside(await drive.request(SessionMiddleware(app, SECRET))) == {"a": 1}
    assert len(caplog.records) == 1


async def test_a_late_change_is_logged_once_with_its_place(drive, caplog):
    async def app(scope, receive, send):
        await Response()(scope, receive, send)
        assert scope["session"]["a"] == 1
        assert caplog.records == []
        change_it_too_late(scope["session"])
        scope["session"].flash("Saved.")
        scope["session"].invalidate()

    headers = {"cookie": f"session={signed({'a': 1})}"}
    answer = await drive.request(SessionMiddleware(app, SECRET), headers=headers)
    assert "set-cookie" not in answer.headers
    [record] = caplog.records
    assert (record.name, record.levelname) == ("asgi_sessions", "WARNING")
    assert record.getMessage().startswith("The session was changed after the response had begun")
    assert "in change_it_too_late" in record.stack_info


def change_it_too_late(session):
    session["a"] = 2
