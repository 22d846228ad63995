import pytest

from asgi_types import HTTPConnection, Response
from asgi_websockets import (
    WebSocket,
    WebSocketDisconnect,
    WebSocketDisconnected,
    WebSocketException,
    WebSocketState,
    websocket_session,
)

LEFT = {"type": "websocket.disconnect", "code": 1001, "reason": "Page left."}
CLOSED = 'Cannot call "send" once a close message has been sent'


async def accepted(server):
    websocket = server.websocket()
    await websocket.accept()
    return websocket


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


def test_two_connections_have_states_of_their_own(serve):
    one, other = serve().websocket(), serve().websocket()
    one.client_state = WebSocketState.DISCONNECTED
    assert other.client_state is WebSocketState.CONNECTING


# Accepting


async def test_accept_waits_for_the_client_and_answers(serve):
    server = serve()
    websocket = await accepted(server)
    assert server.left == []
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
    with pytest.raises(ValueError, match="CR, LF and NUL are not allowed"):
        await websocket.accept(**arguments[place])
    assert server.sent == []
    await websocket.accept()
    assert len(server.sent) == 1


async def test_accept_is_for_once(serve):
    websocket = await accepted(serve())
    with pytest.raises(RuntimeError, match=r"but got 'websocket\.accept'"):
        await websocket.accept()


# Receiving


async def test_text_and_bytes_are_received(serve):
    websocket = await accepted(serve("Hällo", b"\xff\0", "", b""))
    assert await websocket.receive_text() == "Hällo"
    assert await websocket.receive_bytes() == b"\xff\0"
    assert await websocket.receive_text() == ""
    assert await websocket.receive_bytes() == b""


@pytest.mark.parametrize("other", [{}, {"text": None}], ids=["key missing", "key None"])
async def test_bytes_in_place_of_text_are_named(serve, other):
    websocket = await accepted(serve({"type": "websocket.receive", "bytes": b"a", **other}, "b"))
    with pytest.raises(WebSocketException) as caught:
        await websocket.receive_text()
    assert caught.value.code == 1003
    assert caught.value.reason == "Expected a message of text, but got one of bytes."
    assert await websocket.receive_text() == "b"


@pytest.mark.parametrize("other", [{}, {"bytes": None}], ids=["key missing", "key None"])
async def test_text_in_place_of_bytes_is_named(serve, other):
    websocket = await accepted(serve({"type": "websocket.receive", "text": "a", **other}, b"b"))
    with pytest.raises(WebSocketException) as caught:
        await websocket.receive_bytes()
    assert caught.value.code == 1003
    assert caught.value.reason == "Expected a message of bytes, but got one of text."
    assert await websocket.receive_bytes() == b"b"


RECEIVERS = ["receive_text", "receive_bytes", "receive_json"]


@pytest.mark.parametrize("method", RECEIVERS)
async def test_a_client_that_is_gone_is_a_disconnect_once_and_then_a_mistake(serve, method):
    websocket = await accepted(serve(LEFT))
    with pytest.raises(WebSocketDisconnect) as caught:
        await getattr(websocket, method)()
    assert (caught.value.code, caught.value.reason) == (1001, "Page left.")
    assert websocket.client_state is WebSocketState.DISCONNECTED
    with pytest.raises(
        WebSocketDisconnected, match='Cannot call "receive" once a disconnect message has been received'
    ):
        await getattr(websocket, method)()


@pytest.mark.parametrize(
    ("details", "code"), [({}, 1005), ({"code": 1000}, 1000), ({"code": 1006, "reason": None}, 1006)]
)
async def test_a_disconnect_without_code_or_reason(serve, details, code):
    websocket = await accepted(serve({"type": "websocket.disconnect", **details}))
    with pytest.raises(WebSocketDisconnect) as caught:
        await websocket.receive_text()
    assert (caught.value.code, caught.value.reason) == (code, "")


@pytest.mark.parametrize("method", RECEIVERS)
async def test_nothing_is_received_before_accept_nor_after_close(serve, method):
    server = serve("1")
    websocket = server.websocket()
    with pytest.raises(WebSocketDisconnected, match='Need to call "accept" first'):
        await getattr(websocket, method)()
    await websocket.accept()
    await websocket.close()
    with pytest.raises(WebSocketDisconnected, match="WebSocket is not connected"):
        await getattr(websocket, method)()
    assert len(server.left) == 1


# Sending


