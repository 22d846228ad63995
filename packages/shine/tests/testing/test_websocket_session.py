"""Sessions of `TestClient` for WebSockets, which ask no more of an application than Starlette's."""

import anyio
import pytest

from shine.testclient import AsyncTestClient, TestClient, WebSocketDenialResponse, WebSocketDenied
from shine.websockets import WebSocketDisconnect

ACCEPT = {"type": "websocket.accept"}


async def waiting(scope, receive, send):
    await send(ACCEPT)
    await anyio.sleep_forever()


async def denying(scope, receive, send):
    headers = [(b"content-type", b"text/plain"), (b"x-a", b"b")]
    await send({"type": "websocket.http.response.start", "status": 403, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"Sign in first."})


def test_an_exchange(backend):
    async def echo(scope, receive, send):
        await receive()
        await send({**ACCEPT, "subprotocol": "b", "headers": [(b"x-a", b"b")]})
        while (message := await receive())["type"] == "websocket.receive":
            await send({**message, "type": "websocket.send"})

    with TestClient(echo, backend=backend).websocket_connect("/", subprotocols=["a", "b"]) as session:
        assert (session.accepted_subprotocol, session.extra_headers) == ("b", [(b"x-a", b"b")])
        session.send_json({"a": 1})
        assert session.receive_json() == {"a": 1}
        session.send_bytes(b"x")
        assert session.receive() == {"type": "websocket.send", "bytes": b"x"}


def test_a_denial_is_a_response_and_a_disconnect(backend, library):
    with pytest.raises(
        WebSocketDenialResponse, match="refused the connection with status 403: Sign in first"
    ) as caught:
        TestClient(denying, backend=backend).websocket_connect("/").__enter__()
    denial = caught.value
    assert isinstance(denial, library.Response)
    assert isinstance(denial, WebSocketDisconnect)
    assert (denial.status_code, denial.text, denial.headers["x-a"], denial.code) == (403, "Sign in first.", "b", 1000)
    assert denial.__context__ is None


async def test_the_denial_of_an_async_client():
    with pytest.raises(WebSocketDenied) as caught:
        await AsyncTestClient(denying).websocket_connect("/").__aenter__()
    assert caught.value.status_code == 403


def test_what_does_not_end_by_itself_is_cancelled_without_an_error(backend):
    with TestClient(waiting, backend=backend).websocket_connect("/"):
        pass


async def test_which_an_async_client_does_not_allow():
    with pytest.raises(TimeoutError, match="did not end within"):
        async with AsyncTestClient(waiting).websocket_connect("/", timeout=0.05):
            pass


def test_a_message_that_is_not_quite_well_formed(backend):
    async def app(scope, receive, send):
        await send({**ACCEPT, "subprotocol": "not offered"})
        await send({"type": "websocket.send", "text": "a", "bytes": b"b"})
        await receive()

    with TestClient(app, backend=backend).websocket_connect("/") as session:
        assert session.receive_text() == "a"
        session.send({"type": "websocket.receive", "other": 1})


def test_a_wait_ends(backend):
    with TestClient(waiting, backend=backend).websocket_connect("/", timeout=0.05) as session:
        assert session.receive.__self__ is session
        with pytest.raises(TimeoutError, match=r"sent nothing for 0\.05 seconds"):
            session.receive()
    with TestClient(waiting, backend=backend).websocket_connect("/") as session:
        with pytest.raises(TimeoutError, match=r"sent nothing for 0\.01 seconds"):
            session.receive(timeout=0.01)


def test_what_the_application_raises_is_raised(backend):
    async def app(scope, receive, send):
        await send(ACCEPT)
        raise LookupError

    with pytest.raises(LookupError):
        with TestClient(app, backend=backend).websocket_connect("/") as session:
            session.receive()
