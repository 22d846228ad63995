"""Close codes, close messages, and denial responses that become close messages."""

from __future__ import annotations

from enum import Enum
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import (
    HTTPException,
    Response,
    answer,
    check_close_code,
    close_code,
    close_for_denial,
    close_message,
    may_deny,
)

DENIABLE = {"websocket.http.response": {}}


class Sent(list[Any]):
    """A ``send`` that keeps what it gets."""

    async def __call__(self, message: Any) -> None:
        self.append(message)


async def closed_by(*messages: Any) -> list[Any]:
    """What arrives at the server of these messages."""
    sent = Sent()
    send = close_for_denial(sent)
    for message in messages:
        await send(message)
    return sent


def start(status: int, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"type": "websocket.http.response.start", "status": status, "headers": [*headers]}


def body(content: Any, *, more: bool = False) -> dict[str, Any]:
    return {"type": "websocket.http.response.body", "body": content, "more_body": more}


def close(code: int, reason: str = "") -> dict[str, Any]:
    return {"type": "websocket.close", "code": code, "reason": reason}


PLAIN = (b"content-type", b"text/plain; charset=utf-8")


# The code


@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((401, 3000), (403, 3003), (408, 3008), (413, 1009), (415, 1003)),
        *((429, 1013), (502, 1014), (503, 1013), (504, 1014)),
        *((400, 1008), (404, 1008), (405, 1008), (422, 1008), (499, 1008)),
        *((500, 1011), (501, 1011), (505, 1011), (599, 1011)),
        *((101, 1000), (200, 1000), (204, 1000), (302, 1000), (304, 1000), (399, 1000)),
    ],
)
def test_a_status_has_its_close_code(status: int, code: int) -> None:
    assert close_code(status) == code


def test_a_member_of_the_enumeration_is_a_status() -> None:
    assert (close_code(HTTPStatus.FORBIDDEN), close_code(HTTPStatus.IM_A_TEAPOT)) == (3003, 1008)


@given(st.integers(100, 999))
def test_each_code_may_be_sent(status: int) -> None:
    # RFC 6455 section 7.4.1 keeps 1004 to 1006 and 1015 out of frames.
    code = close_code(status)
    assert code in {1000, 1003, 1008, 1009, 1011, 1013, 1014} or 3000 <= code < 5000
    assert (code == 1000) == (status < 400)
    check_close_code(code)


@pytest.mark.parametrize(
    "code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
)
def test_a_frame_may_have_these_codes(code: int) -> None:
    check_close_code(code)


@pytest.mark.parametrize(
    "code", [-1, 0, 1, 200, 403, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535, 65536, 10**9]
)
def test_no_frame_may_have_these_codes(code: int) -> None:
    with pytest.raises(ValueError, match=f"^A close frame cannot have the code {code}: use 1000 to 1014 but for 1004,"):
        check_close_code(code)


# The message


def test_a_close_message_has_a_code_and_a_reason() -> None:
    assert close_message() == close(1000)
    assert close_message(3003) == close(3003)
    assert close_message(4000, "Bye. \u2603") == close(4000, "Bye. \u2603")


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("a" * 123, "a" * 123),
        ("a" * 124, "a" * 123),
        ("\xe9" * 61, "\xe9" * 61),
        ("\xe9" * 62, "\xe9" * 61),
        ("a" + "\xe9" * 61, "a" + "\xe9" * 61),
        ("\u2603" * 41, "\u2603" * 41),
        ("\u2603" * 42, "\u2603" * 41),
        ("\N{PILE OF POO}" * 30, "\N{PILE OF POO}" * 30),
        ("\N{PILE OF POO}" * 31, "\N{PILE OF POO}" * 30),
        ("aaa" + "\N{PILE OF POO}" * 30, "aaa" + "\N{PILE OF POO}" * 30),
        ("aaaa" + "\N{PILE OF POO}" * 30, "aaaa" + "\N{PILE OF POO}" * 29),
    ],
)
def test_a_long_reason_is_cut_between_characters(reason: str, kept: str) -> None:
    assert close_message(1008, reason) == close(1008, kept)


