"""Responses as streams, timeouts and cancellation in async tests."""

import anyio
import pytest

from shine.testclient import AsyncTestClient

START = {"type": "http.response.start", "status": 200, "headers": []}


def body(data, more_body=True):
    return {"type": "http.response.body", "body": data, "more_body": more_body}


class Endless:
    """An application that sends for ever, and says how far it has come and how it ended."""

    def __init__(self):
        self.sent = 0
        self.end = None

    async def __call__(self, scope, receive, send):
        await send(START)
        try:
            while True:
                await send(body(b"%d," % self.sent))
                self.sent += 1
        except BaseException as exc:
            self.end = type(exc).__name__
            raise


async def silent(scope, receive, send):
    await anyio.sleep_forever()


def test_the_application_sends_as_the_test_reads():
    app = Endless()

    async def test():
        async with AsyncTestClient(app, lifespan=False).stream("GET", "/") as response:
            parts = response.aiter_raw()
            assert [await anext(parts) for _ in range(3)] == [b"0,", b"1,", b"2,"]
            assert app.sent <= 4

    anyio.run(test, backend="asyncio")  # Trio would warn of the generators of httpx that are not read to their end
    assert app.end == "ClientGone"


async def test_a_stream_that_is_read_to_its_end(sends):
    app = sends({**START, "trailers": True}, body(b"a"), body(b"b", False), {"type": "http.response.trailers"})
    async with AsyncTestClient(app, lifespan=False).stream("GET", "/") as response:
        assert [part async for part in response.aiter_raw()] == [b"a", b"b"]
    assert response.extensions["http.response.trailers"] == []


async def test_what_comes_beside_a_stream_after_its_start(sends):
    path = __file__
    app = sends(
        START, {"type": "http.response.debug", "info": {"a": 1}}, {"type": "http.response.pathsend", "path": path}
    )
    async with AsyncTestClient(app, lifespan=False).stream("GET", "/") as response:
        assert (await response.aread()).startswith(b'"""Responses as streams')
    assert response.extensions["http.response.pathsend"] == path
    assert response.extensions["http.response.debug"] == {"a": 1}


@pytest.mark.parametrize("is_wanted", [True, False], ids=["raise", "answer"])
async def test_an_error_before_and_after_the_start(sends, is_wanted):
    for app in (sends(error=LookupError()), sends(START, body(b"a"), error=LookupError())):
        client = AsyncTestClient(app, lifespan=False, raise_server_exceptions=is_wanted)
        if is_wanted:
            with pytest.raises(LookupError):
                async with client.stream("GET", "/") as response:
                    await response.aread()
        else:
            async with client.stream("GET", "/") as response:
                text = await response.aread()
            assert (response.status_code, text) in [(500, b""), (200, b"a")]


async def test_an_error_that_comes_of_the_going_of_the_client_is_none():
    async def app(scope, receive, send):
        await send(START)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send, body(b"a"))
            tasks.start_soon(send_more, send)

    async def send_more(send):
        try:
            await send(body(b"b"))
        except OSError as error:
            raise RuntimeError("Cannot send.") from error

    async with AsyncTestClient(app, lifespan=False).stream("GET", "/"):
        pass


async def test_another_one_is():
    async def app(scope, receive, send):
        await send(START)
        while (await receive())["type"] != "http.disconnect":
            pass
        with pytest.raises(OSError, match="The client has gone"):
            await send(body(b"a"))
        raise LookupError

    with pytest.raises(LookupError):
        async with AsyncTestClient(app, lifespan=False).stream("GET", "/"):
            pass


async def test_closing_waits_for_background_work(sends):
    done = []

    async def app(scope, receive, send):
        await sends(START, body(b"a", False))(scope, receive, send)
        await anyio.sleep(0.3)  # longer than one has to end whose client has gone
        done.append(True)

    async with AsyncTestClient(app, lifespan=False).stream("GET", "/") as response:
        assert await response.aread() == b"a"
    assert done == [True]


@pytest.mark.parametrize("app", [silent, Endless()], ids=["silent", "endless"])
async def test_a_timeout(library, app):
    client = AsyncTestClient(app, lifespan=False, timeout=0.05)
    with pytest.raises(library.ReadTimeout, match=r"The application sent nothing for 0\.05 seconds"):
        await client.get("/")
    with pytest.raises(library.ReadTimeout):
        await AsyncTestClient(app, lifespan=False).get("/", timeout=0.05)


async def test_a_timeout_between_parts_and_at_the_end(library, sends):
    async def app(scope, receive, send):
        await send(START)
        await send(body(b"a", scope["path"] == "/parts"))
        await anyio.sleep_forever()

    client = AsyncTestClient(app, lifespan=False, timeout=0.05)
    for path in ("/parts", "/end"):
        with pytest.raises(library.ReadTimeout):
            async with client.stream("GET", path) as response:
                assert await response.aread() == b"a"


@pytest.mark.parametrize("app", [silent, Endless()], ids=["silent", "endless"])
async def test_a_cancelled_test_cancels_the_application(app):
    ended = []

    async def watched(scope, receive, send):
        try:
            await app(scope, receive, send)
        finally:
            ended.append(True)

    with pytest.raises(TimeoutError):
        with anyio.fail_after(0.05):
            await AsyncTestClient(watched, lifespan=False).get("/")
    assert ended == [True]


def test_a_cancelled_task_of_asyncio_cancels_the_application():
    import asyncio

    ended = []

    async def app(scope, receive, send):
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    async def test():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(AsyncTestClient(app, lifespan=False).get("/"), 0.05)

    asyncio.run(test())
    assert ended == [True]


def test_a_request_that_is_left_open_does_not_hold_up_the_event_loop(backend):
    async def test():
        client = AsyncTestClient(Endless(), lifespan=False)
        await client.send(client.build_request("GET", "/"), stream=True)

    anyio.run(test, backend=backend)


async def test_one_that_sends_nothing_all_the_time_can_be_cancelled(library):
    """Each message wakes up who waits, and AnyIO on asyncio cancels nobody who is about to run."""

    async def app(scope, receive, send):
        await send(START)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            while True:
                await send(body(b""))

    async with AsyncTestClient(app, lifespan=False, timeout=0.05) as client:
        with pytest.raises(library.ReadTimeout):
            await client.get("/")
        with pytest.raises(library.ReadTimeout):
            async with client.stream("GET", "/") as response:
                await response.aread()
