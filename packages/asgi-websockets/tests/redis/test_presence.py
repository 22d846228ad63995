"""Who is in a room, of all processes."""

import anyio.lowlevel
import pytest
from anyio import sleep

from asgi_websockets._redis import presence
from asgi_websockets._redis.redis_report import Reporter
from asgi_websockets._redis.room_keys import RoomKeys


def _sees(backend, room, *infos):
    async def sees():
        return sorted(await backend.members(room)) == sorted(infos)

    return sees


async def test_members_of_all_processes_come_and_go(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:
        one.enter("lobby", "1", '"Ann"')
        assert await one.members("lobby") == ('"Ann"',)  # at once
        two.enter("lobby", "2", '"Bob"')
        two.enter("lobby", "3", '"Ünal \ud800"')
        two.enter("other", "3", '"Cleo"')
        await backends.until(_sees(one, "lobby", '"Ann"', '"Bob"', '"Ünal \ud800"'))
        await backends.until(_sees(two, "lobby", '"Ann"', '"Bob"', '"Ünal \ud800"'))
        await backends.until(_sees(one, "other", '"Cleo"'))
        two.enter("lobby", "2", '"Bob, away"')
        await backends.until(_sees(one, "lobby", '"Ann"', '"Bob, away"', '"Ünal \ud800"'))
        two.leave("lobby", "2")
        two.leave("lobby", "2")
        two.leave("lobby", "nobody")
        two.leave("nowhere", "nobody")
        two.leave("lobby", "3")
        await backends.until(_sees(one, "lobby", '"Ann"'))
        one.leave("lobby", "1")
        assert await one.members("lobby") == ()
        await backends.until(_sees(two, "lobby"))
        two.leave("other", "3")

        async def is_empty():
            return await redis.keys() == []

        await backends.until(is_empty)
        await backends.until(lambda: not one._presence._told and not two._presence._told)


async def test_the_end_takes_the_members_back(redis, backends):
    async with backends.running(redis) as one:
        async with backends.running(redis) as two:
            for number in range(40):
                two.enter(f"room {number}", "1", '"Bob"')
            await backends.until(_sees(one, "room 39", '"Bob"'))
        for number in range(40):
            assert await one.members(f"room {number}") == ()
        assert await redis.keys() == []
    assert not two._presence._told
    two.leave("room 1", "1")  # late, which does no harm


async def test_members_of_a_crashed_process_vanish(redis, backends, monkeypatch):
    async with backends.running(redis) as one:
        async with backends.running(redis, presence_seconds=0.9) as two:
            two.enter("lobby", "2", '"Bob"')
            await backends.until(_sees(one, "lobby", '"Bob"'))
            for _ in range(15):  # and do not while it lives
                await sleep(0.1)
                assert await _sees(one, "lobby", '"Bob"')()
            monkeypatch.setattr(two._presence, "withdraw", lambda link: anyio.lowlevel.checkpoint())
        await backends.until(_sees(one, "lobby"))
        assert await redis.keys() == []


@pytest.mark.parametrize("command", [b"FLUSHALL", b"CLIENT KILL TYPE pubsub"])
async def test_what_redis_has_forgotten_is_told_again(redis, backends, command):
    async with backends.running(redis) as one, backends.running(redis, presence_seconds=0.6) as two:
        two.enter("lobby", "2", '"Bob"')
        two.enter("lobby", "3", '"Cleo"')
        two.enter("other", "2", '"Bob"')
        await backends.until(_sees(one, "lobby", '"Bob"', '"Cleo"'))
        await redis.command(*command.split())
        await backends.until(_sees(one, "lobby", '"Bob"', '"Cleo"'))
        await backends.until(_sees(one, "other", '"Bob"'))


async def test_who_leaves_while_the_connection_is_lost_is_taken_back(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:
        for name in "234":
            two.enter("lobby", name, f'"{name}"')
        two.enter("other", "2", '"2"')
        await backends.until(_sees(one, "lobby", '"2"', '"3"', '"4"'))
        await backends.until(_sees(one, "other", '"2"'))
        async with backends.cut_off(two):
            two.leave("lobby", "3")
            two.leave("other", "2")
            two.enter("lobby", "5", '"5"')
            two.enter("brief", "5", '"5"')
            two.leave("brief", "5")
            assert await two.members("lobby") == ('"2"', '"4"', '"5"')  # what it knows itself
        await backends.until(_sees(one, "lobby", '"2"', '"4"', '"5"'))
        await backends.until(_sees(one, "other"))
        await backends.until(lambda: two._presence._told == {"lobby"})


async def test_many_members_and_many_rooms(redis, backends, monkeypatch):
    monkeypatch.setattr(presence, "MEMBERS_AT_ONCE", 7)
    monkeypatch.setattr(presence, "ROOMS_AT_ONCE", 3)
    async with backends.running(redis) as one, backends.running(redis, presence_seconds=0.5) as two:
        infos = [f'"{number}"' for number in range(50)]
        for number in range(50):
            two.enter("lobby", str(number), f'"{number}"')
        for number in range(20):
            two.enter(f"room {number}", "1", f'"{number}"')
        await backends.until(_sees(one, "lobby", *infos))
        for number in range(20):
            await backends.until(_sees(one, f"room {number}", f'"{number}"'))
        await redis.command(b"FLUSHALL")
        await backends.until(_sees(one, "lobby", *infos))
        await backends.until(_sees(one, "room 19", '"19"'))
        for number in range(50):
            two.leave("lobby", str(number))
        await backends.until(_sees(one, "lobby"))
        await backends.until(lambda: two._presence._told == {f"room {number}" for number in range(20)})


async def test_a_key_that_somebody_else_has_taken_costs_that_room_only(redis, backends, caplog):
    await redis.command(b"SET", b"asgi_websockets:{taken}:processes", b"x")
    async with backends.running(redis) as one, backends.running(redis) as two:
        two.enter("taken", "1", '"Bob"')
        two.enter("lobby", "1", '"Bob"')
        await backends.until(_sees(one, "lobby", '"Bob"'))
        assert await one.members("taken") == ()
        assert await two.members("taken") == ('"Bob"',)
        await backends.until(lambda: "taken by something else" in caplog.text)
        assert one.is_connected
        assert two.is_connected


async def test_who_finds_no_memory_is_told_at_the_next_refresh(redis, backends):
    async with backends.running(redis) as one, backends.running(redis, presence_seconds=0.6) as two:
        two.enter("lobby", "1", '"Ann"')
        await backends.until(_sees(one, "lobby", '"Ann"'))
        await redis.fill()
        try:
            two.enter("lobby", "2", '"Bob"')
            two.enter("other", "2", '"Bob"')
            two.leave("lobby", "1")
            await backends.until(_sees(one, "lobby"))
            await sleep(0.3)
            assert await _sees(one, "lobby")()
        finally:
            await redis.free()
        await backends.until(_sees(one, "lobby", '"Bob"'))
        await backends.until(_sees(one, "other", '"Bob"'))
        assert two.kinds() == ["full"]


def test_a_room_with_news_for_redis_is_not_forgotten():
    """The last member has left while the answer that tells of it was on its way."""
    members = presence.Presence(RoomKeys("x"), b"00ff", 60, Reporter(None))
    members._is_linked = True
    members.enter("lobby", "1", '"Ann"')
    members._told.update(["lobby", "other"])
    members.leave("lobby", "1")
    members._forget(["lobby", "other"])
    assert members._told == {"lobby"}


async def test_members_while_redis_keeps_silent(own_redis, backends):
    async with backends.running(own_redis, command_seconds=0.2, shutdown_seconds=0.01) as one:
        one.enter("lobby", "1", '"Ann"')
        own_redis.pause()
        assert await one.members("lobby") == ('"Ann"',)


async def test_a_withdrawal_that_fails_is_no_failure_of_the_application(own_redis, backends):
    async with backends.running(own_redis, command_seconds=60) as one, backends.running(own_redis) as two:
        one.enter("lobby", "1", '"Ann"')
        await backends.until(_sees(two, "lobby", '"Ann"'))
        own_redis.pause()
        async with backends.running(own_redis) as three:
            three.enter("lobby", "3", '"Cleo"')
        await own_redis.kill_later()
