"""What is known of a request when it is over: size, time, status and outcome."""

from __future__ import annotations

import anyio
import pytest

from asgi_middleware import AccessLogMiddleware, ExceptionMiddleware, RequestIDMiddleware
from asgi_types import HTTPException, Response

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"77")]}


def body(data: bytes, more_body: bool = False) -> dict:
    return {"type": "http.response.body", "body": data, "more_body": more_body}


@pytest.fixture(name="log")
def log_fixture(logger, drive):
    """Drive an application under the middleware, and give the one record of it."""

    async def log(app, *arguments, raises=None, **keywords):
        wrapped = AccessLogMiddleware(app, logger=logger)
        if raises is None:
            await drive.request(wrapped, *arguments, **keywords)
        else:
            with pytest.raises(raises):
                await drive.request(wrapped, *arguments, **keywords)
        assert len(logger.records) == 1
        return logger.records[0]

    return log


async def test_a_plain_response(log) -> None:
    record = await log(Response("Hello", 201), "/path", "POST", b"12345678")
    assert (record.status, record.outcome, record.bytes_sent, record.bytes_received) == (201, "complete", 5, 0)
    assert (record.type, record.method, record.path, record.client) == ("http", "POST", "/path", "testclient")


async def test_the_body_that_is_read_is_counted(log) -> None:
    async def app(scope, receive, send):
        while (await receive())["more_body"]:
            pass
        await Response("Hello")(scope, receive, send)

    record = await log(app, "/", "POST", [b"123", b"", b"4567"])
    assert record.bytes_received == 7


async def test_a_message_without_a_body_counts_nothing(log) -> None:
    async def app(scope, receive, send):
        assert (await receive()) == {"type": "http.request"}
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    records = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        records.append(message)

    scope = {"type": "http", "path": "/", "headers": []}
    seen = []
    await AccessLogMiddleware(app, level=lambda record: seen.append(record) or 0)(scope, receive, send)
    assert (seen[0].bytes_sent, seen[0].bytes_received, seen[0].method, seen[0].http_version) == (0, 0, "GET", "1.1")
    assert (seen[0].client, seen[0].referer, seen[0].user_agent) == (None, None, None)
    assert len(records) == 2


async def test_messages_to_come_are_none_of_these(logger, drive) -> None:
    async def receive():
        return {"type": "http.unknown"}

    async def app(scope, receive, send):
        await receive()
        await Response("Hello")(scope, receive, send)

    async def send(message):
        pass

    await AccessLogMiddleware(app, logger=logger)(drive.scope(), receive, send)
    assert [(r.outcome, r.bytes_received) for r in logger.records] == [("complete", 0)]


async def test_a_stream_is_measured_to_its_last_byte_and_not_further(log, clock, logger) -> None:
    async def app(scope, receive, send):
        clock.now += 1
        await send(START)
        for _ in range(3):
            clock.now += 10
            await send(body(b"abc", True))
        assert not logger.records
        await send(body(b"d"))
        assert len(logger.records) == 1  # while background work goes on
        clock.now += 100

    record = await log(app)
    assert (record.first_byte_ms, record.duration_ms, record.bytes_sent) == (1000.0, 31_000.0, 10)


async def test_the_time_that_the_client_takes_counts(logger, clock, drive) -> None:
    async def send(message):
        clock.now += 2

    await AccessLogMiddleware(Response("Hello"), logger=logger)(drive.scope(), None, send)
    assert (logger.records[0].first_byte_ms, logger.records[0].duration_ms) == (2000.0, 4000.0)


async def test_head_has_no_bytes(log) -> None:
    async def app(scope, receive, send):
        await send(START)
        await send(body(b"Hello"))  # which the server drops

    record = await log(app, "/", "HEAD")
    assert (record.status, record.bytes_sent) == (200, 0)


@pytest.mark.parametrize("kind", ["http.response.pathsend", "http.response.zerocopysend"])
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([(b"content-length", b"77")], 77),
        (iter([(b"content-length", b"77")]), None),  # which the server has read
        ([(b"content-length", b"x")], None),
        ([(b"content-length", b"9" * 20)], None),
        ([], None),
        (None, None),
    ],
)
async def test_files_that_the_server_sends_are_as_long_as_they_are_said_to_be(
    kind, headers, expected, logger, drive
) -> None:
    async def app(scope, receive, send):
        await send({**START, "headers": headers})
        await send({"type": kind, "path": "/file", "count": None})

    async def send(message):
        list(message.get("headers") or ())

    await AccessLogMiddleware(app, logger=logger)(drive.scope(), None, send)
    assert getattr(logger.records[0], "bytes_sent", None) == expected


