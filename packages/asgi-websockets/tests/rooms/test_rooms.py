from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_websockets import MemoryBackend, Rooms, RoomsStats


class Watched(MemoryBackend):
    """Notes when it runs."""

    def __init__(self):
        super().__init__()
        self.steps = []

    @asynccontextmanager
    async def run(self):
        self.steps.append("begins")
        try:
            yield
        except BaseException as exc:
            self.steps.append(repr(exc))
            raise
        finally:
            self.steps.append("ends")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"history": -1}, "history is a number of messages: it cannot be -1"),
        ({"queue_size": 0}, "queue_size is at least 1, not 0"),
        ({"overflow": ""}, "Unknown overflow ''"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Rooms(**options)


async def test_a_backend_is_used_that_is_empty():
    class Empty(MemoryBackend):
        def __len__(self):
            return 0

    backend = Empty()
    assert Rooms(backend).backend is backend


async def test_they_work_in_memory_without_being_entered(rooms, take):
    with rooms["lobby"].join() as member:
        await rooms["lobby"].broadcast_text("Hello")
        assert await take(member, 1) == ["Hello"]


async def test_to_end_them_without_a_beginning_only_lets_members_leave():
    backend = Watched()
    rooms = Rooms(backend)
    with rooms["lobby"].join():
        await rooms.__aexit__(None, None, None)
        assert rooms.stats.members == 0
    assert backend.steps == []


# From beginning to end


async def test_the_backend_runs_while_they_are_entered():
    backend = Watched()
    rooms = Rooms(backend)
    assert backend.steps == []
    async with rooms as entered:
        assert entered is rooms
        assert backend.steps == ["begins"]
    assert backend.steps == ["begins", "ends"]


async def test_members_end_with_them(until, waiting):
    async def iterate():
        got.extend([message.data async for message in waits])
        has_ended.set()

    backend, got, has_ended = Watched(), [], anyio.Event()
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            with Rooms(backend)["lobby"].join("Ann") as reads:
                rooms = reads.room.rooms
                with rooms["bar"].join() as waits, rooms["lobby"].join() as other:
                    async with rooms:
                        tasks.start_soon(iterate)
                        await rooms["bar"].broadcast_text("a")
                        await rooms["lobby"].broadcast_text("b")
                        assert rooms.stats == (2, 3, 3, 0, 0)
                    await has_ended.wait()
                    assert got == ["a"]
                    assert rooms.stats == RoomsStats(0, 0, 3, 0, 0)
                    await rooms["lobby"].broadcast_text("too late")
                    assert [message.data async for message in reads] == ["b"]
                    assert [message.data async for message in other] == ["b"]
                    assert await rooms["lobby"].members() == []
    assert rooms.stats == RoomsStats(0, 0, 3, 0, 0)


async def test_a_connection_goes_on_without_them(chat, client_of, until):
    ann = client_of()
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            async with Rooms() as rooms:
                tasks.start_soon(ann.open, chat(rooms))
                await until(lambda: rooms.stats.members == 1)
                await rooms["lobby"].broadcast_text("Hello")
                await ann.has(1)
            await anyio.wait_all_tasks_blocked()
            assert not ann.has_ended.is_set()
            ann.say("Is anybody there?")
            ann.leave()
    assert (ann.data, ann.close_code, ann.error) == (["Hello"], None, None)


async def test_they_can_be_entered_again_after_the_end(take):
    rooms = Rooms(Watched())
    for _ in range(2):
        async with rooms:
            with rooms["lobby"].join() as member:
                await rooms["lobby"].broadcast_text("Hello")
                assert await take(member, 1) == ["Hello"]
    assert rooms.backend.steps == ["begins", "ends"] * 2


async def test_they_are_entered_once_at_a_time():
    rooms = Rooms(Watched())
    async with rooms:
        with rooms["lobby"].join() as member:
            with pytest.raises(RuntimeError, match="entered already: do it once, in the lifespan"):
                await rooms.__aenter__()
            assert rooms.stats.members == 1
            assert not member.is_overrun
    assert rooms.backend.steps == ["begins", "ends"]


async def test_what_the_block_raises_is_raised_after_the_end():
    rooms = Rooms(Watched())
    with rooms["lobby"].join() as member:
        with pytest.raises(KeyError):
            async with rooms:
                raise KeyError("name")
        assert [message async for message in member] == []
    assert rooms.backend.steps[-1] == "ends"
    assert rooms.stats.members == 0


async def test_the_backend_is_told_what_the_block_raised():
    rooms = Rooms(Watched())
    with pytest.raises(KeyError):
        async with rooms:
            raise KeyError("name")
    assert rooms.backend.steps == ["begins", "KeyError('name')", "ends"]


async def test_cancelling_ends_them_as_well():
    rooms = Rooms(Watched())
    with anyio.CancelScope() as scope, rooms["lobby"].join():
        async with rooms:
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert rooms.backend.steps[-1] == "ends"
    assert rooms.stats.members == 0


async def test_they_end_while_members_come_and_go(until):
    async def come_and_go():
        while not is_over:
            with rooms["lobby"].join("Ann"):
                await checkpoint()

    is_over = False
    rooms = Rooms()
    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(come_and_go)
        async with rooms:
            await anyio.sleep(0.01)
        is_over = True
    assert rooms.stats[:2] == (0, 0)
    assert await rooms["lobby"].members() == []


async def test_the_info_of_a_member_is_small(rooms):
    member = rooms["lobby"].join("x" * 4094)
    with member:
        assert await rooms["lobby"].members() == ["x" * 4094]
        with pytest.raises(ValueError, match=r"^The info of a member has at most 4096 bytes of JSON, not 4097\.$"):
            rooms["lobby"].join("x" * 4093 + "\u00e9").__enter__()
        assert rooms.stats.members == 1
