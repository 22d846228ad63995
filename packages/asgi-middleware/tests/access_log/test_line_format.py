"""A line stays one line, whatever clients send."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import AccessLogMiddleware, AccessRecord
from asgi_middleware._access_log.line_format import json_line, text_line
from asgi_types import Response

RECORD = AccessRecord(
    type="http",
    time="2026-11-27T07:40:34.123Z",
    client="10.0.0.1",
    method="GET",
    path="/a",
    query=None,
    route=None,
    http_version="1.1",
    status=200,
    outcome="complete",
    duration_ms=12.345,
    first_byte_ms=1.0,
    bytes_sent=512,
    bytes_received=0,
    request_id="id-1",
    trace_id=None,
    referer=None,
    user_agent=None,
)
WEBSOCKET = replace(RECORD, type="websocket", status=101, close_code=1000, messages_sent=1, messages_received=2)


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (RECORD, '10.0.0.1 "GET /a HTTP/1.1" 200 512B 12.3ms id-1'),
        (replace(RECORD, client=None), '- "GET /a HTTP/1.1" 200 512B 12.3ms id-1'),
        (replace(RECORD, bytes_sent=None), '10.0.0.1 "GET /a HTTP/1.1" 200 - 12.3ms id-1'),
        (replace(RECORD, query="b=c"), '10.0.0.1 "GET /a?b=c HTTP/1.1" 200 512B 12.3ms id-1'),
        (replace(RECORD, query=""), '10.0.0.1 "GET /a? HTTP/1.1" 200 512B 12.3ms id-1'),
        (replace(RECORD, request_id=None), '10.0.0.1 "GET /a HTTP/1.1" 200 512B 12.3ms -'),
        (replace(RECORD, outcome="error"), '10.0.0.1 "GET /a HTTP/1.1" 200 512B 12.3ms id-1 error'),
        (WEBSOCKET, '10.0.0.1 "GET /a HTTP/1.1" 101 closed 1000 in 2/0B out 1/512B 12.3ms id-1'),
        (replace(WEBSOCKET, close_code=None), '10.0.0.1 "GET /a HTTP/1.1" 101 closed - in 2/0B out 1/512B 12.3ms id-1'),
        (
            replace(RECORD, request_id="a\r\nb\x1b\u2028"),
            '10.0.0.1 "GET /a HTTP/1.1" 200 512B 12.3ms a\\r\\nb\\x1b\\u2028',
        ),
    ],
)
def test_text(record: AccessRecord, line: str) -> None:
    assert text_line(record) == line


@given(st.text(), st.text(), st.text())
def test_json_is_one_line_of_ascii(request_id: str, referer: str, user_agent: str) -> None:
    line = json_line(replace(RECORD, request_id=request_id, referer=referer, user_agent=user_agent))
    assert line.isascii()
    assert line.isprintable()
    found = json.loads(line)
    assert (found["request_id"], found["referer"], found["user_agent"]) == (request_id, referer, user_agent)


@given(st.text())
def test_text_is_one_printable_line(text: str) -> None:
    assert text_line(replace(RECORD, request_id=text)).isprintable()


async def logged(scope, drive) -> AccessRecord:
    found = []
    app = AccessLogMiddleware(Response(""), log_query=True, level=lambda record: found.append(record) or 0)

    async def send(message):
        pass

    await app(scope, None, send)
    return found[0]


@pytest.mark.parametrize(
    ("path", "raw_path", "expected"),
    [
        ("/a b", b"/a%20b", "/a%20b"),
        ("/a/b", b"/a%2fb", "/a%2fb"),
        ("/ü", None, "/%C3%BC"),
        ("/100%", None, "/100%25"),
        ("/a%20b", None, "/a%2520b"),
        ("/\udcff", None, "/?"),
        ('/"\r\n\x1b[31m', None, "/%22%0D%0A%1B%5B31m"),
        ("/x", b'/"\r\n\x1b\xff', "/%22%0D%0A%1B%FF"),
        ("/:@!$&'()*+,;=~-._", None, "/:@!$&'()*+,;=~-._"),
        ("/x", b"", "/x"),
    ],
)
async def test_paths_are_percent_encoded(path, raw_path, expected, drive) -> None:
    record = await logged({**drive.scope(), "path": path, "raw_path": raw_path}, drive)
    assert record.path == expected.replace("/?", "/%3F")


async def test_everything_else_that_clients_say_is_encoded(drive) -> None:
    scope = drive.scope(method='G"\n', client=('a "\nb', 1))
    record = await logged({**scope, "query_string": b'a=" \n\xff'}, drive)
    assert (record.method, record.client, record.query) == ("G%22%0A", "a%20%22%0Ab", "a=%22%20%0A%FF")


async def test_ipv6(drive) -> None:
    assert (await logged(drive.scope(client=("fe80::1", 1)), drive)).client == "fe80::1"


async def test_a_scope_without_a_query(drive) -> None:
    scope = drive.scope()
    del scope["query_string"]
    assert (await logged(scope, drive)).query == ""


async def test_what_applications_change_below_is_not_what_was_asked_for(drive) -> None:
    found = []

    async def app(scope, receive, send):
        scope["path"] = "/other"
        scope["raw_path"] = b"/other"
        scope["client"] = ("9.9.9.9", 1)
        await Response("")(scope, receive, send)

    wrapped = AccessLogMiddleware(app, level=lambda record: found.append(record) or 0)
    await drive.request(wrapped, "/a")
    assert (found[0].path, found[0].client) == ("/a", "testclient")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_encoded_paths_can_be_read_back(path: str) -> None:
    from asgi_middleware._access_log.exchange_record import _escaped_path

    assert unquote(_escaped_path(path)) == path
    assert _escaped_path(path).isascii()
    assert _escaped_path(path).isprintable()


def test_linear(assert_linear) -> None:
    from asgi_middleware._access_log.exchange_record import _escaped_path

    assert_linear(_escaped_path, lambda n: "/ü" * n, 5000)
    assert_linear(text_line, lambda n: replace(RECORD, request_id="\n" * n), 2000)
