"""Work that ends when the client goes away. What a request shows of it is tested with the request."""

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http._disconnect import RECEIVE, run_until_disconnect


class Client:
    """A client that sends these parts of a body, says nothing for a while, and leaves when it is told to."""

    def __init__(self, *parts):
        self.parts = list(parts)
        self.left = anyio.Event()
        self.scope = {"type": "http"}

    async def receive(self):
        await checkpoint()
        if self.parts:
            return {"type": "http.request", "body": self.parts.pop(0), "more_body": True}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def run(self, work):
        """Run ``work`` until the client leaves; no task is left."""
        before = {task.id for task in anyio.get_running_tasks()}
        try:
            return await run_until_disconnect(work, self.scope, self.receive)
        finally:
            assert {task.id for task in anyio.get_running_tasks()} == before


async def test_work_that_ends_before_the_client_leaves():
    done = []

    async def work():
        await checkpoint()
        done.append("work")

    assert await Client().run(work) is False
    assert done == ["work"]


async def test_work_is_cancelled_when_the_client_leaves():
    client, order = Client(), []

    async def work():
        try:
            order.append("begun")
            client.left.set()
            await anyio.sleep_forever()
        finally:
            order.append("cancelled")

    assert await client.run(work) is True
    assert order == ["begun", "cancelled"]


async def test_work_that_shields_itself_can_await_while_it_ends():
    client, order = Client(), []

    async def work():
        try:
            client.left.set()
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.001)
            order.append("ended")

    assert await client.run(work) is True
    assert order == ["ended"]


async def test_a_timeout_of_the_work_itself_does_not_keep_it_from_being_cancelled():
    client, order = Client(), []

    async def work():
        for _ in range(3):
            with anyio.move_on_after(0.001):
                await anyio.sleep_forever()
        order.append("timed out")
        client.left.set()
        await anyio.sleep_forever()

    assert await client.run(work) is True
    assert order == ["timed out"]


async def test_work_that_never_waits_long_is_cancelled():
    client = Client()

    async def work():
        for number in range(100_000):
            if number == 10:
                client.left.set()
            await checkpoint()
        raise AssertionError("It was not cancelled.")

    assert await client.run(work) is True


async def test_all_tasks_of_the_work_are_cancelled():
    client, order = Client(), []

    async def child(name):
        try:
            await anyio.sleep_forever()
        finally:
            order.append(name)

    async def work():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(child, "child")
            await anyio.sleep(0.001)
            client.left.set()
            tasks.start_soon(child, "late child")

    assert await client.run(work) is True
    assert sorted(order) == ["child", "late child"]


async def test_work_that_waits_in_all_ways():
    """What the work awaits gives what it gives, whether it suspends or fails."""
    results = []

    async def fail():
        await checkpoint()
        raise KeyError

    async def work():
        send, receive = anyio.create_memory_object_stream[int]()
        async with send, receive, anyio.create_task_group() as tasks:
            tasks.start_soon(send.send, 1)
            results.append(await receive.receive())
            results.append(await anyio.to_thread.run_sync(lambda: 2))
            with pytest.raises(KeyError):
                await fail()
            with pytest.raises(TimeoutError):
                with anyio.fail_after(0.001):
                    await anyio.sleep_forever()

    assert await Client().run(work) is False
    assert results == [1, 2]


async def test_work_begins_even_if_the_client_has_gone():
    client, order = Client(), []
    client.left.set()

    async def work():
        order.append("begun")
        await anyio.sleep_forever()

    assert await client.run(work) is True
    assert order == ["begun"]


async def test_work_runs_in_the_task_of_who_asks_for_it():
    tasks = []

    async def work():
        tasks.append(anyio.get_current_task().id)

    await Client().run(work)
    assert tasks == [anyio.get_current_task().id]


@pytest.mark.parametrize("error", [ValueError("x"), ExceptionGroup("x", [ValueError()]), SystemExit(3)], ids=repr)
async def test_what_the_work_raises_is_raised_as_it_is(error):
    async def work():
        await checkpoint()
        raise error

    with pytest.raises(type(error)) as caught:
        await Client().run(work)
    assert caught.value is error


async def test_what_receive_raises_ends_the_work():
    error = ConnectionError("x")

    async def receive():
        raise error

    with pytest.raises(ConnectionError) as caught:
        await run_until_disconnect(anyio.sleep_forever, {"type": "http"}, receive)
    assert caught.value is error


async def test_cancelling_from_outside_goes_on():
    client = Client()

    async def work():
        scope.cancel()
        await anyio.sleep_forever()

    with anyio.CancelScope() as scope:
        await client.run(work)
        raise AssertionError("It was cancelled.")
    assert scope.cancelled_caught


async def test_what_the_client_sends_meanwhile_is_kept_for_who_reads_it():
    client = Client(b"one", b"two")
    received = []

    async def work():
        while client.parts:
            await checkpoint()
        received.extend([(await client.scope[RECEIVE]())["body"] for _ in range(2)])

    assert await client.run(work) is False
    assert received == [b"one", b"two"]


async def test_it_is_kept_when_the_work_is_done():
    client = Client(b"one", b"two")

    async def work():
        while client.parts:
            await checkpoint()

    await client.run(work)
    client.parts.append(b"three")
    assert [(await client.scope[RECEIVE]())["body"] for _ in range(3)] == [b"one", b"two", b"three"]


async def test_the_next_work_listens_as_well():
    client = Client(b"one")

    async def work():
        while client.parts:
            await checkpoint()

    async def leave():
        client.left.set()
        await anyio.sleep_forever()

    assert [await client.run(work), await client.run(work), await client.run(leave)] == [False, False, True]
    receive = client.scope[RECEIVE]
    assert [(await receive())["type"] for _ in range(3)] == ["http.request", "http.disconnect", "http.disconnect"]


async def test_work_inside_work_is_cancelled_with_it():
    client, order = Client(), []

    async def inner():
        try:
            client.left.set()
            await anyio.sleep_forever()
        finally:
            order.append("inner")

    async def outer():
        try:
            await run_until_disconnect(inner, client.scope, client.receive)
            await anyio.sleep_forever()
        finally:
            order.append("outer")

    assert await client.run(outer) is True
    assert order == ["inner", "outer"]


async def test_a_client_that_floods_does_not_fill_the_memory():
    class Flooding(Client):
        received = 0

        async def receive(self):
            self.received += 1
            return {"type": "http.request", "body": b"x" * 2**16, "more_body": True}

    client = Flooding()

    async def work():
        await anyio.sleep(0.01)

    assert await client.run(work) is False
    assert client.received < 20
