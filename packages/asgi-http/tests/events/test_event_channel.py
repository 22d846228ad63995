import gc

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import EventChannel, MemoryEventBuffer, ServerSentEvent


async def rest_of(subscription):
    """The data of all events that are left, and the type of those that have one."""
    return [event.event or event.data async for event in subscription]


async def publish_all(channel, texts):
    return [await channel.publish(text) for text in texts]


# Publishing


async def test_all_subscribers_get_what_is_published():
    channel = EventChannel()
    first, second = channel.subscribe(), channel.subscribe()
    await publish_all(channel, "ab")
    channel.close()
    assert (await rest_of(first), await rest_of(second)) == (["a", "b"], ["a", "b"])


async def test_a_subscriber_gets_what_comes_after_it():
    channel = EventChannel()
    await channel.publish("before")
    events = channel.subscribe()
    await channel.publish("after")
    channel.close()
    assert await rest_of(events) == ["after"]


async def test_a_subscriber_waits_for_events():
    channel = EventChannel()
    received = []

    async def listen():
        async for event in events:
            received.append(event.data)  # noqa: PERF401 - as it comes

    events = channel.subscribe()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen)
        await anyio.wait_all_tasks_blocked()
        for text in "abc":
            await channel.publish(text)
            await anyio.wait_all_tasks_blocked()
            assert received[-1] == text
        channel.close()


async def test_what_can_be_published():
    channel = EventChannel()
    event = ServerSentEvent("own")
    assert await channel.publish(event) is event
    for data in ("text", {"a": 1}, [1], 2, True):
        assert await channel.publish(data) == ServerSentEvent(data)


async def test_what_a_client_posted_cannot_choose_the_fields_of_the_event():
    channel = EventChannel(MemoryEventBuffer())
    posted = {"id": "1", "event": "error", "retry": 10**9}
    event = await channel.publish(posted)
    assert (event.data, event.event, event.retry) == (posted, None, None)
    assert event.id != "1"


async def test_an_event_is_what_it_was_when_it_was_published():
    channel = EventChannel()
    events = channel.subscribe()
    await channel.publish(data := ["first"])
    data.append("second")
    event = await anext(events)
    assert event.encode() == b'data: ["first"]\r\n\r\n'
    assert event.encode("\n") == b'data: ["first"]\n\n'


async def test_an_event_is_what_it_was_also_if_its_data_changes_before_the_buffer_gives_it_an_id():
    class Slow(MemoryEventBuffer):
        async def append(self, event):
            data.append("second")
            return await super().append(event)

    event = await EventChannel(Slow()).publish(data := ["first"])
    assert event.encode().endswith(b'data: ["first"]\r\n\r\n')


async def test_what_cannot_be_encoded_is_the_publishers_error():
    channel = EventChannel(buffer := MemoryEventBuffer())
    events = channel.subscribe()
    with pytest.raises(TypeError):
        await channel.publish([object()])
    channel.close()
    assert await rest_of(events) == []
    assert await buffer.replay("") == (ServerSentEvent("", event="gap"),)


# Slow clients


async def test_a_client_that_is_too_slow_is_disconnected_and_comes_back():
    channel = EventChannel(MemoryEventBuffer(), queue_size=2)
    slow, quick = channel.subscribe(), channel.subscribe()
    for text in "abc":
        await channel.publish(text)
        assert (await anext(quick)).data == text
    received = [event async for event in slow]
    assert [event.data for event in received] == ["a", "b"]
    again = channel.subscribe(received[-1].id)
    await channel.publish("d")
    channel.close()
    assert (await rest_of(again), await rest_of(quick)) == (["c", "d"], ["d"])


@pytest.mark.parametrize(("overflow", "left"), [("drop_oldest", ["c", "d"]), ("drop_newest", ["a", "b"])])
async def test_events_are_dropped_for_a_client_that_is_too_slow(overflow, left):
    channel = EventChannel(queue_size=2, overflow=overflow)
    events = channel.subscribe()
    await publish_all(channel, "abcd")
    assert [(await anext(events)).data, (await anext(events)).data] == left
    await channel.publish("e")
    channel.close()
    assert await rest_of(events) == ["e"]


async def test_publishing_never_waits_for_a_client():
    channel = EventChannel(MemoryEventBuffer(10))
    subscriptions = [channel.subscribe() for _ in range(3)]
    with anyio.fail_after(5):
        await publish_all(channel, map(str, range(1000)))
    assert [len(await rest_of(subscription)) for subscription in subscriptions] == [64, 64, 64]


# Coming back


async def test_a_client_that_comes_back_gets_what_it_missed_and_then_what_is_new():
    channel = EventChannel(MemoryEventBuffer())
    first, _ = await publish_all(channel, "ab")
    events = channel.subscribe(first.id)
    await channel.publish("c")
    assert [(await anext(events)).data for _ in range(2)] == ["b", "c"]
    await channel.publish("d")
    channel.close()
    assert await rest_of(events) == ["d"]


