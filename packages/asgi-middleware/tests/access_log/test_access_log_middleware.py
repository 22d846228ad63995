"""Which connections are logged, at which level, and as what."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from asgi_middleware import AccessLogMiddleware, AccessRecord, where
from asgi_types import Response

FIELDS = [
    *("type", "time", "client", "method", "path", "query", "route", "http_version", "status", "outcome"),
    *("duration_ms", "first_byte_ms", "bytes_sent", "bytes_received", "request_id", "trace_id", "referer"),
    "user_agent",
]


async def test_text_is_the_default(logger, drive, clock) -> None:
    await drive.request(AccessLogMiddleware(Response("Hello"), logger=logger), "/a?token=secret")
    assert logger.lines == ['testclient "GET /a HTTP/1.1" 200 5B 0.0ms -']
    record = logger.records[0]
    assert (record.levelno, record.name, record.funcName) == (logging.INFO, "access", "AccessLogMiddleware")


async def test_json(logger, drive, clock) -> None:
    app = AccessLogMiddleware(Response("Hello"), logger=logger, format="json")
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    await drive.request(app, "/a?b=c", headers={"referer": "http://a/", "user-agent": "ünïx"}, http_version="2")
    found = json.loads(logger.lines[0])
    assert list(found) == FIELDS
    assert found["time"].endswith("Z")
    assert before <= datetime.fromisoformat(found.pop("time")) <= datetime.now(UTC)
    assert found == {
        "type": "http",
        "client": "testclient",
        "method": "GET",
        "path": "/a",
        "query": None,
        "route": None,
        "http_version": "2",
        "status": 200,
        "outcome": "complete",
        "duration_ms": 0.0,
        "first_byte_ms": 0.0,
        "bytes_sent": 5,
        "bytes_received": 0,
        "request_id": None,
        "trace_id": None,
        "referer": "http://a/",
        "user_agent": "ünïx",
    }


async def test_json_of_a_websocket_has_more(logger, drive) -> None:
    async def app(scope, receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "a"})
        await send({"type": "websocket.close"})

    await drive.websocket(AccessLogMiddleware(app, logger=logger, format="json"))
    found = json.loads(logger.lines[0])
    assert list(found) == [*FIELDS, "close_code", "messages_sent", "messages_received"]
    assert (found["close_code"], found["messages_sent"], found["messages_received"]) == (1000, 1, 0)


async def test_a_function_makes_the_line(logger, drive) -> None:
    app = AccessLogMiddleware(Response(""), logger=logger, format=lambda record: f"100% {record.path}")
    await drive.request(app, "/a")
    assert logger.lines == ["100% /a"]


async def test_the_query_when_asked_for(logger, drive) -> None:
    app = AccessLogMiddleware(Response(""), logger=logger, log_query=True)
    await drive.request(app, "/a?b=c%20d&e=[f]")
    assert logger.records[0].query == "b=c%20d&e=[f]"
    assert '"GET /a?b=c%20d&e=[f] HTTP/1.1"' in logger.lines[0]


async def test_the_logger_by_its_name(drive, caplog) -> None:
    with caplog.at_level(logging.INFO):
        await drive.request(AccessLogMiddleware(Response("")))
        await drive.request(AccessLogMiddleware(Response(""), logger="another"))
    assert [record.name for record in caplog.records] == ["asgi_middleware.access", "another"]


async def test_a_logger_that_is_not_enabled_costs_nothing(logger, drive) -> None:
    given = []

    async def app(*arguments):
        given.append(arguments)

    wrapped = AccessLogMiddleware(
        app, logger=logger, level=logging.DEBUG, format=lambda record: pytest.fail("formatted")
    )
    arguments = (drive.scope(), object(), object())
    await wrapped(*arguments)
    assert given == [arguments]
    assert not logger.records


def by_status(record: AccessRecord) -> int:
    return logging.ERROR if record.status >= 500 else logging.DEBUG


async def test_the_level_of_each(logger, drive) -> None:
    lines = []
    form = lambda record: lines.append(record) or "line"  # noqa: E731
    for status in (200, 503):
        app = AccessLogMiddleware(Response("", status), logger=logger, level=by_status, format=form)
        await drive.request(app)
    assert [(record.status, record.levelno) for record in logger.records] == [(503, logging.ERROR)]
    assert len(lines) == 1  # what is not logged is not formatted


async def test_skipping_by_what_came_of_it(logger, drive) -> None:
    def skip(record: AccessRecord) -> bool:
        return record.path == "/health" and record.status == 200

    for status in (200, 503):
        await drive.request(AccessLogMiddleware(Response("", status), logger=logger, skip=skip), "/health")
    assert [record.status for record in logger.records] == [503]


async def test_skipping_by_path(logger, drive) -> None:
    app = where(AccessLogMiddleware, skip="/health")(Response(""), logger=logger)
    await drive.request(app, "/health")
    await drive.request(app, "/other")
    assert [record.path for record in logger.records] == ["/other"]


async def test_filters_and_factories_keep_their_attributes(logger, drive) -> None:
    before = logging.getLogRecordFactory()

    def factory(*arguments, **keywords):
        record = before(*arguments, **keywords)
        record.status = "mine"
        return record

    logging.setLogRecordFactory(factory)
    try:
        await drive.request(AccessLogMiddleware(Response(""), logger=logger))
    finally:
        logging.setLogRecordFactory(before)
    assert (logger.records[0].status, logger.records[0].path) == ("mine", "/")


async def test_filters_of_the_logger_are_asked(logger, drive) -> None:
    logger.addFilter(lambda record: record.path != "/a")
    app = AccessLogMiddleware(Response(""), logger=logger)
    await drive.request(app, "/a")
    await drive.request(app, "/b")
    assert [record.path for record in logger.records] == ["/b"]


def test_what_the_programmer_gets_wrong() -> None:
    with pytest.raises(ValueError, match="format is 'xml'"):
        AccessLogMiddleware(Response(""), format="xml")
    with pytest.raises(TypeError, match="format is 5: give 'text', 'json'"):
        AccessLogMiddleware(Response(""), format=5)
    with pytest.raises(TypeError, match="level is 'INFO': give a number"):
        AccessLogMiddleware(Response(""), level="INFO")
    with pytest.raises(TypeError, match="skip is '/health'"):
        AccessLogMiddleware(Response(""), skip="/health")


@pytest.mark.parametrize("option", ["format", "level", "skip"])
def test_functions_cannot_be_async(option) -> None:
    async def function(record): ...

    with pytest.raises(TypeError, match=f"{option} cannot be async"):
        AccessLogMiddleware(Response(""), **{option: function})


@pytest.mark.parametrize("option", ["format", "level", "skip"])
async def test_an_error_of_a_function_never_meets_the_request(option, logger, drive, caplog) -> None:
    done = []

    async def app(scope, receive, send):
        await Response("Hello")(scope, receive, send)
        done.append("background work")

    wrapped = AccessLogMiddleware(app, logger=logger, **{option: lambda record: 1 / 0})
    assert (await drive.request(wrapped)).text == "Hello"
    assert done
    assert "ZeroDivisionError" in caplog.text
    assert not logger.records


async def test_an_error_of_a_function_does_not_replace_the_applications(logger, drive) -> None:
    async def app(scope, receive, send):
        raise LookupError

    with pytest.raises(LookupError):
        await drive.request(AccessLogMiddleware(app, logger=logger, format=lambda record: 1 / 0))


@pytest.mark.parametrize(("scope", "field", "logged"), [
    ({"client": ("\udc80", 1)}, "client", "%3F"),
    ({"method": "G\udc80T"}, "method", "G%3FT"),
    ({"query_string": None}, "query", ""),
])  # fmt: skip
async def test_what_no_server_should_say_is_logged(scope, field, logged, logger, drive) -> None:
    app = AccessLogMiddleware(Response("Hello"), logger=logger, log_query=True)
    await drive.events(app, {**drive.scope(), **scope}, [])
    assert getattr(logger.records[0], field) == logged


async def test_no_text_of_the_client_has_control_characters(logger, drive) -> None:
    headers = [(b"user-agent", b"x\x85FAKE\x9b31m"), (b"referer", b"\xe9\r\n")]
    await drive.request(AccessLogMiddleware(Response(""), logger=logger), headers=headers)
    assert (logger.records[0].user_agent, logger.records[0].referer) == (r"x\x85FAKE\x9b31m", r"é\r\n")


async def test_other_scopes_pass_through() -> None:
    given = []

    async def app(*arguments):
        given.append(arguments)

    wrapped = AccessLogMiddleware(app, level=by_status)
    arguments = ({"type": "lifespan"}, object(), object())
    await wrapped(*arguments)
    assert given == [arguments]
    assert wrapped.app is app
