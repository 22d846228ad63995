"""Messages from two sources, each delivered once and in order."""

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_websockets._redis import subscription as module
from asgi_websockets._redis.payload import Payload
from asgi_websockets._redis.subscription import Subscription, sort_key


@pytest.fixture(name="got")
def got_fixture():
    return []


@pytest.fixture(name="subscription")
def subscription_fixture(got):
    return Subscription("lobby", lambda message: got.append((message.id, message.data)), got.append)


def _content(number, process="a"):
    return Payload(process.encode() * 8, number, "", f"{process}{number}").encode()


def _published(key, number, process="a"):
    return key.encode() + b" " + _content(number, process)


def _kept(key, number, process="a"):
    return key.encode(), _content(number, process)


def test_at_first_only_what_is_new_is_delivered(subscription, got):
    subscription.take(_published("4-0", 1))
    subscription.take(_published("5-0", 2))
    subscription.take(_published("5-1", 3))
    assert got == []
    assert not subscription.is_live
    assert sum(subscription.settle(b"5-0", [])) == 0
    assert subscription.is_live
    assert got == [("5-1", "a3")]
    assert subscription.position == b"5-1"
    subscription.take(_published("6-0", 4))
    assert got[1:] == [("6-0", "a4")]
    assert subscription.position == b"6-0"


def test_what_was_missed_comes_before_what_is_held(subscription, got):
    sum(subscription.settle(b"5-0", []))
    subscription.take(_published("5-1", 1))
    subscription.hold()
    assert not subscription.is_live
    subscription.take(_published("9-0", 4))
    subscription.take(_published("10-0", 5, "b"))  # one that is not kept
    subscription.take(_published("11-0", 6))
    missed = [_kept("11-0", 6), _kept("9-0", 4), _kept("8-0", 3), _kept("7-0", 2), _kept("5-1", 1)]
    assert sum(subscription.settle(b"11-0", missed)) == 2
    assert got == [("5-1", "a1"), ("7-0", "a2"), ("8-0", "a3"), ("9-0", "a4"), ("10-0", "b5"), ("11-0", "a6")]
    assert subscription.position == b"11-0"


def test_what_comes_meanwhile_comes_after_it(subscription, got):
    sum(subscription.settle(b"5-0", []))
    subscription.hold()
    steps = subscription.settle(b"7-0", [_kept("6-0", 1), _kept("7-0", 2)])
    assert next(steps)
    subscription.take(_published("8-0", 3))
    assert not subscription.is_live
    assert subscription.position == b"6-0"  # if the connection is lost now, it goes on from here
    assert next(steps)
    assert not next(steps)
    assert next(steps, None) is None
    assert got == [("6-0", "a1"), ("7-0", "a2"), ("8-0", "a3")]
    assert subscription.is_live
    assert subscription.position == b"8-0"


def test_the_position_follows_messages_that_are_not_kept(subscription):
    sum(subscription.settle(b"5-0", []))
    subscription.hold()
    sum(subscription.settle(b"9-0", [_kept("7-0", 1)]))
    assert subscription.position == b"9-0"


def test_a_redis_whose_clock_is_behind_is_followed(subscription, got):
    sum(subscription.settle(b"500-0", []))
    subscription.take(_published("501-0", 1))
    subscription.hold()
    assert sum(subscription.settle(b"20-0", [_kept("20-0", 3), _kept("19-0", 2)])) == 2
    assert subscription.position == b"20-0"
    subscription.take(_published("21-0", 4))
    subscription.hold()
    sum(subscription.settle(b"0-0", []))
    assert subscription.position == b"0-0"
    assert got == [("501-0", "a1"), ("19-0", "a2"), ("20-0", "a3"), ("21-0", "a4")]


def test_what_is_held_is_dropped_when_the_connection_is_lost(subscription, got):
    sum(subscription.settle(b"5-0", []))
    subscription.hold()
    subscription.take(_published("9-0", 2))
    subscription.hold()
    sum(subscription.settle(b"9-0", [_kept("8-0", 1), _kept("9-0", 2)]))
    assert got == [("8-0", "a1"), ("9-0", "a2")]


def test_a_message_that_was_sent_again_is_delivered_once(subscription, got):
    sum(subscription.settle(b"0-0", []))
    for key, number, process in [("1-0", 1, "a"), ("2-0", 2, "a"), ("3-0", 1, "b"), ("4-0", 1, "a"), ("5-0", 2, "a")]:
        subscription.take(_published(key, number, process))
    assert got == [("1-0", "a1"), ("2-0", "a2"), ("3-0", "b1")]
    assert subscription.position == b"5-0"


def test_few_publishers_are_remembered_the_latest(subscription, got, monkeypatch):
    monkeypatch.setattr(module, "PROCESSES_REMEMBERED", 2)
    sum(subscription.settle(b"0-0", []))
    for count, process in enumerate("abacbab"):
        subscription.take(_published(f"{count + 1}-0", 1, process))
    # b is forgotten when c comes, and a when b comes again.
    assert [data for _, data in got] == ["a1", "b1", "c1", "b1", "a1"]
    assert len(subscription._numbers) == 2


def test_little_is_held(subscription, got, monkeypatch):
    sum(subscription.settle(b"0-0", []))
    subscription.hold()
    for count in range(1, 1202):
        subscription.take(_published(f"{count}-0", count))
    assert sum(subscription.settle(b"1201-0", [])) == 0
    assert got == ["lobby", *((f"{count}-0", f"a{count}") for count in range(202, 1202))]


@pytest.mark.parametrize(
    "content", [b"", b"1-0", b"1-0 x", b"x " + _content(1), b"1 " + _content(1), b"-1-0 " + _content(1)]
)
@pytest.mark.parametrize("is_live", [True, False])
def test_what_is_no_message_is_passed_over_and_told_once(subscription, got, caplog, content, is_live):
    if is_live:
        sum(subscription.settle(b"0-0", []))
    subscription.take(content)
    subscription.take(content)
    sum(subscription.settle(b"0-0", [(b"1-0", b"x")]))
    assert got == []
    assert len(caplog.messages) == 1
    assert "'lobby'" in caplog.messages[0]


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))))
def test_ids_are_ordered_as_numbers(ids):
    keys = [b"%d-%d" % pair for pair in ids]
    assert [sort_key(key) for key in sorted(keys, key=sort_key)] == sorted(ids)


@given(st.binary())
def test_anything_else_is_no_id(key):
    try:
        time, count = sort_key(key)
    except ValueError:
        return
    assert key.split(b"-") == [key[: key.index(b"-")], key[key.index(b"-") + 1 :]]
    assert time >= 0 <= count


def test_an_id_of_any_length_is_refused():
    with pytest.raises(ValueError, match="no id"):
        sort_key(b"1" * 5000 + b"-0")


async def test_one_can_wait_until_a_message_has_passed(subscription, got):
    sum(subscription.settle(b"5-0", []))
    await subscription.wait_until_passed(b"5-0")  # which is long ago
    passed = []

    async def wait(key):
        await subscription.wait_until_passed(key)
        passed.append(key)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait, b"6-0")
            tasks.start_soon(wait, b"9-0")
            await anyio.wait_all_tasks_blocked()
            subscription.take(_published("5-5", 1))
            await anyio.wait_all_tasks_blocked()
            assert passed == []
            subscription.take(_published("6-0", 2))
            await anyio.wait_all_tasks_blocked()
            assert passed == [b"6-0"]
            subscription.hold()  # nobody knows when it comes now
    assert passed == [b"6-0", b"9-0"]
