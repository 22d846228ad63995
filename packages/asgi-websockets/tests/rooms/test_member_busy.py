"""Who joins a busy room whose history is far away is not too slow, and learns of a gap where there is one."""

from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_websockets import History, RoomMessage, Rooms

KEPT = 8
THEIRS, OWN = False, True


class Distant:
    """A backend that is far away: the room goes on before it has the question, and before the answer is back."""

    on_the_way = ((), ())
    author = ""

    def __init__(self):
        self.published = []
        self.answers = []

    def bind(self, deliver, note_gap):
        self.deliver = deliver

    @asynccontextmanager
    async def run(self):
        yield

    def say(self, *messages):
        """Deliver so many messages; those that are `OWN` have been sent by ``author``, and are not for it."""
        for is_own in messages:
            number = str(len(self.published))
            self.published.append(RoomMessage("lobby", number, f"id-{number}", self.author if is_own else ""))
            self.deliver(self.published[-1])

    async def publish(self, room, data, exclude, keep):
        self.say(THEIRS)

    def subscribe(self, room):
        pass

    unsubscribe = subscribe

    async def history(self, room, count, after):
        self.say(*self.on_the_way[0])
        await checkpoint()
        end = len(self.published)
        oldest, since = max(end - KEPT, 0), 0 if after is None else int(after.removeprefix("id-")) + 1
        first = max(oldest, since, end - count)
        self.answers.append(History(self.published[first:end], after is None or first <= since))
        self.say(*self.on_the_way[1])
        await checkpoint()
        return self.answers[-1]

    def enter(self, room, member, info):
        pass

    leave = enter

    async def members(self, room):
        return ()


class Joining:
    """One who joins a room in which much is published, and reads all that comes."""

    def __init__(self, before, size, **options):
        self.backend = Distant()
        self.room = Rooms(self.backend)["lobby"]
        self.backend.say(*[THEIRS] * before)
        self.since = before
        self.member = self.room.join(queue_size=size, **options)
        self.backend.author = self.member.id
        self.got = []

    async def read(self, entering, asking, answering, reading):
        """Read while these are published: before it asks, on the way there and back, and after the first message."""
        self.backend.on_the_way = (asking, (*answering, THEIRS))
        with self.member, anyio.fail_after(20):
            self.backend.say(*entering)
            self.got.append((await anext(self.member)).data)
            self.backend.say(*[THEIRS] * reading)
            assert not self.member.is_overrun
            self.member.leave()
            self.got.extend([message.data async for message in self.member])

    def missing(self, since):
        """What was for the member, and did not come, of all that was published from this number on."""
        wanted = [message.data for message in self.backend.published[since:] if not message.exclude]
        return [data for data in wanted if data not in self.got]

    def check_order(self):
        """Each comes once and in order, and all that the history had."""
        assert self.got == sorted(set(self.got), key=int)
        (answer,) = self.backend.answers
        assert {message.data for message in answer.messages if not message.exclude} <= set(self.got)
        assert self.backend.author not in [self.backend.published[int(data)].exclude for data in self.got]


@st.composite
def courses(draw):
    """What is published when, with the sizes of a queue and of the history that is wanted."""
    size = draw(st.integers(1, 6))
    some = st.lists(st.sampled_from([THEIRS, THEIRS, OWN]), max_size=8)
    return (
        {"before": draw(st.integers(1, 12)), "size": size, "history": draw(st.integers(1, KEPT + 2))},
        {"entering": draw(some), "asking": draw(some), "answering": draw(some), "reading": draw(st.integers(0, size))},
    )


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@settings(max_examples=300)
@given(courses())
def test_nothing_is_missing_but_what_a_gap_tells_of(backend, course):
    async def main():
        options, published = course
        joining = Joining(**options)
        await joining.read(**published)
        joining.check_order()
        (answer,) = joining.backend.answers
        if int(answer.messages[0].data) <= joining.since:  # all since entering, as far as it had been published
            assert joining.member.has_gap is bool(joining.missing(joining.since))
        elif joining.missing(int(joining.got[0])):  # what came before has not been asked for
            assert joining.member.has_gap
        assert (joining.member.dropped, joining.room.rooms.stats.disconnected) == (0, 0)

    anyio.run(main, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@settings(max_examples=300)
@given(courses(), st.integers(0, 11))
def test_nothing_is_missing_after_a_message_but_what_a_gap_tells_of(backend, course, after):
    async def main():
        options, published = course
        after_number = min(after, options["before"] - 1)
        joining = Joining(**options, after=f"id-{after_number}")
        await joining.read(**published)
        joining.check_order()
        is_missing = bool(joining.missing(after_number + 1))
        (answer,) = joining.backend.answers
        # An answer that is not complete may be completed by what waits, but nobody can know that.
        assert joining.member.has_gap is (is_missing or not answer.is_complete)

    anyio.run(main, backend=backend)
