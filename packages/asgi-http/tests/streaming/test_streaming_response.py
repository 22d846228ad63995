"""A body in chunks: which messages are sent, what is iterated over and when, and what a subclass may change."""

import hashlib
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import AsyncContentStream, Content, ContentStream, Response, StreamingResponse, SyncContentStream


async def generate(*chunks):
    for chunk in chunks:
        yield chunk


def generate_in_thread(*chunks):
    yield from chunks


def bodies(answer):
    return [message["body"] for message in answer.messages[1:]]


KINDS = [generate, generate_in_thread, lambda *chunks: chunks, lambda *chunks: list(chunks)]
OLD = {"version": "3.0", "spec_version": "2.3"}


# Messages


@pytest.mark.parametrize("kind", KINDS)
async def test_each_chunk_is_one_message_and_an_empty_one_is_the_end(drive, kind):
    answer = await drive.request(StreamingResponse(kind(b"one", b"", b"two")))
    assert answer.messages == [
        {"type": "http.response.start", "status": 200, "headers": []},
        {"type": "http.response.body", "body": b"one", "more_body": True},
        {"type": "http.response.body", "body": b"", "more_body": True},
        {"type": "http.response.body", "body": b"two", "more_body": True},
        {"type": "http.response.body", "body": b"", "more_body": False},
    ]


@pytest.mark.parametrize("kind", KINDS)
async def test_no_chunk_at_all(drive, kind):
    answer = await drive.request(StreamingResponse(kind()))
    assert bodies(answer) == [b""]


@pytest.mark.parametrize("kind", KINDS)
async def test_chunks_of_all_types_become_bytes(drive, kind):
    class Bytes(bytes):
        pass

    chunks = kind("é", bytearray(b"a"), memoryview(b"view"), memoryview(b"12345678").cast("I"), Bytes(b"b"))
    answer = await drive.request(StreamingResponse(chunks))
    assert bodies(answer) == ["é".encode(), b"a", b"view", b"12345678", b"b", b""]
    assert {type(body) for body in bodies(answer)} == {bytes}


async def test_a_generator_may_use_its_buffer_again(drive):
    async def reuse():
        buffer = bytearray(1)
        for number in range(3):
            buffer[0] = number
            yield buffer

    assert bodies(await drive.request(StreamingResponse(reuse()))) == [b"\0", b"\1", b"\2", b""]


async def test_text_is_sent_in_the_charset(drive):
    class Latin1(StreamingResponse):
        charset = "latin-1"
        media_type = "text/plain"

    answer = await drive.request(Latin1(generate("é")))
    assert bodies(answer) == [b"\xe9", b""]
    assert answer.headers.items() == [("content-type", "text/plain; charset=latin-1")]


@pytest.mark.parametrize("content", ["text", b"text", bytearray(b"text"), memoryview(b"text")])
async def test_text_or_bytes_are_one_chunk(drive, content):
    assert bodies(await drive.request(StreamingResponse(content))) == [b"text", b""]


@pytest.mark.parametrize("content", [None, 1, generate])
def test_content_that_is_no_iterable_is_refused_at_once(content):
    with pytest.raises(TypeError, match="Cannot iterate over"):
        StreamingResponse(content)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunk", [None, 5, {"a": 1}])
async def test_a_chunk_that_cannot_be_sent_is_refused(drive, kind, chunk):
    name = type(chunk).__name__
    with pytest.raises(TypeError, match=f"Cannot send a chunk of type {name}: give str or bytes."):
        await drive.request(StreamingResponse(kind(b"one", chunk)))


@given(st.lists(st.binary() | st.text(st.characters(exclude_categories=["Cs"]))))
def test_what_is_sent_is_what_was_given(chunks):
    messages = []

    async def send(message):
        messages.append(message)

    scope = {"type": "http", "method": "GET", "asgi": {"spec_version": "2.4"}}
    with pytest.raises(StopIteration):
        StreamingResponse(generate(*chunks))(scope, None, send).send(None)
    expected = [chunk.encode() if isinstance(chunk, str) else chunk for chunk in chunks]
    assert [message["body"] for message in messages[1:]] == [*expected, b""]


# Parameters


async def test_all_of_the_parameters(drive):
    done = []

    async def background():
        done.append("background")

    response = StreamingResponse(generate(b"x"), 201, {"X-A": "b"}, "text/plain", background, {"x-b": "c"})
    assert (response.status_code, response.media_type, response.background) == (201, "text/plain", background)
    answer = await drive.request(response)
    assert (answer.status, done) == (201, ["background"])
    assert answer.headers.items() == [("x-a", "b"), ("content-type", "text/plain; charset=utf-8")]


