"""WebSockets: the handshake is limited, and what is open is not."""

from __future__ import annotations

import anyio
import pytest

from asgi_middleware import TimeoutMiddleware

LATE = "The server took too long to answer."
SHORT = 0.02


async def waiting(scope, receive, send) -> None:
    await receive()


@pytest.mark.parametrize("can_deny", [False, True])
async def test_a_handshake_that_is_late(can_deny, connect, drive) -> None:
    async def app(scope, receive, send):
        await receive()
        await receive()

    scope = drive.websocket_scope(extensions={"websocket.http.response": {}} if can_deny else {})
    client = connect([{"type": "websocket.connect"}])
    await TimeoutMiddleware(app, handler_timeout=SHORT, body_timeout=SHORT / 2)(scope, client.receive, client.send)
    if can_deny:
        assert (client.status, client.text) == (503, LATE)
    else:
        assert client.messages == [{"type": "websocket.close", "code": 1013, "reason": LATE}]


@pytest.mark.parametrize("limits", [{"handler_timeout": SHORT}, {"total_timeout": SHORT}])
async def test_a_handshake_has_no_body(limits, connect, drive) -> None:
    client = connect()
    scope = drive.websocket_scope(extensions={"websocket.http.response": {}})
    await TimeoutMiddleware(waiting, **{"body_timeout": SHORT / 2, **limits})(scope, client.receive, client.send)
    assert client.status == 503


async def test_a_websocket_that_is_open_has_no_limit(connect, drive) -> None:
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        await send({"type": "websocket.send", "text": "a"})
        await send({"type": "websocket.close"})

    client = connect([{"type": "websocket.connect"}, 4 * SHORT, {"type": "websocket.receive", "text": ""}], 3 * SHORT)
    limited = TimeoutMiddleware(app, handler_timeout=2 * SHORT, send_timeout=SHORT, total_timeout=2 * SHORT)
    await limited(drive.websocket_scope(), client.receive, client.send)
    assert [message["type"] for message in client.messages] == [
        "websocket.accept",
        "websocket.send",
        "websocket.close",
    ]


@pytest.mark.parametrize("kind", ["websocket.close", "websocket.http.response.start"])
async def test_a_refusal_in_time_has_no_limit(kind, connect, drive) -> None:
    async def app(scope, receive, send):
        await send({"type": kind, "status": 403})
        await anyio.sleep(3 * SHORT)

    client = connect()
    await TimeoutMiddleware(app, handler_timeout=SHORT)(drive.websocket_scope(), client.receive, client.send)
    assert [message["type"] for message in client.messages] == [kind]
