"""What becomes of an `EventSourceResponse` whose content, or what runs beside it, fails."""

import asyncio
from contextlib import contextmanager

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import EventSourceResponse, HTTPException, ServerSentEvent

OLD_SERVER = {"asgi": {"version": "3.0", "spec_version": "2.3"}}
EVENT = b"data: event\r\n\r\n"


# Content that fails


@contextmanager
def failing(response_error):
    with pytest.raises(type(response_error)) as raised:
        yield
    assert raised.value is response_error


async def failing_content(error):
    yield "event"
    raise error


SERVER_ERROR = b'event: error\r\ndata: {"status_code":500,"detail":"Internal Server Error"}\r\n\r\n'


async def test_the_client_hears_of_an_error_but_not_what_it_was(client_of):
    client, error = client_of(), LookupError("secret")
    with failing(error):
        await client.get(EventSourceResponse(failing_content(error)))
    assert client.chunks == [EVENT, SERVER_ERROR]
    assert not client.has_end


async def test_what_is_meant_for_the_client_gets_there(client_of):
    client, error = client_of(), HTTPException(403, "Not yours.")
    with failing(error):
        await client.get(EventSourceResponse(failing_content(error)))
    assert client.chunks == [EVENT, b'event: error\r\ndata: {"status_code":403,"detail":"Not yours."}\r\n\r\n']


async def test_an_error_event_of_your_own(client_of):
    client, error = client_of(), LookupError("public")
    with failing(error):
        response = EventSourceResponse(failing_content(error), on_error=lambda exc: ServerSentEvent(str(exc)), sep="\n")
        await client.get(response)
    assert client.chunks[-1] == b"data: public\n\n"


@pytest.mark.parametrize("on_error", [None, lambda error: None])
async def test_no_error_event(on_error, client_of):
    client, error = client_of(), LookupError()
    with failing(error):
        await client.get(EventSourceResponse(failing_content(error), on_error=on_error))
    assert client.chunks == [EVENT]
    assert not client.has_end


@pytest.mark.parametrize(
    ("item", "error"), [({"data": 1, "daat": 2}, TypeError), (float("nan"), ValueError), ({"retry": -1}, ValueError)]
)
async def test_items_that_are_no_events_are_errors_of_the_content(item, error, client_of):
    closed = []

    async def content():
        try:
            yield item
        finally:
            await checkpoint()
            closed.append(True)

    client = client_of()
    with pytest.raises(error):
        await client.get(EventSourceResponse(content()))
    assert client.chunks == [SERVER_ERROR]
    assert closed == [True]


async def test_an_error_of_the_sender_beside_the_content(client_of, slow_content):
    async def feed():
        raise error

    client, error = client_of(), LookupError()
    with failing(error):
        await client.get(EventSourceResponse(slow_content(60), data_sender_callable=feed))
    assert client.chunks == [SERVER_ERROR]


async def test_an_os_error_of_the_content_is_no_disconnect(client_of):
    client, error = client_of(), ConnectionResetError("of the database")
    with failing(error):
        await client.get(EventSourceResponse(failing_content(error)))
    assert client.chunks == [EVENT, SERVER_ERROR]


async def test_an_error_that_is_no_exception_is_raised_and_not_told(client_of):
    class Stop(BaseException):
        pass

    client, error = client_of(), Stop()
    with failing(error):
        await client.get(EventSourceResponse(failing_content(error)))
    assert client.chunks == [EVENT]


async def test_the_error_of_the_content_is_raised_even_if_the_client_is_gone(client_of):
    class Leaving(client_of):
        async def send(self, message):
            if message.get("body") == SERVER_ERROR:
                raise OSError
            await super().send(message)

    error = LookupError()
    with failing(error):
        await Leaving().get(EventSourceResponse(failing_content(error)))


async def test_an_error_of_on_error_has_that_of_the_content_as_its_context(client_of):
    def on_error(error):
        raise failure

    error, failure = LookupError(), ZeroDivisionError()
    with failing(failure):
        await client_of().get(EventSourceResponse(failing_content(error), on_error=on_error))
    assert failure.__context__ is error


async def test_an_error_event_that_cannot_be_encoded_is_an_error_of_on_error(client_of):
    client, error = client_of(), LookupError()
    with pytest.raises(TypeError) as raised:
        await client.get(EventSourceResponse(failing_content(error), on_error=lambda _: ServerSentEvent([object()])))
    assert raised.value.__context__ is error
    assert client.chunks == [EVENT]


# The sender beside the content


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # the cancellations of trio belong to a scope
async def test_a_sender_whose_own_wait_was_cancelled_has_failed(client_of, slow_content):
    async def feed():
        task = asyncio.ensure_future(asyncio.sleep(60))
        await asyncio.sleep(0)
        task.cancel()
        await task

    client = client_of()
    with pytest.raises(RuntimeError, match=r"^What data_sender_callable waited for was cancelled\.$") as raised:
        await client.get(EventSourceResponse(slow_content(60), data_sender_callable=feed))
    assert isinstance(raised.value.__cause__, asyncio.CancelledError)
    assert client.chunks == [SERVER_ERROR]
    assert not client.has_end


# Failing while the client leaves


@pytest.mark.parametrize("scope", [{}, OLD_SERVER])
@pytest.mark.parametrize("is_waiting", [True, False])
async def test_an_error_of_the_clean_up_is_raised_though_the_client_has_left(scope, is_waiting, client_of):
    class Slow(client_of):
        async def send(self, message):
            await super().send(message)
            if message.get("body") == EVENT and not is_waiting:
                await anyio.sleep_forever()

    async def content():
        try:
            yield "event"
            await anyio.sleep_forever()
        finally:
            raise error

    async def get():
        with failing(error):
            await client.get(EventSourceResponse(content()))
        log.append("raised")

    client, error, log = Slow(**scope), LookupError(), []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(get)
        await client.has_begun.wait()
        await anyio.wait_all_tasks_blocked()
        client.has_left.set()
    assert log == ["raised"]
    assert not client.has_end


async def test_an_error_of_the_senders_clean_up_is_raised_though_the_client_has_left(client_of, slow_content):
    async def feed():
        try:
            await anyio.sleep_forever()
        finally:
            raise error

    async def get():
        with failing(error):
            await client.get(EventSourceResponse(slow_content(0, 60), data_sender_callable=feed))
        log.append("raised")

    client, error, log = client_of(), LookupError(), []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(get)
        await client.has_begun.wait()
        await anyio.wait_all_tasks_blocked()
        client.has_left.set()
    assert log == ["raised"]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_client_found_gone_does_not_hide_a_cancellation_by_asyncio_itself(client_of, slow_content):
    class Leaving(client_of):
        async def send(self, message):
            await super().send(message)
            if message.get("body") == b": ping\r\n\r\n":
                try:
                    await anyio.sleep_forever()
                finally:
                    raise OSError

    client = Leaving()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.get(EventSourceResponse(slow_content(60), ping=0.01))
    assert client.chunks == [b": ping\r\n\r\n"]
