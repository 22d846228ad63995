import contextlib
import gc
import itertools
import weakref
from contextlib import aclosing

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import ClientDisconnect, Request

pytestmark = pytest.mark.usefixtures("deadline")

MIB = 1024 * 1024
DISCONNECT = {"type": "http.disconnect"}


def part(body=b"", more_body=True):
    return {"type": "http.request", "body": body, "more_body": more_body}


async def test_a_block_that_ends_is_nothing_special(client_of):
    client = client_of()
    async with client.request().cancel_on_disconnect():
        await checkpoint()


async def test_a_block_is_cancelled_when_the_client_goes(looks_first, client_of):
    client = client_of(part(b"x"), looks_first=looks_first)
    steps = []

    async def work():
        async with client.request().cancel_on_disconnect():
            await checkpoint()
            client.send(DISCONNECT)
            try:
                await anyio.sleep_forever()
            finally:
                steps.append("cleaned up")
            pytest.fail("It goes on.")

    with pytest.raises(ClientDisconnect):
        await work()
    assert steps == ["cleaned up"]


async def test_a_client_that_went_before_is_noticed(client_of):
    request = client_of(DISCONNECT).request()
    assert await request.is_disconnected()
    for _ in range(2):
        with pytest.raises(ClientDisconnect):
            async with request.cancel_on_disconnect():
                await anyio.sleep_forever()


async def test_a_block_that_ended_before_is_not_cancelled(client_of):
    client = client_of()
    request = client.request()
    async with request.cancel_on_disconnect():
        client.send(DISCONNECT)
    assert await request.is_disconnected()


async def test_a_disconnect_that_comes_when_the_block_has_ended_is_known_and_nothing_more(client_of):
    client = client_of()

    async def receive():  # a server that does not let itself be cancelled
        with anyio.CancelScope(shield=True):
            return await client.receive()

    request = Request(client.scope, receive)
    async with request.cancel_on_disconnect():
        await checkpoint()
        client.send(DISCONNECT)
    assert not client.events
    assert await request.is_disconnected()


async def test_a_block_that_does_not_let_itself_be_cancelled_is_a_disconnect_all_the_same(client_of):
    client = client_of(DISCONNECT)
    steps = []

    async def work():
        async with client.request().cancel_on_disconnect():
            with anyio.CancelScope(shield=True):
                for _ in range(10):
                    await checkpoint()
            steps.append("end")

    with pytest.raises(ClientDisconnect):
        await work()
    assert steps == ["end"]


@pytest.mark.parametrize("error", [LookupError("of the block"), ExceptionGroup("of the block", [LookupError()])])
async def test_what_the_block_raises_is_raised(error, client_of):
    request = client_of(part(b"x", more_body=False)).request()

    async def work():
        async with request.cancel_on_disconnect():
            await checkpoint()
            raise error

    with pytest.raises(type(error)) as caught:
        await work()
    assert caught.value is error
    assert await request.body() == b"x"


async def test_what_is_no_exception_is_raised_as_it_is(client_of):
    class Exit(BaseException):
        pass

    with pytest.raises(Exit):
        async with client_of().request().cancel_on_disconnect():
            raise Exit


async def test_what_the_block_raises_when_it_is_cancelled_is_raised(client_of):
    async def work():
        async with client_of(DISCONNECT).request().cancel_on_disconnect():
            try:
                await anyio.sleep_forever()
            finally:
                raise LookupError

    with pytest.raises(LookupError):
        await work()


async def test_what_receive_raises_ends_the_block():
    async def receive():
        raise LookupError("of receive")

    with pytest.raises(LookupError, match=r"^of receive$"):
        async with Request({"type": "http"}, receive).cancel_on_disconnect():
            await anyio.sleep_forever()


async def test_what_receive_raises_when_the_block_has_ended_does_not_matter():
    async def receive():
        try:
            await anyio.sleep_forever()
        finally:
            raise LookupError("of receive")

    request = Request({"type": "http"}, receive)
    async with request.cancel_on_disconnect():
        await checkpoint()
    assert not await request.is_disconnected()


async def test_cancelling_from_outside_is_no_disconnect(client_of):
    with anyio.CancelScope() as cancel:
        async with client_of().request().cancel_on_disconnect():
            cancel.cancel()
            await anyio.sleep_forever()
    assert cancel.cancelled_caught


async def test_the_body_can_be_read_in_the_block(looks_first, client_of):
    client = client_of(part(b"1"), looks_first=looks_first)
    async with client.request().cancel_on_disconnect():
        stream = client.request().stream()
        assert await anext(stream) == b"1"
        client.send(part(b"2"), part(b"3", more_body=False))
        assert [chunk async for chunk in stream] == [b"2", b"3", b""]


