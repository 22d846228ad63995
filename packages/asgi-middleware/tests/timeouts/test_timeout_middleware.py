"""Limits of time: which one strikes when, what is answered, and what goes on untouched."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from contextvars import ContextVar
from math import inf, nan

import anyio
import anyio.lowlevel
import pytest

from asgi_middleware import ExceptionMiddleware, TimeoutMiddleware
from asgi_types import HTTPException, Response

LATE = "The server took too long to answer."
LATE_BODY = "The body of the request took too long to arrive."
START = {"type": "http.response.start", "status": 200, "headers": []}
SHORT = 0.02
NAMES = ["handler_timeout", "body_timeout", "upload_timeout", "send_timeout", "total_timeout"]


def chunk(data: bytes, more_body: bool = True) -> dict:
    return {"type": "http.request", "body": data, "more_body": more_body}


def body(data: bytes, more_body: bool = True) -> dict:
    return {"type": "http.response.body", "body": data, "more_body": more_body}


async def stuck(scope, receive, send) -> None:
    await anyio.sleep_forever()


async def reading(scope, receive, send) -> None:
    data = b""
    while True:
        message = await receive()
        data += message["body"]
        if not message["more_body"]:
            break
    await Response(data)(scope, receive, send)


# The handler


@pytest.mark.parametrize("status", [503, 504])
async def test_a_handler_that_is_late(status, connect, drive) -> None:
    client = connect()
    app = TimeoutMiddleware(stuck, handler_timeout=SHORT, status_code=status)
    await app(drive.scope(), client.receive, client.send)
    assert (client.status, client.text) == (status, LATE)
    assert b"connection" not in client.headers


async def test_it_is_cancelled_before_the_answer(connect, drive) -> None:
    client = connect()
    seen = []

    async def app(scope, receive, send):
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(SHORT)
                seen.append(len(client.messages))

    await TimeoutMiddleware(app, handler_timeout=SHORT)(drive.scope(), client.receive, client.send)
    assert seen == [0]
    assert client.status == 503


async def test_one_in_time_is_left_alone(connect, drive) -> None:
    client = connect()
    sent = [{"type": "http.response.early_hint", "links": []}, START, body(b"a"), body(b"b", False)]

    async def app(scope, receive, send):
        for message in sent:
            await send(message)

    await TimeoutMiddleware(app)(drive.scope(), client.receive, client.send)
    assert all(message is other for message, other in zip(client.messages, sent, strict=True))


async def test_what_has_begun_may_last(connect, drive) -> None:
    client = connect(slow=0.001)

    async def app(scope, receive, send):
        await send(START)
        for _ in range(3):
            await anyio.sleep(3 * SHORT)
            await send(body(b"event"))
        await send(body(b"", False))
        await anyio.sleep(3 * SHORT)
        seen.append("background")

    seen = []
    limited = TimeoutMiddleware(app, handler_timeout=SHORT, send_timeout=30)
    await limited(drive.scope(), client.receive, client.send)
    assert (client.text, seen) == ("event" * 3, ["background"])


async def test_hints_are_no_beginning(connect, drive) -> None:
    client = connect()

    async def app(scope, receive, send):
        await send({"type": "http.response.early_hint", "links": []})
        await anyio.sleep_forever()

    await TimeoutMiddleware(app, handler_timeout=SHORT)(drive.scope(), client.receive, client.send)
    assert client.messages[1]["status"] == 503


async def test_an_answer_that_is_late_but_there_is_sent(connect, drive) -> None:
    client = connect()

    async def app(scope, receive, send):
        until = time.perf_counter() + 3 * SHORT
        while time.perf_counter() < until:  # what does not let the event loop run cannot be ended by it
            pass
        await Response("late")(scope, receive, send)

    await TimeoutMiddleware(app, handler_timeout=SHORT)(drive.scope(), client.receive, client.send)
    assert (client.status, client.text) == (200, "late")


# The body


@pytest.mark.parametrize("events", [[], [chunk(b"a")], [SHORT / 10, chunk(b"a"), chunk(b"b")]])
async def test_a_body_that_stops(events, connect, drive) -> None:
    client = connect(events)
    app = TimeoutMiddleware(reading, body_timeout=SHORT)
    await app(drive.scope(method="POST"), client.receive, client.send)
    assert (client.status, client.text) == (408, LATE_BODY)
    assert client.headers[b"connection"] == b"close"


@pytest.mark.parametrize(("version", "has_field"), [("1.0", True), ("1.1", True), ("2", False), ("3", False)])
async def test_only_http_1_has_a_connection_field(version, has_field, connect, drive) -> None:
    client = connect()
    scope = drive.scope(http_version=version)
    await TimeoutMiddleware(reading, body_timeout=SHORT)(scope, client.receive, client.send)
    assert (client.status, b"connection" in client.headers) == (408, has_field)


async def test_a_slow_body_is_not_the_handlers_fault(connect, drive) -> None:
    async def app(scope, receive, send):
        data = b"".join([(await receive())["body"] for _ in range(3)])
        await anyio.sleep(SHORT)
        await Response(data)(scope, receive, send)

    client = connect([0.2, chunk(b"a"), 0.2, chunk(b"b"), 0.2, chunk(b"c", False)])
    limited = TimeoutMiddleware(app, handler_timeout=0.5, body_timeout=30)
    await limited(drive.scope(), client.receive, client.send)
    assert (client.status, client.text) == (200, "abc")


async def test_after_the_body_the_handlers_clock_goes_on(connect, drive) -> None:
    async def app(scope, receive, send):
        await receive()
        await anyio.sleep_forever()

    client = connect([3 * SHORT, chunk(b"a")])
    await TimeoutMiddleware(app, handler_timeout=SHORT)(drive.scope(), client.receive, client.send)
    assert (client.status, client.text) == (503, LATE)


async def test_the_upload_as_a_whole(connect, drive) -> None:
    events = [SHORT, chunk(b"a")] * 100
    client = connect(events)
    app = TimeoutMiddleware(reading, handler_timeout=30, body_timeout=30, upload_timeout=3.5 * SHORT)
    await app(drive.scope(), client.receive, client.send)
    assert (client.status, client.text) == (408, LATE_BODY)
    assert len(list(client.events)) > 100  # and so it did not read on


async def test_only_waiting_counts_for_the_upload(connect, drive) -> None:
    async def app(scope, receive, send):
        for _ in range(3):
            await receive()
            await anyio.sleep(0.2)
        await Response("done")(scope, receive, send)

    client = connect([0.01, chunk(b"a")] * 3)
    await TimeoutMiddleware(app, upload_timeout=0.5)(drive.scope(), client.receive, client.send)
    assert client.text == "done"


async def test_waiting_for_the_client_to_leave_is_no_wait_for_a_body(connect, drive) -> None:
    async def app(scope, receive, send):
        await receive()
        assert (await receive())["type"] == "http.disconnect"
        await Response("done")(scope, receive, send)

    client = connect([chunk(b"", False), 4 * SHORT, {"type": "http.disconnect"}])
    limited = TimeoutMiddleware(app, body_timeout=SHORT, upload_timeout=SHORT)
    await limited(drive.scope(), client.receive, client.send)
    assert client.text == "done"


async def test_waiting_for_the_client_to_leave_is_the_handlers_time(connect, drive) -> None:
    async def app(scope, receive, send):
        await receive()
        await receive()

    client = connect([chunk(b"", False)])
    await TimeoutMiddleware(app, handler_timeout=SHORT)(drive.scope(), client.receive, client.send)
    assert client.status == 503


async def test_a_client_that_left_is_not_waited_for(connect, drive) -> None:
    async def app(scope, receive, send):
        assert (await receive())["type"] == "http.disconnect"
        await receive()

    client = connect([SHORT / 10, {"type": "http.disconnect"}])
    limited = TimeoutMiddleware(app, handler_timeout=SHORT, body_timeout=30)
    await limited(drive.scope(), client.receive, client.send)
    assert client.status == 503


async def test_once_the_response_has_begun_the_body_may_stop(connect, drive) -> None:
    async def app(scope, receive, send):
        async def listen() -> None:
            await receive()
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen)
            await anyio.sleep(SHORT / 10)
            await send(START)
            await anyio.sleep_forever()
        await anyio.sleep(0.4)
        await send(body(b"done", False))

    client = connect([0.35, chunk(b"a")])
    limited = TimeoutMiddleware(app, handler_timeout=0.3, body_timeout=0.25)
    await limited(drive.scope(), client.receive, client.send)
    assert client.text == "done"


async def test_a_body_that_is_asked_for_when_the_response_has_begun_may_stop(connect, drive) -> None:
    async def app(scope, receive, send):
        await send(START)
        data = (await receive())["body"]
        await send(body(data, False))

    client = connect([4 * SHORT, chunk(b"done", False)])
    limited = TimeoutMiddleware(app, body_timeout=SHORT)
    await limited(drive.scope(), client.receive, client.send)
    assert client.text == "done"


async def test_two_that_wait_are_one_wait(connect, drive) -> None:
    async def app(scope, receive, send):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            tasks.start_soon(receive)
        await receive()
        await Response("done")(scope, receive, send)

    async def receive():
        if not gate.is_set():
            await gate.wait()
        else:
            await anyio.sleep(SHORT)
        return chunk(b"")

    async def open_gate() -> None:
        await anyio.sleep(0.6)
        gate.set()

    gate = anyio.Event()
    client = connect()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(open_gate)
        await TimeoutMiddleware(app, upload_timeout=1)(drive.scope(), receive, client.send)
    assert client.text == "done"


# The client that takes the response


@pytest.mark.parametrize("at", ["http.response.start", "http.response.body"])
async def test_a_client_that_takes_nothing(at, connect, drive) -> None:
    ended = []

    async def app(scope, receive, send):
        try:
            await send(START)
            await send(body(b"abc"))
        finally:
            ended.append(True)

    client = connect(stuck_at=at)
    with pytest.raises(TimeoutError, match=r"^The response was broken off: send_timeout of 0.02 seconds is over.$"):
        await TimeoutMiddleware(app, send_timeout=SHORT)(drive.scope(), client.receive, client.send)
    assert ended == [True]
    assert len(client.messages) == (at == "http.response.body")


async def test_a_client_that_is_slow_takes_all(connect, drive) -> None:
    async def app(scope, receive, send):
        await send(START)
        for _ in range(4):
            await send(body(b"a"))
        await send(body(b"", False))

    client = connect(slow=0.12)
    await TimeoutMiddleware(app, send_timeout=0.5)(drive.scope(), client.receive, client.send)
    assert client.text == "aaaa"


async def test_no_limit_on_the_client(connect, drive) -> None:
    async def app(scope, receive, send):
        await send(START)
        await send(body(b"done", False))

    client = connect(slow=3 * SHORT)
    limited = TimeoutMiddleware(app, handler_timeout=SHORT, send_timeout=None)
    await limited(drive.scope(), client.receive, client.send)
    assert client.text == "done"


async def test_trailers_belong_to_the_response(connect, drive) -> None:
    async def app(scope, receive, send):
        await send({**START, "trailers": True})
        await send(body(b"abc", False))
        await send({"type": "http.response.trailers", "headers": []})

    client = connect(stuck_at="http.response.trailers")
    with pytest.raises(TimeoutError):
        await TimeoutMiddleware(app, send_timeout=SHORT)(drive.scope(), client.receive, client.send)


async def test_what_comes_after_the_end_has_no_limit(connect, drive) -> None:
    async def app(scope, receive, send):
        await send(START)
        await send(body(b"", False))
        await send({"type": "unknown"})

    class Slow(connect):
        async def send(self, message):
            if message["type"] == "unknown":
                await anyio.sleep(3 * SHORT)
            self.messages.append(message)

    client = Slow()
    await TimeoutMiddleware(app, send_timeout=SHORT)(drive.scope(), client.receive, client.send)
    assert len(client.messages) == 3


# All of it


async def test_the_whole_before_the_response(connect, drive) -> None:
    client = connect()
    await TimeoutMiddleware(stuck, total_timeout=SHORT)(drive.scope(), client.receive, client.send)
    assert client.status == 503


async def test_the_whole_while_a_body_is_awaited(connect, drive) -> None:
    client = connect()
    await TimeoutMiddleware(reading, total_timeout=SHORT)(drive.scope(), client.receive, client.send)
    assert (client.status, client.text) == (503, LATE)


async def test_the_whole_ends_streams(connect, drive) -> None:
    async def app(scope, receive, send):
        await send(START)
        while True:
            await send(body(b"a"))
            await anyio.sleep(SHORT / 10)

    client = connect(slow=0.0001)
    with pytest.raises(TimeoutError, match=r"total_timeout of 0.5 seconds"):
        await TimeoutMiddleware(app, total_timeout=0.5)(drive.scope(), client.receive, client.send)
    assert client.text


async def test_the_whole_ends_with_the_last_byte(connect, drive) -> None:
    async def app(scope, receive, send):
        await Response("done")(scope, receive, send)
        await anyio.sleep(4 * SHORT)
        seen.append("background")

    seen = []
    client = connect()
    await TimeoutMiddleware(app, total_timeout=2 * SHORT)(drive.scope(), client.receive, client.send)
    assert (client.text, seen) == ("done", ["background"])


@pytest.mark.parametrize(("handler", "total"), [(SHORT, 30), (30, SHORT)])
async def test_the_shorter_of_two_strikes(handler, total, connect, drive) -> None:
    client = connect()
    app = TimeoutMiddleware(stuck, handler_timeout=handler, total_timeout=total)
    with anyio.fail_after(20):
        await app(drive.scope(), client.receive, client.send)
    assert client.status == 503


@pytest.mark.parametrize("none", [None, inf])
async def test_no_limit_at_all(none, connect, drive) -> None:
    async def app(scope, receive, send):
        await anyio.sleep(SHORT)
        await reading(scope, receive, send)

    client = connect([SHORT, chunk(b"a", False)])
    await TimeoutMiddleware(app, **dict.fromkeys(NAMES, none))(drive.scope(), client.receive, client.send)
    assert client.text == "a"


# Cancellation from elsewhere, and what applications make of it


async def test_a_cancellation_from_outside_is_not_answered(connect, drive) -> None:
    client = connect()
    with anyio.move_on_after(SHORT) as outer:
        await TimeoutMiddleware(stuck)(drive.scope(), client.receive, client.send)
    assert outer.cancelled_caught
    assert client.messages == []


@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_a_task_that_is_cancelled_is_not_answered(connect, drive) -> None:
    client = connect()
    task = asyncio.create_task(TimeoutMiddleware(stuck)(drive.scope(), client.receive, client.send))
    await asyncio.sleep(SHORT)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert client.messages == []


@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_a_timeout_inside_is_the_applications_own(connect, drive) -> None:
    async def app(scope, receive, send):
        try:
            async with asyncio.timeout(SHORT):
                await receive()
        except TimeoutError:
            await Response("mine")(scope, receive, send)

    client = connect()
    await TimeoutMiddleware(app)(drive.scope(), client.receive, client.send)
    assert client.text == "mine"


@pytest.mark.parametrize("begins", [False, True])
async def test_one_that_makes_an_error_of_it(begins, connect, drive) -> None:
    async def app(scope, receive, send):
        if begins:
            await send(START)
        try:
            await anyio.sleep_forever()
        except BaseException:
            raise LookupError from None

    client = connect()
    with pytest.raises(LookupError):
        await TimeoutMiddleware(app, total_timeout=SHORT)(drive.scope(), client.receive, client.send)
    assert client.status == (200 if begins else 503)
    assert len(client.messages) == (1 if begins else 2)


async def test_an_error_in_time_is_raised_on(connect, drive) -> None:
    async def app(scope, receive, send):
        raise LookupError

    client = connect()
    with pytest.raises(LookupError):
        await TimeoutMiddleware(app)(drive.scope(), client.receive, client.send)
    assert client.messages == []


async def test_one_that_swallows_it_and_answers_after_all(connect, drive) -> None:
    async def app(scope, receive, send):
        with anyio.CancelScope(shield=True):
            await anyio.sleep(3 * SHORT)
            await Response("done")(scope, receive, send)

    client = connect()
    await TimeoutMiddleware(app, handler_timeout=SHORT)(drive.scope(), client.receive, client.send)
    assert (client.status, client.text) == (200, "done")


async def test_one_that_makes_an_answer_of_it_has_none(connect, drive) -> None:
    """For the error layer above would take it for an error that comes after the response."""

    async def app(scope, receive, send):
        try:
            await anyio.sleep_forever()
        except BaseException:
            raise HTTPException(418) from None

    client = connect()
    limited = ExceptionMiddleware(TimeoutMiddleware(app, handler_timeout=SHORT))
    await limited(drive.scope(), client.receive, client.send)
    assert (client.status, client.text) == (503, LATE)


async def test_a_late_answer_that_the_server_does_not_take_is_none(connect, drive) -> None:
    async def app(scope, receive, send):
        with suppress(BaseException):
            await anyio.sleep_forever()
        await Response("late")(scope, receive, send)

    client = connect(slow=0.001)
    limited = TimeoutMiddleware(app, handler_timeout=SHORT)
    await limited(drive.scope(), client.receive, client.send)
    assert (client.status, client.text) == (503, LATE)


async def test_what_has_struck_is_told_whatever_comes_after(connect, drive) -> None:
    async def app(scope, receive, send):
        with anyio.CancelScope(shield=True):
            await anyio.sleep(3 * SHORT)
            await send(START)
        await send(body(b"a"))

    client = connect(slow=0.001)
    with pytest.raises(TimeoutError, match="handler_timeout"):
        await TimeoutMiddleware(app, handler_timeout=SHORT)(drive.scope(), client.receive, client.send)
    assert client.messages == [START]


async def test_one_that_returns_without_an_answer_is_the_servers_business(connect, drive) -> None:
    async def app(scope, receive, send):
        await anyio.lowlevel.checkpoint()

    client = connect()
    await TimeoutMiddleware(app)(drive.scope(), client.receive, client.send)
    assert client.messages == []


async def test_context_variables_come_out(connect, drive) -> None:
    name: ContextVar[str] = ContextVar("name", default="outside")

    async def app(scope, receive, send):
        name.set("inside")
        await Response("")(scope, receive, send)

    client = connect()
    await TimeoutMiddleware(app)(drive.scope(), client.receive, client.send)
    assert name.get() == "inside"


# Other layers, other scopes, and options; WebSockets are in the file beside


@pytest.mark.parametrize(("app", "status"), [(stuck, 503), (reading, 408)])
async def test_handlers_of_the_error_layer_above_answer(app, status, connect, drive) -> None:
    async def handler(request, exc):
        return Response(f"Handled: {exc.detail}", exc.status_code, exc.headers)

    limited = TimeoutMiddleware(app, handler_timeout=2 * SHORT, body_timeout=SHORT)
    client = connect()
    await ExceptionMiddleware(limited, {HTTPException: handler})(drive.scope(), client.receive, client.send)
    assert (client.status, client.text[:8]) == (status, "Handled:")
    assert (b"connection" in client.headers) == (status == 408)


async def test_other_scopes_pass_through() -> None:
    given = []

    async def app(*arguments):
        given.append(arguments)

    wrapped = TimeoutMiddleware(app)
    arguments = ({"type": "lifespan"}, object(), object())
    await wrapped(*arguments)
    assert given == [arguments]
    assert wrapped.app is app


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("given", [0, -1, nan, -inf, True, "3"])
def test_limits_are_seconds(name, given) -> None:
    with pytest.raises(ValueError, match=rf"^{name} is {given!r}: give a number of seconds"):
        TimeoutMiddleware(stuck, **{name: given})


@pytest.mark.parametrize("status", [408, 500, 200])
def test_the_status_is_one_of_two(status) -> None:
    with pytest.raises(ValueError, match=f"status_code is {status}"):
        TimeoutMiddleware(stuck, status_code=status)
