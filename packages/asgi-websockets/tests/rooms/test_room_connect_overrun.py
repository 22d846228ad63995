"""A WebSocket whose client is too slow for its room."""

import asyncio

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_websockets import Heartbeat, Rooms, WebSocket, WebSocketDisconnect, websocket_session

SIZE = 3


@pytest.fixture
def rooms():
    return Rooms(queue_size=SIZE)


@pytest.fixture(autouse=True)
def short_close(monkeypatch):
    monkeypatch.setattr("asgi_websockets._rooms.room.END_TIMEOUT", 0.05)


async def fill(rooms, name="lobby", count=SIZE + 2, start=0):
    """Send one message that is on its way to a stuck client, as many as may wait, and one more."""
    for number in range(start, start + count):
        await rooms[name].broadcast_text(str(number))


class Endpoint:
    """Is in a room with a WebSocket, and notes what happens to it there."""

    def __init__(self, rooms, block=None, **options):
        self.rooms = rooms
        self.options = options
        self.steps = []
        self.raised = []
        if block is not None:
            self.block = block
        self.app = websocket_session(self.serve)

    async def serve(self, websocket):
        await websocket.accept()
        try:
            async with self.rooms["lobby"].connect(websocket, **self.options) as member:
                self.member = member
                try:
                    await self.block(websocket)
                    self.steps.append("ended")
                except anyio.get_cancelled_exc_class():
                    self.steps.append("cancelled")
                    raise
        except Exception as exc:
            self.raised.append(exc)
            raise

    async def block(self, websocket):
        await websocket.wait_closed()


async def overrun(rooms, client_of, until, block):
    """Its endpoint and a client that was too slow, and that takes the end."""
    endpoint, slow = Endpoint(rooms, block), client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(slow.open, endpoint.app)
        await until(lambda: rooms.stats.members == 1)
        slow.is_stuck = True
        await fill(rooms, count=SIZE + 1)
        slow.is_stuck = False
        await fill(rooms, count=1)
    return endpoint, slow


@pytest.mark.parametrize("closes", [True, False])
async def test_the_block_is_cancelled_and_the_connection_closed(rooms, client_of, until, closes):
    endpoint, slow = Endpoint(rooms), client_of()
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(slow.open, endpoint.app)
            await until(lambda: rooms.stats.members == 1)
            slow.is_stuck = True
            await fill(rooms, count=SIZE)
            await anyio.wait_all_tasks_blocked()
            await fill(rooms, count=1, start=SIZE)  # the first is on its way, and not in the queue
            assert (endpoint.steps, rooms.stats.members) == ([], 1)
            slow.is_stuck = not closes
            await fill(rooms, count=1, start=SIZE + 1)
            assert rooms.stats == (0, 0, SIZE + 1, 0, 1)
    assert slow.close_code == (1013 if closes else None)
    assert slow.error is None
    assert endpoint.steps == ["cancelled"]
    (exc,) = endpoint.raised
    assert (type(exc), exc.code, exc.reason) == (WebSocketDisconnect, 1013, "Too slow.")
    assert (endpoint.member.is_overrun, endpoint.member.has_gap, endpoint.member.dropped) == (True, True, 0)


async def test_the_connection_is_closed_once_with_a_reason(rooms, client_of, until):
    endpoint, slow = Endpoint(rooms), client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(slow.open, endpoint.app)
        await until(lambda: rooms.stats.members == 1)
        slow.delay = 0.05
        await fill(rooms)
    closes = [message for message in slow.sent if message["type"] == "websocket.close"]
    assert closes == [{"type": "websocket.close", "code": 1013, "reason": "Too slow."}]


async def test_a_client_that_takes_no_close_is_given_up_in_time(rooms, client_of, until, monkeypatch):
    monkeypatch.setattr("asgi_websockets._rooms.room.END_TIMEOUT", 0.1)
    endpoint, slow = Endpoint(rooms), client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(slow.open, endpoint.app)
        await until(lambda: rooms.stats.members == 1)
        slow.is_stuck = True
        await fill(rooms)
        started = anyio.current_time()
        with anyio.fail_after(20):
            await slow.has_ended.wait()
        assert 0.05 < anyio.current_time() - started < 10


