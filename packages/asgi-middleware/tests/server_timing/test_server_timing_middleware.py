"""``Server-Timing`` in responses."""

from __future__ import annotations

import anyio
import anyio.to_thread
import pytest

from asgi_middleware import ExceptionMiddleware, ServerTimingMiddleware, server_timing
from asgi_types import HTTPConnection, HTTPException, Response


@pytest.fixture(name="clock")
def clock_fixture(monkeypatch):
    class Clock:
        now = 0.0

    for module in ("server_timing", "server_timing_middleware"):
        monkeypatch.setattr(f"asgi_middleware._server_timing.{module}.perf_counter", lambda: Clock.now)
    return Clock


async def test_the_time_until_the_response_begins(drive, clock) -> None:
    async def app(scope, receive, send):
        clock.now += 0.5
        await send({"type": "http.response.start", "status": 200})
        clock.now += 1
        await send({"type": "http.response.body", "body": b""})

    answer = await drive.request(ServerTimingMiddleware(app))
    assert answer.start["headers"] == [(b"server-timing", b"total;dur=500")]
    assert "headers" not in answer.messages[1]


async def test_it_has_another_name_or_none(drive, clock) -> None:
    answer = await drive.request(ServerTimingMiddleware(Response(""), total="all"))
    assert answer.headers["server-timing"] == "all;dur=0"
    answer = await drive.request(ServerTimingMiddleware(Response(""), total=None))
    assert "server-timing" not in answer.headers


async def test_metrics_come_from_wherever_the_request_is_served(drive, clock) -> None:
    async def in_task() -> None:
        server_timing().add("task", 2)

    async def app(scope, receive, send):
        server_timing().add("context", 1)
        server_timing(scope).add("scope", 1)
        server_timing(HTTPConnection(scope)).add("connection", 1)
        with server_timing().measure("db", "Queries"):
            clock.now += 0.003
        await anyio.to_thread.run_sync(lambda: server_timing().add("thread", 1))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(in_task)
            tasks.start_soon(in_task)
        await Response("")(scope, receive, send)

    answer = await drive.request(ServerTimingMiddleware(app))
    expected = 'total;dur=3, context;dur=1, scope;dur=1, connection;dur=1, db;dur=3;desc="Queries", thread;dur=1'
    assert answer.headers["server-timing"] == f"{expected}, task;dur=4"


async def test_there_is_a_place_for_the_total(drive, clock) -> None:
    async def app(scope, receive, send):
        for number in range(60):
            server_timing().add(f"m{number}")
        await Response("")(scope, receive, send)

    value = (await drive.request(ServerTimingMiddleware(app))).headers["server-timing"]
    assert value.startswith("total;dur=0, m0, ")
    assert value.count(",") == 49


async def test_what_comes_later_is_left_out(drive, clock) -> None:
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        server_timing().add("late")
        await send({"type": "http.response.body", "body": b""})
        assert server_timing().value() == "total;dur=0"

    answer = await drive.request(ServerTimingMiddleware(app))
    assert answer.headers["server-timing"] == "total;dur=0"


async def test_a_task_that_outlives_the_request_tells_nobody(drive) -> None:
    kept = []

    async def app(scope, receive, send):
        kept.append(server_timing())

    await drive.request(ServerTimingMiddleware(app, total=None))
    kept[0].add("late")
    assert kept[0].value() == ""


async def test_the_applications_own_field_stays(drive, clock) -> None:
    headers = [(b"server-timing", b"own;dur=1"), (b"a", b"b")]

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    answer = await drive.request(ServerTimingMiddleware(app))
    assert answer.start["headers"] == [*headers, (b"server-timing", b"total;dur=0")]
    assert len(headers) == 2


async def test_only_some_may_see_it(drive, clock) -> None:
    async def app(scope, receive, send):
        scope["user"] = scope["path"]  # as authentication does
        await Response("")(scope, receive, send)

    wrapped = ServerTimingMiddleware(app, when=lambda scope: scope["user"] == "/admin")
    assert (await drive.request(wrapped, "/admin")).headers["server-timing"] == "total;dur=0"
    assert "server-timing" not in (await drive.request(wrapped, "/other")).headers


@pytest.mark.parametrize("when", [lambda scope: scope["user"].is_staff, lambda scope: None])
async def test_where_it_is_not_known_who_may_see_it_nobody_does(when, drive, clock, caplog) -> None:
    answer = await drive.request(ServerTimingMiddleware(Response("Hello"), when=when))
    assert (answer.status, answer.text, "server-timing" in answer.headers) == (200, "Hello", False)


def test_who_may_see_it_is_said_by_a_function_that_is_not_async() -> None:
    async def when(scope):
        return False

    with pytest.raises(TypeError, match="when cannot be async"):
        ServerTimingMiddleware(Response(""), when=when)
    with pytest.raises(TypeError, match="when is '/admin'"):
        ServerTimingMiddleware(Response(""), when="/admin")


async def test_hints_and_second_starts(drive, clock) -> None:
    async def app(scope, receive, send):
        await send({"type": "http.response.early_hint", "links": []})
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.start", "status": 200})

    messages = []

    async def send(message):
        messages.append(message)

    await ServerTimingMiddleware(app)(drive.scope(), None, send)
    assert ["headers" in message for message in messages] == [False, True, False]


async def test_errors_that_are_answered_inside_have_it(drive) -> None:
    async def app(scope, receive, send):
        raise HTTPException(404)

    answer = await drive.request(ServerTimingMiddleware(ExceptionMiddleware(app)))
    assert answer.headers["server-timing"].startswith("total;dur=")


async def test_nothing_is_left_behind(drive) -> None:
    async def app(scope, receive, send):
        server_timing().add("db")
        raise LookupError

    scope = drive.scope()
    with pytest.raises(LookupError):
        await ServerTimingMiddleware(app)(scope, None, None)
    assert "asgi_middleware.server_timing" not in scope
    server_timing().add("later")
    assert server_timing().value() == ""


async def test_inside_of_another_it_does_nothing(drive, clock) -> None:
    inner = ServerTimingMiddleware(Response(""), total="inner")
    answer = await drive.request(ServerTimingMiddleware(inner, total="outer"))
    assert answer.headers.getlist("server-timing") == ["outer;dur=0"]


async def test_a_request_within_a_request_has_its_own(drive, clock) -> None:
    async def inner(scope, receive, send):
        server_timing().add("inner")
        await Response("")(scope, receive, send)

    async def outer(scope, receive, send):
        answer = await drive.request(ServerTimingMiddleware(inner))
        server_timing().add("outer")
        await Response(answer.headers["server-timing"])(scope, receive, send)

    answer = await drive.request(ServerTimingMiddleware(outer))
    assert (answer.text, answer.headers["server-timing"]) == ("total;dur=0, inner", "total;dur=0, outer")


def test_the_total_is_a_token() -> None:
    with pytest.raises(ValueError, match="Not the name of a metric"):
        ServerTimingMiddleware(Response(""), total="in all")


@pytest.mark.parametrize("kind", ["lifespan", "websocket", "other"])
async def test_other_scopes_pass_through(kind) -> None:
    given = []

    async def app(*arguments):
        given.append(arguments)

    wrapped = ServerTimingMiddleware(app)
    arguments = ({"type": kind}, object(), object())
    await wrapped(*arguments)
    assert given == [arguments]
    assert given[0][0] == {"type": kind}
    assert wrapped.app is app