@given(st.text(max_size=150) | st.text("a\xe9\u2603\N{PILE OF POO}", min_size=25, max_size=150))
def test_a_reason_fits_and_is_as_much_as_fits(reason: str) -> None:
    kept = close_message(1000, reason)["reason"]
    assert reason.startswith(kept)
    assert len(kept.encode()) <= 123
    assert kept == reason or len(reason[: len(kept) + 1].encode()) > 123


@given(st.text(st.characters(codec=None), min_size=31, max_size=200))
def test_a_long_reason_has_a_form_in_utf_8(reason: str) -> None:
    assert len(close_message(1000, reason)["reason"].encode()) <= 123


class Reason(str, Enum):  # noqa: UP042 - what programs have, whose text `str` does not give
    FULL = "The room is full."


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ([{"loc": ["path", "room"], "msg": "Not a number."}], "[{'loc': ['path', 'room'], 'msg': 'Not a number.'}]"),
        ({"why": "caf\xe9"}, "{'why': 'caf\xe9'}"),
        (404, "404"),
        (None, ""),
        (Reason.FULL, "The room is full."),
    ],
)
def test_a_reason_may_be_no_text(reason: Any, text: str) -> None:
    assert close_message(1008, reason) == close(1008, text)


def test_a_long_reason_that_is_no_text_is_cut_as_text_is() -> None:
    reason: Any = ["\u2603" * 99]
    assert close_message(1008, reason) == close(1008, "['" + "\u2603" * 40)


def test_cutting_takes_time_as_the_reason_is_long(assert_linear: Any) -> None:
    assert_linear(lambda reason: close_message(1000, reason), lambda n: "\u2603" * n, 100_000)


# Who can deny


@pytest.mark.parametrize(
    ("scope", "can"),
    [
        ({"extensions": DENIABLE}, True),
        ({"extensions": {"tls": {}, **DENIABLE}}, True),
        ({"extensions": {"websocket.http.response": None}}, True),
        ({"extensions": {"tls": {}}}, False),
        ({"extensions": {}}, False),
        ({"extensions": None}, False),
        ({}, False),
    ],
)
def test_a_server_says_whether_it_can_deny(scope: Any, can: bool) -> None:
    assert may_deny({"type": "websocket", **scope}) is can


# A close message in place of a denial response


@pytest.mark.parametrize(
    ("status", "code"), [(401, 3000), (403, 3003), (404, 1008), (500, 1011), (503, 1013), (200, 1000)]
)
async def test_a_denial_response_becomes_a_close_message(status: int, code: int) -> None:
    assert await closed_by(start(status, PLAIN), body(b"Why.")) == [close(code, "Why.")]


async def test_nothing_is_closed_before_the_body() -> None:
    assert await closed_by(start(403, PLAIN)) == []


@pytest.mark.parametrize("content_type", [b"text/plain", b"text/plain; charset=utf-8", b"text/plain;charset=utf-8"])
async def test_plain_text_is_the_reason(content_type: bytes) -> None:
    sent = await closed_by(start(404, (b"x-a", b"1"), (b"content-type", content_type)), body("Caf\xe9".encode()))
    assert sent == [close(1008, "Caf\xe9")]


@pytest.mark.parametrize(
    "content_type", [b"text/html; charset=utf-8", b"application/json", b"image/png", b"", b"plain"]
)
async def test_another_content_is_no_reason(content_type: bytes) -> None:
    assert await closed_by(start(404, (b"content-type", content_type)), body(b"<p>No.")) == [close(1008)]


async def test_content_without_a_type_is_no_reason() -> None:
    assert await closed_by(start(404, (b"x-type", b"text/plain")), body(b"No.")) == [close(1008)]
    start_without_headers = {"type": "websocket.http.response.start", "status": 404}
    assert await closed_by(start_without_headers, body(b"No.")) == [close(1008)]


