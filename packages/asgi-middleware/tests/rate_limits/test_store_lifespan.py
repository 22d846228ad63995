"""Around which lifespan the store of a middleware is entered."""

import pytest

from asgi_middleware import MemoryRateLimitStore, RateLimitMiddleware

EVENTS = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
ANSWERS = ["lifespan.startup.complete", "lifespan.shutdown.complete"]


class Store(MemoryRateLimitStore):
    """Knows how often it is entered."""

    depth = 0

    async def __aenter__(self):
        self.depth += 1
        return self

    async def __aexit__(self, kind, error, traceback):
        self.depth -= 1


def lifespan_scope():
    return {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}


async def test_all_middleware_enter_it(drive):
    store, depths = Store(), []

    async def app(scope, receive, send):
        for answer in ANSWERS:
            await receive()
            depths.append(store.depth)
            await send({"type": answer})

    both = RateLimitMiddleware(RateLimitMiddleware(app, "1/hour", store=store), "2/day", store=store)
    answer = await drive.events(both, lifespan_scope(), EVENTS)
    assert [message["type"] for message in answer.messages] == ANSWERS
    assert (depths, store.depth) == ([2, 2], 0)


async def test_an_error_of_a_lifespan_is_raised(drive):
    store = Store()

    async def app(scope, receive, send):
        await receive()
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError, match="no database"):
        await drive.events(RateLimitMiddleware(app, "1/hour", store=store), lifespan_scope(), EVENTS)
    assert store.depth == 0


@pytest.mark.parametrize("error", [None, ValueError("What is a lifespan?")])
async def test_an_application_without_one(error):
    store, messages = Store(), []
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

    await RateLimitMiddleware(app, "1/hour", store=store)(lifespan_scope(), receive, send)
    assert [message["type"] for message in messages] == ANSWERS
    assert store.depth == 0
