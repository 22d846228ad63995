"""How long a session lasts, what is saved when, and what is done about sessions that others put in its place."""

from __future__ import annotations

import pytest

from asgi_sessions import MemorySessionStore, Session
from asgi_sessions._session_age import CREATED
from asgi_sessions._session_codec import encode_value
from asgi_sessions._session_id import hash_of, new_id
from asgi_sessions._stored import stored_session

LATE = "A session was begun after the response had"


def put(**values):
    return lambda session: session.update(values)


@pytest.fixture(name="clock")
def clock_fixture(make_clock, monkeypatch):
    clock = make_clock()
    monkeypatch.setattr("asgi_sessions._stored.stored_session.time", clock)
    return clock


@pytest.fixture(name="make_timed")
def make_timed_fixture(make_visitor, clock):
    return lambda **options: make_visitor(MemorySessionStore(clock=clock), **options)


def max_age(visitor):
    """The Max-Age of the cookie that was set, None for one without, or that there was none set."""
    cookie = visitor.answer.headers.get("set-cookie")
    if cookie is None:
        return "not set"
    found = [part for part in cookie.split("; ") if part.startswith("Max-Age=")]
    return int(found[0].removeprefix("Max-Age=")) if found else None


async def test_lasts_after_the_last_change(make_timed, clock):
    visitor = make_timed(max_age=100)
    await visitor.visit(put(a=1))
    clock.now += 99
    assert await visitor.visit(put(b=2)) == {"a": 1, "b": 2}
    assert max_age(visitor) == 100
    clock.now += 99
    assert await visitor.visit(len) == {"a": 1, "b": 2}
    assert max_age(visitor) == "not set"
    clock.now += 1
    assert await visitor.visit(len) == {}


async def test_browser_session_is_kept_a_fortnight(make_timed, clock):
    visitor = make_timed(max_age=None)
    await visitor.visit(put(a=1))
    assert max_age(visitor) is None
    clock.now += 14 * 24 * 60 * 60 - 1
    assert await visitor.visit(len) == {"a": 1}
    clock.now += 1
    assert await visitor.visit(len) == {}


@pytest.mark.parametrize("options", [{"max_age": 100}, {"max_age": 100, "max_lifetime": 10_000}])
async def test_rolling(make_timed, clock, options):
    visitor = make_timed(rolling=True, **options)
    await visitor.visit(put(a=1))
    clock.now += 9
    await visitor.visit(len)
    assert max_age(visitor) == "not set"
    clock.now += 1
    await visitor.visit()
    assert max_age(visitor) == "not set"  # as nobody looked
    for _ in range(20):
        await visitor.visit(len)
        assert max_age(visitor) == 100
        assert (await visitor.store.read(visitor.key)).expires_in == 100
        clock.now += 60


async def test_rolling_browser_session(make_timed, clock):
    visitor = make_timed(rolling=True, max_age=None)
    await visitor.visit(put(a=1))
    for _ in range(4):
        clock.now += 10 * 24 * 60 * 60
        assert await visitor.visit(len) == {"a": 1}
        assert max_age(visitor) is None


async def test_rolling_session_that_was_ended_meanwhile(make_timed, clock):
    visitor = make_timed(rolling=True, max_age=100)
    await visitor.visit(put(a=1))
    clock.now += 50

    async def meanwhile(session):
        assert session["a"] == 1
        await visitor.visit(lambda session: session.clear())

    await visitor.visit(meanwhile)
    assert max_age(visitor) == "not set"
    assert visitor.cookie is None


async def test_rolling_leaves_alone_what_two_requests_have_emptied(make_timed, clock):
    visitor = make_timed(rolling=True)
    visitor.cookie = new_id()
    await visitor.store.create(visitor.key, {CREATED: str(int(clock.now))}, 100)
    assert await visitor.visit(len) == {}
    assert max_age(visitor) == "not set"
    assert (await visitor.store.read(visitor.key)).expires_in == 100
    assert await visitor.visit(put(a=1)) == {"a": 1}
    assert await visitor.values() == {"a": 1}


@pytest.mark.parametrize("rolling", [False, True])
async def test_lifetime_ends_in_any_case(make_timed, clock, rolling):
    visitor = make_timed(max_age=100, max_lifetime=250, rolling=rolling)
    await visitor.visit(put(n=0), put(late=1))
    assert max_age(visitor) == 100
    assert (await visitor.store.read(visitor.key)).expires_in == 100
    for left in (100, 100, 70, 10):
        clock.now += 60
        await visitor.visit(lambda session: session.update(n=session["n"] + 1))
        assert max_age(visitor) == left
        assert (await visitor.store.read(visitor.key)).expires_in == left
    clock.now += 10
    assert await visitor.visit(len) == {}
    assert max_age(visitor) == "not set"