async def test_the_others_are_neither_stopped_nor_delayed(rooms, chat, client_of, until):
    app = chat(rooms, queue_size=1000)
    fast, endpoint, slow = [client_of() for _ in range(3)], Endpoint(rooms), client_of()
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            for client in (fast[0], fast[1]):
                tasks.start_soon(client.open, app)
            tasks.start_soon(slow.open, endpoint.app)
            tasks.start_soon(fast[2].open, app)
            await until(lambda: rooms.stats.members == 4)
            slow.is_stuck = True
            for number in range(20):
                await rooms["lobby"].broadcast_text(str(number))
                for client in fast:  # it has the message before the next, while the other is stuck
                    assert await client.has(number + 1) == [str(sent) for sent in range(number + 1)]
            for client in fast:
                client.leave()
    assert [client.close_code for client in fast] == [None] * 3
    assert rooms.stats == (0, 0, 60 + SIZE + 1, 0, 1)


async def test_all_may_be_too_slow_at_once(rooms, client_of, until):
    endpoints = [Endpoint(rooms) for _ in range(20)]
    slow = [client_of() for _ in endpoints]
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            for client, endpoint in zip(slow, endpoints, strict=True):
                tasks.start_soon(client.open, endpoint.app)
            await until(lambda: rooms.stats.members == 20)
            for client in slow:
                client.is_stuck = True
            await fill(rooms)
    assert [len(endpoint.raised) for endpoint in endpoints] == [1] * 20
    assert rooms.stats == (0, 0, 20 * (SIZE + 1), 0, 20)


async def test_who_sends_faster_than_it_reads_is_disconnected_within_its_own_broadcast(rooms, client_of):
    async def block(websocket):
        for number in range(100):
            await rooms["lobby"].broadcast_text(str(number))
            endpoint.steps.append(number)

    endpoint, ann = Endpoint(rooms, block), client_of(delay=0.05)
    with anyio.fail_after(20):
        await ann.open(endpoint.app)
    assert endpoint.steps == [*range(SIZE + 1), "cancelled"]
    assert [exc.code for exc in endpoint.raised] == [1013]
    assert ann.close_code == 1013


async def test_a_block_that_ends_before_it_is_cancelled_is_told_as_well(rooms, client_of, until):
    async def block(websocket):
        await may_end.wait()

    endpoint, slow, may_end = Endpoint(rooms, block), client_of(), anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(slow.open, endpoint.app)
        await until(lambda: rooms.stats.members == 1)
        slow.is_stuck = True
        await fill(rooms, count=SIZE + 1)
        publishing = rooms["lobby"].broadcast_text("too many")
        may_end.set()  # it is ready to go on when it is overrun
        slow.is_stuck = False
        await publishing
    assert endpoint.steps in (["ended"], ["cancelled"])
    assert [exc.code for exc in endpoint.raised] == [1013]
    assert (slow.close_code, slow.error) == (1013, None)


async def test_a_block_that_has_ended_is_not_overrun_later(rooms, client_of):
    async def serve(websocket):
        await websocket.accept()
        ann.is_stuck = True
        async with rooms["lobby"].connect(websocket):
            await fill(rooms, count=SIZE)
        ann.is_stuck = False
        await fill(rooms)
        await websocket.send_text("still here")

    ann = client_of()
    with anyio.fail_after(20):
        await ann.open(websocket_session(serve))
    assert (ann.data, ann.close_code, ann.error) == (["still here"], 1000, None)


async def test_what_the_block_raises_as_it_is_cancelled_is_raised(rooms, client_of, until):
    async def block(websocket):
        try:
            await websocket.wait_closed()
        finally:
            raise KeyError("name")

    endpoint, slow = await overrun(rooms, client_of, until, block)
    assert [type(exc) for exc in endpoint.raised] == [KeyError]
    assert isinstance(slow.error, KeyError)
    assert slow.close_code == 1011
    assert rooms.stats.members == 0


async def test_what_a_task_of_the_block_raises_as_it_is_cancelled_is_raised(rooms, client_of, until):
    async def block(websocket):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail_at_the_end)
            await websocket.wait_closed()

    async def fail_at_the_end():
        try:
            await anyio.sleep_forever()
        finally:
            raise KeyError("name")

    _, slow = await overrun(rooms, client_of, until, block)
    assert isinstance(slow.error, KeyError)
    assert slow.close_code == 1011
    assert rooms.stats.members == 0


async def test_cancelling_from_outside_comes_before(rooms, client_of, until):
    endpoint, slow = Endpoint(rooms), client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(slow.open, endpoint.app)
        await until(lambda: rooms.stats.members == 1)
        slow.is_stuck = True
        await fill(rooms, count=SIZE + 1)
        tasks.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await fill(rooms, count=3)
    assert endpoint.steps == ["cancelled"]
    assert rooms.stats.members == 0


