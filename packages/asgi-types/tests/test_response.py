"""The base response: what it renders, which headers it gets, what it sends, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import Headers, MutableHeaders, Response

BODYLESS = [100, 101, 103, 199, 204, 304]


class Latin1(Response):
    media_type = "text/html"
    charset = "latin-1"


# Content


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (None, b""),
        ("", b""),
        ("hé", b"h\xc3\xa9"),
        (b"bytes", b"bytes"),
        (bytearray(b"array"), b"array"),
        (memoryview(b"view"), b"view"),
        (memoryview(b"every other")[::2], b"eeyohr"),
    ],
)
async def test_content_becomes_the_body_with_its_length(drive: Any, content: Any, body: bytes) -> None:
    answer = await drive.request(Response(content))
    assert answer.status == 200
    assert answer.body == body
    assert answer.messages == [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-length", b"%d" % len(body))],
        },
        {"type": "http.response.body", "body": body},
    ]


def test_the_length_of_a_memoryview_is_in_bytes_whatever_its_items_are() -> None:
    response = Response(memoryview(bytes(range(8))).cast("I"))
    assert response.headers["content-length"] == "8"
    assert bytes(response.body) == bytes(range(8))


async def test_text_is_encoded_in_the_charset_of_the_class(drive: Any) -> None:
    answer = await drive.request(Latin1("hé"))
    assert answer.body == b"h\xe9"
    assert answer.headers.raw == [(b"content-length", b"2"), (b"content-type", b"text/html; charset=latin-1")]


def test_text_that_the_charset_cannot_carry_is_an_encoding_error() -> None:
    with pytest.raises(UnicodeEncodeError):
        Latin1("€")


@pytest.mark.parametrize(("content", "name"), [(5, "int"), ({"a": 1}, "dict"), (["a"], "list"), (1.5, "float")])
def test_content_that_cannot_be_rendered_is_a_type_error_that_says_what_to_do(content: Any, name: str) -> None:
    message = (
        f"Latin1 cannot send content of type {name}: give str or bytes, "
        "or use a response class that renders it, such as JSONResponse."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        Latin1(content)


async def test_a_subclass_renders_what_it_likes(drive: Any) -> None:
    class Hex(Response):
        media_type = "text/x-hex"

        def render(self, content: int) -> bytes:
            return b"%x" % content

    answer = await drive.request(Hex(255))
    assert answer.body == b"ff"
    assert answer.headers["content-type"] == "text/x-hex; charset=utf-8"


@given(st.binary() | st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.none())
def test_any_content_is_sent_whole_and_measured_in_bytes(content: str | bytes | None) -> None:
    body = content.encode() if isinstance(content, str) else content or b""
    response = Response(content)
    assert response.body == body
    assert response.headers.raw == [(b"content-length", str(len(body)).encode())]


# Headers


async def test_given_headers_come_first_and_then_length_and_type(drive: Any) -> None:
    answer = await drive.request(Response("x", 201, {"X-Name": "Value", "ETag": '"1"'}, "text/plain"))
    assert answer.status == 201
    assert answer.headers.raw == [
        (b"x-name", b"Value"),
        (b"etag", b'"1"'),
        (b"content-length", b"1"),
        (b"content-type", b"text/plain; charset=utf-8"),
    ]


async def test_a_given_length_or_type_is_kept(drive: Any) -> None:
    given_headers = {"Content-Type": "a/b", "CONTENT-LENGTH": "9"}
    answer = await drive.request(Response("x", headers=given_headers, media_type="text/plain"))
    assert answer.headers.raw == [(b"content-type", b"a/b"), (b"content-length", b"9")]


def test_no_headers_given_is_as_none_given() -> None:
    assert Response("x", headers={}).raw_headers == Response("x").raw_headers == [(b"content-length", b"1")]


def test_repeated_headers_of_a_multi_mapping_are_all_kept() -> None:
    response = Response(headers=Headers(raw=[(b"link", b"<a>"), (b"link", b"<b>")]))
    assert response.raw_headers == [(b"link", b"<a>"), (b"link", b"<b>"), (b"content-length", b"0")]


async def test_headers_can_be_changed_until_they_are_sent(drive: Any) -> None:
    response = Response("x", media_type="text/plain")
    assert type(response.headers) is MutableHeaders
    assert response.headers is response.headers
    response.headers["X-A"] = "1"
    del response.headers["content-type"]
    answer = await drive.request(response)
    assert answer.headers.raw == [(b"content-length", b"1"), (b"x-a", b"1")]


def test_raw_headers_are_the_live_list_behind_headers() -> None:
    response = Response("x")
    response.raw_headers.append((b"x-a", b"1"))
    assert response.headers["x-a"] == "1"
    response.headers["x-b"] = "2"
    assert response.raw_headers == [(b"content-length", b"1"), (b"x-a", b"1"), (b"x-b", b"2")]


async def test_raw_headers_can_be_replaced(drive: Any) -> None:
    response = Response("x", headers={"x-a": "1"})
    assert response.headers["x-a"] == "1"
    response.raw_headers = [(b"x-b", b"2")]
    assert response.headers.raw == [(b"x-b", b"2")]
    assert (await drive.request(response)).headers.raw == [(b"x-b", b"2")]


def test_init_headers_begins_anew() -> None:
    response = Response("x", headers={"x-a": "1"})
    response.headers["x-b"] = "2"
    response.init_headers({"x-c": "3"})
    assert response.headers.raw == [(b"x-c", b"3"), (b"content-length", b"1")]


@pytest.mark.parametrize("headers", [None, {"x-a": "1"}])
async def test_what_is_added_to_one_message_is_not_in_the_next(drive: Any, headers: Any) -> None:
    response = Response("x", headers=headers)
    first = await drive.request(response)
    before = list(first.start["headers"])
    first.start["headers"].append((b"x-added", b"by middleware"))
    second = await drive.request(response)
    assert second.start["headers"] == before
    assert all(pair[0] != b"x-added" for pair in Response("x", headers=headers).raw_headers)


async def test_headers_nobody_looked_at_are_made_when_sent(drive: Any) -> None:
    response = Response("x")
    response.body = b"four"
    response.media_type = "text/plain"
    answer = await drive.request(response)
    assert answer.body == b"four"
    assert answer.headers.raw == [(b"content-length", b"4"), (b"content-type", b"text/plain; charset=utf-8")]


async def test_headers_somebody_looked_at_are_sent_as_they_were_seen(drive: Any) -> None:
    response = Response("x")
    assert response.headers["content-length"] == "1"
    response.media_type = "text/plain"
    assert (await drive.request(response)).headers.raw == [(b"content-length", b"1")]


# Subclasses that Starlette's users write


async def test_a_subclass_that_overrides_init_headers_has_it_called_by_the_constructor(drive: Any) -> None:
    seen: list[Mapping[str, str] | None] = []

    class Marked(Response):
        def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
            seen.append(headers)
            super().init_headers({**(headers or {}), "x-marked": "yes"})

    class Child(Marked):
        pass

    assert (await drive.request(Child("x"))).headers.raw == [(b"x-marked", b"yes"), (b"content-length", b"1")]
    assert (await drive.request(Marked("x", headers={"a": "b"}))).headers["a"] == "b"
    assert seen == [None, {"a": "b"}]


def test_a_subclass_may_skip_the_constructor_and_have_no_body() -> None:
    class Streaming(Response):
        def __init__(self, status_code: int) -> None:
            self.status_code = status_code
            self.init_headers({"x-a": "1"})

    assert Streaming(200).raw_headers == [(b"x-a", b"1")]


def test_an_attribute_that_keeps_its_default_is_still_there() -> None:
    response = Response()
    found = (response.status_code, response.media_type, response.charset, response.background, response.body)
    assert found == (200, None, "utf-8", None, b"")


# What is sent


@pytest.mark.parametrize("content", ["hello", None])
async def test_head_gets_the_headers_and_no_body(drive: Any, content: str | None) -> None:
    response = Response(content, media_type="text/plain")
    head = await drive.request(response, method="HEAD")
    assert head.messages[1:] == [{"type": "http.response.body", "body": b""}]
    assert head.headers.raw == (await drive.request(response)).headers.raw


@pytest.mark.parametrize("status_code", BODYLESS)
async def test_statuses_without_content_get_neither_length_nor_body(drive: Any, status_code: int) -> None:
    response = Response("hello", status_code, media_type="text/plain")
    answer = await drive.request(response)
    assert answer.messages == [
        {
            "type": "http.response.start",
            "status": status_code,
            "headers": [(b"content-type", b"text/plain; charset=utf-8")],
        },
        {"type": "http.response.body", "body": b""},
    ]
    assert response.raw_headers == answer.start["headers"]


@pytest.mark.parametrize("status_code", BODYLESS)
async def test_a_length_that_was_there_first_is_not_sent_without_its_body(drive: Any, status_code: int) -> None:
    response = Response("hello", headers={"x-a": "1"})
    response.status_code = status_code
    answer = await drive.request(response)
    assert answer.headers.raw == [(b"x-a", b"1")]
    assert answer.body == b""
    assert response.headers["content-length"] == "5"


@pytest.mark.parametrize("status_code", [200, 205, 299, 404, 500, 599])
async def test_other_statuses_have_a_length_even_without_content(drive: Any, status_code: int) -> None:
    answer = await drive.request(Response(status_code=status_code))
    assert answer.status == status_code
    assert answer.headers.raw == [(b"content-length", b"0")]


async def test_a_status_may_be_of_the_standard_librarys_enum(drive: Any) -> None:
    answer = await drive.request(Response("x", HTTPStatus.NO_CONTENT))
    assert (answer.status, answer.headers.raw, answer.body) == (204, [], b"")


async def test_background_work_runs_once_after_the_last_byte() -> None:
    order: list[str] = []

    async def send(message: Any) -> None:
        order.append(message["type"])

    async def work() -> None:
        order.append("work")

    response = Response("x", background=work)
    assert response.background is work
    await response({"type": "http", "method": "GET"}, None, send)  # type: ignore[arg-type]
    assert order == ["http.response.start", "http.response.body", "work"]


async def test_on_a_websocket_it_is_a_denial_response(drive: Any) -> None:
    answer = await drive.websocket(Response("Go away.", 403, media_type="text/plain"))
    assert answer.messages == [
        {
            "type": "websocket.http.response.start",
            "status": 403,
            "headers": [(b"content-length", b"8"), (b"content-type", b"text/plain; charset=utf-8")],
        },
        {"type": "websocket.http.response.body", "body": b"Go away."},
    ]


# Cookies


async def test_cookies_are_headers_of_their_own_in_the_order_they_were_set(drive: Any) -> None:
    response = Response("x")
    response.set_cookie("a", "1")
    response.set_cookie("b")
    answer = await drive.request(response)
    assert answer.headers.raw == [
        (b"content-length", b"1"),
        (b"set-cookie", b"a=1; Path=/; SameSite=lax"),
        (b"set-cookie", b'b=""; Path=/; SameSite=lax'),
    ]


def test_every_attribute_of_a_cookie_is_passed_on() -> None:
    response = Response()
    response.set_cookie(
        "a", "b c", 5, "Thu, 01 Jan 1970 00:00:00 GMT", "/p", "example.org", True, True, "none", partitioned=True
    )
    assert response.headers["set-cookie"] == (
        'a="b c"; Domain=example.org; expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Max-Age=5; '
        "Partitioned; Path=/p; SameSite=none; Secure"
    )


def test_a_deleted_cookie_is_an_empty_one_that_expires_now() -> None:
    response = Response()
    response.delete_cookie("a", "/p", "example.org", True, True, "strict")
    found = re.fullmatch(
        r'a=""; Domain=example\.org; expires=([^;]+); HttpOnly; Max-Age=0; Path=/p; SameSite=strict; Secure',
        response.headers["set-cookie"],
    )
    assert found
    assert abs(parsedate_to_datetime(found[1]).timestamp() - time()) < 60


@pytest.mark.parametrize(
    "cookie",
    [
        {"key": "a b"},
        {"key": ""},
        {"key": "a\r\nset-cookie: b"},
        {"key": "a", "value": "b\r\nx: y"},
        {"key": "a", "value": "\0"},
        {"key": "a", "value": "€"},
        {"key": "a", "path": "/\n"},
        {"key": "a", "path": "/; Domain=example.org"},
        {"key": "a", "path": "/€"},
        {"key": "a", "domain": "example.org\r\nx: y"},
        {"key": "a", "expires": "now\n"},
    ],
)
def test_a_cookie_cannot_break_out_of_its_header(cookie: Any) -> None:
    response = Response()
    with pytest.raises(ValueError):
        response.set_cookie(**cookie)
    assert response.raw_headers == [(b"content-length", b"0")]


# Header injection (CVE-2016-9964, CVE-2023-49081)

broken_lines = st.tuples(st.text(), st.sampled_from("\r\n\0"), st.text()).map("".join)


@given(broken_lines)
def test_line_breaks_and_nul_are_refused_in_every_header_of_a_response(text: str) -> None:
    with pytest.raises(ValueError):
        Response(headers={"x-a": text})
    with pytest.raises(ValueError):
        Response(headers={text: "a"})
    with pytest.raises(ValueError):
        _ = Response(media_type=text).headers
    with pytest.raises(ValueError):
        Response().set_cookie("a", text)


@pytest.mark.parametrize("headers", [{"a b": "c"}, {"": "c"}, {"a:": "c"}, {"é": "c"}, {"a": "€"}])
def test_a_header_that_cannot_be_sent_is_refused_when_given(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        Response(headers=headers)


async def test_a_media_type_that_cannot_be_sent_is_refused_before_anything_is(drive: Any) -> None:
    messages: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        with pytest.raises(ValueError):
            await Response("x", media_type="text/plain\r\nx: y")(scope, receive, messages.append)

    await drive.request(app)
    assert messages == []


def test_a_class_may_refuse_partitioned_cookies() -> None:
    class OldResponse(Response):
        may_partition = False

    response = OldResponse()
    response.set_cookie("a", "b")
    with pytest.raises(ValueError, match=r"^Partitioned cookies are only supported in Python 3\.14 and above\.$"):
        response.set_cookie("a", "b", partitioned=True)
    with pytest.raises(ValueError, match="Partitioned"):
        response.delete_cookie("a", partitioned=True)
    assert response.headers.getlist("set-cookie") == ["a=b; Path=/; SameSite=lax"]