async def test_rolling_ends_with_the_lifetime(make_timed, clock):
    visitor = make_timed(max_age=1000, max_lifetime=100, rolling=True)
    await visitor.visit(put(a=1))
    clock.now += 50
    await visitor.visit(len)
    assert max_age(visitor) == "not set"


async def test_lifetime_of_which_less_than_a_second_is_left(make_timed, clock):
    visitor = make_timed(max_lifetime=100)
    await visitor.visit(put(a=1))
    clock.now += 99.5
    await visitor.visit(put(a=2))
    assert max_age(visitor) == 1  # as 0 removes a cookie
    assert (await visitor.store.read(visitor.key)).expires_in == 0.5


async def test_lifetime_that_is_over_while_the_session_is_used(make_timed, clock):
    visitor = make_timed(max_lifetime=100)
    await visitor.visit(put(a=1))

    def work(session):
        clock.now += 100
        session["a"] = 2

    await visitor.visit(work)
    assert max_age(visitor) == "not set"
    assert await visitor.store.read(visitor.key) is None


async def test_lifetime_begins_anew_with_a_new_id(make_timed, clock):
    visitor = make_timed(max_age=None, max_lifetime=100)
    await visitor.visit(put(a=1))
    for _ in range(3):
        clock.now += 60
        assert await visitor.visit(lambda session: session.regenerate()) == {"a": 1}
        assert max_age(visitor) is None


async def test_lifetime_after_a_new_id(make_timed, clock):
    visitor = make_timed(max_age=90, max_lifetime=100)
    await visitor.visit(put(a=1))
    clock.now += 60
    await visitor.visit(lambda session: session.regenerate(), put(late=1))
    assert max_age(visitor) == 90
    assert (await visitor.store.read(visitor.key)).expires_in == 90


async def test_lifetime_that_was_shortened(make_timed, clock):
    visitor = make_timed()
    await visitor.visit(put(a=1))
    clock.now += 100
    visitor.app.max_lifetime = 100
    assert await visitor.visit(len) == {}


async def test_begin_that_is_none(make_timed, clock):
    visitor = make_timed()
    for created in ("", "null", '"now"', "-1", "1" * 16, "1.5"):
        visitor.cookie = new_id()
        await visitor.store.create(visitor.key, {"a": "1", CREATED: created}, 100)
        assert await visitor.visit(len) == {"a": 1}
        visitor.app.max_lifetime = 100
        assert await visitor.visit(len) == {}
        visitor.app.max_lifetime = None


@pytest.mark.parametrize("broken", ["{", "[" * 100_000])
async def test_what_is_no_json_is_no_session(make_timed, caplog, broken):
    visitor = make_timed()
    first = visitor.cookie = new_id()
    await visitor.store.create(visitor.key, {"a": "1", "b": broken}, 100)
    assert await visitor.visit(len) == {}
    assert visitor.cookie == first
    await visitor.visit(put(c=3))
    assert visitor.cookie != first
    assert await visitor.values() == {"c": 3}
    assert caplog.messages == ["What the store has for a session is no JSON: it begins anew."] * 2


@pytest.mark.parametrize("use", [len, put(user="bob"), lambda session: session.invalidate(), repr])
async def test_session_is_not_given_up_where_there_is_no_room_to_read_it(make_timed, monkeypatch, caplog, use):
    visitor = make_timed()
    deep = encode_value(nested(100))
    first = visitor.cookie = new_id()
    await visitor.store.create(visitor.key, {"deep": deep, "user": '"ann"', CREATED: "1800000000"}, 100)

    class Json:
        @staticmethod
        def loads(text):
            raise RecursionError

    def look_where_there_is_no_room(session):  # as a hundred levels down from where Python's calls end
        with monkeypatch.context() as patch:
            patch.setattr(stored_session, "json", Json)
            for _ in range(2):
                with pytest.raises(RecursionError):
                    use(session)

    await visitor.visit(look_where_there_is_no_room)
    assert visitor.cookie == first
    assert await visitor.values() == {"deep": nested(100), "user": "ann"}
    assert await visitor.visit(None, put(user="bob")) == {"deep": nested(100), "user": "bob"}
    assert not any("begins anew" in message for message in caplog.messages)


def nested(levels):
    value = []
    for _ in range(levels - 1):
        value = [value]
    return value


async def test_json_may_be_written_in_another_way(make_timed):
    visitor = make_timed()
    visitor.cookie = new_id()
    await visitor.store.create(visitor.key, {"a": '{"b":[1,2]}', "u": '"é"'}, 100)

    async def meanwhile(session):
        assert session["a"]["b"] == [1, 2]
        await visitor.visit(put(a=3))

    await visitor.visit(meanwhile)
    assert await visitor.store.update(visitor.key, {CREATED: "0"}, [], 100)
    assert (await visitor.store.read(visitor.key)).values == {"a": "3", "u": '"é"', CREATED: "0"}


