"""Random interleavings of who publishes, joins, reads and leaves: nothing is lost, doubled or out of order."""

import anyio
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_websockets import MemoryBackend, Rooms

KEPT = 6


class SlowHistory(MemoryBackend):
    """Lets others have some turns before and after it looks."""

    turns = (0, 0)

    async def history(self, room, count, after):
        for _ in range(self.turns[0]):
            await checkpoint()
        history = await super().history(room, count, after)
        for _ in range(self.turns[1]):
            await checkpoint()
        return history


class Course:
    """One room, what was published in it, and what each member has to get of that."""

    def __init__(self, turns):
        self.rooms = Rooms(SlowHistory(), history=KEPT, queue_size=1000)
        self.rooms.backend.turns = turns
        self.room = self.rooms["lobby"]
        self.published = []
        self.members = []
        self.joining = 0

    async def end(self):
        """Let all members leave when they have had the turns to read everything."""
        for _ in range(200):
            await checkpoint()
        assert len(self.members) == self.joining
        for member in self.members:
            member.leave()

    async def publish(self, name, waits):
        for number, turns in enumerate(waits):
            for _ in range(turns):
                await checkpoint()
            text = f"{name}{number}"
            self.published.append(text)  # nobody else has a turn between the two
            await self.room.broadcast_text(text)

    async def member(self, turns, count, after, reads, pause):
        """Join after some turns, read so many messages with pauses, and check them."""
        for _ in range(turns):
            await checkpoint()
        kept = (await MemoryBackend.history(self.rooms.backend, "lobby", KEPT, None)).messages
        since = None if after is None or after >= len(kept) else kept[after].id
        options = {} if since is None else {"after": since}
        got = []
        with self.room.join(history=count, **options) as member:
            entered = len(self.published)
            first_wanted = entered - count if since is None else self.published.index(kept[after].data) + 1
            for _ in range(turns % 3):
                await checkpoint()
            self.members.append(member)
            async for message in member:
                got.append(message.data)
                if len(got) == reads:
                    break
                for _ in range(pause):
                    await checkpoint()
        self.check(got, entered, first_wanted, is_whole=len(got) < reads)

    def check(self, got, entered, first_wanted, is_whole):
        if not got:
            assert not is_whole or entered == len(self.published)
            return
        first = self.published.index(got[0])
        assert got == self.published[first : first + len(got)]
        assert max(first_wanted, 0) <= first <= entered
        if is_whole:
            assert got[-1] == self.published[-1]


publishers = st.lists(st.lists(st.integers(0, 4), max_size=8), min_size=1, max_size=4)
members = st.lists(
    st.tuples(
        st.integers(0, 25),
        st.integers(0, KEPT + 2),
        st.none() | st.integers(0, KEPT),
        st.integers(1, 12) | st.just(1000),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@settings(max_examples=100)
@given(publishers=publishers, members=members, turns=st.tuples(st.integers(0, 4), st.integers(0, 4)))
def test_every_member_gets_exactly_what_was_sent_from_its_point_on(backend, publishers, members, turns):
    async def main():
        course = Course(turns)
        course.joining = len(members)
        async with anyio.create_task_group() as joined:
            async with anyio.create_task_group() as tasks:
                for number, waits in enumerate(publishers):
                    tasks.start_soon(course.publish, "abcd"[number], waits)
                for member in members:
                    joined.start_soon(course.member, *member)
            await course.end()
        assert course.rooms.stats[:2] == (0, 0)
        assert course.rooms.stats[3:] == (0, 0)

    anyio.run(main, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@settings(max_examples=50)
@given(
    texts=st.integers(0, 30),
    size=st.integers(1, 5),
    overflow=st.sampled_from(["drop_oldest", "drop_newest", "disconnect"]),
    reads=st.lists(st.integers(0, 6), max_size=12),
)
def test_a_full_queue_does_what_a_list_would_do(backend, texts, size, overflow, reads):
    async def main():
        rooms = Rooms(queue_size=size, overflow=overflow)
        queue, got, expected, dropped, is_over = [], [], [], 0, False
        pending = list(reads)
        with rooms["lobby"].join() as member:
            for number in range(texts):
                await rooms["lobby"].broadcast_text(str(number))
                if len(queue) < size and not is_over:
                    queue.append(str(number))
                elif overflow == "disconnect":
                    is_over = True
                else:
                    dropped += 1
                    if overflow == "drop_oldest":
                        queue = [*queue[1:], str(number)]
                for _ in range(min(pending.pop() if pending else 0, len(queue))):
                    expected.append(queue.pop(0))
                    got.append((await anext(member)).data)
            member.leave()
            got.extend([message.data async for message in member])
        assert got == expected + queue
        assert (member.dropped, member.is_overrun) == (dropped, is_over)
        assert member.has_gap is (dropped > 0 or is_over)

    anyio.run(main, backend=backend)
