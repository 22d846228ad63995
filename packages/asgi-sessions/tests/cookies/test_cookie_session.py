"""When a cookie that keeps a session is written, and how long it lasts."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

import pytest
from itsdangerous import TimestampSigner

from asgi_sessions import Session, SessionMiddleware, SessionTooLargeError
from asgi_types import Response

SECRET = "a secret of the test"
NOW = 1_800_000_000
DAY = 24 * 60 * 60


@pytest.fixture(name="clock")
def clock_fixture(monkeypatch):
    """A clock that stands at NOW, and can be set to seconds after that."""

    class Clock:
        def __init__(self):
            self.at(0)

        def at(self, seconds):
            self.now = NOW + seconds

    clock = Clock()
    for module in ("_cookies.sealed_session", "_cookies.cookie_session"):
        monkeypatch.setattr(f"asgi_sessions.{module}.time", lambda: clock.now)
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: int(clock.now))
    return clock


def as_app(view, **options):
    """The middleware around an application that calls ``view`` with the scope and answers 200."""

    async def app(scope, receive, send):
        view(scope)
        await Response("done")(scope, receive, send)

    return SessionMiddleware(app, SECRET, **options)


def signed(session, secret=SECRET):
    return TimestampSigner(secret).sign(b64encode(json.dumps(session).encode())).decode()


def look(scope):
    dict(scope["session"])


def nothing(scope):
    """Leave the session alone."""


async def visit(drive, value, view, **options):
    """What the application finds, and the cookie that it is answered with: its value and attributes, or None."""
    found = []

    def seen(scope):
        found.append(Session(scope["session"].copy()) if view is not nothing else None)
        view(scope)

    headers = {} if value is None else {"cookie": f"session={value}"}
    answer = await drive.request(as_app(seen, **options), headers=headers)
    cookies = answer.headers.getlist("set-cookie")
    assert len(cookies) < 2
    if not cookies:
        return found[0], None, ""
    pair, _, attributes = cookies[0].partition("; ")
    return found[0], pair.removeprefix("session="), attributes


def inside(value, secret=SECRET):
    return json.loads(b64decode(TimestampSigner(secret).unsign(value)))


def age_of(attributes):
    return next((int(part[8:]) for part in attributes.split("; ") if part.startswith("Max-Age=")), None)


@pytest.mark.parametrize(("age", "is_renewed"), [(0, False), (9, False), (10, True), (99, True)])
async def test_rolling_renews_after_a_tenth(drive, clock, age, is_renewed):
    value = signed({"a": [1]})
    clock.at(age)
    found, renewed, attributes = await visit(drive, value, look, rolling=True, max_age=100)
    assert found == {"a": [1]}
    assert (renewed is not None) is is_renewed
    if is_renewed:
        assert inside(renewed) == {"a": [1]}
        assert age_of(attributes) == 100
        clock.at(age + 100)
        assert (await visit(drive, renewed, look, rolling=True, max_age=100))[0] == {"a": [1]}
        clock.at(age + 101)
        assert (await visit(drive, renewed, look, rolling=True, max_age=100))[0] == {}


async def test_a_look_at_what_cannot_change_renews_too(drive, clock):
    value = signed({"a": 1})
    clock.at(50)

    def view(scope):
        assert scope["session"]["a"] == 1

    headers = {"cookie": f"session={value}"}
    answer = await drive.request(as_app(view, rolling=True, max_age=100), headers=headers)
    assert inside(answer.headers["set-cookie"].partition(";")[0].partition("=")[2]) == {"a": 1}
    assert "set-cookie" not in (await drive.request(as_app(view, max_age=100), headers=headers)).headers


@pytest.mark.parametrize("options", [{"max_age": 100}, {"max_age": None, "rolling": True}])
async def test_no_renewal(drive, clock, options):
    value = signed({"a": 1})
    clock.at(99)
    assert await visit(drive, value, look, **options) == ({"a": 1}, None, "")


async def test_a_session_that_nobody_looks_at_is_not_renewed(drive, clock):
    value = signed({"a": 1})
    clock.at(50)
    assert (await visit(drive, value, nothing, rolling=True, max_age=100))[1] is None


async def test_a_missing_session_is_not_renewed(drive, clock):
    assert await visit(drive, None, look, rolling=True, max_age=0) == ({}, None, "")
    assert await visit(drive, "junk", look, rolling=True, max_age=0) == ({}, None, "")


async def test_absolute_expiry(drive, clock):
    options = {"max_age": 100, "max_lifetime": 250, "rolling": True}
    _, value, attributes = await visit(drive, None, lambda scope: scope["session"].update(a=1), **options)
    assert inside(value) == {"a": 1, "_session_created": NOW}
    assert age_of(attributes) == 100
    for seconds, left in ((90, 100), (160, 90), (240, 10)):
        clock.at(seconds)
        found, value, attributes = await visit(drive, value, look, **options)
        assert (found, age_of(attributes)) == ({"a": 1}, left)
        assert inside(value) == {"a": 1, "_session_created": NOW}
    clock.at(249)
    assert (await visit(drive, value, look, **options))[0] == {"a": 1}
    clock.at(250)
    assert await visit(drive, value, look, **options) == ({}, None, "")


async def test_absolute_expiry_without_another(drive, clock):
    _, value, attributes = await visit(
        drive, None, lambda scope: scope["session"].update(a=1), max_age=None, max_lifetime=250
    )
    assert age_of(attributes) is None
    clock.at(249)
    assert (await visit(drive, value, look, max_age=None, max_lifetime=250))[0] == {"a": 1}
    clock.at(250)
    assert (await visit(drive, value, look, max_age=None, max_lifetime=250))[0] == {}


async def test_a_look_at_a_session_with_its_beginning_changes_nothing(drive, clock):
    value = signed({"a": [1], "_session_created": NOW - 5})
    assert await visit(drive, value, look, max_lifetime=100) == ({"a": [1]}, None, "")


async def test_a_cookie_without_its_beginning_counts_from_when_it_was_signed(drive, clock):
    value = signed({"a": 1})
    clock.at(60)
    found, value, attributes = await visit(
        drive, value, lambda scope: scope["session"].update(b=2), max_lifetime=100, max_age=1000
    )
    assert (found, age_of(attributes)) == ({"a": 1}, 40)
    assert inside(value) == {"a": 1, "b": 2, "_session_created": NOW}
    clock.at(100)
    assert (await visit(drive, signed({"a": 1}), look, max_lifetime=100))[0] == {"a": 1}
    assert (await visit(drive, value, look, max_lifetime=100))[0] == {}


@pytest.mark.parametrize("created", ["x", None, [], 1.5, NOW - 100, -1])
async def test_a_beginning_that_is_none(drive, clock, created):
    value = signed({"a": 1, "_session_created": created})
    assert (await visit(drive, value, look, max_lifetime=100))[0] == {}


async def test_the_beginning_is_kept_for_others_that_need_it(drive, clock):
    value = signed({"a": 1, "_session_created": NOW - 1000})
    assert await visit(drive, value, look) == ({"a": 1}, None, "")
    _, value, attributes = await visit(drive, value, lambda scope: scope["session"].update(a=2))
    assert inside(value) == {"a": 2, "_session_created": NOW - 1000}
    assert age_of(attributes) == 14 * 24 * 60 * 60
    _, value, _ = await visit(drive, value, lambda scope: scope["session"].regenerate())
    assert inside(value) == {"a": 2, "_session_created": NOW}


async def test_a_beginning_that_is_none_is_not_kept(drive, clock):
    _, value, _ = await visit(
        drive, signed({"a": 1, "_session_created": "x"}), lambda scope: scope["session"].update(a=2)
    )
    assert inside(value) == {"a": 2}


@pytest.mark.parametrize("options", [{}, {"max_lifetime": 100}])
async def test_the_entry_of_the_beginning_is_the_middlewares(drive, options):
    with pytest.raises(ValueError, match=r"^'_session_created' in a session is where its middleware keeps when it beg"):
        await visit(drive, None, lambda scope: scope["session"].update(_session_created=5, a=1), **options)


async def test_regenerate_begins_the_lifetime_anew(drive, clock):
    value = signed({"a": 1, "_session_created": NOW})
    clock.at(90)
    options = {"max_lifetime": 100, "max_age": 1000}
    _, value, attributes = await visit(drive, value, lambda scope: scope["session"].regenerate(), **options)
    assert inside(value) == {"a": 1, "_session_created": NOW + 90}
    assert age_of(attributes) == 100


async def test_invalidate_removes_the_cookie(drive):
    found, value, attributes = await visit(drive, signed({"a": 1}), lambda scope: scope["session"].invalidate())
    assert (found, value) == ({"a": 1}, "null")
    assert "expires=Thu, 01 Jan 1970" in attributes
    assert (await visit(drive, None, lambda scope: scope["session"].invalidate()))[1] is None


async def test_what_is_put_in_after_invalidate_begins_another_session(drive, clock):
    def view(scope):
        scope["session"].invalidate()
        scope["session"]["b"] = 2

    clock.at(50)
    _, value, attributes = await visit(
        drive, signed({"a": 1, "_session_created": NOW}), view, max_lifetime=100, max_age=1000
    )
    assert inside(value) == {"b": 2, "_session_created": NOW + 50}
    assert age_of(attributes) == 100


@pytest.mark.parametrize("change", [{"b": 2}, {}])
async def test_the_newest_key_signs_what_an_old_one_has_signed(drive, clock, change):
    async def app(scope, receive, send):
        assert scope["session"]["a"] == [1]
        scope["session"].update(change)
        await Response()(scope, receive, send)

    middleware = SessionMiddleware(app, ["new", "old", b"older"], rolling=True)
    for secret in ("new", "old", "older"):
        answer = await drive.request(middleware, headers={"cookie": f"session={signed({'a': [1]}, secret)}"})
        assert inside(answer.headers["set-cookie"].partition(";")[0].partition("=")[2], "new") == {"a": [1], **change}


async def test_what_an_old_key_has_signed_is_renewed_with_the_newest(drive, clock):
    async def app(scope, receive, send):
        assert scope["session"]["a"] == 1
        await Response()(scope, receive, send)

    headers = {"cookie": f"session={signed({'a': 1}, 'old')}"}
    assert "set-cookie" not in (await drive.request(SessionMiddleware(app, ["new", "old"]), headers=headers)).headers
    clock.at(2 * DAY)
    answer = await drive.request(SessionMiddleware(app, ["new", "old"], rolling=True), headers=headers)
    assert inside(answer.headers["set-cookie"].partition(";")[0].partition("=")[2], "new") == {"a": 1}


async def test_a_key_that_is_gone(drive):
    assert (await visit(drive, signed({"a": 1}, "gone"), look))[0] == {}


def as_cookie(payload):
    return TimestampSigner(SECRET).sign(b64encode(payload)).decode()


async def write(drive, session):
    """The cookie's value for a session with these contents."""
    return (await visit(drive, None, lambda scope: scope["session"].update(session)))[1]


