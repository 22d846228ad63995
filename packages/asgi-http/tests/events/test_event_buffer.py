import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import EventBuffer, MemoryEventBuffer, ServerSentEvent


def run(coroutine):
    """The result of a coroutine that never waits."""
    with pytest.raises(StopIteration) as done:
        coroutine.send(None)
    return done.value.value


def filled(buffer, *texts):
    """The ids that events with these data get."""
    return [run(buffer.append(ServerSentEvent(text))).id for text in texts]


def replayed(buffer, last_event_id):
    """The data of events that are replayed, and the type of those that have one."""
    return [event.event or event.data for event in run(buffer.replay(last_event_id))]


def test_an_event_gets_an_id_and_keeps_the_rest():
    event = run(MemoryEventBuffer().append(ServerSentEvent("d", event="e", retry=1)))
    assert event == ServerSentEvent("d", event="e", retry=1, id=event.id)
    assert event.id.isascii()
    assert event.id.isprintable()


def test_an_event_keeps_the_id_it_has():
    buffer = MemoryEventBuffer()
    event = ServerSentEvent("one", id="mine")
    assert run(buffer.append(event)) is event
    filled(buffer, "two")
    assert replayed(buffer, "mine") == ["two"]


def test_ids_are_unique_over_restarts():
    ids = [event_id for _ in range(5) for event_id in filled(MemoryEventBuffer(2), *"abcde")]
    assert len(set(ids)) == 25


@given(size=st.integers(1, 8), count=st.integers(1, 20), last=st.integers(0, 19))
def test_a_client_gets_what_it_missed_or_is_told_of_the_gap(size, count, last):
    texts = [str(number) for number in range(count)]
    buffer = MemoryEventBuffer(size)
    ids = filled(buffer, *texts)
    last = min(last, count - 1)
    if last >= count - size:
        assert replayed(buffer, ids[last]) == texts[last + 1 :]
    else:
        assert replayed(buffer, ids[last]) == ["gap", *texts[-size:]]


@pytest.mark.parametrize("last_event_id", ["", "0", "-1", "\xff", "1" * 100_000])
def test_an_id_nobody_gave_out_is_a_gap(last_event_id):
    buffer = MemoryEventBuffer()
    assert replayed(buffer, last_event_id) == ["gap"]
    filled(buffer, "one")
    assert replayed(buffer, last_event_id) == ["gap", "one"]


def test_a_client_hears_of_the_gap_without_forgetting_its_last_id():
    gap = run(MemoryEventBuffer().replay("unknown"))[0]
    assert gap.encode() == b"event: gap\r\ndata: \r\n\r\n"


def test_the_gap_is_told_as_you_like():
    assert replayed(MemoryEventBuffer(gap=None), "unknown") == []
    assert replayed(MemoryEventBuffer(gap=ServerSentEvent("reload")), "unknown") == ["reload"]


def test_a_replay_does_not_change_with_the_buffer():
    buffer = MemoryEventBuffer()
    ids = filled(buffer, "one", "two")
    events = run(buffer.replay(ids[0]))
    filled(buffer, "three")
    assert [event.data for event in events] == ["two"]


def test_an_id_that_repeats_stands_for_the_last_event_with_it():
    buffer = MemoryEventBuffer(3)
    for text in "abcde":
        run(buffer.append(ServerSentEvent(text, id="same")))
    assert replayed(buffer, "same") == []
    filled(buffer, "f", "g")
    assert replayed(buffer, "same") == ["f", "g"]
    filled(buffer, "h")
    assert replayed(buffer, "same") == ["gap", "f", "g", "h"]


def test_memory_is_bounded():
    buffer = MemoryEventBuffer(10)
    filled(buffer, *map(str, range(100)))
    assert len(buffer._events) == len(buffer._numbers) == 10


def test_a_buffer_that_holds_nothing_is_a_mistake():
    with pytest.raises(ValueError, match=r"max_events is at least 1\.$"):
        MemoryEventBuffer(0)


def test_the_protocol():
    buffer: EventBuffer = MemoryEventBuffer()
    assert {"append", "replay"} <= set(dir(EventBuffer)) <= {*dir(buffer), *dir(EventBuffer)}