async def test_cancelling_from_outside_while_it_is_closed_lets_it_be_closed(rooms, client_of, until, monkeypatch):
    monkeypatch.setattr("asgi_websockets._rooms.room.END_TIMEOUT", 10)
    endpoint, slow = Endpoint(rooms), client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(slow.open, endpoint.app)
        await until(lambda: rooms.stats.members == 1)
        slow.delay, slow.close_delay = 10, 0.02
        await fill(rooms)
        await until(lambda: endpoint.steps)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    assert slow.close_code == 1013
    assert [exc.code for exc in endpoint.raised] == [1013]


async def test_cancelling_from_outside_while_it_is_closed_waits_no_longer(rooms, client_of, until):
    endpoint, slow = Endpoint(rooms), client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(slow.open, endpoint.app)
        await until(lambda: rooms.stats.members == 1)
        slow.is_stuck = True
        await fill(rooms)
        await until(lambda: endpoint.steps)
        tasks.cancel_scope.cancel()
        started = anyio.current_time()
    assert anyio.current_time() - started < 10
    assert rooms.stats == (0, 0, SIZE + 1, 0, 1)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("count", [1, SIZE + 1, SIZE + 2])
async def test_a_native_cancellation_leaves_nothing_behind(rooms, client_of, until, count):
    endpoint, slow, before = Endpoint(rooms, info="Ann"), client_of(), asyncio.all_tasks()
    task = asyncio.create_task(slow.open(endpoint.app))
    await until(lambda: rooms.stats.members == 1)
    slow.is_stuck = True
    await fill(rooms, count=count)
    await until(lambda: count < SIZE + 2 or endpoint.steps)
    await anyio.wait_all_tasks_blocked()
    task.cancel()
    with anyio.fail_after(20), pytest.raises(asyncio.CancelledError):
        await task
    assert rooms.stats[:2] == (0, 0)
    assert await rooms["lobby"].members() == []
    assert asyncio.all_tasks() == before


async def test_a_client_that_is_gone_already_is_no_error(rooms, client_of, until):
    endpoint, slow = Endpoint(rooms), client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(slow.open, endpoint.app)
        await until(lambda: rooms.stats.members == 1)
        slow.is_gone = True
        await fill(rooms)
    assert [exc.code for exc in endpoint.raised] == [1013]
    assert (slow.error, slow.close_code) == (None, None)


async def test_one_who_is_in_two_rooms_leaves_both(rooms, client_of, until):
    async def serve(websocket):
        await websocket.accept()
        async with rooms["lobby"].connect(websocket), rooms["bar"].connect(websocket):
            await websocket.wait_closed()

    for name in ("lobby", "bar"):
        slow = client_of()
        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(slow.open, websocket_session(serve))
                await until(lambda: rooms.stats.members == 2)
                slow.delay = 0.02
                await fill(rooms, name)
        assert (slow.close_code, slow.error) == (1013, None)
        assert rooms.stats[:2] == (0, 0)


async def test_a_heartbeat_that_waits_for_the_stuck_client_is_no_obstacle(rooms, client_of, until):
    class Beating(WebSocket):
        heartbeat = Heartbeat(0.01)

    endpoint, slow = Endpoint(rooms), client_of()
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(slow.open, websocket_session(endpoint.serve, Beating))
            await until(lambda: rooms.stats.members == 1)
            slow.is_stuck = True
            await anyio.sleep(0.05)
            await fill(rooms)
    assert [exc.code for exc in endpoint.raised] == [1013]
    assert slow.error is None


@pytest.mark.parametrize("overflow", ["drop_oldest", "drop_newest"])
async def test_with_another_policy_the_connection_goes_on(rooms, chat, client_of, until, overflow):
    slow = client_of()
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(slow.open, chat(rooms, overflow=overflow))
            await until(lambda: rooms.stats.members == 1)
            slow.delay = 0.05
            await fill(rooms, count=1)
            await anyio.wait_all_tasks_blocked()
            await fill(rooms, count=10, start=1)
            expected = ["0", "8", "9", "10"] if overflow == "drop_oldest" else ["0", "1", "2", "3"]
            assert await slow.has(SIZE + 1) == expected
            await rooms["lobby"].broadcast_text("last")
            assert await slow.has(SIZE + 2) == [*expected, "last"]
            slow.leave()
    assert (slow.close_code, slow.error) == (None, None)
    assert rooms.stats == (0, 0, {"drop_oldest": 12, "drop_newest": 5}[overflow], 7, 0)


async def test_a_replay_that_is_sent_slowly_counts_as_well(rooms, client_of, until):
    await fill(rooms, count=10)
    endpoint, slow = Endpoint(rooms, history=10), client_of()
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(slow.open, endpoint.app)
            await until(lambda: rooms.stats.members == 1)
            slow.delay = 0.05
            await checkpoint()
            await fill(rooms)
    assert slow.close_code == 1013