async def test_parts_of_files_are_as_long_as_they_are_said_to_be(log) -> None:
    async def app(scope, receive, send):
        await send(START)
        await send(body(b"abc", True))
        await send({"type": "http.response.zerocopysend", "file": 1, "count": 10, "more_body": True})
        await send({"type": "http.response.zerocopysend", "file": 1, "count": 0})

    assert (await log(app)).bytes_sent == 13


async def test_what_is_not_known_stays_so(log) -> None:
    async def app(scope, receive, send):
        await send({**START, "headers": []})
        await send({"type": "http.response.zerocopysend", "file": 1, "more_body": True})
        await send(body(b"abc"))

    record = await log(app)
    assert not hasattr(record, "bytes_sent")


async def test_trailers_belong_to_the_response(log, logger, clock) -> None:
    async def app(scope, receive, send):
        await send({**START, "trailers": True})
        await send(body(b"abc"))
        assert not logger.records
        clock.now += 1
        await send({"type": "http.response.trailers", "headers": [], "more_trailers": True})
        assert not logger.records
        await send({"type": "http.response.trailers", "headers": []})
        assert logger.records
        clock.now += 1

    record = await log(app)
    assert (record.bytes_sent, record.duration_ms) == (3, 1000.0)


async def test_hints_are_no_response(log, logger) -> None:
    async def app(scope, receive, send):
        await send({"type": "http.response.early_hint", "links": []})
        await send(START)
        await send({"type": "http.response.early_hint", "links": []})
        assert not logger.records
        await send(body(b""))

    assert (await log(app)).status == 200


async def test_a_second_start_changes_nothing(logger, drive) -> None:
    async def app(scope, receive, send):
        await send(START)
        await send({**START, "status": 500})
        await send(body(b"a"))
        await send(body(b"b"))

    async def send(message):
        pass

    await AccessLogMiddleware(app, logger=logger)(drive.scope(), None, send)
    assert [record.status for record in logger.records] == [200]


async def test_an_exception_without_an_answer(log) -> None:
    async def app(scope, receive, send):
        raise LookupError

    record = await log(app, raises=LookupError)
    assert (record.status, record.outcome, record.bytes_sent) == (500, "error", 0)
    assert not hasattr(record, "first_byte_ms")


async def test_an_exception_in_the_middle(log) -> None:
    async def app(scope, receive, send):
        await send(START)
        await send(body(b"abc", True))
        raise LookupError

    record = await log(app, raises=LookupError)
    assert (record.status, record.outcome, record.bytes_sent) == (200, "error", 3)


async def test_an_exception_that_is_answered(log) -> None:
    async def app(scope, receive, send):
        raise HTTPException(404)

    record = await log(ExceptionMiddleware(app))
    assert (record.status, record.outcome) == (404, "complete")


async def test_an_exception_after_the_last_byte_is_not_of_the_response(log) -> None:
    async def app(scope, receive, send):
        await Response("")(scope, receive, send)
        raise LookupError

    record = await log(app, raises=LookupError)
    assert (record.status, record.outcome) == (200, "complete")


@pytest.mark.parametrize(("starts", "status"), [(False, 500), (True, 200)])
async def test_an_application_that_forgets_to_answer(starts, status, log) -> None:
    async def app(scope, receive, send):
        if starts:
            await send(START)

    record = await log(app)
    assert (record.status, record.outcome) == (status, "incomplete")


# The client leaves


@pytest.mark.parametrize(("starts", "status"), [(False, 499), (True, 200)])
@pytest.mark.parametrize("raises", [None, LookupError])
async def test_a_client_that_is_seen_to_leave(starts, status, raises, log, clock) -> None:
    async def app(scope, receive, send):
        if starts:
            await send(START)
            await send(body(b"abc", True))
        await receive()
        clock.now += 1
        assert (await receive())["type"] == "http.disconnect"
        clock.now += 5
        if raises:
            raise raises

    record = await log(app, raises=raises)
    assert (record.status, record.outcome, record.duration_ms) == (status, "disconnected", 1000.0)


async def test_what_is_sent_to_nobody_is_not_counted(log) -> None:
    async def app(scope, receive, send):
        await send(START)
        await send(body(b"abc", True))
        await receive()
        await receive()
        await send(body(b"def", True))
        await send(body(b"ghi"))

    record = await log(app)
    assert (record.status, record.outcome, record.bytes_sent) == (200, "disconnected", 3)


