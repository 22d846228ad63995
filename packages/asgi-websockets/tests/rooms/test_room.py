import json
import tracemalloc

import anyio
import pytest

from asgi_websockets import JSONCodec, MemoryBackend, Rooms, RoomsStats, WebSocketException


def test_it_shows_its_name(rooms):
    assert repr(rooms["lobby"]) == "Room('lobby')"
    assert rooms["lobby"].name == "lobby"


async def test_a_room_object_takes_nothing_and_two_are_the_same_room(rooms, take):
    one, other = rooms["lobby"], rooms["lobby"]
    assert rooms.stats == RoomsStats(0, 0, 0, 0, 0)
    with one.join() as member:
        await other.broadcast_text("Hello")
        assert await take(member, 1) == ["Hello"]


async def test_rooms_that_are_only_looked_at_leave_nothing():
    rooms = Rooms(MemoryBackend(max_history_bytes=0))
    tracemalloc.start()
    try:
        for number in range(500):
            await rooms[f"room {number}"].broadcast_text("Nobody hears it.")
            await rooms[f"room {number}"].members()
            with anyio.move_on_after(0), rooms[f"room {number}"].join(after="1-0") as member:
                await anext(member)
        before = tracemalloc.get_traced_memory()[0]
        for number in range(500, 1500):
            await rooms[f"room {number}"].broadcast_text("Nobody hears it.")
            await rooms[f"room {number}"].members()
            with anyio.move_on_after(0), rooms[f"room {number}"].join(after="1-0") as member:
                await anext(member)
        assert tracemalloc.get_traced_memory()[0] - before < 50_000
    finally:
        tracemalloc.stop()
    assert rooms.stats == RoomsStats(0, 0, 0, 0, 0)


# Sending


@pytest.mark.parametrize(
    ("kind", "data", "arrives"),
    [
        ("text", "Zoë 🐍", "Zoë 🐍"),
        ("text", "", ""),
        ("bytes", b"\0\xff", b"\0\xff"),
        ("bytes", b"", b""),
        ("json", {"name": "Zoë", "at": [1, None]}, '{"name":"Zoë","at":[1,null]}'),
        ("json", None, "null"),
    ],
)
async def test_all_members_get_what_is_sent(rooms, take, kind, data, arrives):
    lobby = rooms["lobby"]
    with lobby.join() as ann, lobby.join() as bob:
        await getattr(lobby, f"broadcast_{kind}")(data)
        (got,) = await take(ann, 1)
        assert got == arrives
        assert type(got) is type(arrives)
        assert await take(bob, 1) == [arrives]


@pytest.mark.parametrize("kind", [bytearray, memoryview])
async def test_bytes_that_change_later_arrive_as_they_were(rooms, take, kind):
    buffer = bytearray(b"before")
    with rooms["lobby"].join() as member:
        await rooms["lobby"].broadcast_bytes(kind(buffer))
        buffer[:] = b"after."
        (got,) = await take(member, 1)
    assert (got, type(got)) == (b"before", bytes)


async def test_a_message_says_which_room_it_is_of(rooms):
    with rooms["lobby"].join() as member:
        await rooms["lobby"].broadcast_text("Hello")
        message = await anext(member)
    assert (message.room, message.data, message.exclude) == ("lobby", "Hello", "")
    assert message.id


async def test_one_can_be_left_out(rooms, take, waiting):
    lobby = rooms["lobby"]
    with lobby.join() as ann, lobby.join() as bob:
        await lobby.broadcast_text("from Ann", exclude=ann)
        await lobby.broadcast_bytes(b"from Ann", exclude=ann)
        await lobby.broadcast_json("from Ann", exclude=ann)
        await lobby.broadcast_text("for all")
        assert await take(bob, 4) == ["from Ann", b"from Ann", '"from Ann"', "for all"]
        assert await waiting(ann) == ["for all"]
    assert rooms.stats.delivered == 5


async def test_who_is_elsewhere_hears_nothing(rooms, waiting):
    with rooms["lobby"].join() as ann, rooms["bar"].join() as bob:
        await rooms["lobby"].broadcast_text("Hello")
        assert await waiting(ann) == ["Hello"]
        assert await waiting(bob) == []


async def test_one_can_be_in_two_rooms_and_in_one_twice(rooms, waiting):
    with rooms["lobby"].join() as one, rooms["lobby"].join() as two, rooms["bar"].join() as three:
        assert rooms.stats[:2] == (2, 3)
        assert len({one.id, two.id, three.id}) == 3
        await rooms["bar"].broadcast_text("bar")
        await rooms["lobby"].broadcast_text("lobby", exclude=two)
        assert [await waiting(member) for member in (one, two, three)] == [["lobby"], [], ["bar"]]


async def test_any_text_is_a_name(rooms, take):
    for name in ("", "a/b:*{}", "Zoë\0", "x" * 100_000):
        with rooms[name].join() as member:
            await rooms[name].broadcast_text("Hello")
            assert await take(member, 1) == ["Hello"]


# What cannot be sent


