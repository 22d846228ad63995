"""The view of the scope, the acceptance, and the end that the program makes."""

import pytest

from asgi_types import HTTPConnection, HTTPException
from asgi_websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected, WebSocketState

CLOSED = '^Cannot call "send" once a close message has been sent'


# The view


def test_it_is_a_view_of_the_scope(serve):
    websocket = serve().websocket(path="/ws", query_string=b"room=1", headers=[(b"cookie", b"a=b")])
    assert isinstance(websocket, HTTPConnection)
    assert (websocket["path"], websocket.query_params["room"], websocket.cookies) == ("/ws", "1", {"a": "b"})


def test_another_scope_is_an_assertion_error():
    with pytest.raises(AssertionError, match="Not a WebSocket's scope: 'http'"):
        WebSocket({"type": "http"}, None, None)


def test_both_sides_begin_connecting(serve):
    websocket = serve().websocket()
    assert websocket.client_state is WebSocketState.CONNECTING
    assert websocket.application_state is WebSocketState.CONNECTING


async def test_two_connections_have_states_of_their_own(serve):
    one, other = serve().websocket(), serve().websocket()
    await one.accept()
    await one.close()
    assert other.client_state is other.application_state is WebSocketState.CONNECTING


# Accepting


async def test_accept_waits_for_the_client_and_answers(serve):
    server = serve()
    websocket = await server.accepted()
    assert list(server.left) == []
    assert server.sent == [{"type": "websocket.accept", "subprotocol": None, "headers": []}]
    assert websocket.client_state is WebSocketState.CONNECTED
    assert websocket.application_state is WebSocketState.CONNECTED


async def test_accept_does_not_wait_for_what_was_received(serve):
    server = serve("a")
    websocket = server.websocket()
    assert await websocket.receive() == {"type": "websocket.connect"}
    await websocket.accept()
    assert await websocket.receive_text() == "a"


async def test_accept_sends_the_subprotocol_and_headers(serve):
    server = serve()
    headers = ((name, value) for name, value in [(b"X-Room", b"1"), (b"set-cookie", b"a=b")])
    await server.websocket().accept("chat", headers)
    assert server.sent == [
        {"type": "websocket.accept", "subprotocol": "chat", "headers": [(b"x-room", b"1"), (b"set-cookie", b"a=b")]}
    ]


@pytest.mark.parametrize("byte", [b"\r", b"\n", b"\0"])
@pytest.mark.parametrize("place", ["subprotocol", "name", "value"])
async def test_a_line_break_in_the_handshake_is_refused(serve, byte, place):
    server = serve()
    websocket = server.websocket()
    bad = b"a" + byte + b"b"
    arguments = {
        "subprotocol": {"subprotocol": bad.decode()},
        "name": {"headers": [(b"x", b"y"), (bad, b"y")]},
        "value": {"headers": [(b"x", bad)]},
    }
    with pytest.raises(ValueError, match=r"^Invalid header of the handshake .*: CR, LF and NUL are not allowed"):
        await websocket.accept(**arguments[place])
    assert server.sent == []
    await websocket.accept()
    assert len(server.sent) == 1


async def test_accept_is_for_once(serve):
    websocket = await serve().accepted()
    with pytest.raises(RuntimeError, match=r"but got 'websocket\.accept'"):
        await websocket.accept()


@pytest.mark.parametrize(
    ("origins", "session", "is_let_in"),
    [
        (None, {}, True),
        (None, {"session": {}}, False),
        (["*"], {"session": {}}, True),
        (["https://evil.example"], {"session": {}}, True),
        ([], {}, False),
        (["https://other.example"], {}, False),
    ],
)
async def test_accept_refuses_a_page_of_another_origin(serve, origins, session, is_let_in):
    server = serve()
    headers = [(b"host", b"example.org"), (b"origin", b"https://evil.example")]
    websocket = server.websocket(headers=headers, **session)
    websocket.allowed_origins = origins
    if is_let_in:
        await websocket.accept()
        assert server.types == ["accept"]
    else:
        with pytest.raises(HTTPException) as caught:
            await websocket.accept()
        assert caught.value.status_code == 403
        assert server.sent == []


# Closing


@pytest.mark.parametrize("is_accepted", [True, False])
async def test_close_is_the_end(serve, is_accepted):
    server = serve()
    websocket = await server.accepted() if is_accepted else server.websocket()
    await websocket.close(4000, "Bye.")
    assert server.sent[-1] == {"type": "websocket.close", "code": 4000, "reason": "Bye."}
    assert websocket.application_state is WebSocketState.DISCONNECTED
    for again in (websocket.send_text("a"), websocket.close(), websocket.accept()):
        with pytest.raises(WebSocketDisconnected, match=CLOSED):
            await again
    assert len(server.sent) == (2 if is_accepted else 1)


async def test_what_is_sent_after_close_is_the_programs_mistake_even_when_the_client_has_answered(serve, left):
    server = serve(left)
    websocket = await server.accepted()
    await websocket.close()
    assert (await websocket.receive())["type"] == "websocket.disconnect"
    with pytest.raises(WebSocketDisconnected, match=CLOSED):
        await websocket.send_text("a")


