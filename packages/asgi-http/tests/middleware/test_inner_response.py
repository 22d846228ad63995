"""The response that a middleware is given: its body, read and changed."""

import os
from contextlib import aclosing

import anyio
import pytest

from asgi_http import BaseHTTPMiddleware, InnerResponse, PlainTextResponse, Response, StreamingResponse

START = {"type": "http.response.start", "status": 200, "headers": []}


def part(body, more_body=True):
    return {"type": "http.response.body", "body": body, "more_body": more_body}


async def streaming(scope, receive, send):
    await send(START)
    await send(part(b"one"))
    await send(part(b""))
    await send(part(memoryview(b"two")))
    await send({"type": "http.response.body"})


async def chunks_of(response):
    return [chunk async for chunk in response.body_iterator]


async def test_the_body_can_be_read_whole(drive, form):
    async def after(response):
        assert await chunks_of(response) == [b"one", b"two"]
        assert await chunks_of(response) == []
        return Response("three", response.status_code, response.headers)

    answer = await drive.request(form(after=after)(streaming))
    assert (answer.text, answer.headers["content-length"]) == ("three", "5")


async def test_a_body_that_was_read_is_gone(drive, form):
    async def after(response):
        await chunks_of(response)

    answer = await drive.request(form(after=after)(streaming))
    assert answer.messages == [START, part(b"", more_body=False)]


async def test_a_body_that_was_begun_goes_on_where_it_was(drive, form):
    async def after(response):
        assert await anext(response.body_iterator) == b"one"

    answer = await drive.request(form(after=after)(streaming))
    assert answer.messages == [START, part(b"two"), part(b"", more_body=False)]


async def test_a_body_that_was_only_looked_at_goes_on_by_itself(drive, form):
    async def after(response):
        assert response.body_iterator is response.body_iterator

    answer = await drive.request(form(after=after)(streaming))
    assert answer.messages[1] == part(b"one")
    assert answer.messages[-1] == {"type": "http.response.body", "more_body": False}  # which may go unsaid


async def test_a_body_wrapped_lazily_stays_a_stream(drive, form):
    log = []

    async def wrapped(chunks):
        async for chunk in chunks:
            log.append(f"wrapped {chunk}")
            yield chunk + b"!"

    async def after(response):
        response.body_iterator = wrapped(response.body_iterator)

    async def app(scope, receive, send):
        await send(START)
        for body in (b"one", b"two"):
            log.append(f"made {body}")
            await send(part(body))
        await send(part(b"", more_body=False))

    async def send(message):
        log.append(f"sent {message.get('body')}")

    await form(after=after)(app)(drive.scope(), None, send)
    assert log == [
        *("sent None", "made b'one'", "wrapped b'one'", "sent b'one!'"),
        *("made b'two'", "wrapped b'two'", "sent b'two!'", "sent b''"),
    ]


async def as_they_come():
    yield "Grüße"
    yield b"-x"


@pytest.mark.parametrize(
    "make",
    [
        lambda: ["Grüße", b"-", memoryview(b"x")],
        lambda: ("Grüße-", bytearray(b"x")),
        lambda: iter(["Grüße", "-x"]),
        as_they_come,
        lambda: "Grüße-x",
        "Grüße-x".encode,
        lambda: StreamingResponse(["Grüße-x"]).body_iterator,
    ],
)
async def test_the_body_can_be_replaced_by_any_iterable(drive, make, form):
    async def after(response):
        response.body_iterator = make()

    answer = await drive.request(form(after=after)(streaming))
    assert answer.text == "Grüße-x"


@pytest.mark.parametrize(
    ("body", "message"), [(3, "Cannot iterate over int"), ([3], "Cannot send a chunk of type int")]
)
async def test_what_cannot_be_a_body_is_refused(drive, form, body, message):
    async def after(response):
        response.body_iterator = body

    with pytest.raises(TypeError, match=message):
        await drive.request(form(after=after)(streaming))


async def test_a_disconnect_while_a_changed_body_is_sent_ends_quietly(drive, form, changed):
    closed = []

    async def after(response):
        response.body_iterator = changed(response.body_iterator, closed, True)

    async def receive():  # a server that does not tell it here as well
        await anyio.sleep_forever()

    async def send(message):
        if message.get("body"):
            raise OSError("The client has gone.")

    await form(after=after)(streaming)(drive.scope(), receive, send)
    assert closed == [True]


async def test_a_wrapper_that_ends_early_ends_the_application(drive, form):
    ended = []

    async def app(scope, receive, send):
        with pytest.raises(OSError, match="answered by itself"):
            await streaming(scope, receive, send)
        ended.append(True)

    async def first(chunks):
        async for chunk in chunks:
            yield chunk
            return

    async def after(response):
        response.body_iterator = first(response.body_iterator)

    answer = await drive.request(form(after=after)(app))
    assert (answer.body, ended) == (b"one", [True])