async def test_size_limit_is_that_of_browsers(drive):
    def pair(length):
        return len("session=" + as_cookie(json.dumps({"a": "b" * length}).encode()))

    # Base64 grows in steps of four characters for three.
    fits = max(length for length in range(2900, 3100) if pair(length) <= 4096)
    assert 4092 < pair(fits) <= 4096
    assert len("session=" + await write(drive, {"a": "b" * fits})) == pair(fits)
    with pytest.raises(SessionTooLargeError) as caught:
        await write(drive, {"a": "b" * (fits + 3)})
    assert (caught.value.size, caught.value.limit) == (pair(fits + 3), 4096)
    assert isinstance(caught.value, RuntimeError)
    assert str(caught.value) == (
        f"The session takes {pair(fits + 3)} bytes of at most 4096, as browsers refuse a cookie of more than that: "
        "keep less in it."
    )


async def test_size_limit_is_an_attribute(drive):
    class Roomy(SessionMiddleware):
        max_cookie_size = 10_000

    async def app(scope, receive, send):
        scope["session"]["a"] = "b" * 6000
        await Response()(scope, receive, send)

    answer = await drive.request(Roomy(app, SECRET))
    assert 8000 < len(answer.headers["set-cookie"]) < 10_000


@pytest.mark.parametrize("missing", [0, 1])
async def test_the_limit_itself_is_allowed(drive, missing):
    async def app(scope, receive, send):
        scope["session"]["a"] = 1
        await Response()(scope, receive, send)

    middleware = SessionMiddleware(app, SECRET)
    middleware.max_cookie_size = len("session=" + signed({"a": 1})) - missing
    if missing:
        with pytest.raises(SessionTooLargeError):
            await drive.request(middleware)
    else:
        pair = (await drive.request(middleware)).headers["set-cookie"].partition(";")[0]
        assert len(pair) == middleware.max_cookie_size
