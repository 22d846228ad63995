"""The clients over applications of other frameworks, where these are installed."""

import pytest

from shine.testclient import AsyncTestClient, TestClient


async def bare(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["greeting"] = "Hello"
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        message = await receive()
        await send({"type": "websocket.send", "text": message["text"].upper()})
        await send({"type": "websocket.close"})
    else:
        body, is_more = b"", True
        while is_more:
            message = await receive()
            body, is_more = body + message["body"], message["more_body"]
        headers = [(b"content-type", b"application/json")]
        text = b'{"greeting":"%s","size":%d}' % (scope["state"]["greeting"].encode(), len(body))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": text})


def bare_app():
    return bare


def starlette_app():
    starlette = pytest.importorskip("starlette.applications")
    from contextlib import asynccontextmanager

    from starlette.responses import JSONResponse
    from starlette.routing import Route, WebSocketRoute

    @asynccontextmanager
    async def lifespan(app):
        yield {"greeting": "Hello"}

    async def size(request):
        return JSONResponse({"greeting": request.state.greeting, "size": len(await request.body())})

    async def upper(websocket):
        await websocket.accept()
        await websocket.send_text((await websocket.receive_text()).upper())
        await websocket.close()

    routes = [Route("/size", size, methods=["POST"]), WebSocketRoute("/upper", upper)]
    return starlette.Starlette(routes=routes, lifespan=lifespan)


def fastapi_app():
    fastapi = pytest.importorskip("fastapi")
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def lifespan(app):
        yield {"greeting": "Hello"}

    app = fastapi.FastAPI(lifespan=lifespan)

    @app.post("/size")
    async def size(request: fastapi.Request):
        return {"greeting": request.state.greeting, "size": len(await request.body())}

    @app.websocket("/upper")
    async def upper(websocket: fastapi.WebSocket):
        await websocket.accept()
        await websocket.send_text((await websocket.receive_text()).upper())
        await websocket.close()

    return app


def litestar_app():
    litestar = pytest.importorskip("litestar")

    async def start(app):
        app.state.greeting = "Hello"

    async def size(request, state):
        return {"greeting": state.greeting, "size": len(await request.body())}

    async def upper(socket):
        await socket.accept()
        await socket.send_text((await socket.receive_text()).upper())
        await socket.close()

    size.__annotations__ = {"request": litestar.Request, "state": litestar.datastructures.State, "return": dict}
    upper.__annotations__ = {"socket": litestar.WebSocket, "return": None}
    handlers = [litestar.post("/size", status_code=200)(size), litestar.websocket("/upper")(upper)]
    return litestar.Litestar(handlers, on_startup=[start], openapi_config=None)


def quart_app():
    quart = pytest.importorskip("quart")
    app = quart.Quart(__name__)

    @app.before_serving
    async def start():
        app.greeting = "Hello"

    @app.post("/size")
    async def size():
        return {"greeting": app.greeting, "size": len(await quart.request.get_data())}

    @app.websocket("/upper")
    async def upper():
        await quart.websocket.send((await quart.websocket.receive()).upper())
        await quart.websocket.close(1000)

    return app


@pytest.fixture(params=[bare_app, starlette_app, fastapi_app, litestar_app, quart_app], name="app")
def app_fixture(request):
    return request.param()


@pytest.fixture(params=["asyncio", "trio"], name="anyio_backend")
def anyio_backend_fixture(request, app):
    if request.param == "trio" and type(app).__name__ == "Quart":
        pytest.skip("Quart needs asyncio.")
    return request.param


def test_without_async(app):
    with TestClient(app) as client:
        answer = client.post("/size", content=(part for part in [b"abc", b"def"]))
        assert answer.json() == {"greeting": "Hello", "size": 6}
        with client.websocket_connect("/upper") as session:
            session.send_text("hello")
            assert session.receive_text() == "HELLO"


async def test_with_async(app):
    async with AsyncTestClient(app) as client:
        answer = await client.post("/size", content=b"abcdef")
        assert answer.json() == {"greeting": "Hello", "size": 6}
        async with client.websocket_connect("/upper") as session:
            await session.send_text("hello")
            assert await session.receive_text() == "HELLO"
