import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_websockets import RoomsStats


async def test_one_is_in_the_room_inside_of_the_block(rooms, take, waiting):
    lobby = rooms["lobby"]
    member = lobby.join()
    await lobby.broadcast_text("before")
    assert rooms.stats == RoomsStats(0, 0, 0, 0, 0)
    with member as entered:
        assert entered is member
        await lobby.broadcast_text("inside")
        assert rooms.stats == RoomsStats(1, 1, 1, 0, 0)
    await lobby.broadcast_text("after")
    assert rooms.stats == RoomsStats(0, 0, 1, 0, 0)
    assert await waiting(member) == ["inside"]


async def test_what_raises_inside_is_raised_and_leaves(rooms):
    with pytest.raises(KeyError):
        with rooms["lobby"].join("Ann"):
            raise KeyError("name")
    assert rooms.stats.members == 0
    assert await rooms["lobby"].members() == []


async def test_messages_are_for_who_is_in_the_room(rooms):
    member = rooms["lobby"].join()
    with pytest.raises(RuntimeError, match=r"iterate inside of 'with room\.join\(\) as member:'"):
        await anext(member)
    with member:  # nothing was spoilt
        await rooms["lobby"].broadcast_text("Hello")
        assert (await anext(member)).data == "Hello"


async def test_a_member_enters_once(rooms, waiting):
    member = rooms["lobby"].join()
    with member:
        with pytest.raises(RuntimeError, match="the room again for another one"):
            member.__enter__()
        assert rooms.stats.members == 1
        await rooms["lobby"].broadcast_text("Hello")
        assert await waiting(member) == ["Hello"]
    with pytest.raises(RuntimeError, match="the room again for another one"):
        member.__enter__()
    assert rooms.stats.members == 0


def test_who_left_before_entering_cannot_enter(rooms):
    member = rooms["lobby"].join()
    member.leave()
    with pytest.raises(RuntimeError, match="the room again for another one"):
        member.__enter__()
    assert rooms.stats.members == 0


async def test_leaving_ends_the_iteration_after_what_waits(rooms):
    got = []
    with rooms["lobby"].join() as member:
        for text in "abc":
            await rooms["lobby"].broadcast_text(text)
        async for message in member:
            got.append(message.data)
            member.leave()
            await rooms["lobby"].broadcast_text("too late")
    assert got == ["a", "b", "c"]
    with pytest.raises(StopAsyncIteration):
        await anext(member)


async def test_leaving_wakes_who_waits(rooms):
    async def iterate():
        got.extend([message async for message in member])
        has_ended.set()

    got, has_ended = [], anyio.Event()
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            with rooms["lobby"].join() as member:
                tasks.start_soon(iterate)
                await anyio.wait_all_tasks_blocked()
                member.leave()
                member.leave()
                await has_ended.wait()
    assert got == []


async def test_one_who_leaves_is_one_less_and_the_last_ends_the_room(rooms):
    one, two = rooms["lobby"].join(), rooms["lobby"].join()
    with one, two:
        assert rooms.stats[:2] == (1, 2)
        two.leave()
        assert rooms.stats[:2] == (1, 1)
        two.leave()
        one.leave()
        assert rooms.stats[:2] == (0, 0)
    assert rooms.stats[:2] == (0, 0)


async def test_messages_come_when_they_are_sent(rooms):
    async def iterate():
        async for message in member:
            got.append(message.data)  # noqa: PERF401 - one by one

    got = []
    async with anyio.create_task_group() as tasks:
        with rooms["lobby"].join() as member:
            tasks.start_soon(iterate)
            await anyio.wait_all_tasks_blocked()
            for text in "abc":
                await rooms["lobby"].broadcast_text(text)
                await anyio.wait_all_tasks_blocked()
                assert got[-1] == text
    assert got == ["a", "b", "c"]


async def test_a_wait_that_is_given_up_loses_nothing(rooms, take):
    with rooms["lobby"].join(history=2) as member:
        for text in "abc":
            with anyio.move_on_after(0.001):
                await anext(member)
                pytest.fail("There is nothing.")
            await rooms["lobby"].broadcast_text(text)
            assert await take(member, 1) == [text]


async def test_a_wait_cancelled_as_its_message_comes_loses_nothing(rooms, take):
    async def wait():
        with scope:
            got.append((await anext(member)).data)

    for _ in range(20):
        got, scope = [], anyio.CancelScope()
        with rooms["lobby"].join() as member:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(wait)
                await anyio.wait_all_tasks_blocked()
                publishing = rooms["lobby"].broadcast_text("Hello")
                scope.cancel()
                await publishing
            if not got:
                got = await take(member, 1)
        assert got == ["Hello"]


async def test_two_who_iterate_share_the_messages(rooms):
    async def iterate():
        async for message in member:
            got.append(message.data)
            await checkpoint()

    got = []
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            with rooms["lobby"].join() as member:
                tasks.start_soon(iterate)
                tasks.start_soon(iterate)
                await anyio.wait_all_tasks_blocked()
                for text in "abcdef":
                    await rooms["lobby"].broadcast_text(text)
                    await anyio.wait_all_tasks_blocked()
    assert got == list("abcdef")