async def test_the_disconnect_after_the_response_is_none(log) -> None:
    async def app(scope, receive, send):
        await Response("")(scope, receive, send)
        await receive()
        assert (await receive())["type"] == "http.disconnect"

    assert (await log(app)).outcome == "complete"


@pytest.mark.parametrize("is_cancelled", [False, True])
@pytest.mark.parametrize(("leaves", "outcome"), [(True, "complete"), (False, "cancelled")])
async def test_a_disconnect_while_the_last_message_is_taken(is_cancelled, leaves, outcome, logger, drive) -> None:
    """As of hypercorn, which says so when it has taken it; who listens then cancels who sends."""

    async def send(message):
        if message.get("more_body") is False:
            if leaves:
                assert (await receives[0]())["type"] == "http.disconnect"
            await anyio.sleep(5 if is_cancelled or not leaves else 0)

    async def receive():
        return {"type": "http.disconnect"}

    async def app(scope, receive, send):
        receives.append(receive)
        await send(START)
        await send(body(b"abc", True))
        await send(body(b"d"))

    receives = []
    with anyio.move_on_after(0.02):
        await AccessLogMiddleware(app, logger=logger)(drive.scope(), receive, send)
    expected = (200, outcome, 4 if leaves else 3)
    assert [(r.status, r.outcome, r.bytes_sent) for r in logger.records] == [expected]


@pytest.mark.parametrize("is_swallowed", [False, True])
async def test_a_server_that_tells_by_an_error(is_swallowed, logger, drive) -> None:
    sent = []

    async def send(message):
        if len(sent) == 2:
            raise ConnectionResetError
        sent.append(message)

    async def app(scope, receive, send):
        await send(START)
        await send(body(b"abc", True))
        try:
            await send(body(b"def"))
        except OSError:
            if not is_swallowed:
                raise

    wrapped = AccessLogMiddleware(app, logger=logger)
    if is_swallowed:
        await wrapped(drive.scope(), None, send)
    else:
        with pytest.raises(ConnectionResetError):
            await wrapped(drive.scope(), None, send)
    assert [(r.status, r.outcome, r.bytes_sent) for r in logger.records] == [(200, "disconnected", 3)]


async def test_an_error_of_the_applications_own_is_not_the_clients_leaving(log) -> None:
    async def app(scope, receive, send):
        raise ConnectionResetError  # by a database

    assert (await log(app, raises=ConnectionResetError)).outcome == "error"


@pytest.mark.parametrize(("leaves", "outcome"), [(False, "cancelled"), (True, "disconnected")])
@pytest.mark.parametrize(("starts", "status"), [(False, 499), (True, 200)])
async def test_a_request_that_is_cancelled(leaves, outcome, starts, status, logger, drive) -> None:
    async def app(scope, receive, send):
        if starts:
            await send(START)
        if leaves:
            await receive()
            await receive()
        await anyio.sleep_forever()

    with anyio.move_on_after(0.01) as cancelled:
        await drive.request(AccessLogMiddleware(app, logger=logger))
    assert cancelled.cancelled_caught
    assert [(record.status, record.outcome) for record in logger.records] == [(status, outcome)]


# Ids


@pytest.mark.parametrize("is_outside", [False, True])
async def test_ids_are_known_on_both_sides_of_their_middleware(is_outside, logger, drive) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    if is_outside:
        app = AccessLogMiddleware(RequestIDMiddleware(Response(""), trusted="*"), logger=logger)
    else:
        app = RequestIDMiddleware(AccessLogMiddleware(Response(""), logger=logger), trusted="*")
    await drive.request(app, headers={"x-request-id": "id-1", "traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert (logger.records[0].request_id, logger.records[0].trace_id) == ("id-1", trace)


async def test_ids_of_another_request_are_not_taken(logger, drive) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    inner = AccessLogMiddleware(Response(""), logger=logger)

    async def app(scope, receive, send):
        await drive.request(inner, "/another")  # with a scope of its own, in the same context
        await Response("")(scope, receive, send)

    headers = {"x-request-id": "id-1", "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    await drive.request(RequestIDMiddleware(app, trusted="*"), headers=headers)
    assert not hasattr(logger.records[0], "request_id")
    assert not hasattr(logger.records[0], "trace_id")


async def test_the_pattern_of_the_route(log) -> None:
    class Route:
        path = "/items/{id}"

    async def app(scope, receive, send):
        scope["route"] = Route()
        await Response("")(scope, receive, send)

    assert (await log(app, "/items/5")).route == "/items/{id}"
