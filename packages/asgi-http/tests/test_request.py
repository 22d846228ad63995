from contextlib import aclosing

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import ClientDisconnect, ContentTooLarge, JSONBodyError, Request
from asgi_types import HTTPConnection

GET = {"type": "http", "method": "GET", "path": "/", "headers": []}


def receiving(*events):
    """A ``receive`` that gives these events in turn: bytes are a part of the body, the last one its end."""
    last = max((number for number, event in enumerate(events) if isinstance(event, bytes)), default=-1)
    left = [
        {"type": "http.request", "body": event, "more_body": number < last} if isinstance(event, bytes) else event
        for number, event in enumerate(events)
    ]

    async def receive():
        return left.pop(0)

    receive.left = left
    return receive


DISCONNECT = {"type": "http.disconnect"}


async def chunks_of(request):
    return [chunk async for chunk in request.stream()]


# The view


def test_it_is_a_connection():
    request = Request(GET)
    assert isinstance(request, HTTPConnection)
    assert request.scope is GET
    assert (request["path"], request.url.path) == ("/", "/")


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
def test_other_scopes_are_refused(kind):
    with pytest.raises(AssertionError, match=f"Not an HTTP request's scope: '{kind}'"):
        Request({"type": kind})


def test_method():
    assert Request({**GET, "method": "QUERY"}).method == "QUERY"


def test_receive():
    receive = receiving()
    assert Request(GET, receive).receive is receive


async def test_without_receive_the_body_cannot_be_read():
    with pytest.raises(RuntimeError, match=r"^Receive channel has not been made available$"):
        await Request(GET).body()


async def test_without_send_nothing_can_be_sent():
    with pytest.raises(RuntimeError, match=r"^Send channel has not been made available$"):
        await Request(GET)._send({"type": "http.response.start"})


# The stream


async def test_the_stream_gives_what_arrives_and_then_nothing():
    assert await chunks_of(Request({**GET}, receiving(b"one", b"two"))) == [b"one", b"two", b""]


async def test_the_stream_leaves_out_empty_parts():
    assert await chunks_of(Request({**GET}, receiving(b"", b"one", b"", b"two", b""))) == [b"one", b"two", b""]


async def test_the_stream_of_no_body():
    assert await chunks_of(Request({**GET}, receiving(b""))) == [b""]


async def test_keys_that_a_server_may_leave_out():
    assert await chunks_of(Request({**GET}, receiving({"type": "http.request"}))) == [b""]


async def test_the_stream_receives_no_more_than_the_body():
    receive = receiving(b"one", b"two", DISCONNECT)
    await chunks_of(Request(GET, receive))
    assert receive.left == [DISCONNECT]


async def test_the_stream_receives_only_what_is_asked_for():
    receive = receiving(b"one", b"two")
    async with aclosing(Request(GET, receive).stream()) as stream:
        assert await anext(stream) == b"one"
        assert len(receive.left) == 1


async def test_the_stream_can_be_read_once():
    request = Request({**GET}, receiving(b"one"))
    await chunks_of(request)
    with pytest.raises(RuntimeError, match=r"^Stream consumed$"):
        await chunks_of(request)


async def test_two_streams_share_what_arrives():
    request = Request(GET, receiving(b"one", b"two", b"three"))
    async with aclosing(request.stream()) as first, aclosing(request.stream()) as second:
        assert [await anext(first), await anext(second), await anext(second)] == [b"one", b"two", b"three"]
        assert [await anext(first), await anext(second)] == [b"", b""]  # and none waits for more


async def test_no_body_after_the_stream():
    request = Request({**GET}, receiving(b"one"))
    await chunks_of(request)
    for read in (request.body, request.json):
        with pytest.raises(RuntimeError, match=r"^Stream consumed$"):
            await read()


async def test_the_stream_after_the_body_is_the_body_each_time():
    request = Request({**GET}, receiving(b"one", b"two"))
    await request.body()
    assert await chunks_of(request) == [b"onetwo", b""]
    assert await chunks_of(request) == [b"onetwo", b""]


async def test_a_stream_that_was_left_goes_on_where_it_was():
    request = Request({**GET}, receiving(b"one", b"two", b"three"))
    async with aclosing(request.stream()) as stream:
        assert await anext(stream) == b"one"
    assert await request.body() == b"twothree"


async def test_a_disconnect_in_the_middle():
    request = Request({**GET}, receiving({"type": "http.request", "body": b"one", "more_body": True}, DISCONNECT))
    stream = request.stream()
    assert await anext(stream) == b"one"
    with pytest.raises(ClientDisconnect):
        await anext(stream)
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


@pytest.mark.parametrize("method", ["body", "json"])
async def test_a_disconnect_while_the_body_is_read(method):
    part = {"type": "http.request", "body": b"1", "more_body": True}
    request = Request({**GET}, receiving(part, DISCONNECT, DISCONNECT))
    for _ in range(2):
        with pytest.raises(ClientDisconnect):
            await getattr(request, method)()


async def test_a_disconnect_after_the_body_does_not_matter():
    request = Request({**GET}, receiving(b"one", DISCONNECT))
    assert await request.body() == b"one"


