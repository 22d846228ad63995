"""Every message that a strict server refuses is an error where it is sent, and in the test."""

import pytest

from asgi_websockets.testing import AsyncWebSocketTestSession, WebSocketDenied

ACCEPT = {"type": "websocket.accept"}
START = {"type": "websocket.http.response.start", "status": 403, "headers": []}


def sends(*messages):
    async def app(scope, receive, send):
        await receive()
        for message in messages:
            await send(message)
        await receive()

    return app


async def problem(*messages, **options):
    """What is wrong with the last of ``messages``: in the application and in the test."""
    caught = []

    async def app(scope, receive, send):
        await receive()
        for message in messages[:-1]:
            await send(message)
        try:
            await send(messages[-1])
        except RuntimeError as error:
            caught.append(str(error))
            raise

    with pytest.raises(RuntimeError) as raised:
        async with AsyncWebSocketTestSession(app, **options):
            pass
    assert caught == [str(raised.value)]
    return caught[0]


@pytest.mark.parametrize("message", [None, "websocket.accept", [("type", "websocket.accept")], {}, {"type": 1}])
async def test_what_is_no_message(message):
    assert (await problem(message)).startswith("Not an ASGI message: ")


async def test_an_unknown_message():
    assert await problem({"type": "websocket.ping"}) == (
        "Expected 'websocket.accept' or 'websocket.close' or 'websocket.http.response.start', "
        "but the application sent 'websocket.ping'."
    )


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({}, "exactly one of 'text' and 'bytes' must be there and not None"),
        ({"text": None, "bytes": None}, "exactly one of 'text' and 'bytes' must be there and not None"),
        ({"text": "a", "bytes": b"a"}, "exactly one of 'text' and 'bytes' must be there and not None"),
        ({"text": "", "bytes": b""}, "exactly one of 'text' and 'bytes' must be there and not None"),
        ({"text": b"a"}, "'text' must be a str, not bytes"),
        ({"text": 1}, "'text' must be a str, not int"),
        ({"bytes": "a"}, "'bytes' must be bytes, not str"),
        ({"bytes": bytearray(b"a")}, "'bytes' must be bytes, not bytearray"),
        ({"text": "\ud800"}, r"'text' cannot be sent as UTF-8: '\ud800'"),
    ],
)
async def test_data(message, text):
    assert await problem(ACCEPT, {"type": "websocket.send", **message}) == f"Invalid 'websocket.send': {text}."


HEADERS = [
    (None, "'headers' must be an iterable of pairs, not NoneType"),
    (1, "'headers' must be an iterable of pairs, not int"),
    ([b"a"], "a header is a pair of bytes, not b'a'"),
    ([(b"a",)], "a header is a pair of bytes, not (b'a',)"),
    ([(b"a", b"b", b"c")], "a header is a pair of bytes, not (b'a', b'b', b'c')"),
    ([("a", b"b")], "a header is a pair of bytes, not ('a', b'b')"),
    ([(b"a", "b")], "a header is a pair of bytes, not (b'a', 'b')"),
    ({"a": "b"}, "a header is a pair of bytes, not 'a'"),
    ([(b"A", b"b")], "the name of a header is a token in lower case, not b'A'"),
    ([(b"a b", b"c")], "the name of a header is a token in lower case, not b'a b'"),
    ([(b"", b"c")], "the name of a header is a token in lower case, not b''"),
    ([(b"a", b"b\r\nc: d")], r"the value of a header has no CR, LF or NUL, but b'b\r\nc: d' has"),
    ([(b"a", b"\0")], r"the value of a header has no CR, LF or NUL, but b'\x00' has"),
]


@pytest.mark.parametrize(("headers", "text"), HEADERS)
async def test_headers_of_the_handshake(headers, text):
    assert await problem({**ACCEPT, "headers": headers}) == f"Invalid 'websocket.accept': {text}."


@pytest.mark.parametrize(("headers", "text"), HEADERS)
async def test_headers_of_a_denial_response(headers, text):
    assert await problem({**START, "headers": headers}) == f"Invalid 'websocket.http.response.start': {text}."


