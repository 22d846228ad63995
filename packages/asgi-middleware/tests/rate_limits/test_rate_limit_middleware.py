"""What the middleware lets through, refuses, and hands to its store and its application."""

import math
import re

import pytest

from asgi_middleware import (
    ExceptionMiddleware,
    MemoryRateLimitStore,
    Middleware,
    RateLimit,
    RateLimitMiddleware,
    RateLimitUnavailable,
    RateLimitVerdict,
    ServerErrorMiddleware,
    where,
)
from asgi_types import Response, close_message

VERDICTS = "asgi_middleware.rate_limit"


async def hello(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send(close_message())
    else:
        await Response("Hello", media_type="text/plain")(scope, receive, send)


class Store(MemoryRateLimitStore):
    """Keeps what it is asked, and may be told what to say."""

    def __init__(self, answer=None):
        super().__init__()
        self.answer = answer
        self.hits = []

    async def hit(self, key, limits, cost=1):
        self.hits.append((key, limits, cost))
        if isinstance(self.answer, Exception):
            raise self.answer
        return await super().hit(key, limits, cost) if self.answer is None else self.answer


async def statuses(drive, app, count, **scope):
    return [(await drive.request(app, **scope)).status for _ in range(count)]


async def test_as_many_as_allowed_get_through(drive):
    assert await statuses(drive, RateLimitMiddleware(hello, "3/hour"), 5) == [200, 200, 200, 429, 429]


async def test_clients_are_counted_apart(drive):
    app = RateLimitMiddleware(hello, RateLimit(1, per=1000))
    for host in ("192.0.2.1", "192.0.2.2", "2001:db8::1"):
        assert await statuses(drive, app, 2, client=(host, 1)) == [200, 429]
    assert await statuses(drive, app, 1, client=("2001:db8::2", 1)) == [429]
    assert await statuses(drive, app, 2, client=None) == [200, 429]


async def test_all_limits_must_have_room(drive):
    app = RateLimitMiddleware(hello, "2/hour", "3/day")
    assert await statuses(drive, app, 4) == [200, 200, 429, 429]
    (hour, day) = (await drive.request(app)).scope[VERDICTS]["default"]
    assert (hour.remaining, day.remaining) == (0, 1)


@pytest.mark.parametrize(
    ("wait", "detail", "retry_after"),
    [
        (0.0001, "Too many requests. Try again in 1 second.", "1"),
        (1.0, "Too many requests. Try again in 1 second.", "1"),
        (1.5, "Too many requests. Try again in 2 seconds.", "2"),
        (math.inf, "This request counts for more than is ever allowed.", None),
    ],
)
async def test_refusal(drive, wait, detail, retry_after):
    limit = RateLimit(1, per=60)
    store = Store([RateLimitVerdict(limit, False, 0, 0.5, wait)])
    answer = await drive.request(RateLimitMiddleware(hello, limit, store=store))
    assert (answer.status, answer.text, answer.headers.get("retry-after")) == (429, detail, retry_after)


async def test_the_longest_wait_of_those_that_refuse_counts(drive):
    limits = [RateLimit(9, per=per) for per in (1, 60, 3600)]
    waits = [1.0, 20.0, 0.0]
    store = Store([RateLimitVerdict(limits[i], not wait, 0, 900.0, wait) for i, wait in enumerate(waits)])
    answer = await drive.request(RateLimitMiddleware(hello, *limits, store=store))
    assert answer.headers["retry-after"] == "20"


async def test_error_layers_answer_in_place(drive):
    async def handler(connection, refusal):
        return Response(f"{refusal.detail} {connection.scope[VERDICTS]['default'][0].remaining}", refusal.status_code)

    app = RateLimitMiddleware(hello, "1/hour")
    outer = ServerErrorMiddleware(ExceptionMiddleware(app, {429: handler}))
    assert await statuses(drive, outer, 2) == [200, 429]
    answer = await drive.request(outer)
    assert re.fullmatch(r"Too many requests\. Try again in 3[67]\d\d seconds\. 0", answer.text)
    assert answer.headers["ratelimit-policy"] == '"default";q=1;w=3600'


# Other connections


async def test_handshakes_count(drive):
    app = RateLimitMiddleware(hello, "1/hour")
    accepted, closed = [await drive.websocket(app) for _ in range(2)]
    assert [message["type"] for message in accepted.messages] == ["websocket.accept", "websocket.close"]
    (close,) = closed.messages
    assert (close["type"], close["code"]) == ("websocket.close", 1013)
    assert close["reason"].startswith("Too many requests. Try again in")
    denied = await drive.websocket(app, extensions={"websocket.http.response": {}})
    assert denied.status == 429
    assert (await drive.request(app)).status == 429


async def test_handshakes_that_do_not_count(drive):
    app = RateLimitMiddleware(hello, "1/hour", websockets=False, messages="9/hour")
    for _ in range(3):
        answer = await drive.websocket(app)
        assert answer.messages[0] == {"type": "websocket.accept"}
        assert VERDICTS not in answer.scope
    assert await statuses(drive, app, 2) == [200, 429]


async def test_other_scopes_pass(drive):
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, receive, send))

    given = ({"type": "other"}, object(), object())
    await RateLimitMiddleware(app, "1/hour")(*given)
    assert seen == [given]
    assert given[0] == {"type": "other"}