async def test_text_and_bytes_are_sent(serve):
    server = serve()
    websocket = await accepted(server)
    await websocket.send_text("Hällo")
    await websocket.send_bytes(b"\xff")
    assert server.sent[1:] == [
        {"type": "websocket.send", "text": "Hällo"},
        {"type": "websocket.send", "bytes": b"\xff"},
    ]


async def test_nothing_is_sent_before_accept(serve):
    server = serve()
    with pytest.raises(RuntimeError, match=r"but got 'websocket\.send'"):
        await server.websocket().send_text("a")
    assert server.sent == []


@pytest.mark.parametrize("is_accepted", [True, False])
async def test_close_is_the_end(serve, is_accepted):
    server = serve()
    websocket = await accepted(server) if is_accepted else server.websocket()
    await websocket.close(4000, "Bye.")
    assert server.sent[-1] == {"type": "websocket.close", "code": 4000, "reason": "Bye."}
    assert websocket.application_state is WebSocketState.DISCONNECTED
    with pytest.raises(WebSocketDisconnected, match=CLOSED):
        await websocket.send_text("a")
    with pytest.raises(WebSocketDisconnected, match=CLOSED):
        await websocket.close()


async def test_close_has_defaults(serve):
    server = serve()
    await server.websocket().close()
    assert server.sent == [{"type": "websocket.close", "code": 1000, "reason": ""}]


@pytest.mark.parametrize(
    ("breaks_on", "call"),
    [
        ("websocket.accept", lambda websocket: websocket.accept()),
        ("websocket.send", lambda websocket: websocket.send_text("a")),
        ("websocket.send", lambda websocket: websocket.send_bytes(b"a")),
        ("websocket.send", lambda websocket: websocket.send_json("a")),
        ("websocket.close", lambda websocket: websocket.close()),
    ],
)
async def test_a_transport_that_is_closed_is_a_disconnect(serve, breaks_on, call):
    server = serve(breaks_on=breaks_on)
    websocket = server.websocket() if breaks_on == "websocket.accept" else await accepted(server)
    with pytest.raises(WebSocketDisconnect) as caught:
        await call(websocket)
    assert (caught.value.code, caught.value.reason) == (1006, "")
    assert isinstance(caught.value.__cause__, OSError)
    assert websocket.application_state is WebSocketState.DISCONNECTED
    with pytest.raises(WebSocketDisconnected, match=CLOSED):
        await websocket.close()


async def test_what_else_the_server_raises_is_raised(serve):
    server = serve()
    websocket = await accepted(server)

    async def fail(message):
        raise LookupError("A fault of the server.")

    websocket._send = fail
    with pytest.raises(LookupError, match="A fault of the server"):
        await websocket.send_text("a")


# Denying


def denying(response):
    async def deny(websocket):
        await websocket.send_denial_response(response)
        assert websocket.application_state is WebSocketState.DISCONNECTED

    return websocket_session(deny)


async def test_a_denial_is_an_http_response(drive):
    app = denying(Response("No seat left.", 403, {"x-room": "1"}, "text/plain"))
    answer = await drive.websocket(app, extensions={"websocket.http.response": {}})
    assert (answer.status, answer.text, answer.headers["x-room"]) == (403, "No seat left.", "1")
    assert [message["type"] for message in answer.messages] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]


async def test_any_asgi_application_can_deny(drive):
    async def in_parts(scope, receive, send):
        assert await receive() == {"type": "websocket.connect"}
        await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"No ", "more_body": True})
        await send({"type": "websocket.http.response.body", "body": b"seat."})

    answer = await drive.websocket(denying(in_parts), extensions={"websocket.http.response": {}})
    assert (answer.status, answer.body) == (401, b"No seat.")


@pytest.mark.parametrize("scope", [{}, {"extensions": None}, {"extensions": {}}], ids=str)
async def test_a_server_without_the_extension_cannot_deny(serve, scope):
    server = serve()
    message = "The server doesn't support the Websocket Denial Response extension"
    with pytest.raises(RuntimeError, match=message):
        await server.websocket(**scope).send_denial_response(Response("No", 403))
    assert server.sent == []


async def test_a_connection_that_is_accepted_cannot_be_denied(serve):
    server = serve()
    websocket = server.websocket(extensions={"websocket.http.response": {}})
    await websocket.accept()
    with pytest.raises(RuntimeError, match=r"but got 'websocket\.http\.response\.start'"):
        await websocket.send_denial_response(Response("No", 403))
