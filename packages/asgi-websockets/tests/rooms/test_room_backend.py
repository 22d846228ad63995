"""A backend of a user's own: what it is asked, and what is left when it fails."""

from contextlib import asynccontextmanager

import anyio
import pytest

from asgi_websockets import History, MemoryBackend, Rooms, RoomsStats


class BackendError(Exception):
    pass


class Failing(MemoryBackend):
    """Notes what it is asked, and fails at what is in ``fails_at``."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.fails_at = set()

    def note(self, name, *arguments):
        self.calls.append((name, *arguments))
        if name in self.fails_at:
            raise BackendError(name)

    def bind(self, deliver, note_gap):
        self.note("bind")
        super().bind(deliver, note_gap)

    @asynccontextmanager
    async def run(self):
        self.note("run")
        try:
            yield
        finally:
            self.note("end")

    async def publish(self, room, data, exclude, keep):
        self.note("publish", room, data, exclude, keep)
        await super().publish(room, data, exclude, keep)

    def subscribe(self, room):
        self.note("subscribe", room)

    def unsubscribe(self, room):
        self.note("unsubscribe", room)

    async def history(self, room, count, after):
        self.note("history", room, count, after)
        return await super().history(room, count, after)

    def enter(self, room, member, info):
        self.note("enter", room, info)
        super().enter(room, member, info)

    def leave(self, room, member):
        self.note("leave", room)
        super().leave(room, member)

    async def members(self, room):
        self.note("members", room)
        return await super().members(room)


@pytest.fixture
def rooms():
    return Rooms(Failing(), queue_size=2)


async def test_it_is_asked_for_what_is_needed_and_in_this_order(rooms, take):
    backend = rooms.backend
    assert backend.calls == [("bind",)]
    backend.calls.clear()
    async with rooms:
        with rooms["lobby"].join(["Ann"], after="1-0"), rooms["lobby"].join(history=7) as bob:
            await rooms["lobby"].broadcast_text("Hello")
            await take(bob, 1)
            await rooms["lobby"].broadcast_bytes(b"Hello", exclude=bob)
            await rooms["lobby"].members()
    assert backend.calls == [
        ("run",),
        ("subscribe", "lobby"),
        ("enter", "lobby", '["Ann"]'),
        ("publish", "lobby", "Hello", "", 50),
        ("history", "lobby", 7, None),
        ("publish", "lobby", b"Hello", bob.id, 50),
        ("members", "lobby"),
        ("leave", "lobby"),
        ("unsubscribe", "lobby"),
        ("end",),
    ]


async def test_a_room_is_subscribed_to_while_somebody_is_there(rooms):
    rooms.backend.calls.clear()
    await rooms["lobby"].broadcast_text("Hello")
    for _ in range(2):
        with rooms["lobby"].join(), rooms["bar"].join():
            with rooms["lobby"].join():
                pass
    names = [call[:2] for call in rooms.backend.calls[1:]]
    begin, end = [("subscribe", "lobby"), ("subscribe", "bar")], [("unsubscribe", "bar"), ("unsubscribe", "lobby")]
    assert names == (begin + end) * 2


async def test_what_is_delivered_for_a_room_without_members_is_dropped():
    class Telling(MemoryBackend):
        def bind(self, deliver, note_gap):
            self.deliver = deliver
            super().bind(deliver, note_gap)

    rooms = Rooms(Telling())
    await rooms["lobby"].broadcast_text("Hello")
    (message,) = (await rooms.backend.history("lobby", 1, None)).messages
    rooms.backend.deliver(message)
    assert rooms.stats == RoomsStats(0, 0, 0, 0, 0)


async def test_what_it_may_have_lost_is_a_gap_of_those_who_are_in_the_room(take):
    class Losing(MemoryBackend):
        def bind(self, deliver, note_gap):
            self.note_gap = note_gap
            super().bind(deliver, note_gap)

    rooms = Rooms(Losing())
    lobby = rooms["lobby"]
    with lobby.join() as ann, lobby.join() as bob, rooms["bar"].join() as eve:
        rooms.backend.note_gap("empty")
        assert [member.has_gap for member in (ann, bob, eve)] == [False, False, False]
        rooms.backend.note_gap("lobby")
        assert [member.has_gap for member in (ann, bob, eve)] == [True, True, False]
        with lobby.join() as late:
            await lobby.broadcast_text("Hello")
            assert await take(late, 1) == await take(ann, 1) == ["Hello"]
            assert not late.has_gap
        bob.leave()
        rooms.backend.note_gap("lobby")
        assert not eve.has_gap
    assert rooms.stats == RoomsStats(0, 0, 3, 0, 0)


def test_one_that_cannot_be_bound_is_told_at_once():
    backend = Failing()
    backend.fails_at = {"bind"}
    with pytest.raises(BackendError):
        Rooms(backend)


# Failures


@pytest.mark.parametrize("name", ["subscribe", "enter"])
async def test_who_cannot_enter_is_not_in_the_room(rooms, name, take):
    rooms.backend.fails_at = {name}
    member = rooms["lobby"].join("Ann")
    with pytest.raises(BackendError):
        member.__enter__()
    assert rooms.stats == RoomsStats(0, 0, 0, 0, 0)
    assert await rooms["lobby"].members() == []
    rooms.backend.fails_at = set()
    rooms.backend.calls.clear()
    with member:
        assert rooms.backend.calls[0] == ("subscribe", "lobby")
        await rooms["lobby"].broadcast_text("Hello")
        assert await take(member, 1) == ["Hello"]
        assert await rooms["lobby"].members() == ["Ann"]
    assert rooms.stats[:2] == (0, 0)


async def test_who_cannot_enter_does_not_disturb_who_is_there(rooms, take):
    with rooms["lobby"].join() as bob:
        rooms.backend.calls.clear()
        rooms.backend.fails_at = {"enter"}
        with pytest.raises(BackendError):
            rooms["lobby"].join("Ann").__enter__()
        assert ("unsubscribe", "lobby") not in rooms.backend.calls
        assert rooms.stats[:2] == (1, 1)
        await rooms["lobby"].broadcast_text("Hello")
        assert await take(bob, 1) == ["Hello"]


@pytest.mark.parametrize("name", ["leave", "unsubscribe"])
async def test_a_member_ends_when_leaving_fails(rooms, name):
    member = rooms["lobby"].join("Ann").__enter__()
    await rooms["lobby"].broadcast_text("Hello")
    rooms.backend.fails_at = {name}
    with pytest.raises(BackendError):
        member.__exit__(None, None, None)
    assert rooms.backend.calls[-1] == ("unsubscribe", "lobby")
    assert rooms.stats[:2] == (0, 0)
    with anyio.fail_after(20):
        assert [message.data async for message in member] == ["Hello"]
    member.leave()  # it has left
    rooms.backend.fails_at = set()
    with rooms["lobby"].join("Bob"):
        assert rooms.backend.calls[-2:] == [("subscribe", "lobby"), ("enter", "lobby", '"Bob"')]


@pytest.mark.parametrize("name", ["publish", "members"])
async def test_who_asks_is_told(rooms, name, waiting):
    rooms.backend.fails_at = {name}
    with rooms["lobby"].join("Ann") as member:
        with pytest.raises(BackendError):
            await (rooms["lobby"].members() if name == "members" else rooms["lobby"].broadcast_text("Hello"))
        assert await waiting(member) == []


async def test_a_history_that_fails_is_raised_and_can_be_asked_for_again(rooms, take):
    await rooms["lobby"].broadcast_text("a")
    with rooms["lobby"].join(history=1) as member:
        await rooms["lobby"].broadcast_text("b")
        rooms.backend.fails_at = {"history"}
        with pytest.raises(BackendError):
            await anext(member)
        rooms.backend.fails_at = set()
        assert await take(member, 1) == ["b"]


async def test_a_history_that_fails_ends_the_block_of_a_connection(rooms, chat, client_of):
    rooms.backend.fails_at = {"history"}
    ann = client_of()
    with anyio.fail_after(20):
        await ann.open(chat(rooms, history=1))
    assert isinstance(ann.error, BackendError)
    assert ann.close_code == 1011
    assert rooms.stats.members == 0


async def test_who_is_too_slow_ends_even_if_leaving_fails_which_the_log_tells(rooms, take, caplog):
    lobby, told = rooms["lobby"], []
    with lobby.join() as before, lobby.join("slow", queue_size=1) as slow, lobby.join() as after:
        slow.call_on_overrun(lambda: told.append("overrun"))
        await lobby.broadcast_text("a")
        rooms.backend.fails_at = {"leave"}
        await lobby.broadcast_text("b")
        assert told == ["overrun"]
        assert slow.is_overrun
        assert await take(before, 2) == ["a", "b"]
        assert await take(after, 2) == ["a", "b"]
        with anyio.fail_after(20):
            assert [message.data async for message in slow] == ["a"]
        rooms.backend.fails_at = set()
        await lobby.broadcast_text("c")
        assert await take(before, 1) == ["c"]
    assert rooms.stats == RoomsStats(0, 0, 7, 0, 1)
    (record,) = caplog.records
    assert (record.name, record.getMessage()) == ("asgi_websockets", "A member of the room 'lobby' could not leave.")
    assert record.exc_info[0] is BackendError


async def test_one_that_cannot_run_can_be_entered_later(rooms):
    rooms.backend.fails_at = {"run"}
    with pytest.raises(BackendError):
        await rooms.__aenter__()
    rooms.backend.fails_at = set()
    async with rooms:
        pass
    assert rooms.backend.calls == [("bind",), ("run",), ("run",), ("end",)]


async def test_at_the_end_all_members_leave_and_the_backend_ends_whatever_fails(rooms):
    await rooms.__aenter__()
    members = [rooms[name].join(name).__enter__() for name in ("lobby", "lobby", "bar")]
    rooms.backend.fails_at = {"leave", "unsubscribe"}
    with pytest.raises(BackendError):
        await rooms.__aexit__(None, None, None)
    assert rooms.stats[:2] == (0, 0)
    assert rooms.backend.calls[-1] == ("end",)
    for member in members:
        with anyio.fail_after(20):
            assert [message async for message in member] == []
    rooms.backend.fails_at = set()
    async with rooms:
        pass


async def test_a_backend_that_fails_at_the_end_can_be_entered_again(rooms):
    rooms.backend.fails_at = {"end"}
    with pytest.raises(BackendError):
        async with rooms:
            pass
    rooms.backend.fails_at = set()
    async with rooms:
        pass


async def test_a_backend_whose_task_fails_ends_the_block(until):
    class Crashing(MemoryBackend):
        @asynccontextmanager
        async def run(self):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self.crash)
                yield

        async def crash(self):
            await anyio.sleep(0.01)
            raise BackendError

    async def wait():
        async with rooms:
            with rooms["lobby"].join() as member:
                await anext(member)

    rooms = Rooms(Crashing())
    with anyio.fail_after(20), pytest.raises(ExceptionGroup) as caught:
        await wait()
    assert [type(exc) for exc in caught.value.exceptions] == [BackendError]
    assert rooms.stats.members == 0


async def test_a_backend_need_not_be_a_class_of_ours(take):
    class Smallest:
        """Tells who is there, and keeps nothing."""

        def bind(self, deliver, note_gap):
            self.deliver = deliver

        @asynccontextmanager
        async def run(self):
            yield

        async def publish(self, room, data, exclude, keep):
            from asgi_websockets import RoomMessage

            self.deliver(RoomMessage(room, data, "same id", exclude))

        def subscribe(self, room):
            pass

        unsubscribe = subscribe

        async def history(self, room, count, after):
            return History(())

        def enter(self, room, member, info):
            pass

        def leave(self, room, member):
            pass

        async def members(self, room):
            return ["1"]

    async with Rooms(Smallest()) as rooms:
        with rooms["lobby"].join("Ann", history=5) as member:
            await rooms["lobby"].broadcast_text("a")
            await rooms["lobby"].broadcast_text("b")
            assert await take(member, 2) == ["a", "b"]
            assert await rooms["lobby"].members() == [1]
