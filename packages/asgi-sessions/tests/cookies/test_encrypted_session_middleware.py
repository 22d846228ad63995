"""Sessions that the client cannot read: all that signed ones do, and what is different."""

from __future__ import annotations

import inspect
import json
from base64 import b64encode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from asgi_sessions import SessionMiddleware, SessionTooLargeError, encrypted
from asgi_sessions.encrypted import EncryptedSessionMiddleware
from asgi_types import Response

SECRET = "a secret of the test"
NOW = 1_800_000_000

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3),
    max_leaves=10,
)


def as_app(view, secret=SECRET, **options):
    async def app(scope, receive, send):
        view(scope["session"])
        await Response("done")(scope, receive, send)

    return EncryptedSessionMiddleware(app, secret, **options)


async def read(drive, cookie, name="session", **options):
    """What the application finds in its session for this value of the cookie."""
    found = []
    header = name.encode() + b"=" + (cookie if isinstance(cookie, bytes) else cookie.encode())
    app = as_app(lambda session: found.append(dict(session)), session_cookie=name, **options)
    answer = await drive.request(app, headers=[(b"cookie", header)])
    assert answer.status == 200
    return found[0]


async def write(drive, session, name="session", **options):
    """The cookie's value for a session with these contents."""
    answer = await drive.request(as_app(lambda own: own.update(session), session_cookie=name, **options))
    return answer.headers["set-cookie"].partition(";")[0].removeprefix(f"{name}=")


def test_the_module():
    assert encrypted.__all__ == ("EncryptedSessionMiddleware",)
    ours, theirs = inspect.signature(EncryptedSessionMiddleware), inspect.signature(SessionMiddleware)
    assert ours == theirs


async def test_a_session_lasts_from_request_to_request(drive):
    cookie = await write(drive, {"user": "Zo\u00eb", "cart": []})
    assert await read(drive, cookie) == {"user": "Zo\u00eb", "cart": []}
    answer = await drive.request(
        as_app(lambda session: session["cart"].append(1)), headers={"cookie": f"session={cookie}"}
    )
    value, _, attributes = answer.headers["set-cookie"].removeprefix("session=").partition("; ")
    assert await read(drive, value) == {"user": "Zo\u00eb", "cart": [1]}
    assert attributes == "path=/; Max-Age=1209600; httponly; samesite=lax"
    assert (answer.headers["vary"], answer.headers["cache-control"]) == ("Cookie", "private")


async def test_emptied_and_untouched(drive):
    cookie = await write(drive, {"user": "ann"})
    headers = {"cookie": f"session={cookie}"}
    answer = await drive.request(as_app(lambda session: session.invalidate()), headers=headers)
    assert answer.headers["set-cookie"].startswith("session=null; path=/; expires=Thu, 01 Jan 1970")
    answer = await drive.request(as_app(lambda session: None), headers=headers)
    assert answer.headers.keys() == ["content-length"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(session=st.dictionaries(st.text(max_size=10), json_values, min_size=1, max_size=5))
async def test_any_json_survives(drive, session):
    assert await read(drive, await write(drive, session)) == session


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cookie=st.binary())
async def test_any_bytes_are_an_empty_session(drive, cookie):
    assert await read(drive, cookie) == {}


@pytest.mark.parametrize("cookie", ["", "null", "A" * 1_000_000, "." * 1_000_000, "\u20ac" * 100, "A" * 76])
async def test_what_is_not_ours_is_an_empty_session(drive, cookie):
    assert await read(drive, cookie) == {}


async def test_a_signed_cookie_is_an_empty_session_and_the_other_way_round(drive):
    signed = TimestampSigner(SECRET).sign(b64encode(json.dumps({"a": "b" * 80}).encode())).decode()
    assert await read(drive, signed) == {}
    found = []

    async def app(scope, receive, send):
        found.append(dict(scope["session"]))

    cookie = await write(drive, {"a": "b" * 80})
    await drive.request(SessionMiddleware(app, SECRET), headers={"cookie": f"session={cookie}"})
    assert found == [{}]


async def test_a_cookie_is_good_under_its_own_name_only(drive):
    cookie = await write(drive, {"role": "admin"}, "staff")
    assert await read(drive, cookie, "staff") == {"role": "admin"}
    assert await read(drive, cookie, "guest") == {}