async def test_headers_may_be_any_pairs() -> None:
    headers = iter([[b"content-type", b"text/plain"]])
    assert await closed_by({**start(404), "headers": headers}, body(b"No.")) == [close(1008, "No.")]


async def test_a_body_may_be_missing() -> None:
    assert await closed_by(start(403, PLAIN), {"type": "websocket.http.response.body"}) == [close(3003)]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
async def test_a_body_may_be_any_bytes(kind: Any) -> None:
    assert await closed_by(start(403, PLAIN), body(kind(b"No."))) == [close(3003, "No.")]


async def test_bytes_that_are_not_utf_8_are_replaced() -> None:
    assert await closed_by(start(403, PLAIN), body(b"Caf\xe9")) == [close(3003, "Caf\ufffd")]


async def test_a_long_body_is_cut() -> None:
    assert await closed_by(start(403, PLAIN), body(("\u2603" * 99).encode())) == [close(3003, "\u2603" * 41)]


async def test_further_parts_are_left_out() -> None:
    sent = await closed_by(start(403, PLAIN), body(b"No", more=True), body(b", no", more=True), body(b"."))
    assert sent == [close(3003, "No")]


async def test_a_body_without_a_start_is_left_out() -> None:
    assert await closed_by(body(b"No.")) == []


@pytest.mark.parametrize(
    "message", [{"type": "websocket.accept"}, {"type": "websocket.send", "text": "hi"}, close(4000, "Bye.")]
)
async def test_other_messages_pass(message: Any) -> None:
    sent = await closed_by(message)
    assert len(sent) == 1
    assert sent[0] is message


async def test_what_is_left_out_can_be_awaited_as_what_is_sent() -> None:
    taken: list[Any] = []

    def send(message: Any) -> Any:  # any awaitable will do, as it does for a server
        taken.append(message)
        return closed()

    async def closed() -> str:
        return "taken"

    closing: Any = close_for_denial(send)
    assert await closing(start(403, PLAIN)) is None
    assert await closing(body(b"No.", more=True)) == "taken"
    assert await closing(body(b" Really.")) is None
    assert await closing(close(4000)) == "taken"
    assert taken == [close(3003, "No."), close(4000)]


async def test_two_of_them_do_not_mix() -> None:
    first, second = Sent(), Sent()
    one, other = close_for_denial(first), close_for_denial(second)
    await one(start(403, PLAIN))
    await other(start(500))
    await one(body(b"one"))
    await other(body(b"other"))
    assert (first, second) == ([close(3003, "one")], [close(1011)])


async def test_a_close_that_fails_is_not_tried_again() -> None:
    tried: list[Any] = []

    async def gone(message: Any) -> None:
        tried.append(message)
        raise OSError("gone")

    send = close_for_denial(gone)
    await send(start(403, PLAIN))
    with pytest.raises(OSError, match="gone"):
        await send(body(b"No.", more=True))
    await send(body(b"Really."))
    assert tried == [close(3003, "No.")]


async def test_a_response_closes(drive: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await Response("Not for you.", 403, media_type="text/plain")(scope, receive, close_for_denial(send))

    assert (await drive.websocket(app)).messages == [close(3003, "Not for you.")]


@pytest.mark.parametrize("refusal", [HTTPException(401, "Sign in."), HTTPException(404), HTTPException(500, "x" * 200)])
async def test_it_closes_as_an_answer_does(drive: Any, refusal: HTTPException) -> None:
    async def denied(scope: Any, receive: Any, send: Any) -> None:
        await answer(scope, receive, close_for_denial(send), refusal)

    async def answered(scope: Any, receive: Any, send: Any) -> None:
        await answer(scope, receive, send, refusal)

    by_denial = await drive.websocket(denied, extensions=DENIABLE)
    assert by_denial.messages == (await drive.websocket(answered)).messages
    assert by_denial.messages == [close(close_code(refusal.status_code), refusal.detail[:123])]
