"""Responses that take the place of the application's, which is ended then."""

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import (
    PlainTextResponse,
    StreamingResponse,
    request_response,
)
from asgi_types import VIEW

START = {"type": "http.response.start", "status": 200, "headers": []}


def part(body, more_body=True):
    return {"type": "http.response.body", "body": body, "more_body": more_body}


class Endless:
    """An application that streams for ever, and remembers how that ended."""

    def __init__(self):
        self.ended_by = None
        self.parts = 0

    async def __call__(self, scope, receive, send):
        try:
            await send(START)
            while True:
                self.parts += 1
                await send(part(b"x"))
        except BaseException as exc:
            self.ended_by = exc
            raise


async def numbers(log):
    try:
        while True:
            yield "1"
            await checkpoint()
    finally:
        log.append("numbers closed")


async def changed(chunks, log):
    try:
        async for chunk in chunks:
            yield chunk
    finally:
        log.append("change closed")


async def from_a_task(scope, receive, send):
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(Endless(), scope, receive, send)
        await anyio.sleep_forever()


async def translated(scope, receive, send):
    try:
        await Endless()(scope, receive, send)
    except OSError as exc:
        raise RuntimeError("Could not send.") from exc


@pytest.mark.parametrize("app", [Endless(), from_a_task, translated])
async def test_a_replaced_response_that_would_never_end_is_ended(drive, form, app):
    async def after(response):
        return PlainTextResponse("Instead.")

    answer = await drive.request(form(after=after)(form()(app)))
    assert [message.get("body") for message in answer.messages] == [None, b"Instead."]


async def test_a_replaced_response_leaves_no_failed_request_in_the_scope(drive, form):
    @request_response
    async def app(request):
        return Endless()

    async def after(response):
        return PlainTextResponse("Instead.")

    answer = await drive.request(form(after=after)(app))
    assert VIEW not in answer.scope


async def test_an_error_beside_a_replaced_response_comes_out(drive, form):
    async def fail_at_the_end():
        try:
            await anyio.sleep_forever()
        finally:
            raise LookupError("beside it")

    async def app(scope, receive, send):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail_at_the_end)
            await checkpoint()
            await Endless()(scope, receive, send)

    async def after(response):
        return PlainTextResponse("Instead.")

    with pytest.raises(ExceptionGroup) as raised:
        await drive.request(form(after=after)(app))
    assert raised.group_contains(LookupError, match="beside it")


@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_a_changed_response_that_is_replaced_is_no_disconnect(drive, form, version):
    log = []

    async def after(response):
        response.body_iterator = changed(response.body_iterator, log)

    async def replace(response):
        return PlainTextResponse("Instead.")

    async def before(request):
        requests.append(request)

    async def receive():
        await anyio.sleep_forever()

    async def send(message):
        log.append(message.get("body"))

    requests = []
    scope = drive.scope(asgi={"version": "3.0", "spec_version": version})
    await form(before, replace)(form(after=after)(Endless()))(scope, receive, send)
    assert log == [None, b"Instead.", "change closed"]
    assert not await requests[0].is_disconnected()


@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_the_generator_of_a_replaced_response_is_closed(drive, form, version):
    log = []

    async def background():
        log.append("background")

    async def app(scope, receive, send):
        await StreamingResponse(numbers(log), background=background)(scope, receive, send)

    async def receive():
        await anyio.sleep_forever()

    async def after(response):
        return PlainTextResponse("Instead.")

    async def send(message):
        log.append(message.get("body"))

    scope = drive.scope(asgi={"version": "3.0", "spec_version": version})
    await form(after=after)(app)(scope, receive, send)
    assert log == [None, b"Instead.", "numbers closed", "background"]


async def test_a_replaced_response_that_is_whole_runs_its_background_work(drive, form):
    log = []

    async def background():
        log.append("background")

    async def after(response):
        return PlainTextResponse("Instead.")

    await drive.request(form(after=after)(PlainTextResponse("Hello", background=background)))
    assert log == ["background"]


async def test_a_failure_of_the_application_while_it_is_ended_comes_out(drive, form):
    async def app(scope, receive, send):
        try:
            await Endless()(scope, receive, send)
        finally:
            raise LookupError("in the finally")

    async def after(response):
        return PlainTextResponse("Instead.")

    with pytest.raises(LookupError, match="in the finally"):
        await drive.request(form(after=after)(app))
