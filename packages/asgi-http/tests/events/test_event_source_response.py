"""What an `EventSourceResponse` sends, and when; how it ends and fails is in files of their own."""

import threading

import anyio
import pytest

from asgi_http import EventSourceResponse, ServerSentEvent


async def events(*items):
    for item in items:
        yield item


# The response


async def test_a_stream_of_events(drive, client_of):
    client = client_of()
    await client.get(drive.lint(EventSourceResponse(events("one", "two"))))
    assert client.messages == [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"text/event-stream; charset=utf-8"),
                (b"cache-control", b"no-store, no-transform"),
                (b"x-accel-buffering", b"no"),
            ],
        },
        # The headers are not kept back until there is an event.
        {"type": "http.response.body", "body": b"", "more_body": True},
        {"type": "http.response.body", "body": b"data: one\r\n\r\n", "more_body": True},
        {"type": "http.response.body", "body": b"data: two\r\n\r\n", "more_body": True},
        {"type": "http.response.body", "body": b"", "more_body": False},
    ]


async def test_headers_that_are_given_win(client_of):
    given = {"Cache-Control": "private", "X-Accel-Buffering": "yes", "Vary": "cookie", "Content-Encoding": "identity"}
    response = EventSourceResponse([], 201, given, "text/event-stream;charset=utf-8")
    client = await client_of().get(response)
    assert client.messages[0]["status"] == 201
    assert client.headers == {
        b"cache-control": b"private",
        b"x-accel-buffering": b"yes",
        b"vary": b"cookie",
        b"content-encoding": b"identity",
        b"content-type": b"text/event-stream;charset=utf-8",
    }


async def test_what_middleware_does_to_the_headers_is_not_kept(client_of):
    response = EventSourceResponse([])
    client = await client_of().get(response)
    client.messages[0]["headers"].append((b"x-added", b"1"))
    assert "x-added" not in response.headers


async def test_a_cookie(client_of):
    response = EventSourceResponse([])
    response.set_cookie("a", "b")
    assert (await client_of().get(response)).headers[b"set-cookie"].startswith(b"a=b;")


@pytest.mark.parametrize(("scope", "status"), [({"method": "HEAD"}, 200), ({}, 204)])
async def test_without_a_body_the_content_is_closed_and_not_asked_for_anything(scope, status, client_of):
    log = []

    async def content():
        log.append("asked")
        yield "never"

    class Content:
        def __aiter__(self):
            return self

        async def __anext__(self):
            raise AssertionError

        async def aclose(self):
            log.append("closed")

    async def background():
        log.append("background")

    await client_of(**scope).get(EventSourceResponse(content(), status))
    client = await client_of(**scope).get(EventSourceResponse(Content(), status, background=background))
    assert [message.get("body") for message in client.messages] == [None, b""]
    assert client.has_end
    assert log == ["closed", "background"]


# Content


ITEMS = [
    ("text", b"data: text\n\n"),
    (b"id: 1\n\n", b"id: 1\n\n"),
    (memoryview(b"raw"), b"raw"),
    (ServerSentEvent("own"), b"data: own\n\n"),
    (ServerSentEvent("own", sep="\r"), b"data: own\r\r"),
    ({"data": {"a": 1}, "id": 2}, b'id: 2\ndata: {"a":1}\n\n'),
    ({"comment": "c"}, b": c\n\n"),
    ([1, 2], b"data: [1,2]\n\n"),
    (3, b"data: 3\n\n"),
]


@pytest.mark.parametrize(("item", "chunk"), ITEMS)
async def test_what_items_become(item, chunk, client_of):
    assert (await client_of().get(EventSourceResponse(events(item), sep="\n"))).chunks == [chunk]


async def test_plain_iterables(client_of):
    assert (await client_of().get(EventSourceResponse(["a"]))).chunks == [b"data: a\r\n\r\n"]
    threads = []

    def content():
        threads.append(threading.current_thread())
        yield "b"

    assert (await client_of().get(EventSourceResponse(content()))).chunks == [b"data: b\r\n\r\n"]
    assert threads != [threading.current_thread()]


@pytest.mark.parametrize(
    ("content", "chunk"),
    [
        ("Hello", b"data: Hello\r\n\r\n"),
        ("", b"data: \r\n\r\n"),
        (b"data: raw\n\n", b"data: raw\n\n"),
        (bytearray(b"raw"), b"raw"),
        (memoryview(b"raw"), b"raw"),
    ],
)
async def test_text_and_bytes_are_one_item(content, chunk, client_of):
    assert (await client_of().get(EventSourceResponse(content))).chunks == [chunk]


async def test_the_next_item_is_asked_for_when_the_last_was_sent(client_of):
    log = []

    async def content():
        for number in range(3):
            log.append(f"made {number}")
            yield number

    class Slow(client_of):
        async def send(self, message):
            await anyio.sleep(0.01)
            if message.get("body"):
                log.append(f"sent {len(log) // 2}")

    await Slow().get(EventSourceResponse(content()))
    assert log == ["made 0", "sent 0", "made 1", "sent 1", "made 2", "sent 2"]


