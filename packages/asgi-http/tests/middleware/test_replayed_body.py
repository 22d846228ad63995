"""What the application receives of the request's body after a middleware has read from it."""

from contextlib import aclosing

import anyio
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import (
    BaseHTTPMiddleware,
    ClientDisconnect,
    PlainTextResponse,
    Request,
    StreamingResponse,
    request_response,
)

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


async def looked_and_read(request):
    await looked_for_a_disconnect(request)
    await whole(request)


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


async def test_a_body_that_nobody_read_is_received_as_it_comes(form):
    async def receive():
        raise AssertionError

    async def app(scope, received, send):
        assert received == receive
        assert received != app
        assert hash(received) == hash(received)
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


# What is left for the middleware


async def read_later(drive, app, version="2.4", before=None, **options):
    """What a middleware reads of the body after the response began."""
    read = []
    gone = anyio.Event()
    parts = [{"type": "http.request", "body": chunk, "more_body": chunk != b"three"} for chunk in CHUNKS]

    async def receive():
        if not parts:
            await gone.wait()
            return {"type": "http.disconnect"}
        return parts.pop(0)

    async def dispatch(request, call_next):
        if before is not None:
            await before(request)
        response = await call_next(request)
        try:
            with anyio.fail_after(2):
                read.append(await request.body())
        except Exception as error:
            read.append(error)
        return response

    async def send(message):
        pass

    scope = drive.scope(method="POST", asgi={"version": "3.0", "spec_version": version})
    await BaseHTTPMiddleware(BaseHTTPMiddleware(app, passing), dispatch)(scope, receive, send)
    return read[0]


async def passing(request, call_next):
    return await call_next(request)


async def plain_echo(scope, receive, send):
    """An application that knows nothing of listeners."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    await PlainTextResponse(body)(scope, receive, send)


async def numbers():
    for number in range(3):
        await checkpoint()
        yield str(number)


async def streaming(scope, receive, send):
    await StreamingResponse(numbers())(scope, receive, send)


@pytest.mark.parametrize("version", ["2.3", "2.4"])
@pytest.mark.parametrize("app", [echo, plain_echo])
async def test_a_body_that_the_application_has_read_is_gone(drive, app, version):
    error = await read_later(drive, app, version)
    assert (type(error), str(error)) == (RuntimeError, "Stream consumed")


@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_the_rest_of_a_body_that_the_application_has_read_is_gone(drive, version):
    error = await read_later(drive, echo, version, partly)
    assert (type(error), str(error)) == (RuntimeError, "Stream consumed")


@pytest.mark.parametrize("version", ["2.3", "2.4"])
@pytest.mark.parametrize("app", [PlainTextResponse("Hello"), streaming])
@pytest.mark.parametrize("before", [None, looked_for_a_disconnect, whole, looked_and_read])
async def test_a_body_that_the_application_has_not_read_can_still_be_read(drive, app, version, before):
    assert await read_later(drive, app, version, before) == b"onetwothree"


@pytest.mark.parametrize("version", ["2.3", "2.4"])
@pytest.mark.parametrize("app", [echo, plain_echo])
@pytest.mark.parametrize("before", [whole, looked_and_read])
async def test_a_body_that_the_middleware_keeps_can_be_read_again(drive, app, version, before):
    assert await read_later(drive, app, version, before) == b"onetwothree"


@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_a_body_that_was_looked_at_before_reaches_the_application(drive, version):
    bodies = []

    @request_response
    async def app(request):
        async with request.cancel_on_disconnect():
            bodies.append(await request.body())
        return StreamingResponse(numbers())

    with anyio.move_on_after(0.05):
        await read_later(drive, app, version, looked_for_a_disconnect)
    assert bodies == [b"onetwothree"]


async def test_a_disconnect_is_told_to_the_application_as_often_as_it_asks(form):
    told = [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]

    async def receive():
        return told.pop(0)  # and nothing after that

    async def app(scope, receive, send):
        kinds = [(await receive())["type"] for _ in range(4)]
        assert kinds == ["http.request"] + ["http.disconnect"] * 3
        await PlainTextResponse("good")(scope, receive, send)

    sent = []

    async def send(message):
        sent.append(message["type"])

    await form()(app)({"type": "http", "method": "GET", "headers": []}, receive, send)
    assert sent == ["http.response.start", "http.response.body"]


async def test_a_disconnect_that_the_application_has_heard_of_is_told_again(drive):
    messages = [{"type": "http.request", "body": b"one", "more_body": True}, {"type": "http.disconnect"}]
    log = []

    async def receive():  # a server that tells it once
        if not messages:
            await anyio.sleep_forever()
        return messages.pop(0)

    async def app(scope, receive, send):
        while messages:
            await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def dispatch(request, call_next):
        response = await call_next(request)
        try:
            await request.body()
        except ClientDisconnect:
            log.append("gone")
            raise
        return response

    async def send(message):
        log.append(message)

    with anyio.fail_after(2):
        await BaseHTTPMiddleware(BaseHTTPMiddleware(app, passing), dispatch)(drive.scope(), receive, send)
    assert log == ["gone"]


@pytest.mark.parametrize("before", [looked_for_a_disconnect, whole])
async def test_middleware_and_application_listen_as_one(drive, before):
    listening = 0
    most = 0
    gone = anyio.Event()
    parts = [{"type": "http.request", "body": b"onetwothree", "more_body": False}]
    seen = []

    async def receive():
        nonlocal listening, most
        if parts:
            return parts.pop()
        listening += 1
        most = max(most, listening)
        try:
            await gone.wait()
        finally:
            listening -= 1
        return {"type": "http.disconnect"}

    async def dispatch(request, call_next):
        await before(request)
        response = await call_next(request)
        response.body_iterator = looking(request, response.body_iterator)
        return response

    async def looking(request, chunks):
        async for chunk in chunks:
            await anyio.sleep(0.001)  # the application's listener has its first turn
            seen.append(await request.is_disconnected())
            yield chunk

    async def send(message):
        await checkpoint()

    scope = drive.scope(method="POST", asgi={"version": "3.0", "spec_version": "2.3"})
    await BaseHTTPMiddleware(streaming, dispatch)(scope, receive, send)
    assert (most, listening, seen) == (1, 0, [False] * 3)


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
