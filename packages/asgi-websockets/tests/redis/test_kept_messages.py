"""What a room remembers, as memory does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_websockets._redis import kept_messages
from asgi_websockets._redis.kept_messages import stream_id


async def test_the_last_messages(redis, backends):
    async with backends.running(redis) as backend:
        await backend.join("lobby")
        for number in range(6):
            await backend.publish("lobby", str(number), "m", 4)
        await backends.until(lambda: len(backend.got) == 6)
        history = await backend.history("lobby", 10, None)
        assert list(history.messages) == backend.got[2:]
        assert history.is_complete
        assert history.messages[0].exclude == "m"
        for count, expected in [(3, backend.got[3:]), (0, []), (-1, [])]:
            history = await backend.history("lobby", count, None)
            assert list(history.messages) == expected
            assert history.is_complete


async def test_the_messages_after_one(redis, backends):
    async with backends.running(redis) as backend:
        await backend.join("lobby")
        for number in range(6):
            await backend.publish("lobby", str(number), "", 4)
        await backends.until(lambda: len(backend.got) == 6)
        ids = [message.id for message in backend.got]

        async def after(key, count=10):
            history = await backend.history("lobby", count, key)
            return "".join(message.data for message in history.messages), history.is_complete

        assert await after(ids[5]) == ("", True)
        assert await after(ids[3]) == ("45", True)
        assert await after(ids[2]) == ("345", True)
        assert await after(ids[2], 2) == ("45", False)
        assert await after(ids[2], 0) == ("", False)
        assert await after(ids[1]) == ("2345", False)  # may be one too few
        for key in ["", "0-0", "x", "-", "+", "$", "99999999999999999999-0", "ä-1", f"({ids[3]}", "9" * 9999]:
            assert await after(key) == ("2345", False)
            assert await after(key, 1) == ("5", False)


async def test_a_room_that_nobody_has_joined_here(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:
        await one.publish("lobby", "Hello", "", 4)
        await one.join("elsewhere")

        async def is_there():
            return [message.data for message in (await two.history("lobby", 5, None)).messages] == ["Hello"]

        await backends.until(is_there)
        assert await two.history("other", 5, None) == ((), True)
        assert await two.history("other", 5, "1-0") == ((), False)


async def test_no_more_than_so_many_bytes(redis, backends, monkeypatch):
    monkeypatch.setattr(kept_messages, "MOST_READ_BYTES", 2500)
    async with backends.running(redis) as backend:
        await backend.join("lobby")
        for number in range(4):
            await backend.publish("lobby", str(number) * 1000, "", 4)
        await backends.until(lambda: len(backend.got) == 4)
        history = await backend.history("lobby", 10, None)
        assert [message.data[0] for message in history.messages] == ["2", "3"]
        assert not history.is_complete


async def test_a_link_that_breaks_meanwhile(redis, backends):
    async with backends.running(redis) as backend:
        await backend.join("lobby")
        await redis.command(b"SCRIPT FLUSH")
        assert await backend.history("lobby", 10, None) == ((), False)


async def test_what_somebody_else_has_put_there_is_left_out(redis, backends):
    async with backends.running(redis) as backend:
        await backend.join("lobby")
        await backend.publish("lobby", "Hello", "", 4)
        await backends.until(lambda: backend.got)
        await redis.command(b"XADD", b"asgi_websockets:{lobby}:history", b"*", b"x", b"y")
        assert [message.data for message in (await backend.history("lobby", 5, None)).messages] == ["Hello"]


async def test_the_history_is_forgotten_after_a_while(redis, backends):
    async with backends.running(redis, history_seconds=1) as backend:
        await backend.join("lobby")
        await backend.publish("lobby", "Hello", "", 4)
        await backends.until(lambda: backend.got)

        async def is_forgotten():
            return not (await backend.history("lobby", 5, None)).messages

        assert not await is_forgotten()
        await backends.until(is_forgotten)
        await backend.publish("lobby", "Hello again", "", 4)  # the ids still grow
        await backends.until(lambda: len(backend.got) == 2)


@given(st.text(st.characters(exclude_categories=())) | st.none())
def test_what_is_no_id_is_not_sent_to_redis(after):
    assert stream_id(after) in (b"", (after or "").encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("5-0", b"5-0"),
        (f"{2**64 - 1}-{2**64 - 1}", b"%d-%d" % (2**64 - 1, 2**64 - 1)),
        (f"{2**64}-0", b""),
        (f"0-{2**64}", b""),
    ],
)
def test_an_id_has_two_numbers_of_64_bits(after, expected):
    assert stream_id(after) == expected
