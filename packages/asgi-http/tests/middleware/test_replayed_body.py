"""What the application receives of the request's body after a middleware has read from it."""

from contextlib import aclosing

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import BaseHTTPMiddleware, PlainTextResponse, Request, request_response

CHUNKS = [b"one", b"two", b"three"]


async def untouched(request):
    pass


async def whole(request):
    assert await request.body() == b"onetwothree"


async def as_json(request):
    with pytest.raises(ValueError):
        await request.json()


async def streamed(request):
    assert b"".join([chunk async for chunk in request.stream()]) == b"onetwothree"


async def partly(request):
    async with aclosing(request.stream()) as stream:
        assert await anext(stream) == b"one"


async def looked_for_a_disconnect(request):
    assert not await request.is_disconnected()


@request_response
async def echo(request):
    return PlainTextResponse(await request.body())


@pytest.mark.parametrize(
    ("read", "left"),
    [
        (untouched, b"onetwothree"),
        (whole, b"onetwothree"),
        (as_json, b"onetwothree"),
        (streamed, b""),
        (partly, b"twothree"),
    ],
)
async def test_the_application_gets_what_was_kept_and_what_is_left(drive, form, read, left):
    answer = await drive.request(form(read)(form()(echo)), body=CHUNKS)
    assert answer.body == left


async def test_a_body_that_nobody_read_is_received_directly(form):
    async def receive():
        raise AssertionError

    async def app(scope, received, send):
        assert received is receive
        await PlainTextResponse("Hello")(scope, received, send)

    async def send(message):
        pass

    await form()(form()(app))({"type": "http", "method": "GET"}, receive, send)


async def test_a_disconnect_follows_a_replayed_body(drive, form):
    async def app(scope, receive, send):
        first, *others = [await receive() for _ in range(3)]
        assert first == {"type": "http.request", "body": b"onetwothree", "more_body": False}
        assert [message["type"] for message in others] == ["http.disconnect"] * 2
        await PlainTextResponse(first["body"])(scope, receive, send)

    assert (await drive.request(form(whole)(app), body=CHUNKS)).body == b"onetwothree"


async def test_a_read_that_was_cancelled_loses_nothing(form):
    parts = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in (b"one", b"two")]

    async def receive():
        if not parts:
            await anyio.sleep_forever()
        return parts.pop(0)

    async def before(request):
        with anyio.move_on_after(0.01):
            await request.body()

    async def app(scope, receive, send):
        assert await receive() == {"type": "http.request", "body": b"onetwo", "more_body": True}
        parts.append({"type": "http.request", "body": b"three", "more_body": False})
        assert (await receive())["body"] == b"three"
        await PlainTextResponse("Hello")(scope, receive, send)

    async def send(message):
        pass

    await form(before)(app)({"type": "http", "method": "POST", "headers": []}, receive, send)


async def test_looking_for_a_disconnect_takes_nothing_from_the_application(form):
    parts = [{"type": "http.request", "body": b"one", "more_body": False}]

    async def receive():
        if not parts:
            await anyio.sleep_forever()
        return parts.pop(0)

    sent = []

    async def send(message):
        sent.append(message)

    await form(looked_for_a_disconnect)(echo)({"type": "http", "method": "POST", "headers": []}, receive, send)
    assert sent[1]["body"] == b"one"


async def test_the_request_given_to_call_next_counts(drive):
    async def dispatch(request, call_next):
        async def receive():
            return {"type": "http.request", "body": b"another body"}

        return await call_next(Request({**request.scope, "path": "/there"}, receive))

    @request_response
    async def app(request):
        return PlainTextResponse(request.url.path.encode() + b" " + await request.body())

    answer = await drive.request(BaseHTTPMiddleware(app, dispatch), "/here", body=b"one")
    assert answer.text == "/there another body"


@given(st.lists(st.binary(max_size=5), min_size=1), st.booleans())
def test_all_chunkings_are_replayed(chunks, reads):
    async def dispatch(request, call_next):
        if reads:
            await request.body()
        return await call_next(request)

    events = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    events[-1]["more_body"] = False
    sent = []

    async def receive():
        return events.pop(0)

    async def send(message):
        sent.append(message.get("body", b""))

    app = BaseHTTPMiddleware(BaseHTTPMiddleware(echo, dispatch), dispatch)
    with pytest.raises(StopIteration):
        app({"type": "http", "method": "POST", "headers": []}, receive, send).send(None)
    assert b"".join(sent) == b"".join(chunks)
