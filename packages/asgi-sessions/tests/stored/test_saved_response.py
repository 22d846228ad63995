"""A store that is down: the client is told so, nothing is half done, and an application without end is ended."""

from __future__ import annotations

import asyncio

import anyio
import pytest

from asgi_sessions import MemorySessionStore, SessionStoreUnavailable, StoredSessionMiddleware
from asgi_types import GUARD, HTTPException, Response

START = {"type": "http.response.start", "status": 200, "headers": [(b"x-app", b"yes")]}
BODY = {"type": "http.response.body", "body": b"Part.", "more_body": True}
END = {"type": "http.response.body", "body": b"End."}
DETAIL = b"Sessions cannot be reached at the moment. Try again later."


def put(**values):
    return lambda session: session.update(values)


def is_unavailable(answer):
    assert answer.status == 503
    assert answer.headers["retry-after"] == "1"
    assert "x-app" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert answer.body == DETAIL
    return True


class ErrorLayer:
    """Promises to answer, as asgi_middleware.ExceptionMiddleware does."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        scope[GUARD] = self.guard
        await self.app(scope, receive, send)

    async def guard(self, app, scope, receive, send):
        try:
            await app(scope, receive, send)
        except HTTPException as error:
            page = Response(f"<h1>{error.status_code}</h1>", error.status_code, error.headers, "text/html")
            await page(scope, receive, send)


@pytest.fixture(name="visitor")
def visitor_fixture(make_visitor, frail_store):
    return make_visitor(frail_store)


async def test_while_loading(visitor, frail_store):
    await visitor.visit(put(a=1))
    frail_store.down = {"read"}
    assert await visitor.visit(lambda session: pytest.fail("It is not called.")) == {}
    assert is_unavailable(visitor.answer)
    visitor.acts.clear()
    frail_store.down = set()
    assert await visitor.visit() == {"a": 1}


async def test_while_loading_below_an_error_layer(visitor, frail_store):
    visitor.app = ErrorLayer(visitor.app)
    await visitor.visit(put(a=1))
    frail_store.down = {"read"}
    await visitor.visit()
    assert (visitor.answer.status, visitor.answer.text) == (503, "<h1>503</h1>")
    assert visitor.answer.headers["retry-after"] == "1"


CHANGES = {
    "create": (None, put(b=2)),
    "update": (put(a=1), put(b=2)),
    "move": (put(a=1), lambda session: (session.update(b=2), session.regenerate())),
    "delete": (put(a=1), lambda session: session.clear()),
    "begin another": (put(a=1), lambda session: (session.invalidate(), session.update(b=2))),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("down", ["create", "update", "delete"])
async def test_while_saving(visitor, frail_store, change, down):
    before, act = CHANGES[change]
    await visitor.visit(before)
    first = visitor.cookie
    frail_store.down = {down}
    frail_store.calls.clear()
    await visitor.visit(act)
    if down not in frail_store.calls:
        assert visitor.answer.status == 200
        return
    assert is_unavailable(visitor.answer)
    assert visitor.cookie == first
    is_ended = (change, down) == ("begin another", "create")  # as who signs out is out, whatever comes next
    assert first is None or await visitor.values() == (None if is_ended else {"a": 1})


async def test_while_saving_below_an_error_layer(visitor, frail_store):
    visitor.app = ErrorLayer(visitor.app)
    frail_store.down = {"create"}
    await visitor.visit(put(a=1))
    assert (visitor.answer.status, visitor.answer.text) == (503, "<h1>503</h1>")


async def test_error_layer_inside_answers_in_place(visitor, frail_store):
    visitor.app.app = ErrorLayer(visitor.serve)
    frail_store.down = {"create"}
    await visitor.visit(put(a=1))
    assert (visitor.answer.status, visitor.answer.text) == (503, "<h1>503</h1>")


async def test_middleware_outside_sees_the_answer(visitor, frail_store, drive):
    seen = []

    async def outside(scope, receive, send):
        def noting(message):
            seen.append(message["type"])
            return send(message)

        await visitor.app(scope, receive, noting)

    frail_store.down = {"create"}
    await visitor.visit(put(a=1), app=outside)
    assert seen == ["http.response.start", "http.response.body"]


@pytest.fixture(name="failing")
def failing_fixture(frail_store, drive):
    """Requests to an application that changes its session, sends this, and notes how that ends."""
    frail_store.down = {"create"}

    async def failing(serve, kind="http"):
        async def app(scope, receive, send):
            await receive()
            scope["session"]["a"] = 1
            await serve(send)

        middleware = StoredSessionMiddleware(app, frail_store)
        if kind == "http":
            return await drive.request(middleware)
        return await drive.websocket(middleware, extensions={kind: {}})

    return failing


async def send_without_end(send):
    await send(START)
    while True:
        await send(BODY)
        await anyio.lowlevel.checkpoint()


async def test_what_follows_is_swallowed(failing):
    async def serve(send):
        await send(START)
        await send({"type": "http.response.early_hint", "links": []})
        await send(END)
        await send(START)

    assert is_unavailable(await failing(serve))


async def test_response_without_end_ends(failing):
    assert is_unavailable(await failing(send_without_end))


class ClientGoneError(Exception):
    pass


async def raise_another(send):
    try:
        await send_without_end(send)
    except OSError:
        raise ClientGoneError  # noqa: B904 - as Starlette does


async def raise_another_from_it(send):
    try:
        await send_without_end(send)
    except OSError as error:
        raise ClientGoneError from error


async def raise_in_a_group(send):
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(raise_another, send)


@pytest.mark.parametrize("serve", [raise_another, raise_another_from_it, raise_in_a_group])
async def test_errors_made_of_it_end_here(failing, serve, caplog):
    assert is_unavailable(await failing(serve))
    told = [record.exc_info[0] for record in caplog.records]
    assert told == (
        [] if serve is raise_another_from_it else [ExceptionGroup if serve is raise_in_a_group else ClientGoneError]
    )


async def test_error_in_what_cleans_up_is_logged(failing, caplog):
    async def serve(send):
        try:
            await send_without_end(send)
        finally:
            {}["a bug"]

    assert is_unavailable(await failing(serve))
    (record,) = caplog.records
    assert record.getMessage().startswith("A 503 took the place of a response")
    assert record.exc_info[0] is KeyError


async def test_other_errors_are_raised(failing):
    async def serve(send):
        await send(START)
        first = LookupError("of the application")
        first.__cause__ = ValueError()
        first.__cause__.__context__ = first
        raise first

    with pytest.raises(LookupError, match="of the application"):
        await failing(serve)


async def test_errors_of_others_in_the_group_are_raised(failing):
    async def fail(send):
        try:
            await send_without_end(send)
        finally:
            failed.set()

    async def other():
        with anyio.CancelScope(shield=True):
            await failed.wait()
        raise LookupError("of another task")

    async def serve(send):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail, send)
            tasks.start_soon(other)

    failed = anyio.Event()
    with pytest.raises(BaseExceptionGroup) as caught:
        await failing(serve)
    assert caught.group_contains(LookupError, match="of another task")


async def test_oserror_of_the_server_is_raised(visitor):
    def gone(session):
        raise OSError("The client has left.")

    await visitor.visit(put(a=1))
    with pytest.raises(OSError, match="has left"):
        await visitor.visit(put(b=2), gone)
    assert await visitor.values() == {"a": 1, "b": 2}


@pytest.mark.parametrize("kind", ["websocket.http.response", "none"])
async def test_websocket_is_refused(failing, kind):
    async def serve(send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
        while True:
            await send({"type": "websocket.send", "text": "Hello"})

    answer = await failing(serve, kind)
    if kind == "none":
        assert answer.messages == [{"type": "websocket.close", "code": 1013, "reason": DETAIL.decode()}]
    else:
        assert is_unavailable(answer)


async def test_late_change_is_lost_and_logged(visitor, frail_store, caplog):
    await visitor.visit(put(a=1, b=2))
    frail_store.down = {"update"}
    await visitor.visit(None, lambda session: (session.update({"c\r\n": "secret"}), session.pop("b")))
    assert visitor.answer.status == 200
    assert await visitor.values() == {"a": 1, "b": 2}
    look, message = caplog.messages
    assert look.startswith("The session was looked at for the first time after the response had begun")
    assert message.endswith("Lost are changes made after the response had begun: 'b', 'c\\r\\n'")
    assert caplog.records[1].levelname == "ERROR"


# Ending a session, and raising


def end(session):
    session.invalidate()


def end_and_fail(session):
    session.invalidate()
    raise LookupError


def end_and_begin(session):
    session.invalidate()
    session["b"] = 2
    raise LookupError


def end_with_no_json(session):
    session.invalidate()
    session["b"] = {1}


END_AND_RAISE = {
    "before": ((end_and_fail, None), LookupError),
    "before, with another": ((end_and_begin, None), LookupError),
    "after": ((None, end_and_fail), LookupError),
    "after a change": ((put(a=2), end_and_fail), LookupError),
    "no JSON": ((end_with_no_json, None), TypeError),
}


@pytest.mark.parametrize("case", END_AND_RAISE)
async def test_session_ends_even_if_the_application_raises(visitor, frail_store, case):
    acts, error = END_AND_RAISE[case]
    await visitor.visit(put(a=1))
    with pytest.raises(error):
        await visitor.visit(*acts)
    assert len(frail_store) == 0
    assert frail_store.calls.count("delete") == 1


async def test_session_ends_late_even_if_more_cannot_be_kept(visitor, frail_store):
    await visitor.visit(put(a=1))
    await visitor.visit(None, end_with_no_json)
    assert len(frail_store) == 0


async def test_session_ends_even_if_an_error_page_follows(visitor, frail_store, drive):
    await visitor.visit(put(a=1))

    async def with_error_page(scope, receive, send):
        end_with_no_json(scope["session"])
        with pytest.raises(TypeError):
            await send(START)
        await send({**START, "status": 500})
        await send(END)

    visitor.app.app = with_error_page
    await visitor.visit()
    assert visitor.answer.status == 500
    assert len(frail_store) == 0


async def test_session_ends_once(visitor, frail_store):
    await visitor.visit(put(a=1))

    def fail(session):
        raise LookupError

    with pytest.raises(LookupError):
        await visitor.visit(end, fail)
    assert frail_store.calls == ["create", "read", "delete"]
    for acts in ((None, fail), (fail, None), (lambda session: session.clear() or fail(session), None)):
        await visitor.visit(put(a=1))
        frail_store.calls.clear()
        with pytest.raises(LookupError):
            await visitor.visit(*acts)
        assert frail_store.calls == ["read"]


@pytest.mark.parametrize("placed", [{"b": 2}, 5])
async def test_session_ends_whatever_was_put_in_its_place(visitor, frail_store, placed):
    await visitor.visit(put(a=1))

    async def placing(scope, receive, send):
        scope["session"].invalidate()
        scope["session"] = placed
        raise LookupError

    visitor.app.app = placing
    with pytest.raises(LookupError):
        await drive_with_cookie(visitor)
    assert len(frail_store) == 0


async def drive_with_cookie(visitor):
    headers = [(b"cookie", f"session={visitor.cookie}".encode())]
    return await visitor.drive.request(visitor.app, headers=headers)


async def test_end_that_the_store_cannot_make_is_logged(visitor, frail_store, caplog):
    await visitor.visit(put(a=1))
    frail_store.down = {"delete"}
    with pytest.raises(LookupError):
        await visitor.visit(None, end_and_fail)
    assert caplog.messages == [
        "The store of the sessions could not be reached: a session that was to be ended goes on."
    ]
    frail_store.down = set()
    assert await visitor.values() == {"a": 1}


async def test_end_that_was_refused_is_not_tried_again(visitor, frail_store, caplog):
    await visitor.visit(put(a=1))
    frail_store.down = {"delete"}

    def fail(session):
        raise LookupError

    with pytest.raises(LookupError):
        await visitor.visit(end, fail)
    assert frail_store.calls == ["create", "read", "delete"]
    assert caplog.messages == []


async def test_session_that_another_has_ended_is_not_ended_again(visitor, frail_store, caplog):
    await visitor.visit(put(a=1))

    async def end_twice(session):
        await visitor.visit(end)
        end_and_fail(session)

    with pytest.raises(LookupError):
        await visitor.visit(end_twice)
    assert caplog.messages[0].endswith("has given it a new id at the same time, by which it goes on.")


@pytest.mark.parametrize("late", [False, True])
async def test_session_ends_even_if_the_request_is_cancelled(make_visitor, late):
    visitor = make_visitor(SlowStore())
    await visitor.visit(put(a=1))

    async def end_and_wait(session):
        session.invalidate()
        tasks.cancel_scope.cancel()
        await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(visitor.visit, *((None, end_and_wait) if late else (end_and_wait,)))
    assert len(visitor.store) == 0


async def test_coroutine_that_is_closed_waits_for_nothing(make_visitor):
    async def app(scope, receive, send):
        scope["session"].invalidate()
        await anyio.lowlevel.checkpoint()

    visitor = make_visitor()
    await visitor.visit(put(a=1))
    visitor.app.app = app
    begun = visitor.app({"type": "http", "headers": [(b"cookie", f"session={visitor.cookie}".encode())]}, None, None)
    begun.send(None)
    begun.close()
    assert await visitor.values() == {"a": 1}


async def test_save_that_fails_is_not_tried_again(visitor, frail_store, caplog):
    frail_store.down = {"create"}
    await visitor.visit(put(a=1), put(b=2))
    assert frail_store.calls == ["create"]
    assert caplog.messages == []


class SlowStore(MemorySessionStore):
    """Whose every change takes three steps, and is made at the last."""

    def __init__(self):
        super().__init__()
        self.begun = anyio.Event()

    async def create(self, *args):
        await self.work()
        await super().create(*args)

    async def update(self, *args, **options):
        await self.work()
        return await super().update(*args, **options)

    async def delete(self, key):
        await self.work()
        return await super().delete(key)

    async def work(self):
        self.begun.set()
        for _ in range(3):
            await anyio.sleep(0.001)


AFTER = {
    "create": [{"b": "2"}],
    "update": [{"a": "1", "b": "2"}],
    "move": [{"a": "1", "b": "2"}],
    "delete": [],
    "begin another": [{"b": "2"}],
}


def entries_of(store):
    kept = [values for values, _ in store._sessions.values()]
    return [{name: value for name, value in values.items() if not name.startswith("_")} for values in kept]


@pytest.mark.parametrize("change", CHANGES)
async def test_cancelled_while_saving(make_visitor, change):
    before, act = CHANGES[change]
    visitor = make_visitor(SlowStore())
    await visitor.visit(before)
    visitor.store.begun = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(visitor.visit, act)
        await visitor.store.begun.wait()
        tasks.cancel_scope.cancel()
    assert entries_of(visitor.store) == AFTER[change]


async def test_client_is_told_the_new_id_though_it_was_cancelled_while_saving(make_visitor):
    visitor = make_visitor(SlowStore())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(visitor.visit, put(a=1))
        await visitor.store.begun.wait()
        tasks.cancel_scope.cancel()
    assert await visitor.values() == {"a": 1}


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("change", CHANGES)
async def test_cancelled_without_anyio_while_saving(make_visitor, change, anyio_backend):
    before, act = CHANGES[change]
    visitor = make_visitor(SlowStore())
    await visitor.visit(before)
    visitor.store.begun = anyio.Event()
    visit = asyncio.ensure_future(visitor.visit(act))
    await visitor.store.begun.wait()
    visit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await visit
    assert entries_of(visitor.store) == AFTER[change]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_time_limit_of_asyncio_while_ending(make_visitor, anyio_backend):
    visitor = make_visitor(SlowStore())
    await visitor.visit(put(a=1))

    async def end_and_wait(session):
        session.invalidate()
        await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(visitor.visit(None, end_and_wait), 0.05)
    assert len(visitor.store) == 0


async def test_save_of_a_store_that_fails_raises_that(make_visitor):
    class Failing(MemorySessionStore):
        async def create(self, *args):
            raise LookupError("of the store")

    with pytest.raises(LookupError, match="of the store"):
        await make_visitor(Failing()).visit(put(a=1))


async def test_cancelled_while_saving_late(make_visitor):
    visitor = make_visitor(SlowStore())
    await visitor.visit(put(a=1))
    visitor.store.begun = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(visitor.visit, None, put(b=2))
        await visitor.store.begun.wait()
        tasks.cancel_scope.cancel()
    assert await visitor.values() == {"a": 1, "b": 2}


async def test_save_without_end_is_given_up(make_visitor, monkeypatch):
    class Endless(MemorySessionStore):
        async def create(self, *args):
            await anyio.sleep_forever()

    monkeypatch.setattr("asgi_sessions._stored.whole_step.SAVE_TIMEOUT", 0.01)
    visitor = make_visitor(Endless())
    await visitor.visit(put(a=1))
    assert is_unavailable(visitor.answer)


async def test_late_regeneration_log_is_bounded(visitor, caplog):
    await visitor.visit(put(a=1))
    await visitor.visit(None, lambda session: (session.regenerate(), session.update({"x" * 1000: 1})))
    assert len(caplog.messages[0]) < 400
    caplog.clear()
    many = {f"{number:03}": 1 for number in range(100)}
    await visitor.visit(None, lambda session: (session.regenerate(), session.update(many)))
    assert caplog.messages[0].endswith("'019', and 80 more")


def test_unavailable():
    assert SessionStoreUnavailable(0.2).headers == {"retry-after": "1"}
    assert SessionStoreUnavailable(2.2).headers == {"retry-after": "3"}
