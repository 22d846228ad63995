"""A body that nobody reads while somebody looks for the client's leaving: how long it is kept, and for whom."""

import gc
import weakref
from contextlib import aclosing
from functools import partial

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import ClientDisconnect, Request, _disconnect
from asgi_http._disconnect import run_until_disconnect

pytestmark = pytest.mark.usefixtures("deadline")

KIB64 = 64 * 1024
DISCONNECT = {"type": "http.disconnect"}


def part(body=b"", more_body=True):
    return {"type": "http.request", "body": body, "more_body": more_body}


LARGE = [part(b"x" * KIB64)] * 40


@pytest.fixture
def client_of(client_of):
    return partial(client_of, looks_first=False)


@pytest.fixture
def patience(monkeypatch):
    monkeypatch.setattr(_disconnect, "PATIENCE", 0.05)


async def test_patience():
    assert _disconnect.PATIENCE == 10


@pytest.mark.parametrize("tiny", [False, True])
async def test_a_client_that_leaves_behind_a_large_body_is_noticed(patience, tiny, client_of):
    parts = [part(b"x")] * 6000 if tiny else LARGE
    client = client_of(*parts, part(more_body=False), DISCONNECT)
    assert await run_until_disconnect(anyio.sleep_forever, client.scope, client.receive) is True


async def test_it_is_kept_for_the_time_of_patience(patience, client_of):
    client = client_of(*LARGE, part(b"end", more_body=False))

    async def work():
        await anyio.sleep(0.01)

    assert await run_until_disconnect(work, client.scope, client.receive) is False
    assert len(await client.request().body()) == 40 * KIB64 + 3


async def test_a_body_that_was_dropped_cannot_be_read(patience, client_of):
    client = client_of(*LARGE, part(more_body=False))
    await run_until_disconnect(client.are_taken, client.scope, client.receive)
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"body is gone: nobody read it for 0\.05 seconds .* Read it before"):
            await client.request().body()
    client.send(DISCONNECT)
    while not await client.request().is_disconnected():
        pass
    with pytest.raises(ClientDisconnect):
        await client.request().body()


async def test_who_reads_is_waited_for(patience, client_of):
    client = client_of(*LARGE, part(more_body=False), DISCONNECT)
    sizes = []

    async def work():
        await checkpoint()
        async with aclosing(client.request().stream()) as stream:
            sizes.append(len(await anext(stream)))
            await anyio.sleep(0.15)
            assert len(client.events) > 10
            sizes.extend([len(chunk) async for chunk in stream])
        await anyio.sleep_forever()

    assert await run_until_disconnect(work, client.scope, client.receive) is True
    assert sum(sizes) == 40 * KIB64


async def test_who_had_read_before_may_have_had_enough(patience, client_of):
    client = client_of(*LARGE, DISCONNECT)
    request = client.request()
    assert not await request.is_disconnected()
    async with aclosing(request.stream()) as stream:
        await anext(stream)
        assert await run_until_disconnect(anyio.sleep_forever, client.scope, client.receive) is True


async def test_reading_begins_the_time_again(monkeypatch, client_of):
    monkeypatch.setattr(_disconnect, "PATIENCE", 0.3)
    client = client_of(*LARGE, part(more_body=False))
    size = 0

    async def work():
        await anyio.sleep(0.2)

    async with aclosing(client.request().stream()) as stream:
        for _ in range(2):
            await run_until_disconnect(work, client.scope, client.receive)
            size += len(await anext(stream))
        assert size + sum([len(chunk) async for chunk in stream]) == 40 * KIB64


async def test_asking_finds_it_as_well(patience, client_of):
    client = client_of(*LARGE, DISCONNECT)
    request = client.request()
    with anyio.fail_after(5):
        while not await request.is_disconnected():
            pass
    with pytest.raises(ClientDisconnect):
        await request.body()