async def test_late_change_is_saved_when_all_is_done(make_visitor, frail_store):
    visitor = make_visitor(frail_store)
    await visitor.visit(put(a=[1], b=2))
    frail_store.calls.clear()
    await visitor.visit(None, lambda session: (session["a"].append(2), session.pop("b")))
    assert frail_store.calls == ["read", "update"]
    assert await visitor.values() == {"a": [1, 2]}
    await visitor.visit(put(c=3), put(d=4))
    assert await visitor.values() == {"a": [1, 2], "c": 3, "d": 4}
    frail_store.calls.clear()
    await visitor.visit(put(c=4), lambda session: session["c"])
    await visitor.visit(None, lambda session: session["a"])
    assert frail_store.calls == ["read", "update", "read"]


async def test_late_change_of_a_session_begun_in_time(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(a=1), put(b=2))
    assert await visitor.values() == {"a": 1, "b": 2}


async def test_late_beginning_is_lost(make_visitor, caplog):
    visitor = make_visitor()
    await visitor.visit(None, put(a="secret"))
    await visitor.visit(lambda session: session.get("a"), put(a="secret"))
    assert len(visitor.store) == 0
    assert visitor.cookie is None
    assert [message[: len(LATE)] for message in caplog.messages] == [LATE, LATE]
    assert caplog.records[0].stack_info
    assert not any("secret" in message for message in caplog.messages)


async def test_late_end(make_visitor, caplog):
    visitor = make_visitor()
    for end in (lambda session: session.clear(), lambda session: session.invalidate()):
        await visitor.visit(put(a=1))
        await visitor.visit(None, end)
        assert len(visitor.store) == 0
        assert await visitor.visit(len) == {}
    assert caplog.messages == []
    await visitor.visit(put(a=1))
    await visitor.visit(None, lambda session: (session.invalidate(), session.update(b=2)))
    assert len(visitor.store) == 0
    assert caplog.messages[0].startswith(LATE)


async def test_late_regeneration_saves_nothing(make_visitor, caplog):
    visitor = make_visitor()
    await visitor.visit(put(a=1))
    await visitor.visit(put(b=2), lambda session: (session.regenerate(), session.update(user="ann")))
    assert await visitor.values() == {"a": 1, "b": 2}
    assert caplog.messages[0].startswith("regenerate() was called after the response had begun")
    assert caplog.messages[0].endswith(": 'user'")


async def test_regenerated_in_time_and_changed_late(make_visitor, caplog):
    visitor = make_visitor()
    await visitor.visit(put(a=1))
    await visitor.visit(lambda session: session.regenerate(), put(b=2))
    assert await visitor.values() == {"a": 1, "b": 2}
    await visitor.visit(lambda session: (session.clear(), session.update(a=3)), put(b=4))
    assert await visitor.values() == {"a": 3, "b": 4}
    assert caplog.messages == []


async def test_late_change_is_not_saved_where_the_application_fails(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(a=1))

    def fail(session):
        session["a"] = 2
        raise LookupError

    with pytest.raises(LookupError):
        await visitor.visit(None, fail)
    with pytest.raises(LookupError):
        await visitor.visit(fail)
    assert await visitor.values() == {"a": 1}


async def test_late_change_that_cannot_be_kept(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(a=1))
    with pytest.raises(TypeError):
        await visitor.visit(None, put(b={1}))
    assert await visitor.values() == {"a": 1}


@pytest.fixture(name="chat")
def chat_fixture(make_visitor, drive):
    """A visitor's WebSocket, accepted or not, with something done before, and after."""

    async def chat(visitor, before=None, after=None, *, answer=None, **scope):
        async def app(scope, receive, send):
            await receive()
            if before is not None:
                before(scope["session"])
            await send(answer or {"type": "websocket.accept"})
            if after is not None:
                after(scope["session"])

        visitor.app.app = app
        headers = [(b"cookie", f"session={visitor.cookie}".encode())]
        found = await drive.websocket(visitor.app, headers=headers, **scope)
        visitor.app.app = visitor.serve
        return found.messages[0]

    return chat


async def test_websocket(make_visitor, chat):
    visitor = make_visitor()
    accept = await chat(visitor, put(a=1), put(b=2))
    headers = dict(accept["headers"])
    assert headers[b"vary"] == b"Cookie"
    visitor.cookie = headers[b"set-cookie"].partition(b";")[0].removeprefix(b"session=").decode()
    assert await visitor.values() == {"a": 1, "b": 2}
    assert await chat(visitor, None, put(c=3)) == {"type": "websocket.accept"}
    assert await visitor.values() == {"a": 1, "b": 2, "c": 3}


