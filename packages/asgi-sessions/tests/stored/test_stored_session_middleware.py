"""A session in a store, as an application and a browser see it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from asgi_sessions import (
    MemorySessionStore,
    Session,
    SessionMiddleware,
    SessionTooLargeError,
    StoredSessionMiddleware,
)
from asgi_sessions._session_id import hash_of, is_id, new_id

FORTNIGHT = 14 * 24 * 60 * 60
REMOVAL = "session=null; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly; samesite=lax"


def put(**values):
    return lambda session: session.update(values)


async def test_nothing_is_done_for_who_does_nothing(make_visitor, frail_store):
    visitor = make_visitor(frail_store)
    assert await visitor.visit() == {}
    assert visitor.answer.start["headers"] == [(b"x-app", b"yes")]
    assert frail_store.calls == []
    visitor.cookie = new_id()
    await visitor.visit()
    assert visitor.answer.start["headers"] == [(b"x-app", b"yes")]
    assert frail_store.calls == ["read"]


async def test_session_is_kept(make_visitor, frail_store):
    visitor = make_visitor(frail_store)
    await visitor.visit(put(user="ann", cart=[1, {"a": None}]))
    assert is_id(visitor.cookie)
    assert visitor.answer.headers.raw == [
        (b"x-app", b"yes"),
        (b"vary", b"Cookie"),
        (b"set-cookie", f"session={visitor.cookie}; path=/; Max-Age={FORTNIGHT}; httponly; samesite=lax".encode()),
        (b"cache-control", b"private"),
    ]
    assert await visitor.values() == {"user": "ann", "cart": [1, {"a": None}]}
    assert FORTNIGHT - 60 < (await frail_store.read(visitor.key)).expires_in <= FORTNIGHT
    first = visitor.cookie
    assert await visitor.visit(lambda session: session["user"]) == {"user": "ann", "cart": [1, {"a": None}]}
    assert visitor.answer.headers.raw == [(b"x-app", b"yes"), (b"vary", b"Cookie")]
    await visitor.visit(put(theme="dark"))
    assert "set-cookie" in visitor.answer.headers  # whose time begins anew, as that of the session has
    assert visitor.cookie == first
    assert await visitor.values() == {"user": "ann", "cart": [1, {"a": None}], "theme": "dark"}
    assert frail_store.calls == ["create", "read", "read", "read", "read", "update", "read"]


async def test_store_has_no_id(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(user="ann"))
    assert visitor.cookie not in repr(vars(visitor.store))
    assert await visitor.store.read(visitor.cookie) is None


async def test_changes_inside_are_found(make_visitor, frail_store):
    visitor = make_visitor(frail_store)
    await visitor.visit(put(cart=[{"n": 1}], user="ann"))
    await visitor.visit(lambda session: session["cart"][0].update(n=2))
    assert await visitor.values() == {"cart": [{"n": 2}], "user": "ann"}
    frail_store.calls.clear()
    await visitor.visit(lambda session: session["cart"][0].update(n=2))
    assert frail_store.calls == ["read"]
    assert "set-cookie" not in visitor.answer.headers


async def test_only_what_was_changed_is_written(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(a=1, b=1, c=1))

    async def meanwhile(session):
        session["a"] += 1
        del session["b"]
        await visitor.visit(put(c=2, d=2))

    await visitor.visit(meanwhile)
    assert await visitor.values() == {"a": 2, "c": 2, "d": 2}


async def test_of_one_entry_the_later_is_kept(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(a=1))

    async def meanwhile(session):
        session["a"] = 2
        await visitor.visit(put(a=3))

    await visitor.visit(meanwhile)
    assert await visitor.values() == {"a": 2}


async def test_removed_entry_is_removed(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(a=1, b=2))
    await visitor.visit(lambda session: session.pop("a"))
    assert await visitor.values() == {"b": 2}


@pytest.mark.parametrize(
    "empty", [lambda session: session.clear(), lambda session: session.pop("a"), lambda session: session.invalidate()]
)
async def test_emptied_session_ends(make_visitor, empty):
    visitor = make_visitor()
    await visitor.visit(put(a=1))
    old = visitor.cookie
    await visitor.visit(empty)
    assert visitor.answer.headers["set-cookie"] == REMOVAL
    assert visitor.cookie is None
    assert len(visitor.store) == 0
    visitor.cookie = old
    assert await visitor.visit(len) == {}


async def test_new_session_that_stays_empty_is_none(make_visitor, frail_store):
    visitor = make_visitor(frail_store)
    for act in (lambda session: session.clear(), lambda session: session.invalidate(), Session.mark_modified):
        await visitor.visit(act)
        assert visitor.answer.headers.raw == [(b"x-app", b"yes"), (b"vary", b"Cookie")]
    assert frail_store.calls == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(st.characters(max_codepoint=255, exclude_characters=";\r\n"), max_size=60))
@example("x" * 42)
@example("x" * 44)
@example("x" * 42 + "=")
@example("x" * 43 + "\n")
@example('"' + "x" * 43)
@example("é" * 43)
async def test_no_id_is_not_looked_up(make_visitor, drive, value):
    class Untouched(MemorySessionStore):
        async def read(self, key):
            pytest.fail("It is looked up.")

    visitor = make_visitor(Untouched())
    header = [(b"cookie", b"session=" + value.encode("latin-1"))]
    app = StoredSessionMiddleware(visitor.serve, Untouched())
    visitor.acts["/"] = len, None
    answer = await drive.request(app, headers=header)
    assert answer.status == 200


async def test_unknown_id_is_never_adopted(make_visitor):
    visitor = make_visitor()
    planted = visitor.cookie = new_id()
    await visitor.visit(put(a=1))
    assert is_id(visitor.cookie)
    assert visitor.cookie != planted
    assert await visitor.store.read(hash_of(planted)) is None


async def test_regenerate(make_visitor, frail_store):
    visitor = make_visitor(frail_store)
    await visitor.visit(put(cart=[1]))
    old = visitor.cookie

    def sign_in(session):
        session.regenerate()
        session["user"] = "ann"

    await visitor.visit(sign_in)
    assert visitor.cookie != old
    assert await visitor.values() == {"cart": [1], "user": "ann"}
    assert await frail_store.read(hash_of(old)) is None
    assert frail_store.calls == ["create", "read", "update", "read", "read"]


async def test_regenerate_without_a_session(make_visitor):
    visitor = make_visitor()
    await visitor.visit(lambda session: session.regenerate())
    assert visitor.cookie is None
    await visitor.visit(lambda session: (session.regenerate(), session.update(user="ann")))
    assert await visitor.values() == {"user": "ann"}


SIGN_IN = "regenerate() was called in a session that another request has ended"


@pytest.mark.parametrize("begin", [Session.regenerate, Session.clear])
async def test_nothing_of_what_has_ended_comes_back_by_a_sign_in(make_visitor, caplog, begin):
    visitor = make_visitor()
    await visitor.visit(put(cart=[1], user="ann"))

    async def step_up(session):
        begin(session)
        session["user"] = "ann"
        session["admin"] = True
        await visitor.visit(lambda session: session.invalidate())

    await visitor.visit(step_up, lambda session: session.get("user"))
    assert "set-cookie" not in visitor.answer.headers
    assert len(visitor.store) == 0
    (message,) = caplog.messages
    assert message.startswith(SIGN_IN)
    assert "ann" not in message
    assert message.endswith(("of: 'admin'", "of: 'admin', 'cart'"))


async def test_who_signs_in_twice_at_once_is_signed_in_once_with_all_there_was(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(cart=[1]))

    async def sign_in_twice(session):
        session.regenerate()
        session["user"] = "ann"
        await visitor.visit(lambda session: (session.regenerate(), session.update(user="ann")))

    await visitor.visit(sign_in_twice)
    assert await visitor.values() == {"cart": [1], "user": "ann"}
    assert len(visitor.store) == 1


async def test_sign_in_to_a_session_of_its_own_is_one_whatever_others_did(make_visitor, caplog):
    visitor = make_visitor()
    await visitor.visit(put(cart=[1]))

    async def sign_in(session):
        session.invalidate()
        session["user"] = "ann"
        await visitor.visit(lambda session: session.invalidate())

    await visitor.visit(sign_in)
    assert await visitor.values() == {"user": "ann"}
    assert len(caplog.messages) == 1  # of the end that found nothing


async def test_cleared_before_a_sign_in_has_a_new_id(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(seen=1))
    planted, keys = visitor.cookie, []

    def sign_in(session):
        session.clear()
        session["user"] = "ann"
        keys.append(session.key)

    await visitor.visit(sign_in)
    assert visitor.cookie != planted
    assert keys == [visitor.key]
    assert await visitor.store.read(hash_of(planted)) is None
    assert await visitor.values() == {"user": "ann"}


async def test_cleared_late_keeps_its_id(make_visitor, caplog):
    visitor = make_visitor()
    await visitor.visit(put(seen=1))
    keys = []
    late = lambda session: (session.clear(), session.update(b=2), keys.append(session.key))  # noqa: E731
    await visitor.visit(len, late)
    assert keys == [visitor.key]
    assert await visitor.values() == {"b": 2}
    assert caplog.messages == []


async def test_regenerate_alone_of_what_has_ended_is_nothing(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(cart=[1]))

    async def regenerate(session):
        session.regenerate()
        await visitor.visit(lambda session: session.invalidate())

    await visitor.visit(regenerate)
    assert "set-cookie" not in visitor.answer.headers
    assert len(visitor.store) == 0


@pytest.mark.parametrize("act", [put(theme="dark"), lambda session: session.pop("a"), lambda session: session.clear()])
async def test_change_of_what_has_a_new_id_is_dropped(make_visitor, caplog, act):
    caplog.set_level("INFO", "asgi_sessions")
    visitor = make_visitor()
    await visitor.visit(put(a="secret"))

    async def meanwhile(session):
        act(session)
        await visitor.visit(lambda session: session.regenerate())

    await visitor.visit(meanwhile, put(late=1))
    assert "set-cookie" not in visitor.answer.headers
    assert await visitor.values() == {"a": "secret"}
    dropped, late = caplog.messages
    assert dropped.startswith("The session was ended by another request")
    assert "secret" not in dropped
    assert late.startswith("A session was begun after the response had")


async def test_sign_out_is_one_whatever_others_did(make_visitor, caplog):
    visitor = make_visitor()
    await visitor.visit(put(a=1))
    old, key = visitor.cookie, visitor.key

    async def meanwhile(session):
        session.invalidate()
        await visitor.visit(lambda session: session.regenerate())

    await visitor.visit(meanwhile)
    assert visitor.cookie is None
    (message,) = caplog.messages
    assert message.startswith(f"The session {key[:8]}... was to be ended, and was not there any more.")
    assert old not in message
    assert len(visitor.store) == 1  # by its new id, which this request cannot know


async def test_put_in_after_invalidate_begins_another(make_visitor, frail_store):
    visitor = make_visitor(frail_store)
    await visitor.visit(put(cart=[1]))
    old = visitor.cookie

    async def sign_out(session):
        session.invalidate()
        session["bye"] = True
        await visitor.visit(put(meanwhile=1))

    await visitor.visit(sign_out)
    assert visitor.cookie != old
    assert await visitor.values() == {"bye": True}
    assert len(frail_store) == 1


async def test_keys(make_visitor):
    visitor = make_visitor()
    seen = []

    def look(session):
        seen.append(session.key)

    def sign_in(session):
        look(session)
        session.regenerate()
        look(session)

    def sign_out(session):
        session.invalidate()
        look(session)
        session["bye"] = True
        look(session)

    await visitor.visit(look)
    await visitor.visit(lambda session: (session.update(a=1), look(session)))
    first = visitor.key
    await visitor.visit(look, look)
    await visitor.visit(sign_in)
    second = visitor.key
    await visitor.visit(sign_out)
    assert seen == [None, first, first, first, first, second, None, visitor.key]
    assert len({first, second, visitor.key}) == 3


async def test_key_when_the_response_has_begun(make_visitor):
    visitor = make_visitor()
    seen = []

    def look(session):
        seen.append(session.key)

    for act in (put(a=1), lambda session: session.regenerate(), put(b=2)):
        await visitor.visit(act, look)
        assert seen.pop() == visitor.key


async def test_key_of_what_has_ended(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(a=1))
    seen = []
    await visitor.visit(lambda session: session.clear(), lambda session: seen.append(session.key))
    await visitor.visit(None, lambda session: (session.update(a=1), seen.append(session.key)))
    assert seen == [None, None]


@pytest.mark.parametrize(
    ("options", "cookie"),
    [
        ({}, "path=/; Max-Age=1209600; httponly; samesite=lax"),
        ({"max_age": 60, "path": "/app", "same_site": "strict"}, "path=/app; Max-Age=60; httponly; samesite=strict"),
        ({"max_age": None, "domain": "example.org"}, "path=/; httponly; samesite=lax; domain=example.org"),
        (
            {"https_only": True, "partitioned": True},
            "path=/; Max-Age=1209600; httponly; samesite=lax; secure; partitioned",
        ),
    ],
)
async def test_attributes_of_the_cookie(make_visitor, options, cookie):
    visitor = make_visitor(session_cookie="sid", **options)
    await visitor.visit(put(a=1))
    assert visitor.answer.headers["set-cookie"] == f"sid={visitor.cookie}; {cookie}"
    assert (await visitor.store.read(visitor.key)).expires_in <= (options.get("max_age") or FORTNIGHT)


async def test_cookie_is_secure_where_the_connection_is(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(a=1), scheme="https")
    assert visitor.answer.headers["set-cookie"].endswith("; secure")
    await visitor.visit(lambda session: session.clear(), scheme="https")
    assert visitor.answer.headers["set-cookie"] == f"{REMOVAL}; secure"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_age": 0}, "max_age is a number of seconds above 0, or None, not 0"),
        ({"max_age": -1}, "max_age"),
        ({"max_lifetime": 0}, "max_lifetime is a number"),
        ({"max_session_size": 0}, "max_session_size is a number of bytes above 0, not 0"),
        ({"session_cookie": "a b"}, "token"),
        ({"session_cookie": "__Host-id"}, "https_only=True"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        StoredSessionMiddleware(None, MemorySessionStore(), **options)


def test_most_that_a_session_may_have():
    assert StoredSessionMiddleware(None, MemorySessionStore()).max_session_size == 1024 * 1024
    assert MemorySessionStore().max_sessions == 100_000


async def test_limit_of_the_size(make_visitor):
    visitor = make_visitor(max_session_size=50)
    await visitor.visit(put(a="x" * 41))
    with pytest.raises(SessionTooLargeError):
        await visitor.visit(put(a="x" * 42))


async def test_too_large_a_session(make_visitor):
    visitor = make_visitor()
    await visitor.visit(put(a="x" * 40, b="x" * 20))
    visitor.app.max_session_size = 126
    with pytest.raises(SessionTooLargeError, match="store") as caught:
        await visitor.visit(put(c="x" * 40))
    assert (caught.value.size, caught.value.limit) == (127, 126)
    assert await visitor.values() == {"a": "x" * 40, "b": "x" * 20}
    visitor.app.max_session_size = 10
    await visitor.visit(lambda session: session.pop("b"))  # smaller may be saved
    assert await visitor.values() == {"a": "x" * 40}
    visitor.app.max_session_size = 127
    await visitor.visit(put(b="x" * 20, c="x" * 40))
    assert await visitor.values() == {"a": "x" * 40, "b": "x" * 20, "c": "x" * 40}


@pytest.mark.parametrize(
    ("act", "kind", "message"),
    [
        (put(a={1, 2}), TypeError, "Keep str, int"),
        (lambda session: session.update({1: 2}), TypeError, "The names in a session are str, not 1"),
        (put(_session_created=1), ValueError, "'_session_created' in a session is where"),
    ],
)
async def test_what_cannot_be_kept(make_visitor, drive, act, kind, message):
    visitor = make_visitor()
    with pytest.raises(kind, match=message):
        await visitor.visit(act)

    async def with_error_page(scope, receive, send):
        try:
            await visitor.serve(scope, receive, send)
        except kind:
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    visitor.acts["/"] = act, None
    answer = await drive.request(StoredSessionMiddleware(with_error_page, visitor.store))
    assert answer.status == 500
    assert answer.start["headers"] == []
    assert len(visitor.store) == 0


class Half:
    async def read(self, key):
        return None


@pytest.mark.parametrize(
    ("store", "message"),
    [
        ("redis://:secret@localhost", "A str is no store of sessions: give one, such as SQLiteSessionStore"),
        (None, "A NoneType is no store"),
        (MemorySessionStore, r"MemorySessionStore is a class: give a store that .* such as MemorySessionStore\(\)"),
        (Half(), "A Half is no store of sessions yet: it has no create, update, delete, __aenter__, __aexit__"),
    ],
)
def test_store_is_checked(store, message):
    with pytest.raises(TypeError, match=message) as caught:
        StoredSessionMiddleware(None, store)
    assert "secret" not in str(caught.value)


async def test_look_that_comes_after_the_response_has_begun_is_told(make_visitor, caplog):
    visitor = make_visitor()
    await visitor.visit(None, len)
    assert caplog.messages[0].startswith("The session was looked at for the first time after the response had begun")
    assert "vary" not in visitor.answer.headers
    caplog.clear()

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        len(scope["session"])  # as in a task in the background: no cache has anything of it

    visitor.app.app = app
    await visitor.visit()
    assert caplog.messages == []


async def test_change_after_the_application_has_returned_is_told(make_visitor, caplog):
    visitor = make_visitor()
    await visitor.visit(put(a=1))
    await visitor.visit(len)
    visitor.answer.scope["session"].invalidate()
    assert await visitor.values() == {"a": 1}
    assert caplog.messages[0].startswith("The session was changed after the application had returned")
    assert caplog.records[0].stack_info


async def test_lifespan_enters_the_store(drive):
    steps = []

    class Store(MemorySessionStore):
        async def __aenter__(self):
            steps.append("entered")
            return self

        async def __aexit__(self, *error):
            steps.append("left")

    async def app(scope, receive, send):
        steps.append(scope["type"])
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})

    middleware = StoredSessionMiddleware(app, Store())
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    await drive.events(middleware, {"type": "lifespan", "asgi": {}, "state": {}}, events)
    await middleware({"type": "other"}, None, None)
    assert steps == ["entered", "lifespan", "left", "other"]


async def test_two_with_different_cookies(make_visitor, drive):
    outer = make_visitor(session_cookie="outer")
    inner = make_visitor(session_cookie="inner")
    app = StoredSessionMiddleware(inner.app, outer.store, session_cookie="outer")
    await inner.visit(put(a=1), app=app)
    assert await inner.values() == {"a": 1}
    assert len(outer.store) == 0
    assert await inner.visit(len, app=app) == {"a": 1}


async def test_two_with_the_same_cookie_are_one(make_visitor):
    visitor = make_visitor()
    other = MemorySessionStore()
    visitor.app.app = StoredSessionMiddleware(visitor.serve, other)
    await visitor.visit(put(a=1))
    assert await visitor.values() == {"a": 1}
    assert len(other) == 0
    assert visitor.answer.scope["session"]._kept_as is None


@pytest.mark.parametrize("is_inside", [False, True])
async def test_beside_one_of_another_kind_with_the_same_cookie_it_is_an_error(drive, is_inside):
    async def app(scope, receive, send):
        raise AssertionError("It is called.")

    app = StoredSessionMiddleware(app, MemorySessionStore()) if is_inside else SessionMiddleware(app, "a key")
    app = SessionMiddleware(app, "a key") if is_inside else StoredSessionMiddleware(app, MemorySessionStore())
    with pytest.raises(RuntimeError, match="both set the cookie 'session'"):
        await drive.request(app)