async def test_a_changed_body_is_not_sent_to_head_but_closed(drive, form):
    closed = []

    class Chunks:
        def __aiter__(self):
            return self

        async def __anext__(self):
            raise AssertionError

        async def aclose(self):
            closed.append(True)

    async def after(response):
        response.body_iterator = Chunks()

    answer = await drive.request(form(after=after)(PlainTextResponse("Hello")), method="HEAD")
    assert answer.messages[1:] == [part(b"", more_body=False)]
    assert closed == [True]


async def test_there_is_no_body_attribute(drive, form):
    async def after(response):
        assert not hasattr(response, "body")
        with pytest.raises(AttributeError, match="read it from body_iterator"):
            response.body  # noqa: B018
        assert response.media_type is None

    await drive.request(form(after=after)(streaming))


async def test_headers_may_be_missing(drive, form):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send(part(b"", more_body=False))

    async def after(response):
        assert list(response.headers) == []
        response.headers["x-new"] = "1"

    assert (await drive.request(form(after=after)(app))).headers["x-new"] == "1"


async def test_the_response_is_an_application(drive, form):
    log = []

    async def background():
        log.append("background")

    async def after(response):
        if response.headers.get("x-wrapped"):
            return None

        async def app(scope, receive, send):
            await response(scope, receive, send)

        response.headers["x-wrapped"] = "1"
        response.background = background if log else None
        return app

    for expected in ([], ["first", "background"]):
        answer = await drive.request(form(after=after)(streaming))
        assert (answer.body, answer.headers["x-wrapped"]) == (b"onetwo", "1")
        assert log == expected
        log = ["first"]


async def test_trailers_follow_a_response_that_was_called(drive, form):
    trailers = {"type": "http.response.trailers", "headers": []}

    async def app(scope, receive, send):
        await send({**START, "trailers": True})
        await send(part(b"one", more_body=False))
        await send(trailers)

    async def after(response):
        async def called(scope, receive, send):
            await response(scope, receive, send)

        return called

    answer = await drive.request(form(after=after)(app))
    assert answer.messages[-1] == trailers


async def test_headers_can_be_replaced_or_had_back(drive, form):
    async def app(scope, receive, send):
        await send({**START, "headers": [(b"server", b"a"), (b"content-type", b"text/plain")]})
        await send(part(b"", more_body=False))

    async def after(response):
        response.headers["x-more"] = "1"
        response.init_headers()
        assert response.headers.raw == [(b"server", b"a"), (b"content-type", b"text/plain")]
        response.init_headers({"X-New": "1"})

    answer = await drive.request(form(after=after)(app))
    assert answer.headers.raw == [(b"x-new", b"1")]


async def test_a_body_that_is_closed_has_ended(drive, form):
    async def after(response):
        async with aclosing(response.body_iterator) as chunks:
            assert await anext(chunks) == b"one"
        assert await chunks_of(response) == []

    answer = await drive.request(form(after=after)(streaming))
    assert answer.messages == [START, part(b"", more_body=False)]


async def test_the_type_of_what_call_next_gives_is_public(drive):
    async def dispatch(request, call_next):
        response = await call_next(request)
        assert type(response) is InnerResponse
        return response

    await drive.request(BaseHTTPMiddleware(streaming, dispatch))


# Files that the application leaves to the server


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(os.urandom(600_000))
    return path


async def test_a_file_left_to_the_server_is_read(drive, form, file):
    async def app(scope, receive, send):
        await send(START)
        await send({"type": "http.response.pathsend", "path": str(file)})

    content = await anyio.Path(file).read_bytes()

    async def after(response):
        chunks = await chunks_of(response)
        assert max(map(len, chunks)) <= 256 * 1024
        return Response(b"".join(chunks))

    answer = await drive.request(form(after=after)(app))
    assert answer.body == content


@pytest.mark.parametrize(
    ("options", "begin", "end"),
    [
        ({}, 100, None),
        ({"offset": 7}, 7, None),
        ({"count": 3}, 100, 103),
        ({"offset": 7, "count": 500_000}, 7, 500_007),
    ],
)
async def test_parts_of_an_open_file_are_read(drive, form, file, options, begin, end):
    content = await anyio.Path(file).read_bytes()

    async def app(scope, receive, send):
        await send(START)
        await send(part(b"before "))
        async with await anyio.open_file(file, "rb") as opened:
            await opened.seek(100)
            await send({"type": "http.response.zerocopysend", "file": opened.wrapped, "more_body": True, **options})
        await send(part(b" after", more_body=False))

    async def after(response):
        return Response(b"".join(await chunks_of(response)))

    answer = await drive.request(form(after=after)(app))
    assert answer.body == b"before " + content[begin:end] + b" after"


async def test_a_file_that_is_gone_is_an_error(drive, form, file):
    async def app(scope, receive, send):
        await send(START)
        await send({"type": "http.response.pathsend", "path": f"{file}.gone"})

    async def after(response):
        response.body_iterator = wrapped(response.body_iterator)

    async def wrapped(chunks):
        async for chunk in chunks:
            yield chunk

    with pytest.raises(FileNotFoundError):
        await drive.request(form(after=after)(app))