@pytest.mark.parametrize("how", ["asking", "block"])
async def test_a_body_that_is_being_read_is_not_dropped(patience, how, client_of):
    client = client_of(*LARGE, part(more_body=False))
    request = client.request()
    async with aclosing(request.stream()) as stream:
        size = len(await anext(stream))
        if how == "block":
            async with request.cancel_on_disconnect():
                await anyio.sleep(0.15)
        else:
            for _ in range(30):
                assert not await request.is_disconnected()
                await anyio.sleep(0.005)
        assert client.events
        assert size + sum([len(chunk) async for chunk in stream]) == 40 * KIB64


async def test_reading_that_was_cancelled_is_reading(patience, client_of):
    client = client_of(*LARGE[:2])
    request = client.request()
    with anyio.move_on_after(0.01):
        await request.body()
    client.send(*LARGE, part(more_body=False))
    async with request.cancel_on_disconnect():
        await anyio.sleep(0.15)
    assert len(await request.body()) == 42 * KIB64


async def test_an_endless_body_does_not_fill_the_memory(patience):
    class Part(dict):
        pass

    alive = weakref.WeakSet()
    taken = most = 0

    async def receive():
        nonlocal taken, most
        taken += 1
        message = Part(part(b"x"))
        message.__class__.__hash__ = object.__hash__
        alive.add(message)
        most = max(most, len(alive))
        return message

    async def work():
        while taken < 10_000:
            await checkpoint()

    gc.collect()
    assert await run_until_disconnect(work, {"type": "http"}, receive) is False
    assert most < 5000
    assert len(alive) < 10


# Several who listen


async def test_a_second_receive_does_not_take_the_place_of_the_first(client_of):
    client = client_of(part(b"1"), part(b"2"))

    async def wrapped():
        return await client.receive()

    request = client.request()
    for _ in range(3):
        assert not await request.is_disconnected()
    assert not client.events
    inner = Request(client.scope, wrapped)
    assert not await inner.is_disconnected()
    client.send(part(b"3", more_body=False))
    assert await request.body() == b"123"
    client.send(DISCONNECT)
    while not await inner.is_disconnected():
        pass
    assert inner.receive is not request.receive


async def test_one_around_the_other_has_what_that_kept(client_of):
    client = client_of(part(b"1"))
    outer = client.request()

    async def work():
        async with outer.cancel_on_disconnect():
            await anyio.sleep(0.001)
            receive = outer.receive

            async def upper():
                message = await receive()
                return {**message, "body": message.get("body", b"").upper()}

            inner = Request(client.scope, upper)
            async with inner.cancel_on_disconnect():
                client.send(part(b"a"), part(b"b", more_body=False))
                assert await inner.body() == b"1AB"
                client.send(DISCONNECT)
                await anyio.sleep_forever()

    with pytest.raises(ClientDisconnect):
        await work()
    assert await outer.is_disconnected()


async def test_reading_and_listening_take_turns():
    """Only one of them receives at a time, so nothing comes in another order."""
    order = iter(range(100))
    receiving = 0

    async def receive():
        nonlocal receiving
        receiving += 1
        try:
            await anyio.sleep(0.001)
            assert receiving == 1
            number = next(order)
        finally:
            receiving -= 1
        return part(b"%d " % number, more_body=number < 99)

    request = Request({"type": "http"}, receive)
    assert not await request.is_disconnected()
    bodies = []

    async def read():
        bodies.append(await request.body())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read)
        for _ in range(20):
            await request.is_disconnected()
            async with request.cancel_on_disconnect():
                await anyio.sleep(0.002)
    assert bodies == [b"".join(b"%d " % number for number in range(100))]


async def test_asking_while_somebody_reads(client_of):
    client = client_of()
    request = client.request()
    assert not await request.is_disconnected()
    async with anyio.create_task_group() as tasks:

        async def read():
            with pytest.raises(ClientDisconnect):
                await request.body()

        tasks.start_soon(read)
        await anyio.sleep(0.001)
        assert not await request.is_disconnected()
        client.send(DISCONNECT)
        while not await request.is_disconnected():
            pass