# Keys, costs, names


async def test_key_may_be_async_and_none(drive):
    async def key(connection):
        return connection.headers.get("x-key")

    app = RateLimitMiddleware(hello, "1/hour", key=key)
    assert await statuses(drive, app, 2, headers={"x-key": "ann"}) == [200, 429]
    assert await statuses(drive, app, 2, headers={"x-key": "ben"}) == [200, 429]
    assert await statuses(drive, app, 3) == [200, 200, 200]
    free = await drive.request(app)
    assert VERDICTS not in free.scope
    assert "ratelimit" not in free.headers


async def test_key_may_be_plain(drive):
    app = RateLimitMiddleware(hello, "1/hour", key=lambda connection: connection.query_params.get("key"))
    assert [await statuses(drive, app, 2, path=path) for path in ("/?key=a", "/?key=b", "/")] == [
        [200, 429],
        [200, 429],
        [200, 200],
    ]


@pytest.mark.parametrize("key", [7, b"ann"])
async def test_key_is_text(drive, key):
    with pytest.raises(TypeError, match="The key of a rate limit is text, or None for no limit, not"):
        await drive.request(RateLimitMiddleware(hello, "1/hour", key=lambda connection: key))


async def test_cost(drive):
    async def cost(connection):
        return int(connection.query_params["cost"])

    store = Store()
    assert await statuses(drive, RateLimitMiddleware(hello, "10/hour", cost=5, store=store), 3) == [200, 200, 429]
    dear = RateLimitMiddleware(hello, "10/hour", cost=cost, store=store, name="dear")
    plain = RateLimitMiddleware(
        hello, "10/hour", cost=lambda connection: int(connection.query_params["cost"]), store=store, name="plain"
    )
    for app in (dear, plain):
        paths = ("/?cost=8", "/?cost=3", "/?cost=2", "/?cost=0", "/?cost=11")
        assert [(await drive.request(app, path)).status for path in paths] == [200, 429, 200, 200, 429]
        assert "retry-after" not in (await drive.request(app, "/?cost=11")).headers
    assert [cost for key, _, cost in store.hits[:3]] == [5, 5, 5]


async def test_name_keeps_counters_apart(drive):
    store = Store()
    sign_in = where(RateLimitMiddleware, paths="/sign-in")(hello, "1/hour", store=store, name="sign in")
    app = RateLimitMiddleware(sign_in, "3/hour", store=store)
    assert await statuses(drive, app, 2, path="/sign-in") == [200, 429]
    assert await statuses(drive, app, 2) == [200, 429]
    assert [key for key, _, _ in store.hits[:2]] == ["default\ntestclient", "sign in\ntestclient"]
    answer = await drive.request(sign_in, "/sign-in")
    assert set(answer.scope[VERDICTS]) == {"sign in"}


