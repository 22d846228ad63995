"""The automatic headers of a response: ``content-length`` and ``content-type``."""

from __future__ import annotations

from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import Response


@pytest.mark.parametrize(
    ("media_type", "content_type"),
    [
        ("text/plain", b"text/plain; charset=utf-8"),
        ("text/event-stream", b"text/event-stream; charset=utf-8"),
        ("text/plain; charset=latin-1", b"text/plain; charset=latin-1"),
        ("text/plain; Charset=latin-1", b"text/plain; Charset=latin-1"),
        ("text/csv; header=present", b"text/csv; header=present; charset=utf-8"),
        ("TEXT/plain", b"TEXT/plain"),
        ("application/json", b"application/json"),
        ("application/xml; charset=utf-16", b"application/xml; charset=utf-16"),
        ("", b""),
    ],
)
def test_text_types_get_the_charset_unless_they_name_one(media_type: str, content_type: bytes) -> None:
    assert Response("x", media_type=media_type).raw_headers == [
        (b"content-length", b"1"),
        (b"content-type", content_type),
    ]


def test_without_a_media_type_there_is_no_content_type() -> None:
    assert Response("x").raw_headers == [(b"content-length", b"1")]


def test_without_a_body_there_is_no_length() -> None:
    assert Response("x", 204).raw_headers == []
    assert Response("x", 304, media_type="text/plain").raw_headers == [(b"content-type", b"text/plain; charset=utf-8")]


def test_a_member_of_an_enum_of_strings_is_its_value() -> None:
    class MediaType(str, Enum):  # noqa: UP042 - a StrEnum is formatted as its value, this is not
        HTML = "text/html"
        JSON = "application/json"

    assert Response(media_type=MediaType.HTML).headers["content-type"] == "text/html; charset=utf-8"
    assert Response(media_type=MediaType.JSON).headers["content-type"] == "application/json"


@given(st.integers(0, 10_000), st.sampled_from(["text/a", "b/c", None]), st.sampled_from(["utf-8", "latin-1"]))
def test_what_is_remembered_for_one_response_is_never_given_to_an_unlike_one(
    length: int, media_type: str | None, charset: str
) -> None:
    class Some(Response):
        pass

    Some.charset = charset
    headers = dict(Some(bytes(length), media_type=media_type).raw_headers)
    assert headers.pop(b"content-length") == b"%d" % length
    expected = {"text/a": f"text/a; charset={charset}".encode(), "b/c": b"b/c", None: None}[media_type]
    assert headers == ({} if expected is None else {b"content-type": expected})


def test_headers_of_one_response_are_not_those_of_another() -> None:
    first, second = Response("x"), Response("x")
    first.headers["x-a"] = "1"
    assert second.raw_headers == [(b"content-length", b"1")]
