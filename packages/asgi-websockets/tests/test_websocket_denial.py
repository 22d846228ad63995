"""Refusing a connection with an HTTP response."""

import pytest

from asgi_types import Response
from asgi_websockets import WebSocketDisconnect, WebSocketState, websocket_session

EXTENSION = {"extensions": {"websocket.http.response": {}}}


def denying(response):
    async def deny(websocket):
        await websocket.send_denial_response(response)
        assert websocket.application_state is WebSocketState.DISCONNECTED

    return websocket_session(deny)


async def test_a_denial_is_an_http_response(drive):
    app = denying(Response("No seat left.", 403, {"x-room": "1"}, "text/plain"))
    answer = await drive.websocket(app, **EXTENSION)
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

    answer = await drive.websocket(denying(in_parts), **EXTENSION)
    assert (answer.status, answer.body) == (401, b"No seat.")


@pytest.mark.parametrize("scope", [{}, {"extensions": None}, {"extensions": {}}], ids=str)
async def test_a_server_without_the_extension_cannot_deny(serve, scope):
    server = serve()
    message = "^The server doesn't support the Websocket Denial Response extension"
    with pytest.raises(RuntimeError, match=message):
        await server.websocket(**scope).send_denial_response(Response("No", 403))
    assert server.sent == []


async def test_a_connection_that_is_accepted_cannot_be_denied(serve):
    server = serve()
    websocket = server.websocket(**EXTENSION)
    await websocket.accept()
    with pytest.raises(RuntimeError, match=r"but got 'websocket\.http\.response\.start'"):
        await websocket.send_denial_response(Response("No", 403))


@pytest.mark.parametrize("breaks_on", ["websocket.http.response.start", "websocket.http.response.body"])
async def test_a_client_that_is_gone_during_a_denial_is_a_disconnect(serve, breaks_on):
    server = serve(breaks_on=breaks_on)
    websocket = server.websocket(**EXTENSION)
    with pytest.raises(WebSocketDisconnect) as caught:
        await websocket.send_denial_response(Response("No", 403))
    assert caught.value.code == 1006
    assert websocket.application_state is WebSocketState.DISCONNECTED


async def test_after_a_denial_has_begun_nothing_else_is_sent(serve):
    server = serve()
    websocket = server.websocket(**EXTENSION)
    await websocket.send({"type": "websocket.http.response.start", "status": 403, "headers": []})
    for wrong in (websocket.accept(), websocket.close(), websocket.send_text("a")):
        with pytest.raises(RuntimeError, match=r'Expected ASGI message "websocket\.http\.response\.body"'):
            await wrong
    assert server.types == ["http.response.start"]