async def test_the_body_can_be_read_after_the_block(looks_first, client_of):
    client = client_of(part(b"1"), looks_first=looks_first)
    request = client.request()
    async with request.cancel_on_disconnect():
        for _ in range(5):
            await checkpoint()
        client.send(part(b"2"))
        for _ in range(5):
            await checkpoint()
    client.send(part(b"3", more_body=False))
    assert await request.body() == b"123"


async def test_a_body_of_any_size_can_be_read_in_the_block(client_of):
    client = client_of(*[part(b"x" * MIB)] * 5, part(more_body=False))
    request = client.request()
    async with request.cancel_on_disconnect():
        for _ in range(20):
            await checkpoint()
        assert len(client.events) >= 4
        assert len(await request.body()) == 5 * MIB


async def test_who_waits_for_a_part_when_the_block_ends_gets_it(client_of):
    client = client_of()
    request = client.request()
    bodies = []

    async def read():
        bodies.append(await client.request().body())

    async with anyio.create_task_group() as tasks:
        async with request.cancel_on_disconnect():
            tasks.start_soon(read)
            for _ in range(5):
                await checkpoint()
        client.send(part(b"x", more_body=False))
    assert bodies == [b"x"]


async def test_asking_in_the_block(client_of):
    client = client_of(part(b"x"))
    request = client.request()

    async def work():
        async with request.cancel_on_disconnect():
            assert not await request.is_disconnected()
            client.send(DISCONNECT)
            with anyio.CancelScope(shield=True):
                while not await request.is_disconnected():
                    pass
            await anyio.sleep_forever()

    with pytest.raises(ClientDisconnect):
        await work()


async def test_blocks_in_blocks_are_cancelled_together(client_of):
    client = client_of()
    request = client.request()
    ends = []

    async def work():
        async with request.cancel_on_disconnect():
            try:
                async with request.cancel_on_disconnect():
                    client.send(DISCONNECT)
                    await anyio.sleep_forever()
            finally:
                ends.append("inner")

    with pytest.raises(ClientDisconnect):
        await work()
    assert ends == ["inner"]


async def test_the_body_can_be_read_in_blocks_in_blocks(client_of):
    client = client_of()
    request = client.request()
    async with request.cancel_on_disconnect():
        async with request.cancel_on_disconnect():
            for number in range(5):
                client.send(part(b"%d" % number))
                await checkpoint()
            client.send(part(more_body=False))
            assert await client.request().body() == b"01234"


async def test_blocks_in_blocks_lose_nothing_and_leave_nothing(client_of):
    client = client_of()
    request = client.request()
    owners = set()
    for number in range(5):
        async with request.cancel_on_disconnect():
            async with request.cancel_on_disconnect():
                client.send(part(b"%d" % number))
                for _ in range(5):
                    await checkpoint()
            client.send(part(b"-"))
            for _ in range(5):
                await checkpoint()
        owners.add(request.receive)
    client.send(part(more_body=False))
    assert len(owners) == 1
    assert await request.body() == b"0-1-2-3-4-"


@pytest.mark.parametrize("ends", list(itertools.permutations(range(3))))
async def test_blocks_that_overlap_lose_nothing_and_hold_nothing_back(ends, client_of):
    client = client_of()
    request = client.request()
    ended = [anyio.Event() for _ in ends]

    async def block(number):
        async with request.cancel_on_disconnect():
            await ended[number].wait()

    async def send_part(body):
        client.send(part(body))
        for _ in range(5):
            await checkpoint()

    async with anyio.create_task_group() as tasks, aclosing(request.stream()) as stream:
        for number in range(3):
            tasks.start_soon(block, number)
            await send_part(b"%d" % number)
        assert [await anext(stream) for _ in range(3)] == [b"0", b"1", b"2"]
        for number in ends:
            ended[number].set()
            await send_part(b"%d" % number)
            assert await anext(stream) == b"%d" % number
    client.send(part(b"end", more_body=False))
    assert await request.body() == b"end"
    client.send(DISCONNECT)
    assert await request.is_disconnected()


@pytest.mark.parametrize("fails", ["block", "receive"])
async def test_an_error_does_not_wait_for_the_garbage_collector(fails):
    seen = []

    class FailureError(LookupError):
        def __init__(self):
            seen.append(weakref.ref(self))

    async def receive():
        if fails == "receive":
            raise FailureError
        await anyio.sleep_forever()

    async def work():
        async with Request({"type": "http"}, receive).cancel_on_disconnect():
            if fails == "block":
                raise FailureError
            await anyio.sleep_forever()

    gc.collect()
    gc.disable()
    try:
        with contextlib.suppress(FailureError):
            await work()
        await checkpoint()
        assert [reference() for reference in seen] == [None]
    finally:
        gc.enable()