@pytest.mark.parametrize("text", ["x" * 101, "é" * 51, "🐍" * 26])
async def test_too_large_a_text_is_the_senders_fault(waiting, text):
    rooms = Rooms(max_message_size=100)
    lobby = rooms["lobby"]
    with lobby.join(history=9) as member:
        for send, data in [(lobby.broadcast_text, text), (lobby.broadcast_json, text)]:
            with pytest.raises(WebSocketException) as caught:
                await send(data)
            assert (caught.value.code, caught.value.reason) == (1009, "A message to a room has at most 100 bytes.")
        with pytest.raises(WebSocketException):
            await lobby.broadcast_bytes(bytes(101))
        assert await waiting(member) == []
    assert (await rooms.backend.history("lobby", 9, None)).messages == ()


@pytest.mark.parametrize("text", ["x" * 100, "é" * 50, "🐍" * 25])
async def test_what_just_fits_is_sent(take, text):
    rooms = Rooms(max_message_size=100)
    with rooms["lobby"].join() as member:
        await rooms["lobby"].broadcast_text(text)
        await rooms["lobby"].broadcast_bytes(bytes(100))
        assert await take(member, 2) == [text, bytes(100)]


async def test_a_message_has_64_kib_by_default(rooms):
    await rooms["lobby"].broadcast_text("x" * 65536)
    with pytest.raises(WebSocketException):
        await rooms["lobby"].broadcast_text("x" * 65537)


async def test_text_with_a_lone_surrogate_is_refused_since_it_would_end_every_connection(rooms, waiting):
    with rooms["lobby"].join() as member:
        with pytest.raises(WebSocketException) as caught:
            await rooms["lobby"].broadcast_text("\ud800")
        assert caught.value.code == 1008
        assert await waiting(member) == []


async def test_a_lone_surrogate_in_json_becomes_an_escape(rooms, take):
    with rooms["lobby"].join({"name": "\udfff"}) as member:
        await rooms["lobby"].broadcast_json({"text": "\ud800 é"})
        (text,) = await take(member, 1)
        assert text.encode() == b'{"text":"\\ud800 \xc3\xa9"}'
        assert await rooms["lobby"].members() == [{"name": "\udfff"}]


@pytest.mark.parametrize(("value", "error"), [(object(), TypeError), (float("nan"), ValueError)])
async def test_what_json_has_no_form_for_is_not_sent(rooms, waiting, value, error):
    with rooms["lobby"].join() as member:
        with pytest.raises(error):
            await rooms["lobby"].broadcast_json(value)
        assert await waiting(member) == []


async def test_json_is_written_and_read_by_the_codec(take):
    codec = JSONCodec(lambda value: json.dumps({"v": value}).encode(), lambda text: json.loads(text)["v"])
    rooms = Rooms(json_codec=codec)
    with rooms["lobby"].join("Ann") as member:
        await rooms["lobby"].broadcast_json(1)
        assert await take(member, 1) == ['{"v": 1}']
        assert await rooms["lobby"].members() == ["Ann"]


# Who is there


async def test_members_are_those_who_say_who_they_are(rooms):
    lobby = rooms["lobby"]
    assert await lobby.members() == []
    with lobby.join({"name": "Ann"}) as ann, lobby.join() as unknown, lobby.join(0) as zero:
        assert (ann.info, unknown.info, zero.info) == ({"name": "Ann"}, None, 0)
        assert await lobby.members() == [{"name": "Ann"}, 0]
        assert await rooms["bar"].members() == []
        ann.leave()
        assert await lobby.members() == [0]
    assert await lobby.members() == []


async def test_who_is_there_twice_is_listed_twice(rooms):
    with rooms["lobby"].join("Ann"), rooms["lobby"].join("Ann"):
        assert await rooms["lobby"].members() == ["Ann", "Ann"]


async def test_what_members_returns_is_the_callers(rooms):
    with rooms["lobby"].join({"name": "Ann"}) as ann:
        (await rooms["lobby"].members())[0]["name"] = "Bob"
        assert await rooms["lobby"].members() == [{"name": "Ann"}]
        ann.info = None  # it goes all the same
    assert await rooms["lobby"].members() == []


@pytest.mark.parametrize(("info", "error"), [({1, 2}, TypeError), (float("nan"), ValueError)])
async def test_info_that_is_no_json_changes_nothing(rooms, info, error):
    member = rooms["lobby"].join(info)
    with pytest.raises(error):
        member.__enter__()
    assert rooms.stats == RoomsStats(0, 0, 0, 0, 0)
    assert await rooms["lobby"].members() == []
    member.info = "Ann"
    with member:
        assert await rooms["lobby"].members() == ["Ann"]


# What join takes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"queue_size": 0}, "queue_size is at least 1, not 0"),
        ({"queue_size": -1}, "queue_size is at least 1, not -1"),
        ({"history": -1}, "history is a number of messages: it cannot be -1"),
        ({"overflow": "drop"}, "Unknown overflow 'drop': use 'disconnect', 'drop_oldest' or 'drop_newest'"),
    ],
)
def test_options_that_make_no_sense_are_refused(rooms, options, message):
    with pytest.raises(ValueError, match=message):
        rooms["lobby"].join(**options)
    if "history" not in options:
        with pytest.raises(ValueError, match=message):
            Rooms(**options)


async def test_connect_refuses_them_as_well(rooms):
    with pytest.raises(ValueError, match="queue_size"):
        async with rooms["lobby"].connect(None, queue_size=0):
            pytest.fail("It begins.")
    assert rooms.stats.members == 0


def test_an_unknown_option_is_an_error(rooms):
    with pytest.raises(TypeError, match="overflows"):
        rooms["lobby"].join(overflows="drop_oldest")
