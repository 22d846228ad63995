"""Calling the application again, with the same request or another, and what becomes of the first response."""

import anyio
import pytest

from asgi_http import BaseHTTPMiddleware, PlainTextResponse, Response, StreamingResponse, request_response

START = {"type": "http.response.start", "status": 200, "headers": []}


def part(body, more_body=True):
    return {"type": "http.response.body", "body": body, "more_body": more_body}


async def twice(request, call_next):
    await call_next(request)
    return await call_next(request)


async def test_a_second_call_gives_the_first_response_up(drive, make_endless, endless_from_a_task):
    endless = make_endless()
    apps = [endless, endless_from_a_task, PlainTextResponse("third")]

    async def app(scope, receive, send):
        await apps.pop(0)(scope, receive, send)

    async def dispatch(request, call_next):
        first = await call_next(request)
        assert await anext(first.body_iterator) == b"x"
        await call_next(request)
        response = await call_next(request)
        with pytest.raises(RuntimeError, match="This response is over"):
            await anext(first.body_iterator)
        return response

    answer = await drive.request(BaseHTTPMiddleware(app, dispatch))
    assert answer.text == "third"
    assert endless.parts == 1


async def test_a_stream_that_is_given_up_may_end_but_not_go_on(drive):
    async def app(scope, receive, send):
        await send(START)
        with pytest.raises(OSError, match="answered by itself"):
            await send(part(b"one"))
        await send(part(b"", more_body=False))
        raise LookupError("of the first call")

    async def dispatch(request, call_next):
        await call_next(request)
        with pytest.raises(LookupError, match="of the first call"):
            await call_next(request)
        return Response("Instead.")

    answer = await drive.request(BaseHTTPMiddleware(app, dispatch))
    assert answer.text == "Instead."


async def test_a_plain_response_that_is_given_up_runs_to_its_end_before_the_next(drive):
    log = []

    async def background():
        log.append("background")

    @request_response
    async def app(request):
        log.append("called")
        return PlainTextResponse("Hello", background=background)

    answer = await drive.request(BaseHTTPMiddleware(app, twice))
    assert answer.messages[1:] == [part(b"Hello", more_body=False)]
    assert log == ["called", "background"] * 2


@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_the_generator_of_each_stream_is_closed(drive, version):
    log = []

    async def numbers():
        try:
            for number in range(3):
                yield str(number)
        finally:
            log.append("closed")

    async def receive():
        await anyio.sleep_forever()

    async def send(message):
        log.append(message.get("body"))

    @request_response
    async def app(request):
        return StreamingResponse(numbers())

    await BaseHTTPMiddleware(app, twice)(drive.scope(asgi={"version": "3.0", "spec_version": version}), receive, send)
    assert log == ["closed", None, b"0", b"1", b"2", "closed", b""]


async def test_an_application_that_read_the_body_finds_it_empty_the_second_time(drive):
    bodies = []

    @request_response
    async def app(request):
        bodies.append(await request.body())
        return PlainTextResponse("Hello")

    await drive.request(BaseHTTPMiddleware(app, twice), body=[b"one", b"two"])
    assert bodies == [b"onetwo", b""]


# Other requests


class ForeignRequest:
    """A request of another library."""

    def __init__(self, scope, receive):
        self.scope = scope
        self.receive = receive


async def test_a_request_of_another_library_gives_its_scope_and_receive(drive):
    async def receive():
        return {"type": "http.request", "body": b"another body"}

    async def dispatch(request, call_next):
        return await call_next(ForeignRequest({**request.scope, "path": "/there"}, receive))

    @request_response
    async def app(request):
        return PlainTextResponse(request.url.path.encode() + b" " + await request.body())

    answer = await drive.request(BaseHTTPMiddleware(app, dispatch), "/here", body=b"one")
    assert answer.text == "/there another body"


async def test_a_stream_of_ours_in_place_of_the_answer_to_a_foreign_request_ends_with_the_client(drive):
    is_gone = anyio.Event()

    async def receive():
        await is_gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message.get("body"):
            is_gone.set()

    async def dispatch(request, call_next):
        await call_next(ForeignRequest(request.scope, request.receive))
        return StreamingResponse(endless())

    async def endless():
        while True:
            yield "1"

    scope = drive.scope(asgi={"version": "3.0", "spec_version": "2.3"})
    await BaseHTTPMiddleware(PlainTextResponse("Hello"), dispatch)(scope, receive, send)


@pytest.mark.parametrize("other", [None, {"type": "http"}, type("OnlyScope", (), {"scope": {}})()])
async def test_anything_else_is_refused(drive, other):
    async def dispatch(request, call_next):
        return await call_next(other)

    with pytest.raises(TypeError, match=r"call_next takes the request, not .*: pass the one"):
        await drive.request(BaseHTTPMiddleware(PlainTextResponse("Hello"), dispatch))
