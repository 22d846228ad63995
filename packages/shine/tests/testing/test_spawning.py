"""Tasks beside the test, which need no task group: fixtures often enter and leave in different tasks."""

import asyncio
import gc

import anyio
import pytest

from shine.testclient import AsyncTestClient

START = {"type": "http.response.start", "status": 200, "headers": []}


async def app(scope, receive, send):
    """Holds a cancel scope open during its lifespan."""
    if scope["type"] == "lifespan":
        with anyio.CancelScope():
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})
    else:
        await anyio.sleep(0.01)
        await send(START)
        await send({"type": "http.response.body", "body": b"."})


def test_a_task_is_kept_alive():
    """Asyncio itself has only weak references to tasks."""

    async def test():
        async with AsyncTestClient(app, lifespan=False) as client:
            request = asyncio.ensure_future(client.get("/"))
            await asyncio.sleep(0)
            gc.collect()
            assert (await request).text == "."

    asyncio.run(test())


def test_fixtures_of_trio_are_tasks_side_by_side():
    """As those of pytest-trio."""
    trio = pytest.importorskip("trio")

    async def fixture(client, is_ready, is_done):
        async with client:
            is_ready.set()
            await is_done.wait()

    async def main():
        is_ready, is_done = trio.Event(), trio.Event()
        client = AsyncTestClient(app)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fixture, client, is_ready, is_done)
            await is_ready.wait()
            assert (await client.get("/")).text == "."
            is_done.set()

    trio.run(main)


def test_nothing_is_left_when_the_event_loop_ends(backend):
    ended = []

    async def stuck(scope, receive, send):
        try:
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    async def test():
        await AsyncTestClient(stuck).__aenter__()

    anyio.run(test, backend=backend)
    assert ended == [True]
