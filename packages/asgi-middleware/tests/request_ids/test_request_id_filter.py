"""Ids in log records."""

from __future__ import annotations

import logging
import logging.config
from typing import Any

import pytest

from asgi_middleware import RequestIDFilter, RequestIDMiddleware
from asgi_types import Response

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def record(**attributes: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": "Hello", **attributes})


def test_outside_of_a_request_there_is_a_default() -> None:
    for filter_, expected in ((RequestIDFilter(), "-"), (RequestIDFilter(default="none"), "none")):
        found = record()
        assert filter_.filter(found) is True
        assert (found.request_id, found.trace_id) == (expected, expected)


async def test_inside_of_a_request_there_are_its_ids(drive) -> None:
    found = record()
    kept = record(request_id="other", trace_id="trace")

    async def app(scope, receive, send):
        RequestIDFilter().filter(found)
        RequestIDFilter().filter(kept)
        await Response("")(scope, receive, send)

    wrapped = RequestIDMiddleware(app, trusted="*")
    headers = {"x-request-id": "id-1", "traceparent": TRACEPARENT}
    await drive.request(wrapped, headers=headers)
    assert (found.request_id, found.trace_id) == ("id-1", TRACEPARENT[3:35])
    assert (kept.request_id, kept.trace_id) == ("other", "trace")


async def test_without_a_trace_its_id_is_the_default(drive) -> None:
    found = record()

    async def app(scope, receive, send):
        RequestIDFilter().filter(found)
        await Response("")(scope, receive, send)

    await drive.request(RequestIDMiddleware(app, generate=lambda: "id-1"))
    assert (found.request_id, found.trace_id) == ("id-1", "-")


@pytest.fixture(name="configured")
def configured_fixture() -> Any:
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"request_id": {"()": "asgi_middleware.RequestIDFilter", "default": "~"}},
            "formatters": {"line": {"format": "%(request_id)s %(message)s"}},
            "handlers": {"list": {"()": ListHandler, "filters": ["request_id"], "formatter": "line"}},
            "loggers": {"test_request_ids": {"handlers": ["list"], "level": "INFO"}},
        }
    )
    yield logging.getLogger("test_request_ids")
    logging.getLogger("test_request_ids").handlers.clear()


class ListHandler(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


async def test_in_a_configuration_on_a_handler(drive, configured) -> None:
    async def app(scope, receive, send):
        configured.getChild("below").info("inside")
        await Response("")(scope, receive, send)

    configured.info("outside")
    await drive.request(RequestIDMiddleware(app, generate=lambda: "id-1"))
    assert configured.handlers[0].lines == ["~ outside", "id-1 inside"]