async def test_close_has_defaults(serve):
    server = serve()
    await server.websocket().close()
    assert server.sent == [{"type": "websocket.close", "code": 1000, "reason": ""}]


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1014, 3000, 3999, 4000, 4999])
async def test_these_codes_can_be_sent(serve, code):
    server = serve()
    await (await server.accepted()).close(code)
    assert server.closed == (code, "")


@pytest.mark.parametrize("code", [-1, 0, 1, 200, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65536])
async def test_no_close_frame_has_these_codes(serve, code):
    server = serve()
    websocket = await server.accepted()
    with pytest.raises(ValueError, match=f"^A close frame cannot have the code {code}: use 1000 to 1014 but for"):
        await websocket.close(code)
    assert server.types == ["accept"]
    await websocket.close()
    assert server.closed == (1000, "")


@pytest.mark.parametrize("code", [0, 401, 403, 1005, 1006, 4000])
async def test_before_accept_there_is_no_frame_and_any_code_refuses(serve, code):
    server = serve()
    await server.websocket().close(code, "No.")
    assert server.sent == [{"type": "websocket.close", "code": code, "reason": "No."}]


async def test_a_reason_may_be_the_list_that_fastapi_gives(serve):
    server = serve()
    problems = [{"loc": ["path", "room"], "msg": "Input should be a valid integer"}]
    await (await server.accepted()).close(1008, problems)
    assert server.closed == (1008, str(problems))


@pytest.mark.parametrize(
    ("reason", "sent"),
    [
        ("x" * 123, "x" * 123),
        ("x" * 124, "x" * 123),
        ("ä" * 62, "ä" * 61),
        ("\N{GRINNING FACE}" * 31, "\N{GRINNING FACE}" * 30),
        (None, ""),
    ],
    ids=["123 bytes", "124 bytes", "two bytes a character", "four bytes a character", "none"],
)
async def test_a_reason_is_cut_to_what_a_frame_holds(serve, reason, sent):
    server = serve()
    await (await server.accepted()).close(1000, reason)
    assert server.closed == (1000, sent)


async def test_a_lone_surrogate_in_a_reason_does_not_reach_the_server(serve):
    server = serve()
    await (await server.accepted()).close(1008, "No \ud800")
    assert server.closed == (1008, "No ?")


# A transport that breaks


@pytest.mark.parametrize(
    ("breaks_on", "call"),
    [
        ("websocket.accept", lambda websocket: websocket.accept()),
        ("websocket.send", lambda websocket: websocket.send_text("a")),
        ("websocket.send", lambda websocket: websocket.send_bytes(b"a")),
        ("websocket.send", lambda websocket: websocket.send_json("a")),
        ("websocket.close", lambda websocket: websocket.send({"type": "websocket.close"})),
    ],
)
async def test_a_transport_that_is_closed_is_a_disconnect_as_often_as_it_is_used(serve, breaks_on, call):
    server = serve(breaks_on=breaks_on)
    websocket = server.websocket() if breaks_on == "websocket.accept" else await server.accepted()
    with pytest.raises(WebSocketDisconnect) as caught:
        await call(websocket)
    assert (caught.value.code, caught.value.reason) == (1006, "")
    assert isinstance(caught.value.__cause__, OSError)
    assert websocket.application_state is WebSocketState.DISCONNECTED
    for again in (websocket.send_text("a"), websocket.send({"type": "websocket.close"})):
        with pytest.raises(WebSocketDisconnect) as caught:
            await again
        assert caught.value.code == 1006
    await websocket.close()  # nothing to do
    assert server.attempts.count(breaks_on) == 1  # the server was not asked again
    assert server.attempts[-1] == breaks_on


async def test_to_close_what_turns_out_to_be_gone_is_no_error(serve):
    server = serve(breaks_on="websocket.close")
    websocket = await server.accepted()
    await websocket.close()
    assert websocket.application_state is WebSocketState.DISCONNECTED
    await websocket.close()
    assert server.attempts == ["websocket.accept", "websocket.close"]


async def test_to_close_when_the_client_has_gone_does_nothing(serve, left):
    server = serve(left)
    websocket = await server.accepted()
    await websocket.wait_closed()
    for code in (1000, 1005, 1006, 403):
        await websocket.close(code)
    assert server.attempts == ["websocket.accept"]


async def test_a_client_that_was_found_gone_by_sending_is_told_of_by_receiving(serve, left):
    server = serve("a", breaks_on="websocket.send")
    websocket = await server.accepted()
    with pytest.raises(WebSocketDisconnect):
        await websocket.send_text("a")
    server.put(left)
    assert [text async for text in websocket.iter_text()] == ["a"]
    assert websocket.client_state is WebSocketState.DISCONNECTED
    with pytest.raises(WebSocketDisconnect) as caught:
        await websocket.send_text("a")
    assert caught.value.code == 1006  # as it was found


async def test_what_else_the_server_raises_is_raised(serve):
    websocket = await serve().accepted()

    async def fail(message):
        raise LookupError("A fault of the server.")

    websocket._send = fail
    for _ in range(2):
        with pytest.raises(LookupError, match="A fault of the server"):
            await websocket.send_text("a")
