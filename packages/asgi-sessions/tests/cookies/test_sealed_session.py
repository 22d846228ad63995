"""The form of the cookie, checked against itsdangerous; whatever is no session of ours is an empty one."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from itsdangerous import Signer, TimestampSigner

from asgi_sessions import SessionMiddleware

SECRET = "a secret of the test"
DAY = 24 * 60 * 60

# Starlette 1.10 wrote this with the secret above.
STARLETTE_COOKIE = (
    "eyJ1c2VyIjogIlpvXHUwMGViIiwgImNhcnQiOiBbMSwgMi41LCBudWxsLCB0cnVlXX0=.awSQ0w.YaOfrpme5HLNvWImsrNz4vLwNMk"
)


def containers(values):
    return st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20),
    containers,
    max_leaves=10,
)


class SignerOfAnotherTime(TimestampSigner):
    def __init__(self, seconds):
        super().__init__(SECRET)
        self.seconds = seconds

    def get_timestamp(self):
        return super().get_timestamp() + self.seconds


class Reader:
    """Notes the session it finds, and changes it if told to."""

    def __init__(self, changes=None):
        self.changes = changes or {}
        self.found = None

    async def __call__(self, scope, receive, send):
        self.found = dict(scope["session"])
        if self.changes:
            scope["session"].update(self.changes)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def as_cookie(payload, signer=None):
    """A cookie made by hand: base64 of this, signed."""
    return (signer or TimestampSigner(SECRET)).sign(b64encode(payload)).decode()


def with_time(time):
    """A cookie with these characters for its time, which something else with the same key has signed."""
    return Signer(SECRET).sign(b64encode(b'{"a": 1}') + b"." + time).decode()


async def read(drive, cookie, **options):
    """What the application finds in its session for this value of the cookie."""
    reader = Reader()
    header = b"session=" + (cookie if isinstance(cookie, bytes) else cookie.encode("latin-1"))
    answer = await drive.request(SessionMiddleware(reader, SECRET, **options), headers=[(b"cookie", header)])
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    return reader.found


async def write(drive, session, **options):
    """The cookie's value for a session with these contents."""
    answer = await drive.request(SessionMiddleware(Reader(session), SECRET, **options))
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == "session"
    return rest.partition("; ")[0]


async def test_written_form(drive):
    cookie = await write(drive, {"user": "Zoë", "cart": [1, None]})
    value = TimestampSigner(SECRET).unsign(cookie, max_age=60)
    assert b64decode(value, validate=True) == b'{"user": "Zo\\u00eb", "cart": [1, null]}'


async def test_reads_what_starlette_wrote(drive):
    assert await read(drive, STARLETTE_COOKIE, max_age=None) == {"user": "Zoë", "cart": [1, 2.5, None, True]}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(session=st.dictionaries(st.text(max_size=10), json_values, min_size=1, max_size=5))
async def test_reads_what_it_wrote(drive, session):
    cookie = await write(drive, session)
    assert json.loads(b64decode(TimestampSigner(SECRET).unsign(cookie))) == session
    assert await read(drive, cookie) == session


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cookie=st.binary())
@example(cookie=b"..")
@example(cookie=b"." * 1000)
@example(cookie=b'"\\777.\\377"')
@example(cookie=b"null")
async def test_any_bytes_are_an_empty_session(drive, cookie):
    assert await read(drive, cookie) == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=st.binary())
@example(payload=b"")
@example(payload=b"{}")
@example(payload=b'\xff\xfe{\x00}\x00\xff"\xd8')
async def test_any_signed_bytes_are_no_error(drive, payload):
    try:
        expected = json.loads(payload)
    except ValueError:
        expected = {}
    assert await read(drive, as_cookie(payload)) == (expected if isinstance(expected, dict) else {})


async def test_a_cookie_damaged_anywhere_is_an_empty_session(drive):
    cookie = as_cookie(b'{"user": "ann"}')
    for place in range(len(cookie)):
        for character in "Aa0_-.=":
            if character != cookie[place]:
                assert await read(drive, cookie[:place] + character + cookie[place + 1 :]) == {}
        assert await read(drive, cookie[:place]) == {}
        assert await read(drive, cookie[place + 1 :]) == {}
    assert await read(drive, cookie) == {"user": "ann"}


async def test_what_is_not_latin_is_an_empty_session(drive):
    cookie = as_cookie(b'{"user": "ann"}')
    for more in ("ä", "€", "\N{SNOWMAN}", "\x00", "\x7f"):
        assert await read(drive, (cookie + more).encode()) == {}
        assert await read(drive, (more + cookie).encode()) == {}


