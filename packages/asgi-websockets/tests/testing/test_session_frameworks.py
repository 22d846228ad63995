"""The sessions over applications of other frameworks, where these are installed."""

import pytest

from asgi_websockets import WebSocketDisconnect
from asgi_websockets.testing import AsyncWebSocketTestSession, WebSocketDenied, WebSocketTestSession


def starlette_app():
    pytest.importorskip("starlette")
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import WebSocketRoute

    async def echo(websocket):
        await websocket.accept(subprotocol=next(iter(websocket.scope["subprotocols"]), None))
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    async def greet(websocket):
        await websocket.accept()
        await websocket.send_json({"path": websocket.url.path, "room": websocket.query_params["room"]})
        await websocket.close(4000, "Bye.")

    async def refuse(websocket):
        await websocket.close(4003, "No.")

    async def deny(websocket):
        await websocket.send_denial_response(JSONResponse({"detail": "Sign in first."}, 401, {"x-a": "b"}))

    async def fail(websocket):
        await websocket.accept()
        try:
            raise LookupError("No such room.")
        except LookupError:
            await websocket.close(1011)
            raise

    functions = (echo, greet, refuse, deny, fail)
    return Starlette(routes=[WebSocketRoute(f"/{func.__name__}", func) for func in functions])


def fastapi_app():
    fastapi = pytest.importorskip("fastapi")
    from fastapi.responses import JSONResponse

    app = fastapi.FastAPI()

    @app.websocket("/echo")
    async def echo(websocket: fastapi.WebSocket):
        await websocket.accept(subprotocol=next(iter(websocket.scope["subprotocols"]), None))
        try:
            while True:
                await websocket.send_text(await websocket.receive_text())
        except fastapi.WebSocketDisconnect:
            pass

    @app.websocket("/greet")
    async def greet(websocket: fastapi.WebSocket, room: str):
        await websocket.accept()
        await websocket.send_json({"path": websocket.url.path, "room": room})
        await websocket.close(4000, "Bye.")

    @app.websocket("/refuse")
    async def refuse(websocket: fastapi.WebSocket):
        raise fastapi.WebSocketException(4003, "No.")

    @app.websocket("/deny")
    async def deny(websocket: fastapi.WebSocket):
        await websocket.send_denial_response(JSONResponse({"detail": "Sign in first."}, 401, {"x-a": "b"}))

    @app.websocket("/fail")
    async def fail(websocket: fastapi.WebSocket):
        await websocket.accept()
        try:
            raise LookupError("No such room.")
        except LookupError:
            await websocket.close(1011)
            raise

    return app


@pytest.fixture(params=[starlette_app, fastapi_app], name="app")
def app_fixture(request):
    return request.param()


async def test_echo_with_a_subprotocol(app):
    async with AsyncWebSocketTestSession(app, "/echo", subprotocols=["soap", "chat"]) as session:
        assert session.accepted_subprotocol == "soap"
        await session.send_text("hello")
        assert await session.receive_text() == "hello"


async def test_an_application_that_sends_and_closes_may_be_left_before_it_has_closed(app):
    async with AsyncWebSocketTestSession(app, "/greet?room=1") as session:
        assert await session.receive_json() == {"path": "/greet", "room": "1"}
    assert (session.close_code, session.close_reason) == (4000, "Bye.")


async def test_refusal(app):
    with pytest.raises(WebSocketDisconnect) as caught:
        await AsyncWebSocketTestSession(app, "/refuse").__aenter__()
    assert (caught.value.code, caught.value.reason) == (4003, "No.")


async def test_denial(app):
    with pytest.raises(WebSocketDenied) as caught:
        await AsyncWebSocketTestSession(app, "/deny").__aenter__()
    assert (caught.value.status_code, caught.value.headers["x-a"]) == (401, "b")
    assert caught.value.json() == {"detail": "Sign in first."}


async def test_an_error_is_a_close_and_then_raised(app):
    with pytest.raises(LookupError, match="No such room"):  # noqa: PT012
        async with AsyncWebSocketTestSession(app, "/fail") as session:
            with pytest.raises(WebSocketDisconnect) as caught:
                await session.receive()
            assert caught.value.code == 1011


def test_the_same_without_async(app):
    with WebSocketTestSession(app, "/greet?room=1") as session:
        assert session.receive_json() == {"path": "/greet", "room": "1"}
        with pytest.raises(WebSocketDisconnect) as caught:
            session.receive_text()
        assert caught.value.code == 4000
    with WebSocketTestSession(app, "/echo", subprotocols=["chat"]) as session:
        session.send_text("hello")
        assert session.receive_text() == "hello"
    with pytest.raises(WebSocketDenied):
        WebSocketTestSession(app, "/deny").__enter__()


def quart_app():
    quart = pytest.importorskip("quart")
    app = quart.Quart(__name__)

    @app.websocket("/echo")
    async def echo():
        await quart.websocket.accept(subprotocol="chat")
        while True:
            await quart.websocket.send(await quart.websocket.receive())

    @app.websocket("/greet")
    async def greet():
        await quart.websocket.send_json({"room": quart.websocket.args["room"]})
        await quart.websocket.close(4000, "Bye.")

    @app.websocket("/deny")
    async def deny():
        quart.abort(401)

    return app


def test_quart():
    app = quart_app()
    with WebSocketTestSession(app, "/echo", subprotocols=["chat"]) as session:
        assert session.accepted_subprotocol == "chat"
        session.send_text("hello")
        assert session.receive_text() == "hello"
        session.send_bytes(b"hello")
        assert session.receive_bytes() == b"hello"
    with WebSocketTestSession(app, "/greet?room=1") as session:
        assert session.receive_json() == {"room": "1"}
        with pytest.raises(WebSocketDisconnect) as caught:
            session.receive()
        assert caught.value.code == 4000
    with pytest.raises(WebSocketDenied) as denied:
        WebSocketTestSession(app, "/deny").__enter__()
    assert denied.value.status_code == 401