async def test_verdicts_of_both_are_in_the_scope(drive):
    inner = RateLimitMiddleware(hello, "5/minute", name="inner")
    answer = await drive.request(RateLimitMiddleware(inner, "9/hour"))
    found = {name: [verdict.remaining for verdict in verdicts] for name, verdicts in answer.scope[VERDICTS].items()}
    assert found == {"default": [8], "inner": [4]}
    assert [field[:14] for field in answer.headers.getlist("ratelimit")] == ['"inner";r=4;t=', '"default";r=8;']


async def test_one_name_twice(drive):
    app = RateLimitMiddleware(RateLimitMiddleware(hello, "1/hour"), "1/hour")
    with pytest.raises(RuntimeError, match="Two RateLimitMiddleware named 'default' count the same connection"):
        await drive.request(app)


# What stores may say


async def test_a_store_that_does_not_count(drive):
    app = RateLimitMiddleware(hello, "1/hour", store=Store([]))
    answer = await drive.request(app)
    assert (answer.status, answer.scope[VERDICTS]) == (200, {"default": []})
    assert "ratelimit" not in answer.headers


@pytest.mark.parametrize(("wait", "retry_after"), [(0.2, "1"), (1.0, "1"), (30.1, "31")])
async def test_a_store_that_cannot_and_must(drive, wait, retry_after):
    app = RateLimitMiddleware(hello, "1/hour", store=Store(RateLimitUnavailable(wait)))
    answer = await drive.request(app)
    assert (answer.status, answer.headers["retry-after"]) == (503, retry_after)
    assert answer.text == "Rate limits cannot be checked at the moment. Try again later."
    (close,) = (await drive.websocket(app)).messages
    assert (close["type"], close["code"]) == ("websocket.close", 1013)


async def test_errors_of_a_store_are_errors(drive):
    with pytest.raises(KeyError):
        await drive.request(RateLimitMiddleware(hello, "1/hour", store=Store(KeyError("bug"))))


# Misuse


@pytest.mark.parametrize(
    ("limits", "options", "message"),
    [
        ((), {}, "without limits does nothing"),
        (("1/hour", "2/60min"), {}, "Of two limits with the same window only the lower one counts"),
        (("5/hour", "3/day"), {"cost": 4}, "A cost of 4 is never allowed"),
        (("5/hour",), {"cost": -1}, "A cost of -1 is never allowed"),
        (("5 an hour",), {}, "Not a rate limit: '5 an hour'"),
        ((), {"messages": "many"}, "Not a rate limit: 'many'"),
        ((5,), {}, "Not a rate limit: 5. Write it as '100/minute'"),
        ((None,), {}, "Not a rate limit: None"),
        ((), {"messages": 5}, "Not a rate limit: 5"),
        (("5/hour",), {"key": "client"}, "key is 'client': give a function of the connection."),
        (("5/hour",), {"key": None}, "key is None: give a function"),
        (("5/hour",), {"cost": 1.5}, "cost is 1.5: give a function of the connection."),
    ],
)
def test_misuse(limits, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        RateLimitMiddleware(hello, *limits, **options)


def test_attributes():
    app = Middleware(RateLimitMiddleware, "1/hour", cost=1, name="api").cls(hello, "1/hour")
    assert (app.app, app.limits, app.messages) == (hello, (RateLimit(1, per=3600),), None)
    assert isinstance(app.store, MemoryRateLimitStore)


async def test_the_store_is_entered_around_the_lifespan(drive):
    entered = []

    class Store(MemoryRateLimitStore):
        async def __aenter__(self):
            entered.append("in")
            return self

        async def __aexit__(self, kind, error, traceback):
            entered.append("out")

    async def app(scope, receive, send):
        for name in ("startup", "shutdown"):
            await receive()
            entered.append(name)
            await send({"type": f"lifespan.{name}.complete"})

    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    await drive.events(RateLimitMiddleware(app, "1/hour", store=Store()), scope, events)
    assert entered == ["in", "startup", "shutdown", "out"]