@pytest.mark.parametrize(
    "cookie",
    [
        pytest.param(as_cookie(b'{"a": 1}', TimestampSigner("another secret")), id="another secret"),
        pytest.param(as_cookie(b'{"a": 1}', TimestampSigner(SECRET, salt="other")), id="another salt"),
        pytest.param(as_cookie(b'{"a": 1}', Signer(SECRET)), id="no time"),
        pytest.param(with_time(b"_" * 40), id="no time at all"),
        pytest.param(with_time(b"_" * 8), id="no such year"),
        pytest.param(with_time(b"_" * 10), id="a time too late for the system"),
        pytest.param(with_time(b"_" * 11), id="a time too late for an integer"),
        pytest.param(as_cookie(b'{"a": 1}', SignerOfAnotherTime(-14 * DAY - 10)), id="expired"),
        pytest.param(as_cookie(b'{"a": 1}', SignerOfAnotherTime(DAY)), id="from the future"),
        pytest.param(as_cookie(b'["a", 1]'), id="a list"),
        pytest.param(as_cookie(b'[["a", 1]]'), id="pairs"),
        pytest.param(as_cookie(b"null"), id="null"),
        pytest.param(as_cookie(b"not JSON"), id="not JSON"),
        pytest.param(as_cookie(b'{"a": "\xff"}'), id="not UTF-8"),
        pytest.param(as_cookie(b'{"a": ' + b"9" * 5000 + b"}"), id="a number too long to read"),
        pytest.param(as_cookie(b'{"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"), id="too deep"),
        pytest.param(TimestampSigner(SECRET).sign(b"x").decode(), id="not base64"),
        pytest.param("a" * 1_000_000, id="huge"),
        pytest.param("." * 1_000_000, id="huge, with separators"),
        pytest.param("a" * 1_000_000 + ".a.a", id="huge, in three parts"),
        pytest.param("a." + "a" * 1_000_000 + ".a", id="huge time"),
        pytest.param("", id="empty"),
        pytest.param("null", id="removed"),
    ],
)
async def test_what_is_not_ours_is_an_empty_session(drive, cookie):
    assert await read(drive, cookie) == {}


@pytest.mark.parametrize(
    ("age", "max_age", "is_read"),
    [
        (10, 60, True),
        (100, 60, False),
        (100, 0, False),
        (0, -1, False),
        (365 * DAY, None, True),
        (-50, 60, True),  # clocks of servers differ
        (-70, 60, False),
        (-70, None, True),
    ],
)
async def test_age(drive, age, max_age, is_read):
    cookie = as_cookie(b'{"a": 1}', SignerOfAnotherTime(-age))
    assert await read(drive, cookie, max_age=max_age) == ({"a": 1} if is_read else {})


@pytest.mark.parametrize(("passed", "found"), [(60, {"a": 1}), (60.9, {"a": 1}), (61, {}), (-60, {"a": 1}), (-61, {})])
async def test_exact_age(drive, monkeypatch, passed, found):
    signed_at = 1_800_000_000
    signer = TimestampSigner(SECRET)
    signer.get_timestamp = lambda: signed_at
    monkeypatch.setattr("asgi_sessions._cookies.sealed_session.time", lambda: signed_at + passed)
    assert await read(drive, as_cookie(b'{"a": 1}', signer), max_age=60) == found


async def test_a_signed_session_is_read_whatever_its_size(drive):
    assert await read(drive, as_cookie(json.dumps({"a": "b" * 10_000}).encode())) == {"a": "b" * 10_000}


async def test_every_key_of_the_signer_is_read(drive):
    reader = Reader()
    middleware = SessionMiddleware(reader, SECRET)
    middleware.signer = TimestampSigner([SECRET, "the new secret"])
    for secret in (SECRET, "the new secret"):
        cookie = as_cookie(json.dumps({"by": secret}).encode(), TimestampSigner(secret))
        await drive.request(middleware, headers={"cookie": f"session={cookie}"})
        assert reader.found == {"by": secret}


def circular():
    values: list[object] = []
    values.append(values)
    return values


def deep():
    values: list[object] = []
    for _ in range(200_000):
        values = [values]
    return values


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (object(), "Object of type object is not JSON serializable"),
        (b"bytes", "Object of type bytes is not JSON serializable"),
        ({("a", "b"): 1}, "keys must be str, int, float, bool or None, not tuple"),
        (circular(), "Circular reference detected"),
        (deep(), "maximum recursion depth|Stack overflow|too many nested"),
    ],
    ids=["object", "bytes", "key", "circular", "deep"],
)
async def test_what_json_cannot_hold(drive, value, reason):
    with pytest.raises(TypeError, match=rf"^The session cannot be written as JSON: ({reason}).*\. Keep str, int,"):
        await write(drive, {"value": value})
