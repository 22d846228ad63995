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


@pytest.mark.parametrize("name", ["endless", "from_a_task", "translated"])
async def test_a_replaced_response_that_would_never_end_is_ended(drive, form, name, make_endless, endless_from_a_task):
    async def translated(scope, receive, send):
        try:
            await make_endless()(scope, receive, send)
        except OSError as exc:
            raise RuntimeError("Could not send.") from exc

    app = {"endless": make_endless(), "from_a_task": endless_from_a_task, "translated": translated}[name]

    async def after(response):
        return PlainTextResponse("Instead.")

    answer = await drive.request(form(after=after)(form()(app)))
    assert [message.get("body") for message in answer.messages] == [None, b"Instead."]


async def test_a_replaced_response_leaves_no_failed_request_in_the_scope(drive, form, make_endless):
    @request_response
    async def app(request):
        return make_endless()

    async def after(response):
        return PlainTextResponse("Instead.")

    answer = await drive.request(form(after=after)(app))
    assert VIEW not in answer.scope


async def test_an_error_beside_a_replaced_response_comes_out(drive, form, make_endless):
    async def fail_at_the_end():
        try:
            await anyio.sleep_forever()
        finally:
            raise LookupError("beside it")

    async def app(scope, receive, send):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail_at_the_end)
            await checkpoint()
            await make_endless()(scope, receive, send)

    async def after(response):
        return PlainTextResponse("Instead.")

    with pytest.raises(ExceptionGroup) as raised:
        await drive.request(form(after=after)(app))
    assert raised.group_contains(LookupError, match="beside it")


@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_a_changed_response_that_is_replaced_is_no_disconnect(drive, form, version, make_endless, changed):
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
    await form(before, replace)(form(after=after)(make_endless()))(scope, receive, send)
    assert log == [None, b"Instead.", "change closed"]
    assert not await requests[0].is_disconnected()


@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_the_generator_of_a_replaced_response_is_closed(drive, form, version, numbers):
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


async def test_a_failure_of_the_application_while_it_is_ended_comes_out(drive, form, make_endless):
    async def app(scope, receive, send):
        try:
            await make_endless()(scope, receive, send)
        finally:
            raise LookupError("in the finally")

    async def after(response):
        return PlainTextResponse("Instead.")

    with pytest.raises(LookupError, match="in the finally"):
        await drive.request(form(after=after)(app))