async def test_the_subprotocol_is_no_header():
    message = {**ACCEPT, "headers": [(b"sec-websocket-protocol", b"chat")]}
    assert await problem(message, subprotocols=["chat"]) == (
        "Invalid 'websocket.accept': the subprotocol has a key of its own, and is no header."
    )


async def test_the_subprotocol_is_text():
    assert await problem({**ACCEPT, "subprotocol": b"chat"}, subprotocols=["chat"]) == (
        "Invalid 'websocket.accept': 'subprotocol' must be a str or None, not bytes."
    )


async def test_the_subprotocol_is_one_that_the_client_offers():
    assert await problem({**ACCEPT, "subprotocol": "soap"}, subprotocols=["chat"]) == (
        "Invalid 'websocket.accept': the client offers ['chat'], and not the subprotocol 'soap'."
    )


@pytest.mark.parametrize("code", [999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, "1000", None, True, 1000.0])
async def test_codes_that_no_close_frame_may_carry(code):
    assert await problem(ACCEPT, {"type": "websocket.close", "code": code}) == (
        f"Invalid 'websocket.close': a close frame must not carry the code {code!r}."
    )


async def test_the_reason_is_text():
    assert await problem(ACCEPT, {"type": "websocket.close", "reason": b"a"}) == (
        "Invalid 'websocket.close': 'reason' must be a str or None, not bytes."
    )


async def test_the_reason_is_short():
    assert await problem(ACCEPT, {"type": "websocket.close", "reason": "é" * 62}) == (
        "Invalid 'websocket.close': 'reason' has 124 bytes, where 123 are the most."
    )


@pytest.mark.parametrize("status", [None, "403", 101, 199, 1000, True, 403.0])
async def test_the_status_is_a_number(status):
    assert await problem({**START, "status": status}) == (
        f"Invalid 'websocket.http.response.start': 'status' must be an int from 200 to 999, not {status!r}."
    )


@pytest.mark.parametrize("body", ["a", None, bytearray(b"a")])
async def test_the_body_is_bytes(body):
    assert await problem(START, {"type": "websocket.http.response.body", "body": body}) == (
        f"Invalid 'websocket.http.response.body': 'body' must be bytes, not {type(body).__name__}."
    )


async def test_more_body_is_a_bool():
    assert await problem(START, {"type": "websocket.http.response.body", "more_body": 1}) == (
        "Invalid 'websocket.http.response.body': 'more_body' must be a bool, not int."
    )


@pytest.mark.parametrize("code", [1000, 1003, 1007, 1014, 3000, 4999])
async def test_codes_and_a_long_reason_that_may_be_sent(code):
    reason = "é" * 61 + "a"
    app = sends(ACCEPT, {"type": "websocket.close", "code": code, "reason": reason})
    async with AsyncWebSocketTestSession(app) as session:
        pass
    assert (session.close_code, session.close_reason) == (code, reason)


async def test_a_close_may_leave_out_everything():
    async with AsyncWebSocketTestSession(sends(ACCEPT, {"type": "websocket.close", "reason": None})) as session:
        pass
    assert (session.close_code, session.close_reason) == (1000, "")


@pytest.mark.parametrize("headers", [[[b"a", b"b"]], ((b"a", b"b"),), {b"a": b"b"}.items()])
async def test_headers_may_be_any_iterable_of_pairs(headers):
    async with AsyncWebSocketTestSession(sends({**ACCEPT, "headers": headers, "subprotocol": None})) as session:
        assert session.extra_headers == [(b"a", b"b")]


async def test_a_denial_may_leave_out_headers_and_body():
    app = sends({"type": "websocket.http.response.start", "status": 999}, {"type": "websocket.http.response.body"})
    with pytest.raises(WebSocketDenied) as caught:
        async with AsyncWebSocketTestSession(app):
            pass
    assert (caught.value.status_code, caught.value.headers.raw, caught.value.body) == (999, [], b"")
