"""A session that an application puts in the place of the one it was given."""

import enum
import json
from base64 import b64decode, b64encode
from types import MappingProxyType

import pytest
from itsdangerous import TimestampSigner

from asgi_sessions import Session, SessionMiddleware
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