async def test_events_from_a_sender_beside_the_content(client_of):
    sending, receiving = anyio.create_memory_object_stream(0)

    async def feed():
        async with sending:
            for number in range(3):
                await sending.send(number)

    response = EventSourceResponse(receiving, data_sender_callable=feed)
    assert (await client_of().get(response)).chunks == [b"data: %d\r\n\r\n" % number for number in range(3)]


async def test_a_sender_ends_with_the_content(client_of):
    ended = []

    async def feed():
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    async def content():
        await anyio.sleep(0.01)
        yield "a"

    await client_of().get(EventSourceResponse(content(), data_sender_callable=feed))
    assert ended == [True]


# Heartbeats


EVENT, PING = b"data: event\r\n\r\n", b": ping\r\n\r\n"


async def test_heartbeats_while_nothing_is_sent(client_of, slow_content):
    client = await client_of().get(EventSourceResponse(slow_content(0.35, 0), ping=0.1))
    assert client.chunks[0] == PING
    assert client.chunks[-2:] == [EVENT, EVENT]
    assert 1 <= client.chunks.count(PING) <= 3


async def test_no_heartbeats_while_events_are_sent(client_of, slow_content):
    client = await client_of().get(EventSourceResponse(slow_content(*[0.02] * 25), ping=0.35))
    assert PING not in client.chunks


async def test_no_heartbeat_while_an_event_is_being_sent(client_of, slow_content):
    client = client_of()
    client.delay = 0.1
    await client.get(EventSourceResponse(slow_content(0, 0), ping=0.05))
    assert client.chunks == [EVENT, EVENT]


async def test_an_event_waits_for_a_heartbeat_that_is_being_sent(client_of, slow_content):
    log = []

    class Slow(client_of):
        async def send(self, message):
            log.append("begin")
            await anyio.sleep(0.1 if message.get("body") == PING else 0)
            log.append("end")

    await Slow().get(EventSourceResponse(slow_content(0.1), ping=0.05))
    assert log == ["begin", "end"] * (len(log) // 2)


@pytest.mark.parametrize(("arguments", "seconds"), [({}, 15), ({"ping": None}, 15), ({"ping": 2.5}, 2.5)])
async def test_the_interval(arguments, seconds):
    assert EventSourceResponse([], **arguments).ping_interval == seconds


async def test_no_heartbeats(client_of, slow_content):
    client = await client_of().get(EventSourceResponse(slow_content(0.05), ping=0))
    assert client.chunks == [EVENT]


async def test_a_heartbeat_of_your_own(client_of, slow_content):
    response = EventSourceResponse(slow_content(0.15), ping=0.1, ping_message_factory=lambda: {"event": "x"}, sep="\n")
    first, *_, last = (await client_of().get(response)).chunks
    assert (first, last) == (b"event: x\n\n", b"data: event\n\n")


async def test_a_heartbeat_that_fails_fails_the_stream(client_of, slow_content):
    def fail():
        raise ZeroDivisionError

    client = client_of()
    with pytest.raises(ZeroDivisionError):
        await client.get(EventSourceResponse(slow_content(60), ping=0.01, ping_message_factory=fail))
    assert not client.has_end


# Separators


async def test_the_separator_of_a_class(client_of):
    class Short(EventSourceResponse):
        DEFAULT_SEPARATOR = "\n"

    assert (await client_of().get(Short(["a"]))).chunks == [b"data: a\n\n"]
    assert (await client_of().get(Short(["a"], sep="\r"))).chunks == [b"data: a\r\r"]
    assert EventSourceResponse([]).sep == EventSourceResponse.DEFAULT_SEPARATOR == "\r\n"


# As the denial of a WebSocket


async def test_a_denial_has_no_content(drive):
    log = []

    async def content():
        log.append("asked")
        yield "never"

    async def note(name):
        log.append(name)

    response = EventSourceResponse(
        content(), 403, ping=0.001, data_sender_callable=lambda: note("sent"), background=lambda: note("background")
    )
    answer = await drive.websocket(response)
    assert answer.status == 403
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.messages[1:] == [{"type": "websocket.http.response.body", "body": b"", "more_body": False}]
    assert log == ["background"]


# Mistakes


@pytest.mark.parametrize("name", ["ping", "send_timeout", "shutdown_grace_period", "cleanup_timeout"])
def test_times_are_not_negative(name):
    with pytest.raises(ValueError, match=rf"^{name} is a time in seconds: it cannot be -1\.$"):
        EventSourceResponse([], **{name: -1})


def test_a_separator_that_is_none():
    with pytest.raises(ValueError, match=r"^Invalid sep ';'"):
        EventSourceResponse([], sep=";")

    class Wrong(EventSourceResponse):
        DEFAULT_SEPARATOR = ";"

    with pytest.raises(ValueError, match=r"^Invalid sep ';'"):
        Wrong([])


def test_content_that_cannot_be_iterated_over(slow_content):
    with pytest.raises(TypeError, match=r"^Cannot iterate over function"):
        EventSourceResponse(slow_content)