async def test_a_client_whose_last_event_is_not_held_hears_of_the_gap():
    channel = EventChannel(MemoryEventBuffer(1))
    first, *_ = await publish_all(channel, "abc")
    events = channel.subscribe(first.id)
    channel.close()
    assert await rest_of(events) == ["gap", "c"]


@pytest.mark.parametrize("last_event_id", [None, ""])
async def test_a_client_without_a_last_id_gets_what_is_new(last_event_id):
    channel = EventChannel(MemoryEventBuffer())
    await channel.publish("old")
    events = channel.subscribe(last_event_id)
    await channel.publish("new")
    channel.close()
    assert await rest_of(events) == ["new"]


async def test_without_a_buffer_nothing_is_replayed():
    channel = EventChannel()
    await channel.publish(ServerSentEvent("old", id="1"))
    events = channel.subscribe("1")
    await channel.publish("new")
    channel.close()
    assert await rest_of(events) == ["new"]


class SlowBuffer(MemoryEventBuffer):
    """Gives others a turn within each call, as a buffer beyond this process does."""

    async def append(self, event):
        await checkpoint()
        event = await super().append(event)
        await checkpoint()
        return event

    async def replay(self, last_event_id):
        await checkpoint()
        events = await super().replay(last_event_id)
        for _ in range(len(events) % 4):
            await checkpoint()
        return events


async def test_nothing_is_lost_or_doubled_where_the_replay_meets_what_is_new():
    channel = EventChannel(SlowBuffer(), queue_size=500)
    first = await channel.publish(0)
    received = {}

    async def publish():
        for _ in range(50):
            await channel.publish("x")

    async def listen(number):
        for _ in range(number):
            await checkpoint()
        received[number] = []
        async for event in channel.subscribe(first.id):
            received[number].append(event.id)
            if number % 2:
                await checkpoint()

    async with anyio.create_task_group() as tasks:
        for number in range(30):
            tasks.start_soon(listen, number)
        async with anyio.create_task_group() as publishers:
            for _ in range(3):
                publishers.start_soon(publish)
        channel.close()
    expected = [event.id for event in await channel.buffer.replay(first.id)]
    assert len(expected) == 150
    assert list(received.values()) == [expected] * 30


async def test_events_that_were_replayed_and_come_again_are_left_out():
    class EarlyReplay(MemoryEventBuffer):
        """Has events in its replay before the channel hands them out."""

        async def append(self, event):
            event = await super().append(event)
            await published.wait()
            return event

    published = anyio.Event()
    published.set()
    channel = EventChannel(EarlyReplay())
    first = await channel.publish("a")
    published = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(publish_all, channel, "bc")
        await anyio.wait_all_tasks_blocked()
        events = channel.subscribe(first.id)
        assert (await anext(events)).data == "b"
        published.set()
    channel.close()
    assert await rest_of(events) == ["c"]


async def test_a_buffer_that_fails_fails_the_stream():
    class Broken(MemoryEventBuffer):
        async def replay(self, last_event_id):
            raise ConnectionError("no buffer")

    events = EventChannel(Broken()).subscribe("1")
    with pytest.raises(ConnectionError, match="no buffer"):
        await anext(events)


# The end


async def test_closing_ends_all_subscriptions():
    channel = EventChannel()
    received = []

    async def listen():
        received.append(await rest_of(channel.subscribe()))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen)
        tasks.start_soon(listen)
        await anyio.wait_all_tasks_blocked()
        await channel.publish("last")
        channel.close()
        channel.close()
    assert received == [["last"], ["last"]]


async def test_a_closed_channel_has_no_subscribers_but_its_buffer_still_gets_events():
    channel = EventChannel(MemoryEventBuffer())
    first = await channel.publish("a")
    channel.close()
    await channel.publish("b")
    assert await rest_of(channel.subscribe()) == []
    assert await rest_of(channel.subscribe(first.id)) == ["b"]


async def test_a_subscription_that_was_closed_gets_nothing_more():
    channel = EventChannel(MemoryEventBuffer())
    first = await channel.publish("a")
    await channel.publish("b")
    events = channel.subscribe(first.id)
    other = channel.subscribe()
    await channel.publish("c")
    await events.aclose()
    await channel.publish("d")
    await events.aclose()
    channel.close()
    assert (await rest_of(events), await rest_of(other)) == ([], ["c", "d"])


async def test_closing_ends_who_waits():
    channel = EventChannel()
    events = channel.subscribe()

    async def listen():
        assert await rest_of(events) == []

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen)
        await anyio.wait_all_tasks_blocked()
        await events.aclose()


async def test_a_subscription_that_nobody_holds_is_gone():
    channel = EventChannel(overflow="drop_oldest")
    channel.subscribe()
    kept = channel.subscribe()
    gc.collect()
    assert list(channel._subscriptions) == [kept]


# Mistakes


@pytest.mark.parametrize("arguments", [{"queue_size": 0}, {"overflow": "wait"}])
def test_arguments_that_make_no_sense(arguments):
    with pytest.raises(ValueError, match=r"queue_size is at least 1|Unknown overflow 'wait'"):
        EventChannel(**arguments)
