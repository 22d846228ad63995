"""Names in Redis of rooms with any name."""

import re

from hypothesis import given
from hypothesis import strategies as st

from asgi_websockets._redis.room_keys import RoomKeys, tag

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_the_name_is_short_and_means_nothing_to_redis(room):
    assert re.fullmatch(rb"[A-Za-z0-9_.~%=-]+", tag(room))


@given(st.text(st.characters(exclude_categories=()), min_size=100), ANY_TEXT)
def test_a_long_name_is_replaced(start, end):
    assert len(tag(start * 2 + end)) <= 128 * 3


@given(ANY_TEXT, ANY_TEXT)
def test_no_two_rooms_share_a_name(one, two):
    assert (tag(one) == tag(two)) == (one == two)


def test_neither_do_those_that_are_made_for_it():
    rooms = [
        "",
        "=",
        tag("").decode(),
        tag("x" * 200).decode(),
        "x" * 200,
        "x" * 201,
        "a%7Db",
        "a}b",
        "a{b",
        "\0",
        "\ud800",
    ]
    assert len({tag(room) for room in rooms}) == len(rooms)


@given(ANY_TEXT, ANY_TEXT)
def test_all_keys_of_a_room_have_its_hash_tag_and_are_different(prefix, room):
    keys = RoomKeys(prefix)
    process = b"00ff"
    names = [
        keys.channel(room),
        keys.history(room),
        keys.processes(room),
        keys.members(room, process),
    ]
    assert len(set(names)) == len(names)
    for name in names:
        # As a cluster does: what is between the first brace and the next one that closes.
        assert re.search(rb"\{(.*?)\}", name).group(1) == tag(room)


def test_names_can_be_read_by_people():
    keys = RoomKeys("shop:chat")
    assert keys.channel("lobby 1") == b"shop:chat:{lobby%201}:channel"
    assert keys.members("lobby", b"00ff") == keys.members("lobby", b"") + b"00ff"
    assert keys.own_channel(b"00ff") == b"shop:chat:process:00ff"
    assert keys.mark() == b"shop:chat:mark"
    assert keys.own_mark(b"00ff") == b"shop:chat:mark:00ff"