async def test_parameters_by_name(drive):
    response = StreamingResponse(
        content=generate(b"x"), status_code=202, headers={"Content-Length": "1"}, media_type="a/b", background=None
    )
    answer = await drive.request(response)
    assert (answer.status, answer.body) == (202, b"x")
    assert answer.headers.items() == [("content-length", "1"), ("content-type", "a/b")]


def test_content_is_needed():
    with pytest.raises(TypeError):
        StreamingResponse()


def test_defaults():
    response = StreamingResponse([])
    assert (response.status_code, response.media_type, response.background) == (200, None, None)
    assert isinstance(response, Response)


async def test_headers_and_status_can_be_changed_until_it_is_sent(drive):
    response = StreamingResponse(generate(b"x"), media_type="text/csv")
    response.headers["X-A"] = "b"
    response.set_cookie("a", "1")
    response.status_code = 206
    answer = await drive.request(response)
    assert answer.status == 206
    assert answer.headers.keys() == ["content-type", "x-a", "set-cookie"]
    answer.start["headers"].clear()
    assert len(response.raw_headers) == 3


async def test_a_subclass_may_make_other_headers(drive):
    class Mine(StreamingResponse):
        def init_headers(self, headers=None):
            super().init_headers({"x-mine": "1", **(headers or {})})

    answer = await drive.request(Mine([], headers={"x-a": "b"}))
    assert answer.headers.items() == [("x-mine", "1"), ("x-a", "b")]


@pytest.mark.parametrize("headers", [{"a b": "c"}, {"a": "b\r\nc: d"}, {"a": "€"}])
def test_headers_that_cannot_be_sent_are_refused_at_once(headers):
    with pytest.raises(ValueError):
        StreamingResponse([], headers=headers)


def test_the_types_are_exported():
    assert ContentStream == AsyncContentStream | SyncContentStream
    assert Content == str | bytes | bytearray | memoryview


# Without a body


class Unread:
    """Both kinds of iterator; it fails when it is read, and tells whether it was closed."""

    def __init__(self):
        self.closed = 0

    def __next__(self):
        raise AssertionError("It was read.")

    def close(self):
        self.closed += 1


class UnreadIterator(Unread):
    def __iter__(self):
        return self


class AsyncUnreadIterator(Unread):
    def __aiter__(self):
        return self

    async def __anext__(self):
        raise AssertionError("It was read.")


@pytest.mark.parametrize("kind", [UnreadIterator, AsyncUnreadIterator])
@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("HEAD", 404), ("GET", 101), ("GET", 204), ("GET", 304)])
@pytest.mark.parametrize("asgi", [{"spec_version": "2.4"}, OLD])
async def test_what_has_no_body_is_not_read_but_closed(drive, kind, method, status, asgi):
    done = []

    async def background():
        done.append(content.closed)

    content = kind()
    response = StreamingResponse(content, status, {"Content-Length": "3", "X-A": "b"}, background=background)
    answer = await drive.request(response, method=method, asgi=asgi)
    length = [("content-length", "3")] if method == "HEAD" else []
    assert (answer.status, answer.headers.items()) == (status, [*length, ("x-a", "b")])
    assert bodies(answer) == [b""]
    assert done == [1]


@pytest.mark.parametrize("kind", KINDS)
async def test_on_a_websocket_it_is_a_denial_response(drive, kind):
    for asgi in ({"spec_version": "2.4"}, OLD, {}):
        answer = await drive.websocket(StreamingResponse(kind(b"Go", b" away."), 403), asgi=asgi)
        assert answer.messages == [
            {"type": "websocket.http.response.start", "status": 403, "headers": []},
            {"type": "websocket.http.response.body", "body": b"Go", "more_body": True},
            {"type": "websocket.http.response.body", "body": b" away.", "more_body": True},
            {"type": "websocket.http.response.body", "body": b"", "more_body": False},
        ]


# Starlette's interface


@pytest.mark.parametrize("kind", KINDS)
async def test_the_body_iterator_is_async_and_may_be_wrapped(drive, kind):
    async def doubled(chunks):
        async for chunk in chunks:
            yield chunk * 2

    response = StreamingResponse(kind(b"a", b"b"))
    response.body_iterator = doubled(response.body_iterator)
    assert bodies(await drive.request(response)) == [b"aa", b"bb", b""]


@pytest.mark.parametrize("kind", KINDS)
async def test_the_body_iterator_may_be_read_by_others(drive, kind):
    response = StreamingResponse(kind(b"a", b"b"))
    assert await response.body_iterator.__anext__() == b"a"
    assert [chunk async for chunk in response.body_iterator] == [b"b"]


