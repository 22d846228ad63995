"""One connection, its answers and its end."""

import time
from collections import deque
from types import SimpleNamespace

import pytest
from anyio import create_task_group, wait_all_tasks_blocked
from anyio.lowlevel import checkpoint

from asgi_websockets._redis import link as module
from asgi_websockets._redis.link import Link, keep_message
from asgi_websockets._redis.scripts import MEMBERS


async def test_an_answer_that_is_only_read_late_is_no_failure(own_redis, backends):
    async with backends.running(own_redis, command_seconds=0.1, heartbeat_seconds=60) as backend:
        link = backend._keeper.link
        answers = []

        async def ask():
            answers.append(await link.answer(link.request(b"PING")))

        own_redis.pause()
        async with create_task_group() as tasks:
            tasks.start_soon(ask)
            await wait_all_tasks_blocked()
            own_redis.resume()
            end = time.monotonic() + 0.3
            while time.monotonic() < end:  # an application that blocks the event loop
                pass
        assert answers == [b"PONG"]
        assert backend.is_connected
        assert backend.reports == []


async def test_an_error_is_no_answer_and_the_end_of_the_link(redis, backends):
    async with backends.running(redis) as backend:
        link = backend._keeper.link
        await redis.command(b"SCRIPT FLUSH")
        assert await link.ask(MEMBERS, (b"{r}p",), b"", b"{r}m:", 1000) is None
        assert type(link.failure).__name__ == "NoScriptError"
        await backends.until(lambda: backend.kinds() == ["lost", "restored"])
        assert backend._keeper.link is not link
        assert await link.ask(MEMBERS, (b"{r}p",), b"", b"{r}m:", 1000) is None
        assert await backend._keeper.link.ask(MEMBERS, (b"{r}p",), b"", b"{r}m:", 1000) == []


async def test_a_key_of_another_kind_is_not_the_end(redis, backends):
    await redis.command(b"SET", b"{r}p", b"x")
    async with backends.running(redis) as backend:
        link = backend._keeper.link
        assert await link.ask(MEMBERS, (b"{r}p",), b"", b"{r}m:", 1000) is None
        assert link.failure is None


def test_the_first_failure_is_the_one():
    link = Link(None, 1, lambda: None)
    link.fail(KeyError())
    link.fail(ValueError())
    assert type(link.failure) is KeyError


def test_it_is_ready_when_all_have_said_so_once():
    ready = []
    link = Link(None, 1, lambda: ready.append(1))
    link.expect(["a", "b"])
    link.note_ready("a")
    link.note_ready("a")
    assert ready == []
    link.note_ready("b")
    link.note_ready("b")
    assert ready == [1]


@pytest.mark.parametrize("has_buffer", [True, False])
async def test_messages_are_taken_together_where_that_can_be(redis, backends, has_buffer, monkeypatch):
    """Without what is not public in the client it works as well."""
    if not has_buffer:
        monkeypatch.setattr(Link, "_arrived", _hide_buffer(Link._arrived))
    async with backends.running(redis) as backend:
        await backend.join("lobby")
        for number in range(2500):
            await backend.publish("lobby", str(number), "", 0)
        await backends.until(lambda: len(backend.got) == 2500)
        assert backend.data("lobby") == [str(number) for number in range(2500)]
        assert backend.reports == []


def _hide_buffer(arrived):
    def hidden(link):
        return arrived(SimpleNamespace(_connection=None))

    return hidden


async def test_a_burst_lets_others_have_a_turn(own_redis, backends):
    """Those who are live, and those who catch up."""
    async with backends.running(own_redis) as one, backends.running(own_redis) as two:
        await one.join("lobby")
        longest = 0

        async def take():
            nonlocal longest
            seen = 0
            while seen < 800:
                longest = max(longest, len(one.got) - seen)
                seen = len(one.got)
                await checkpoint()

        async with create_task_group() as tasks:
            tasks.start_soon(take)
            for number in range(400):
                await two.publish("lobby", str(number), "", 1000)
            await backends.until(lambda: len(one.got) == 400)
            async with backends.cut_off(one):
                for number in range(400):
                    await two.publish("lobby", str(number), "", 1000)
                await backends.until(lambda: not len(two._outbox))
        assert len(one.got) == 800
        assert 8 <= longest <= 24


async def test_more_than_can_be_delivered_ends_the_link(redis, backends, monkeypatch):
    monkeypatch.setattr(module, "MOST_UNREAD_BYTES", 10_000)
    async with backends.running(redis) as one, backends.running(redis) as two:
        await one.join("lobby")
        for number in range(5):
            await two.publish("lobby", str(number) * 5000, "", 10)
            await backends.until(lambda: len(one.got) > number)  # noqa: B023
        assert one.reports == []
        await two.publish("lobby", "x" * 20_000, "", 10)
        await backends.until(lambda: one.kinds()[:2] == ["lost", "restored"])
        assert "faster than this process" in one.reports[0].error
        assert one.data("lobby")[5] == "x" * 20_000  # from the history
        assert len(one.got) == 6


async def test_what_was_unread_then_may_be_a_gap(redis, backends, monkeypatch):
    monkeypatch.setattr(module, "MOST_UNREAD_BYTES", 10_000)
    async with backends.running(redis) as one, backends.running(redis) as two:
        await one.join("lobby")
        await two.publish("lobby", "x" * 20_000, "", 0)
        await backends.until(lambda: one.kinds() == ["lost", "restored"])
        assert one.gaps == [("lobby", 0)]


@pytest.mark.parametrize(
    ("push", "size"), [([b"message", b"c", b"12345"], 5), ([b"subscribe", b"c", 1], 0), ([b"x"], 0)]
)
def test_only_messages_are_kept(push, size):
    unread = deque()
    assert keep_message(push, unread) == size
    assert list(unread) == ([(b"c", b"12345")] if size else [])
