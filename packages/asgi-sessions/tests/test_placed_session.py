"""A session that an application puts in the place of the one it was given."""

import enum
import json
from base64 import b64decode, b64encode
from types import MappingProxyType

import pytest
from itsdangerous import TimestampSigner

from asgi_sessions import MemorySessionStore, Session, SessionMiddleware, StoredSessionMiddleware
from asgi_sessions._placed_session import placed_session
from asgi_types import Response

SECRET = "a secret of the test"


def signed(session):
    return TimestampSigner(SECRET).sign(b64encode(json.dumps(session).encode())).decode()


def inside(answer):
    """The session in the one cookie that was set, "removed", or None."""
    cookies = answer.headers.getlist("set-cookie")
    assert len(cookies) < 2
    if not cookies:
        return None
    value = cookies[0].partition("=")[2].partition(";")[0]
    return "removed" if value == "null" else json.loads(b64decode(TimestampSigner(SECRET).unsign(value)))


def placing(place, *, look=False):
    async def app(scope, receive, send):
        if look:
            dict(scope["session"])
        place(scope)
        await Response()(scope, receive, send)

    return SessionMiddleware(app, SECRET)


@pytest.mark.parametrize("look", [True, False])
@pytest.mark.parametrize("placed", [{"b": [2]}, Session(b=[2]), MappingProxyType({"b": [2]})])
async def test_another_mapping_is_kept(drive, placed, look):
    app = placing(lambda scope: scope.update(session=placed), look=look)
    for headers in ({}, {"cookie": f"session={signed({'a': 1})}"}):
        answer = await drive.request(app, headers=headers)
        assert inside(answer) == {"b": [2]}
        assert answer.headers["vary"] == "Cookie"
        assert answer.scope["session"] is placed


@pytest.mark.parametrize("look", [True, False])
@pytest.mark.parametrize("placed", [{}, Session(), None, enum.Enum("Empty", ["EMPTY"]).EMPTY])
async def test_an_empty_one_removes_the_cookie(drive, placed, look):
    app = placing(lambda scope: scope.update(session=placed), look=look)
    assert inside(await drive.request(app, headers={"cookie": f"session={signed({'a': 1})}"})) == "removed"
    assert inside(await drive.request(app)) is None
    assert inside(await drive.request(app, headers={"cookie": "session=junk"})) is None


@pytest.mark.parametrize("placed", [[], "text", object(), [("a", 1)]])
async def test_what_is_no_mapping(drive, placed):
    name = type(placed).__name__
    with pytest.raises(TypeError, match=rf"^The application has put a {name} into scope\['session'\]: put a mapping"):
        await drive.request(placing(lambda scope: scope.update(session=placed)))


async def test_one_that_was_taken_out_changes_nothing(drive):
    app = placing(lambda scope: scope.pop("session"))
    answer = await drive.request(app, headers={"cookie": f"session={signed({'a': 1})}"})
    assert "vary" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_what_was_given_out_and_changed_is_in_it():
    session = Session()
    session._lend("cart", []).append("tea")
    assert session.modified is False
    assert placed_session({"type": "http"}, session) is session
    assert (session.modified, session) == (True, {"cart": ["tea"]})


# Inside of each other


async def put(scope, receive, send):
    """Note something in the session that is there, and answer."""
    scope["session"][scope["path"]] = True
    await Response()(scope, receive, send)


@pytest.mark.parametrize("options", [{}, {"path": "/in"}, {"domain": "example.org"}, {"max_age": 5}])
async def test_two_of_one_name_are_one(drive, options):
    class Inner(SessionMiddleware):
        pass

    inner = Inner(put, "another key", **options)

    async def between(scope, receive, send):
        outer = scope["session"]
        await inner(scope, receive, send)
        assert scope["session"] is outer

    app = SessionMiddleware(between, SECRET)
    first = await drive.request(app, "/1")
    assert inside(first) == {"/1": True}
    assert "path=/;" in first.headers["set-cookie"]
    cookie = first.headers["set-cookie"].partition(";")[0]
    assert inside(await drive.request(app, "/2", headers={"cookie": cookie})) == {"/1": True, "/2": True}


async def test_of_one_name_with_another_one_between(drive):
    innermost = SessionMiddleware(put, "key", "a")
    app = SessionMiddleware(SessionMiddleware(innermost, "key", "b"), SECRET, "a")
    answer = await drive.request(app)
    assert inside(answer) == {"/": True}
    assert answer.headers["set-cookie"].startswith("a=")


async def test_two_kinds_of_one_name_are_a_mistake(drive):
    inner = StoredSessionMiddleware(put, MemorySessionStore())
    with pytest.raises(
        RuntimeError, match=r"^StoredSessionMiddleware inside of SessionMiddleware, and both set the cookie 'session': "
    ):
        await drive.request(SessionMiddleware(inner, SECRET))
    outer = StoredSessionMiddleware(SessionMiddleware(put, SECRET), MemorySessionStore())
    with pytest.raises(RuntimeError, match=r"another session_cookie=\.$"):
        await drive.request(outer)


async def test_one_after_the_other_they_are_none(drive):
    scope = drive.scope()
    first, second = SessionMiddleware(put, SECRET), StoredSessionMiddleware(put, MemorySessionStore())
    for middleware in (first, second, first):
        answer = await drive.events(middleware, scope, [])
        assert answer.headers["set-cookie"].startswith("session=")


@pytest.mark.parametrize("placed", [{"a": 1}, Session(a=1), object()])
async def test_inside_of_what_is_not_ours(drive, placed):
    scope = drive.scope()
    scope["session"] = placed
    assert inside(await drive.events(SessionMiddleware(put, SECRET), scope, [])) == {"/": True}
