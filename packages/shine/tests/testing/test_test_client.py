"""What `TestClient` alone has."""

import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from shine.exceptions import StarletteDeprecationWarning
from shine.testclient import TestClient

START = {"type": "http.response.start", "status": 200, "headers": []}


async def path_app(scope, receive, send):
    if scope["type"] == "http":
        await send(START)
        await send({"type": "http.response.body", "body": scope["path"].encode()})


async def thread_app(scope, receive, send):
    """Answers with the thread it runs in."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    else:
        await anyio.sleep(0.01)
        await send(START)
        await send({"type": "http.response.body", "body": str(threading.get_ident()).encode()})


def portal_threads():
    return [thread.name for thread in threading.enumerate() if "portal" in thread.name]


def test_every_request_in_an_event_loop_of_its_own_or_all_in_one(backend):
    client = TestClient(thread_app, backend=backend)
    client.get("/")
    assert portal_threads() == []
    with client:
        assert len({client.get("/").text for _ in range(3)}) == 1
        assert len(portal_threads()) == 1
    assert portal_threads() == []


@pytest.mark.parametrize("entered", [True, False], ids=["inside", "outside"])
def test_requests_of_several_threads(backend, entered):
    client = TestClient(path_app, backend=backend)
    paths = [f"/{i}" for i in range(20)]
    with ThreadPoolExecutor(5) as threads:
        if entered:
            with client:
                texts = list(threads.map(lambda path: client.get(path).text, paths))
        else:
            texts = list(threads.map(lambda path: client.get(path).text, paths))
    assert texts == paths
    assert portal_threads() == []


def test_a_client_may_be_entered_again(backend):
    client = TestClient(thread_app, backend=backend)
    for _ in range(2):
        with client:
            assert client.get("/").status_code == 200
    assert client.get("/").status_code == 200
    assert client.portal is None


def test_and_inside_of_its_block(backend):
    """A fixture enters it, and then a test."""
    started, stopped = [], []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            number = len(started)
            started.append(number)
            await thread_app(scope, receive, send)
            stopped.append(number)
        else:
            await thread_app(scope, receive, send)

    client = TestClient(app, backend=backend)
    with client:
        thread = client.get("/").text
        open_response = client.send(client.build_request("GET", "/"), stream=True)
        with client:
            assert client.get("/").text == thread
        assert stopped == [1]
        assert client.get("/").text == open_response.read().decode() == thread
    assert (started, stopped) == ([0, 1], [1, 0])
    assert portal_threads() == []


def test_clients_in_clients(backend):
    with TestClient(thread_app, backend=backend) as outer, TestClient(thread_app, backend=backend) as inner:
        assert outer.get("/").text != inner.get("/").text


def test_backend_options(backend):
    options = {"debug": True} if backend == "asyncio" else {"strict_exception_groups": True}
    assert TestClient(path_app, backend=backend, backend_options=options).get("/a").text == "/a"


def test_a_timeout_warns():
    client = TestClient(path_app)
    with pytest.warns(StarletteDeprecationWarning, match="You should not use the 'timeout' argument") as caught:
        client.get("/", timeout=1)
    assert caught[0].filename == __file__


def test_a_request_that_says_nothing_of_a_timeout_does_not(library):
    client = TestClient(path_app)
    assert client.send(library.Request("GET", "http://testserver/a")).text == "/a"
    assert client.send(client.build_request("GET", "/b")).text == "/b"


def test_an_error_in_the_block_is_raised(backend):
    with pytest.raises(ZeroDivisionError):
        with TestClient(thread_app, backend=backend):
            raise ZeroDivisionError
    assert portal_threads() == []


def test_an_error_in_the_block_is_not_lost_if_the_shutdown_fails_too(backend):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        raise LookupError("No database.")

    client = TestClient(app, backend=backend)
    with pytest.raises(LookupError, match="No database") as caught:
        with client:
            raise ZeroDivisionError
    assert isinstance(caught.value.__context__, ZeroDivisionError)
    assert client.portal is None
    assert portal_threads() == []


def test_an_error_in_the_block_ends_what_the_test_has_left_in_the_event_loop(backend):
    ended = []

    async def work():
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    client = TestClient(thread_app, backend=backend).__enter__()
    client.portal.start_task_soon(work)
    client.portal.call(anyio.sleep, 0)
    client.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert ended == [True]


def test_its_block_is_where_a_client_has_a_lifespan(backend):
    client = TestClient(thread_app, backend=backend)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="inside its 'with' block"):
            anyio.run(client.wait_shutdown, backend=backend)
        with client:
            assert not client.task.done()
        assert client.task is None
