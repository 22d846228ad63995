"""What is entered around the lifespan of an application, and for how long."""

import pytest

from asgi_types.lifespan import lifespan_within

EVENTS = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
ANSWERS = ["lifespan.startup.complete", "lifespan.shutdown.complete"]


class Store:
    """Knows how often it is entered."""

    depth = 0

    async def __aenter__(self):
        self.depth += 1

    async def __aexit__(self, kind, error, traceback):
        self.depth -= 1


@pytest.fixture(name="store")
def store_fixture():
    return Store()


def within(store, app):
    async def wrapped(scope, receive, send):
        await lifespan_within(store, app, scope, receive, send)

    return wrapped


def lifespan_scope():
    return {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}


async def test_it_is_entered_from_before_the_start_to_after_the_end(store, drive):
    depths = []

    async def app(scope, receive, send):
        for answer in ANSWERS:
            await receive()
            depths.append(store.depth)
            await send({"type": answer})

    answer = await drive.events(within(store, within(store, app)), lifespan_scope(), EVENTS)
    assert [message["type"] for message in answer.messages] == ANSWERS
    assert (depths, store.depth) == ([2, 2], 0)


async def test_it_has_ended_when_the_server_is_told_so(store):
    events, depths = iter(EVENTS), []

    async def receive():
        return next(events)

    async def send(message):
        depths.append((message["type"], store.depth))

    async def app(scope, receive, send):
        for answer in ANSWERS:
            await receive()
            await send({"type": answer})

    await lifespan_within(store, app, lifespan_scope(), receive, send)
    assert depths == [(ANSWERS[0], 1), (ANSWERS[1], 0)]


async def test_a_failure_is_told_at_once(store, drive):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    answer = await drive.events(within(store, app), lifespan_scope(), EVENTS)
    assert answer.messages == [{"type": "lifespan.startup.failed", "message": "no database"}]
    assert store.depth == 0


async def test_a_context_that_cannot_be_entered_is_a_failed_start():
    class Missing(Store):
        async def __aenter__(self):
            raise ValueError("no such file")

    asked, messages = iter(EVENTS), []

    async def app(scope, receive, send):
        pytest.fail("It has not started.")

    async def receive():
        return next(asked)

    async def send(message):
        messages.append(message)

    with pytest.raises(ValueError, match="no such file"):
        await lifespan_within(Missing(), app, lifespan_scope(), receive, send)
    assert messages == [{"type": "lifespan.startup.failed", "message": "ValueError: no such file"}]
    assert next(asked) == EVENTS[1]


async def test_an_error_of_a_lifespan_is_raised(store, drive):
    async def app(scope, receive, send):
        await receive()
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError, match="no database"):
        await drive.events(within(store, app), lifespan_scope(), EVENTS)
    assert store.depth == 0


@pytest.mark.parametrize("error", [None, ValueError("What is a lifespan?")])
async def test_an_application_without_one(store, error):
    messages = []
    events = iter(EVENTS)

    async def app(scope, receive, send):
        assert store.depth == 1
        if error is not None:
            raise error

    async def receive():
        assert store.depth == 1
        return next(events)

    async def send(message):
        messages.append(message)

    await lifespan_within(store, app, lifespan_scope(), receive, send)
    assert [message["type"] for message in messages] == ANSWERS
    assert store.depth == 0
