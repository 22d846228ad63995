"""What `AsyncTestClient` alone has."""

import asyncio
import weakref

import anyio
import anyio.lowlevel
import pytest

from shine.testclient import AsyncTestClient

START = {"type": "http.response.start", "status": 200, "headers": []}


async def path_app(scope, receive, send):
    """Answers with its path, when all others that are to come are there."""
    await send(START)
    await anyio.sleep(0.01)
    await send({"type": "http.response.body", "body": scope["path"].encode()})


async def test_requests_at_the_same_time():
    texts = {}

    async def ask(path):
        texts[path] = (await client.get(path)).text

    async with AsyncTestClient(path_app, lifespan=False) as client:
        async with anyio.create_task_group() as tasks:
            for i in range(20):
                tasks.start_soon(ask, f"/{i}")
    assert texts == {f"/{i}": f"/{i}" for i in range(20)}


async def test_options_and_what_the_application_sees():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)
        await send({**START, "headers": [(b"set-cookie", b"c=d")]})
        await send({"type": "http.response.body"})

    client = AsyncTestClient(
        app,
        "https://example.org/base",
        root_path="/root",
        lifespan=False,
        cookies={"a": "b"},
        headers={"x-a": "1"},
        client=("192.0.2.1", 1234),
    )
    await client.get("/x")
    await client.get("/y")
    headers = dict(seen[0]["headers"])
    assert (seen[0]["path"], seen[0]["root_path"], seen[0]["scheme"]) == ("/base/x", "/root", "https")
    assert (seen[0]["server"], seen[0]["client"]) == (("example.org", 443), ("192.0.2.1", 1234))
    assert (headers[b"user-agent"], headers[b"x-a"], headers[b"cookie"]) == (b"testclient", b"1", b"a=b")
    assert dict(seen[1]["headers"])[b"cookie"] in (b"a=b; c=d", b"c=d; a=b")


async def test_redirects_are_followed_unless_one_says_not_to():
    async def app(scope, receive, send):
        if scope["path"] == "/":
            await send({**START, "status": 302, "headers": [(b"location", b"/to")]})
        else:
            await send(START)
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    assert (await AsyncTestClient(app).get("/")).text == "/to"
    assert (await AsyncTestClient(app).get("/", follow_redirects=False)).status_code == 302
    assert (await AsyncTestClient(app, follow_redirects=False).get("/")).status_code == 302


async def test_an_application_of_asgi_2(sends):
    class App:
        def __init__(self, scope):
            pass

        async def __call__(self, receive, send):
            await sends(START, {"type": "http.response.body", "body": b"2"})(None, receive, send)

    assert (await AsyncTestClient(App).get("/")).text == "2"


async def test_a_client_is_entered_once(library):
    client = AsyncTestClient(path_app, lifespan=False)
    async with client:
        assert (await client.get("/a")).text == "/a"
    with pytest.raises(RuntimeError):
        await client.__aenter__()
    with pytest.raises(RuntimeError):
        await client.get("/")


async def test_clients_in_clients():
    async with AsyncTestClient(path_app, lifespan=False) as outer, AsyncTestClient(path_app, lifespan=False) as inner:
        assert (await outer.get("/a")).text + (await inner.get("/b")).text == "/a/b"


async def lifespan_app(scope, receive, send):
    if scope["type"] == "lifespan":
        async with anyio.create_task_group():
            await receive()
            scope["state"]["is_up"] = True
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
    else:
        await path_app(scope, receive, send)


def test_each_step_in_a_task_of_its_own():
    """As the fixtures of pytest-asyncio: set-up, test and tear-down are three tasks."""
    with asyncio.Runner() as runner:
        client = runner.run(AsyncTestClient(lifespan_app).__aenter__())
        assert client.app_state == {"is_up": True}
        assert runner.run(get_text(client)) == "/a"
        session = client.websocket_connect("/")
        runner.run(session.__aenter__())
        runner.run(session.__aexit__(None, None, None))
        runner.run(client.__aexit__())
        assert asyncio.all_tasks(runner.get_loop()) == set()


async def get_text(client):
    return (await client.get("/a")).text


async def test_a_session_that_nobody_leaves_is_cancelled_with_the_client():
    async with AsyncTestClient(lifespan_app) as client:
        session = await client.websocket_connect("/").__aenter__()
    with pytest.raises(RuntimeError, match="is used inside its 'with' block"):
        await session.send_text("a")
    await session.__aexit__(None, None, None)


async def test_a_response_that_nobody_closes_is_cancelled_with_the_client():
    ended = []

    async def app(scope, receive, send):
        try:
            await send(START)
            while True:
                await send({"type": "http.response.body", "body": b"a", "more_body": True})
        finally:
            ended.append(True)

    async with AsyncTestClient(app, lifespan=False) as client:
        response = await client.send(client.build_request("GET", "/"), stream=True)
        assert ended == []
    assert ended == [True]
    await response.aclose()


async def test_an_error_in_the_block_of_the_client_is_raised():
    with pytest.raises(ZeroDivisionError):
        async with AsyncTestClient(lifespan_app):
            raise ZeroDivisionError


async def test_a_client_dies_with_its_last_reference(no_garbage):
    with no_garbage():
        client = AsyncTestClient(path_app, lifespan=False)
        died = weakref.ref(client)
        await client.get("/")
        await client.aclose()
        del client
        await anyio.lowlevel.checkpoint()
        assert died() is None


async def test_websockets_have_headers_cookies_parameters_and_subprotocols():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)
        await send({"type": "websocket.accept", "subprotocol": "chat"})
        assert (await receive())["type"] == "websocket.connect"
        await receive()

    client = AsyncTestClient(app, "https://example.org", cookies={"a": "b"}, headers={"x-a": "1"}, root_path="/root")
    async with client.websocket_connect("/ws", ["chat"], headers={"x-b": "2"}, params={"c": "d"}, timeout=2) as session:
        assert session.accepted_subprotocol == "chat"
        assert session.timeout == 2
    (scope,) = seen
    headers = dict(scope["headers"])
    assert (headers[b"cookie"], headers[b"x-a"], headers[b"x-b"], headers[b"connection"]) == (
        b"a=b",
        b"1",
        b"2",
        b"upgrade",
    )
    assert (scope["scheme"], scope["server"], scope["path"]) == ("wss", ("example.org", 443), "/ws")
    assert (scope["query_string"], scope["root_path"], scope["subprotocols"]) == (b"c=d", "/root", ["chat"])