async def test_the_body_iterator_may_be_one_of_any_kind(drive):
    class Chunks:
        def __aiter__(self):
            return generate(b"a", b"b")

    chunks = Chunks()
    response = StreamingResponse(chunks)
    assert response.body_iterator is chunks
    for _ in range(2):  # what can be gone through again can be sent again
        assert bodies(await drive.request(response)) == [b"a", b"b", b""]


@pytest.mark.parametrize("asgi", [{"spec_version": "2.4"}, OLD])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_subclass_may_send_another_response(drive, asgi, kind):
    class StatusOfTheFirstChunk(StreamingResponse):
        async def stream_response(self, send):
            status = await self.body_iterator.__anext__()
            await send({"type": "http.response.start", "status": int(status), "headers": self.raw_headers})
            async for chunk in self.body_iterator:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body"})

    async def app(scope, receive, send):
        await StatusOfTheFirstChunk(kind("404", b"Not here"))(scope, never, send)

    answer = await drive.request(app, asgi=asgi)
    assert (answer.status, answer.body) == (404, b"Not here")


async def never():
    import anyio

    await anyio.sleep_forever()


async def test_stream_response_sends_all_of_it():
    messages = []

    async def send(message):
        messages.append(message)

    await StreamingResponse(generate(b"a"), 202).stream_response(send)
    assert [message.get("status", message.get("body")) for message in messages] == [202, b"a", b""]


async def test_listen_for_disconnect():
    messages = [{"type": "http.request"}, {"type": "http.disconnect"}, {"type": "http.request"}]

    async def receive():
        return messages.pop(0)

    await StreamingResponse([]).listen_for_disconnect(receive)
    assert messages == [{"type": "http.request"}]


# Order


async def test_chunks_are_sent_as_they_are_made_and_background_work_runs_last():
    order = []

    async def chunks():
        for chunk in (b"one", b"two"):
            order.append(f"make {chunk.decode()}")
            yield chunk
        order.append("close")

    async def send(message):
        order.append(message.get("body", b"start").decode() or "end")

    async def background():
        order.append("background")

    await StreamingResponse(chunks(), background=background)(
        {"type": "http", "asgi": {"spec_version": "2.4"}}, None, send
    )
    assert order == ["start", "make one", "one", "make two", "two", "close", "end", "background"]


async def test_a_generator_that_is_not_async_is_sent_as_it_goes_on(drive):
    """The generator waits for what it gave to be sent: nothing may be kept back."""
    sent = threading.Event()

    def chunks():
        for number in range(3):
            yield b"%d" % number
            assert sent.wait(10), "The chunk was kept back."
            sent.clear()

    async def app(scope, receive, send):
        async def tell(message):
            await send(message)
            if message.get("body"):
                sent.set()

        await StreamingResponse(chunks())(scope, receive, tell)

    assert (await drive.request(app)).body == b"012"


def test_an_async_stream_loads_no_event_loop_layer():
    code = """
import sys
from asgi_http import StreamingResponse

async def chunks():
    yield b"x"

async def send(message):
    print(message.get("body"))

scope = {"type": "http", "method": "GET", "asgi": {"spec_version": "2.4"}}
for content in (chunks(), [b"y"]):
    try:
        StreamingResponse(content)(scope, None, send).send(None)
    except StopIteration:
        print({"anyio", "asyncio", "trio"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None", "b'x'", "b''", "set()", "None", "b'y'", "b''", "set()"]


# Errors of the content


def fail_in_thread(error):
    yield b"one"
    raise error


async def fail(error):
    yield b"one"
    raise error


@pytest.mark.parametrize("kind", [fail, fail_in_thread])
@pytest.mark.parametrize("error", [ValueError("x"), OSError("x"), ExceptionGroup("x", [ValueError()])], ids=repr)
@pytest.mark.parametrize("asgi", [{"spec_version": "2.4"}, OLD])
async def test_an_error_is_raised_as_it_is_and_the_response_has_no_end(kind, error, asgi):
    messages = []

    async def send(message):
        messages.append(message)

    async def background():
        messages.append("background")

    response = StreamingResponse(kind(error), background=background)
    with pytest.raises(type(error)) as caught:
        await response({"type": "http", "method": "GET", "asgi": asgi}, never, send)
    assert caught.value is error
    assert [message.get("body") for message in messages] == [None, b"one"]


async def test_a_large_body_arrives_whole(drive):
    chunks = [bytes([number % 256]) * 1000 for number in range(1000)]
    expected = hashlib.sha256(b"".join(chunks)).digest()
    for kind in KINDS:
        answer = await drive.request(StreamingResponse(kind(*chunks)))
        assert len(answer.messages) == 1002
        assert hashlib.sha256(answer.body).digest() == expected