@pytest.mark.parametrize("read", ["body", "chunks"])
async def test_a_cancelled_read_loses_nothing(read):
    events = [{"type": "http.request", "body": b"two"}]

    async def receive():
        if first:
            return first.pop()
        if cancel.cancel_called:
            return events.pop()
        cancel.cancel()
        return await anyio.sleep_forever()

    first = [{"type": "http.request", "body": b"one", "more_body": True}]
    request = Request({**GET}, receive)
    with anyio.CancelScope() as cancel:
        await request.body()
    assert cancel.cancelled_caught
    if read == "body":
        assert await request.body() == b"onetwo"
    else:
        assert await chunks_of(request) == [b"one", b"two", b""]


# The body


async def test_the_body_is_put_together():
    assert await Request({**GET}, receiving(b"one", b"", b"two")).body() == b"onetwo"


async def test_the_body_is_read_once_and_kept():
    receive = receiving(b"one", DISCONNECT)
    request = Request(GET, receive)
    assert await request.body() is await request.body()
    assert receive.left == [DISCONNECT]


async def test_an_empty_body_is_kept_too():
    request = Request({**GET}, receiving(b"", DISCONNECT))
    assert (await request.body(), await request.body()) == (b"", b"")
    assert await chunks_of(request) == [b"", b""]


@given(st.lists(st.binary(max_size=5), min_size=1))
def test_all_chunkings_give_the_same_body(chunks):
    async def body():
        return await Request({**GET}, receiving(*chunks)).body()

    with pytest.raises(StopIteration) as done:
        body().send(None)
    assert done.value.value == b"".join(chunks)


# JSON


async def test_json_of_chunks():
    assert await Request({**GET}, receiving(b'{"a"', b": [1,", b"2]}")).json() == {"a": [1, 2]}


@pytest.mark.parametrize("body", [b"[]", b"null", b"0"])
async def test_json_is_parsed_once_and_kept(body):
    request = Request({**GET}, receiving(body))
    value = await request.json()
    assert await request.json() is value
    assert await request.body() == body


async def test_malformed_json_is_refused_each_time():
    request = Request({**GET}, receiving(b"{"))
    for _ in range(2):
        with pytest.raises(JSONBodyError):
            await request.json()
    assert await request.body() == b"{"


# Requests do not share anything


async def test_requests_are_independent():
    first, second = Request({**GET}, receiving(b"1")), Request({**GET}, receiving(b"2"))
    assert (await first.json(), await second.json()) == (1, 2)
    assert (await first.body(), await second.body()) == (b"1", b"2")


async def test_a_subclass_may_override_what_json_reads():
    class Upper(Request):
        async def body(self):
            return (await super().body()).replace(b"1", b"2")

    assert await Upper({**GET}, receiving(b"[1]")).json() == [2]


# A subclass with a stream of its own


class Doubled(Request):
    """As a request does that decompresses its body."""

    async def stream(self):
        self.is_closed = False
        async with aclosing(super().stream()) as stream:
            async for chunk in stream:
                try:
                    yield chunk * 2
                except GeneratorExit:
                    self.is_closed = True
                    raise


async def test_the_body_is_that_of_an_overridden_stream():
    request = Doubled({**GET}, receiving(b"1,", b"[]"))
    assert await request.body() == b"1,1,[][]"
    assert await request.body() == b"1,1,[][]"


async def test_the_json_is_that_of_an_overridden_stream():
    assert await Doubled({**GET}, receiving(b"12")).json() == 1212


async def test_an_overridden_stream_can_be_read_once():
    request = Doubled({**GET}, receiving(b"1"))
    assert [chunk async for chunk in request.stream()] == [b"11", b""]
    with pytest.raises(RuntimeError, match=r"^Stream consumed$"):
        await request.body()


async def test_a_limit_counts_what_an_overridden_stream_gives():
    request = Doubled({**GET, "headers": [(b"content-length", b"6")]}, receiving(b"123", b"456"))
    request.max_body_size = 11
    for _ in range(2):
        with pytest.raises(ContentTooLarge, match="limit of 11 bytes"):
            await request.body()
    assert request.is_closed


async def test_a_limit_above_what_an_overridden_stream_gives():
    request = Doubled({**GET}, receiving(b"123", b"456"))
    request.max_body_size = 12
    assert await request.body() == b"123123456456"


async def test_no_limit_for_an_overridden_stream():
    request = Doubled({**GET}, receiving(b"123"))
    request.max_body_size = None
    assert await request.body() == b"123123"


async def test_a_subclass_may_ask_whether_the_body_was_read():
    """The way in which subclasses of Starlette's decode a body."""

    class Reversed(Request):
        async def body(self):
            if not hasattr(self, "_body"):
                self._body = (await super().body())[::-1]
            return self._body

    request = Reversed({**GET, "method": "POST"}, receiving(b"3,2", b",1"))
    assert not hasattr(request, "_json")
    assert await request.body() == b"1,2,3"
    assert await chunks_of(request) == [b"1,2,3", b""]
    assert await Reversed(GET, receiving(b"]1[")).json() == [1]