@pytest.mark.parametrize(
    ("passed", "max_age", "is_read"),
    [(60, 60, True), (60.9, 60, True), (61, 60, False), (10**9, None, True), (-60, 60, True), (-61, 60, False)],
)
async def test_age(drive, monkeypatch, passed, max_age, is_read):
    monkeypatch.setattr("asgi_sessions._cookies.session_cipher.time", lambda: NOW + 0.5)
    monkeypatch.setattr("asgi_sessions._cookies.sealed_session.time", lambda: NOW + passed)
    cookie = await write(drive, {"a": 1})
    assert await read(drive, cookie, max_age=max_age) == ({"a": 1} if is_read else {})


async def test_rolling_and_absolute_expiry(drive, monkeypatch):
    clock = [NOW]
    for module in ("_cookies.session_cipher", "_cookies.sealed_session", "_cookies.cookie_session"):
        monkeypatch.setattr(f"asgi_sessions.{module}.time", lambda: clock[0])
    options = {"rolling": True, "max_age": 100, "max_lifetime": 150}
    cookie = await write(drive, {"a": 1}, **options)
    clock[0] += 90
    answer = await drive.request(as_app(len, **options), headers={"cookie": f"session={cookie}"})
    assert "Max-Age=60;" in answer.headers["set-cookie"]
    renewed = answer.headers["set-cookie"].partition(";")[0].removeprefix("session=")
    clock[0] += 59
    assert await read(drive, cookie, **options) == {}
    assert await read(drive, renewed, **options) == {"a": 1}
    clock[0] += 1
    assert await read(drive, renewed, **options) == {}


async def test_keys_are_changed(drive):
    old = await write(drive, {"a": [1]})
    found = []

    def view(session):
        found.append(list(session["a"]))
        session["a"].append(2)

    app = as_app(view, ["the new secret, long", SECRET])
    answer = await drive.request(app, headers={"cookie": f"session={old}"})
    assert found == [[1]]
    new = answer.headers["set-cookie"].partition(";")[0]
    assert await read(drive, new.removeprefix("session=")) == {}
    await drive.request(app, headers={"cookie": new})
    assert found[1] == [1, 2]


@pytest.mark.parametrize("secret", ["", "x" * 15, ["x" * 16, "short"], []])
def test_keys_that_are_too_short(secret):
    with pytest.raises(ValueError, match=r"^secret_key (is empty|needs 16 bytes or more)"):
        EncryptedSessionMiddleware(Response(), secret)


async def test_size_limit(drive):
    with pytest.raises(SessionTooLargeError):
        await write(drive, {"a": "b" * 3010})
    cookie = await write(drive, {"a": "b" * 2960})
    assert 4000 < len(cookie) < 4090
    assert await read(drive, cookie) == {"a": "b" * 2960}


@pytest.mark.parametrize(("limit", "is_read"), [(10_000, True), (100, True)])
async def test_another_size_limit(drive, limit, is_read):
    class Sized(EncryptedSessionMiddleware):
        max_cookie_size = limit

    found = []

    async def app(scope, receive, send):
        found.append(dict(scope["session"]))
        await Response()(scope, receive, send)

    cookie = await write(drive, {"a": "b" * 2900})
    await drive.request(Sized(app, SECRET), headers={"cookie": f"session={cookie}"})
    assert found == [{"a": "b" * 2900}]


async def test_another_name_given_later(drive):
    seen = []

    async def app(scope, receive, send):
        seen.append(dict(scope["session"]))
        scope["session"]["a"] = 1
        await Response()(scope, receive, send)

    renamed, named = EncryptedSessionMiddleware(app, SECRET), EncryptedSessionMiddleware(app, SECRET, "sid")
    renamed.session_cookie = "sid"
    for middleware in (renamed, named):
        [cookie] = (await drive.request(middleware)).headers.getlist("set-cookie")
        await drive.request(named, headers={"cookie": cookie.partition(";")[0]})
    assert seen == [{}, {"a": 1}] * 2
    reader = EncryptedSessionMiddleware(app, SECRET)
    reader.session_cookie = "sid"
    await drive.request(reader, headers={"cookie": cookie.partition(";")[0]})
    assert seen[-1] == {"a": 1}


@pytest.mark.parametrize(
    ("outer", "inner"),
    [(EncryptedSessionMiddleware, SessionMiddleware), (SessionMiddleware, EncryptedSessionMiddleware)],
)
async def test_two_kinds_never_share_a_cookie(drive, outer, inner):
    middleware = outer(inner(Response(), SECRET), SECRET)
    expected = f"^{inner.__name__} inside of {outer.__name__}, and both set the cookie 'session': take one of them out"
    with pytest.raises(RuntimeError, match=expected):
        await drive.request(middleware)
    middleware = outer(inner(Response(), SECRET, "inner"), SECRET)
    assert (await drive.request(middleware)).status == 200
