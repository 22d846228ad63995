"""An `EventChannel` and a buffer that takes time: publishers that are cancelled, turns, and event loops."""

import asyncio

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import EventChannel, MemoryEventBuffer


class WaitingBuffer(MemoryEventBuffer):
    """Waits after it has kept an event, until it may go on."""

    def __init__(self):
        super().__init__()
        self.may_go_on = anyio.Event()

    async def append(self, event):
        event = await super().append(event)
        await self.may_go_on.wait()
        return event


async def rest_of(subscription):
    return [event.data async for event in subscription]


async def test_a_publisher_cancelled_while_the_buffer_keeps_the_event_still_hands_it_out():
    channel = EventChannel(buffer := WaitingBuffer())
    events = channel.subscribe()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(channel.publish, "one")
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await anyio.wait_all_tasks_blocked()
            buffer.may_go_on.set()
    await channel.publish("two")
    channel.close()
    assert await rest_of(events) == ["one", "two"]


async def test_a_publisher_cancelled_before_its_turn_publishes_nothing():
    channel = EventChannel(buffer := WaitingBuffer())
    events = channel.subscribe()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(channel.publish, "one")
        await anyio.wait_all_tasks_blocked()
        async with anyio.create_task_group() as others:
            others.start_soon(channel.publish, "two")
            await anyio.wait_all_tasks_blocked()
            others.cancel_scope.cancel()
        tasks.start_soon(channel.publish, "three")
        await anyio.wait_all_tasks_blocked()
        buffer.may_go_on.set()
    channel.close()
    assert await rest_of(events) == ["one", "three"]
    assert [event.data for event in await buffer.replay("")][1:] == ["one", "three"]


async def test_a_buffer_that_hangs_does_not_hold_the_publisher_for_ever(monkeypatch):
    monkeypatch.setattr("asgi_http._events.event_channel.APPEND_TIMEOUT", 0.05)
    channel = EventChannel(buffer := WaitingBuffer())
    events = channel.subscribe()
    with anyio.fail_after(5):
        with pytest.raises(TimeoutError, match=r"^The buffer did not keep the event within 0\.05 seconds\.$"):
            await channel.publish("one")
        with anyio.move_on_after(0) as cancelled:
            await channel.publish("two")
            await checkpoint()
    assert cancelled.cancelled_caught
    buffer.may_go_on.set()
    await channel.publish("three")
    channel.close()
    assert await rest_of(events) == ["three"]


async def test_a_buffer_that_fails_fails_the_publisher_and_nobody_after_it():
    class Failing(MemoryEventBuffer):
        async def append(self, event):
            await checkpoint()
            if event.data == "one":
                raise ConnectionError
            return await super().append(event)

    channel = EventChannel(Failing())
    events = channel.subscribe()
    with pytest.raises(ConnectionError):
        await channel.publish("one")
    await channel.publish("two")
    channel.close()
    assert await rest_of(events) == ["two"]


async def test_events_have_the_order_of_the_buffer():
    class Slow(MemoryEventBuffer):
        async def append(self, event):
            for _ in range(5 - event.data):
                await checkpoint()
            return await super().append(event)

    channel = EventChannel(buffer := Slow())
    events = channel.subscribe()
    async with anyio.create_task_group() as tasks:
        for number in range(5):
            tasks.start_soon(channel.publish, number)
    channel.close()
    assert await rest_of(events) == [event.data for event in await buffer.replay("")][1:]


@pytest.mark.parametrize("backends", [("asyncio", "trio"), ("trio", "asyncio"), ("asyncio", "asyncio")])
def test_a_channel_of_a_module_serves_one_event_loop_after_the_other(backends):
    async def publish_together():
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(channel.publish, "event")

    class Slow(MemoryEventBuffer):
        async def append(self, event):
            await checkpoint()
            return await super().append(event)

    channel = EventChannel(buffer := Slow())
    for backend in backends:
        anyio.run(publish_together, backend=backend)
    assert [event.data for event in asyncio.run(buffer.replay(""))][1:] == ["event"] * 6
