"""A generator that waits, by a second bare ``yield``, until the response is complete."""

from contextlib import suppress

import anyio
import pytest

from asgi_http import ClientDisconnect, PlainTextResponse, StreamingResponse
from asgi_http import http_middleware as decorator

START = {"type": "http.response.start", "status": 200, "headers": []}


def part(body, more_body=True):
    return {"type": "http.response.body", "body": body, "more_body": more_body}


hello = PlainTextResponse("Hello")


# The end of the response


@decorator
async def logging(request, log):
    response = yield
    response.headers["x-log"] = "1"
    try:
        yield
    except BaseException as exc:
        log.append(type(exc))
        raise
    log.append("complete")


async def test_a_second_bare_yield_waits_until_the_response_is_complete(drive):
    log = []

    async def background():
        log.append("background")

    async def send(message):
        log.append(message.get("body"))

    app = logging(StreamingResponse(["one", "two"], background=background), log)
    await app(drive.scope(), None, send)
    assert log == [None, b"one", b"two", b"", "complete", "background"]


async def test_the_response_is_complete_with_its_trailers(drive):
    log = []

    async def app(scope, receive, send):
        await send({**START, "trailers": True})
        await send(part(b"", more_body=False))
        await send({"type": "http.response.trailers", "headers": [], "more_trailers": True})
        assert log == []
        await send({"type": "http.response.trailers", "headers": []})
        assert log == ["complete"]

    answer = await drive.request(logging(app, log))
    assert answer.headers["x-log"] == "1"
    assert len(answer.messages) == 4


async def test_the_response_is_complete_with_a_file(drive):
    log = []

    async def app(scope, receive, send):
        await send(START)
        await send({"type": "http.response.zerocopysend", "file": None, "more_body": True})
        assert log == []
        await send({"type": "http.response.pathsend", "path": "/etc/hostname"})
        assert log == ["complete"]

    await drive.request(logging(app, log))


async def test_a_changed_body_is_awaited_as_well(drive):
    log = []

    @decorator
    async def middleware(request):
        response = yield
        response.body_iterator = changed(response.body_iterator)
        yield response
        log.append("complete")

    async def changed(chunks):
        async for chunk in chunks:
            yield chunk.upper()
        log.append("changed")

    answer = await drive.request(middleware(StreamingResponse(["one", "two"])))
    assert (answer.text, log) == ("ONETWO", ["changed", "complete"])


async def test_an_error_amid_the_response_is_raised_at_the_second_yield(drive, failing_later):
    log = []
    with pytest.raises(LookupError, match="no such thing"):
        await drive.request(logging(failing_later, log))
    assert log == [LookupError]


async def test_an_error_amid_the_response_may_be_swallowed(drive, failing_later):
    @decorator
    async def middleware(request):
        yield
        with suppress(LookupError):
            yield

    answer = await drive.request(middleware(failing_later))
    assert answer.messages == [START, part(b"one")]


async def test_an_error_of_the_background_work_is_not_the_response_s(drive):
    log = []

    async def background():
        raise LookupError("in the background")

    with pytest.raises(LookupError, match="in the background"):
        await drive.request(logging(PlainTextResponse("Hello", background=background), log))
    assert log == ["complete"]


async def test_an_error_behind_the_second_yield_lets_the_application_end(drive):
    log = []

    async def background():
        log.append("background")

    @decorator
    async def middleware(request):
        yield
        yield
        raise LookupError("in the middleware")

    with pytest.raises(LookupError, match="in the middleware"):
        await drive.request(middleware(PlainTextResponse("Hello", background=background)))
    assert log == ["background"]


@pytest.mark.parametrize("fails_at", ["http.response.start", "http.response.body"])
async def test_a_disconnect_is_raised_at_the_second_yield(drive, fails_at):
    log = []

    async def receive():
        await anyio.sleep_forever()

    async def send(message):
        if message["type"] == fails_at:
            raise OSError("The client has gone.")

    await logging(StreamingResponse(["one"]), log)(drive.scope(), receive, send)
    assert log == [ClientDisconnect]


async def test_a_response_that_is_replaced_outside_never_ends(drive):
    async def endless(scope, receive, send):
        await send(START)
        while True:
            await send(part(b"x"))

    @decorator
    async def replacing(request):
        yield
        yield PlainTextResponse("Instead.")

    log = []
    answer = await drive.request(replacing(logging(endless, log)))
    assert answer.text == "Instead."
    assert [issubclass(kind, OSError) for kind in log] == [True]


async def test_a_second_yield_is_cancelled_with_the_response(drive):
    log = []

    async def app(scope, receive, send):
        await send(START)
        cancel.cancel()
        await anyio.sleep_forever()

    with anyio.CancelScope() as cancel:
        await drive.request(logging(app, log))
    assert log == [anyio.get_cancelled_exc_class()]


def test_a_coroutine_that_is_closed_amid_the_response_closes_the_generator(drive):
    class Wait:
        def __await__(self):
            yield "waiting"

    async def send(message):
        await Wait()

    log = []
    coroutine = logging(hello, log)(drive.scope(), None, send)
    assert coroutine.send(None) == "waiting"
    coroutine.close()
    assert log == [GeneratorExit]
