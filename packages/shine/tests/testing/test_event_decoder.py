"""Bytes made events, through `EventStream`, with the rules of WHATWG HTML, section 9.2.6."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shine.events import ServerSentEvent
from shine.testclient import AsyncTestClient, ReceivedEvent

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}


def drive(coroutine):
    """Run what waits for nothing but checkpoints of its own; an event loop for each example would take long."""
    import anyio

    return anyio.run(lambda: coroutine)


async def read(*chunks):
    """The events of ``chunks``, and the stream."""

    async def app(scope, receive, send):
        await send(START)
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})

    async with AsyncTestClient(app, lifespan=False).events("/") as stream:
        return [event async for event in stream], stream


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"data: a\n\n", [ReceivedEvent("a")]),
        (b"data:a\n\ndata:  b\n\n", [ReceivedEvent("a"), ReceivedEvent(" b")]),
        (b"data: a\ndata\ndata: b\n\n", [ReceivedEvent("a\n\nb")]),
        (b"data\n\n", [ReceivedEvent("")]),
        (b"event: x\n\ndata: a\n\n", [ReceivedEvent("a")]),
        (b"event: x\ndata: a\n\n", [ReceivedEvent("a", "x")]),
        (b"event: x\nevent\ndata: a\n\n", [ReceivedEvent("a")]),
        (
            b"id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
            [("a", "message", "1", None), ("b", "message", "1", None), ("c", "message", "", None)],
        ),
        (b"id: 1\nid: 2\x003\ndata: a\n\n", [ReceivedEvent("a", id="1")]),
        (b"retry: 10\ndata: a\n\ndata: b\n\n", [ReceivedEvent("a", retry=10), ReceivedEvent("b")]),
        (b"retry: -1\nretry: 1.5\nretry: \xc2\xb2\nretry\ndata: a\n\n", [ReceivedEvent("a")]),
        (b"retry: " + b"9" * 5000 + b"\ndata: a\n\n", [ReceivedEvent("a")]),
        (b"\xef\xbb\xbfdata: a\n\n", [ReceivedEvent("a")]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", [ReceivedEvent("b")]),
        (b"data: \xff\n\n", [ReceivedEvent("\ufffd")]),
        (b"data: a\xe2\x80\xa8b\n\n", [ReceivedEvent("a\u2028b")]),
        (b"Data: a\nunknown: b\n data: c\n\n", []),
        (b"data: a\r\rdata: b\r\n\r\n", [ReceivedEvent("a"), ReceivedEvent("b")]),
        (b"data: a\n\ndata: b\n", [ReceivedEvent("a")]),
        (b"", []),
    ],
)
async def test_the_rules(data, expected):
    for chunks in ([data], [bytes([byte]) for byte in data[:100]] + [data[100:]]):
        events, _ = await read(*chunks)
        assert events == expected


async def test_what_needs_no_event():
    events, stream = await read(b": one\n\nid: 7\n\nretry: 500\n\n:two\n")
    assert events == []
    assert stream.comments == ["one", "two"]
    assert (stream.last_event_id, stream.retry) == ("7", 500)


async def test_before_anything_has_come():
    _, stream = await read()
    assert (stream.comments, stream.last_event_id, stream.retry) == ([], "", None)


def test_json():
    assert ReceivedEvent('{"a": [1]}').json() == {"a": [1]}
    with pytest.raises(ValueError):
        ReceivedEvent("{").json()


LINE_ENDS = ("\n", "\r", "\r\n")
TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=20)
IDS = st.none() | TEXT
EVENTS = st.lists(
    st.builds(
        ServerSentEvent,
        data=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
        event=st.none() | TEXT.filter(bool),
        id=IDS,
        retry=st.none() | st.integers(0, 10**9),
        comment=st.none() | TEXT,
    ),
    max_size=5,
)


def split(data, cuts):
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(places)]


@given(EVENTS, st.lists(st.integers(0, 10**6), max_size=20))
def test_what_our_server_sends_comes_out_again(events, cuts):
    data = b"".join(event.encode() for event in events)
    received, _ = drive(read(*split(data, cuts)))
    last_id = ""
    expected = []
    for event in events:
        last_id = last_id if event.id is None else event.id
        lines = event.data.replace("\r\n", "\n").replace("\r", "\n")
        expected.append(ReceivedEvent(lines, event.event or "message", last_id, event.retry))
    assert received == expected


PIECES = st.sampled_from(
    [
        b"data",
        b":",
        b" ",
        b"id",
        b"retry",
        b"event",
        b"\r",
        b"\n",
        b"\r\n",
        b"\0",
        b"12",
        b"\xef\xbb\xbf",
        b"\xc3",
        b"\xa9",
    ]
)
STREAMS = st.lists(PIECES | st.binary(max_size=3), max_size=30).map(b"".join)


@given(STREAMS, st.lists(st.integers(0, 10**6), max_size=40))
def test_any_bytes_are_read_and_how_they_are_torn_apart_makes_no_difference(data, cuts):
    whole, stream = drive(read(data))
    torn, torn_stream = drive(read(*split(data, cuts)))
    assert torn == whole
    assert (torn_stream.comments, torn_stream.last_event_id, torn_stream.retry) == (
        stream.comments,
        stream.last_event_id,
        stream.retry,
    )


def test_a_huge_event_takes_linear_time(assert_linear):
    assert_linear(lambda chunks: drive(read(*chunks)), lambda n: [b"data: "] + [b"x" * 100] * n + [b"\n\n"], 500)
    assert_linear(lambda chunks: drive(read(*chunks)), lambda n: [b"data: x\n" * n, b"\n\n"], 5000)