async def test_websocket_that_is_refused(make_visitor, chat, caplog):
    visitor = make_visitor()
    close = {"type": "websocket.close", "code": 1008, "reason": ""}
    assert await chat(visitor, put(a="secret"), answer=close) == close
    assert len(visitor.store) == 0
    (message,) = caplog.messages
    assert message.startswith("The application has ended without a response that could set the cookie of a new session")
    assert message.endswith("into it: 'a'")
    assert not caplog.records[0].stack_info  # which would show nothing of the application
    await visitor.visit(put(a=1))
    assert await chat(visitor, put(b=2), answer=close) == close
    assert await visitor.values() == {"a": 1, "b": 2}
    assert len(caplog.messages) == 1


async def test_denial_response(make_visitor, chat):
    visitor = make_visitor()
    denial = {"type": "websocket.http.response.start", "status": 403, "headers": []}
    start = await chat(visitor, put(a=1), answer=denial, extensions={"websocket.http.response": {}})
    assert [name for name, _ in start["headers"]] == [b"vary", b"set-cookie", b"cache-control"]
    assert len(visitor.store) == 1


@pytest.fixture(name="placing")
def placing_fixture(make_visitor):
    """A visitor of an application that puts ``visitor.placed`` in the place of its session, after something else."""
    visitor = make_visitor()
    serve = visitor.serve

    async def app(scope, receive, send):
        if visitor.before is not None:
            visitor.before(scope["session"])
        if visitor.placed is not None:
            scope["session"] = visitor.placed
        await serve(scope, receive, send)

    visitor.app.app = app
    visitor.before = visitor.placed = None
    return visitor


@pytest.mark.parametrize("kind", [dict, Session])
async def test_placed_session_has_the_same_id(placing, kind):
    await placing.visit(put(a=1, b=2))
    first = placing.cookie
    placing.placed = kind(b=2, c=3)
    await placing.visit(None, put(d=4))
    assert await placing.values() == {"b": 2, "c": 3, "d": 4}
    assert placing.cookie == first


@pytest.mark.parametrize("kind", [dict, Session])
async def test_placed_session_begins(placing, kind, caplog):
    placing.placed = kind(a=1)
    await placing.visit(None, put(b=2))
    assert await placing.values() == {"a": 1, "b": 2}
    placing.placed = kind()
    await placing.visit()
    assert placing.cookie is None
    assert len(placing.store) == 0
    await placing.visit()
    assert caplog.messages == []


async def test_placed_where_the_store_has_no_json(placing):
    first = placing.cookie = new_id()
    await placing.store.create(placing.key, {"a": "{", CREATED: "1800000000"}, 100)
    placing.placed = {"a": 1, "b": 2}
    await placing.visit()
    assert placing.cookie != first
    assert await placing.values() == {"a": 1, "b": 2}


async def test_placed_session_that_is_regenerated(placing):
    await placing.visit(put(a=1))
    first = placing.cookie
    placing.placed = Session(a=1)
    await placing.visit(lambda session: session.regenerate(), put(b=2))
    assert placing.cookie != first
    assert await placing.store.read(hash_of(first)) is None
    assert await placing.values() == {"a": 1, "b": 2}


@pytest.mark.parametrize("begin", [Session.regenerate, Session.clear])
@pytest.mark.parametrize("kind", [dict, Session])
async def test_placed_after_regenerate(placing, kind, begin):
    await placing.visit(put(a=1))
    first = placing.cookie
    placing.placed = kind(user="ann")
    placing.before = begin
    await placing.visit(None, put(late=1))
    assert placing.cookie != first
    assert await placing.store.read(hash_of(first)) is None
    assert await placing.values() == {"user": "ann", "late": 1}


async def test_placed_after_invalidate(placing):
    await placing.visit(put(a=1))
    first = placing.cookie
    placing.placed = {"bye": True}
    placing.before = lambda session: session.invalidate()

    async def meanwhile(session):
        placing.placed = placing.before = None
        await placing.visit(put(b=2))

    await placing.visit(meanwhile)
    assert placing.cookie != first
    assert await placing.values() == {"bye": True}
    assert len(placing.store) == 1


@pytest.mark.parametrize("begin", [Session.regenerate, Session.clear, Session.invalidate])
async def test_same_session_placed_twice_gets_a_new_id(placing, begin):
    placing.placed = Session(a=1)
    await placing.visit()
    first = placing.cookie
    await placing.visit(lambda session: (begin(session), session.update(user="ann")))
    assert placing.cookie != first
    assert await placing.store.read(hash_of(first)) is None
    assert len(placing.store) == 1
