"""How an `EventSourceResponse` ends: clients that leave or read nothing, shutdown and cancellation."""

from time import monotonic

import anyio
import pytest

from asgi_http import SendTimeoutError, ServerSentEvent, Shutdown

OLD_SERVER = {"version": "3.0", "spec_version": "2.3"}


# The client leaves


@pytest.mark.parametrize("asgi", [None, OLD_SERVER])
async def test_a_client_that_leaves_ends_it_quietly(asgi, exchange_of):
    exchange = exchange_of(asgi=asgi)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(exchange.run)
            await exchange.has_begun.wait()
            exchange.has_left.set()
    assert exchange.log == ["closed", "left", "background", "returned"]
    assert not exchange.has_end


async def test_a_client_that_leaves_while_it_is_sent_to(exchange_of):
    exchange = exchange_of(delay=60)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(exchange.run)
            await exchange.has_begun.wait()
            exchange.has_left.set()
    assert exchange.log == ["closed", "left", "background", "returned"]


@pytest.mark.parametrize("before", [0, 1, 2])
async def test_a_server_that_cannot_send_any_more(before, exchange_of):
    class Failing(exchange_of):
        async def send(self, message):
            if len(self.messages) == before:
                raise BrokenPipeError
            self.messages.append(message)

    exchange = Failing()
    with anyio.fail_after(5):
        await exchange.run(ServerSentEvent(str(number)) for number in range(5))
    assert exchange.log == ["left", "background", "returned"]


async def test_a_heartbeat_finds_that_the_client_has_left(exchange_of):
    exchange = exchange_of()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: exchange.run(ping=0.02))
            await exchange.has_begun.wait()
            exchange.error = ConnectionResetError()
    assert exchange.log == ["closed", "left", "background", "returned"]


async def test_the_body_of_the_request_may_still_come(exchange_of):
    class Sending(exchange_of):
        async def receive(self):
            if parts:
                return parts.pop()
            return await super().receive()

    async def content():
        message = await exchange.scope["asgi_http.receive"]()
        yield message["body"]

    parts = [{"type": "http.request", "body": b"raw", "more_body": False}]
    exchange = Sending()
    with anyio.fail_after(5):
        await exchange.run(content())
    assert exchange.chunks == [b"raw"]
    assert exchange.log == ["background", "returned"]


# The client reads nothing


async def test_a_client_that_reads_nothing_is_cut_off(exchange_of):
    exchange = exchange_of(delay=60)
    with anyio.fail_after(5):
        with pytest.raises(SendTimeoutError, match=r"^The client took nothing for 0\.05 seconds\.$") as raised:
            await exchange.run(send_timeout=0.05)
    assert isinstance(raised.value, TimeoutError)
    assert exchange.log == ["closed"]
    assert not exchange.has_end


async def test_a_client_that_reads_is_not(exchange_of):
    exchange = exchange_of(delay=0.01)
    await exchange.run(["event"] * 3, send_timeout=5)
    assert exchange.has_end
    assert exchange.log == ["background", "returned"]


async def test_a_time_out_of_the_server_is_a_client_that_left(exchange_of):
    exchange = exchange_of()
    exchange.error = TimeoutError()
    await exchange.run(send_timeout=5)
    assert exchange.log == ["left", "background", "returned"]


# Shutdown


def shutdown_arguments(way):
    """The ways to give a response its shutdown, and the event that is set then."""
    event = Shutdown()
    return event, {"shutdown": event} if way == "lifespan" else {}, {"shutdown_event": event} if way == "given" else {}


@pytest.mark.parametrize("way", ["lifespan", "given"])
async def test_shutdown_ends_it_in_good_order(way, exchange_of):
    event, of_exchange, of_response = shutdown_arguments(way)
    exchange = exchange_of(**of_exchange)
    began = monotonic()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: exchange.run(**of_response))
        await exchange.has_begun.wait()
        event.set()
    assert exchange.chunks == [b"data: event\r\n\r\n"]
    assert exchange.has_end
    assert exchange.log == ["closed", "background", "returned"]
    assert monotonic() - began < 0.9


async def test_a_stream_that_begins_during_shutdown_ends_at_once(exchange_of):
    shutdown = Shutdown()
    shutdown.set()
    exchange = exchange_of(shutdown)
    with anyio.fail_after(5):
        await exchange.run()
    assert exchange.has_end


async def test_an_event_of_anyio_ends_it_too(exchange_of):
    event = anyio.Event()
    exchange = exchange_of()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: exchange.run(shutdown_event=event))
            await exchange.has_begun.wait()
            event.set()
    assert exchange.has_end


async def test_content_that_sees_the_shutdown_says_goodbye(exchange_of):
    async def content():
        yield "event"
        await seen.wait()
        yield "goodbye"

    seen = anyio.Event()
    shutdown = Shutdown()
    exchange = exchange_of(shutdown)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: exchange.run(content(), shutdown_event=seen, shutdown_grace_period=60))
            await exchange.has_begun.wait()
            shutdown.set()
    assert exchange.chunks[-1] == b"data: goodbye\r\n\r\n"
    assert exchange.has_end
    assert exchange.log == ["background", "returned"]


async def test_content_that_does_not_end_by_itself_is_ended(exchange_of):
    exchange = exchange_of(shutdown := Shutdown())
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: exchange.run(shutdown_grace_period=0.2))
            await exchange.has_begun.wait()
            shutdown.set()
            await anyio.sleep(0.02)
            assert exchange.log == []
    assert exchange.has_end
    assert exchange.log == ["closed", "background", "returned"]


async def test_an_event_that_is_being_sent_is_sent_whole(exchange_of):
    exchange = exchange_of(shutdown := Shutdown(), delay=0.1)
    sent = []

    async def send(message):
        await exchange_of.send(exchange, message)
        sent.append(message)

    exchange.send = send
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: exchange.run(exchange.content(count=5)))
            await exchange.has_begun.wait()
            shutdown.set()
    assert sent == exchange.messages
    assert exchange.chunks == [b"data: event\r\n\r\n"]
    assert exchange.has_end
    assert exchange.log == ["closed", "background", "returned"]


async def test_a_heartbeat_that_is_being_sent_is_sent_whole(exchange_of):
    exchange = exchange_of(shutdown := Shutdown())
    sent = []

    async def send(message):
        exchange.messages.append(message)
        if message.get("body"):
            exchange.has_begun.set()
            await anyio.sleep(0.1)
        sent.append(message)

    exchange.send = send
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: exchange.run(exchange.content(count=0), ping=0.01))
            await exchange.has_begun.wait()
            shutdown.set()
    assert sent == exchange.messages
    assert exchange.chunks == [b": ping\r\n\r\n"]
    assert exchange.has_end


async def test_a_client_that_reads_nothing_does_not_stop_the_shutdown(monkeypatch, exchange_of):
    monkeypatch.setattr("asgi_http._events.event_source_response.END_TIMEOUT", 0.05)

    class Stuck(exchange_of):
        async def send(self, message):
            await super().send(message)
            if self.has_begun.is_set():
                await anyio.sleep_forever()

    exchange = Stuck(shutdown := Shutdown())
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(exchange.run)
            await exchange.has_begun.wait()
            shutdown.set()
    assert exchange.log == ["closed", "background", "returned"]


async def test_content_that_fails_at_shutdown(exchange_of):
    async def content():
        try:
            yield "event"
            await anyio.sleep_forever()
        finally:
            raise LookupError

    exchange = exchange_of(shutdown := Shutdown())

    async def run():
        with pytest.raises(LookupError):
            await exchange.run(content())

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run)
            await exchange.has_begun.wait()
            shutdown.set()


# Cancellation and cleaning up


async def test_a_cancelled_response_closes_its_content(exchange_of):
    exchange = exchange_of()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(exchange.run)
            await exchange.has_begun.wait()
            tasks.cancel_scope.cancel()
    assert exchange.log == ["closed"]


async def test_content_that_is_cancelled_while_an_event_is_sent_may_take_time_to_close(exchange_of):
    async def content():
        try:
            yield "event"
        finally:
            await anyio.sleep(0.05)
            exchange.log.append("closed")

    exchange = exchange_of(delay=60)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: exchange.run(content()))
            await exchange.has_begun.wait()
            tasks.cancel_scope.cancel()
    assert exchange.log == ["closed"]


@pytest.mark.parametrize("seconds", [0, 0.05])
async def test_but_not_for_ever(seconds, exchange_of):
    async def content():
        try:
            yield "event"
        finally:
            exchange.log.append("closing")
            await anyio.sleep(60)
            exchange.log.append("closed")

    exchange = exchange_of(delay=60)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: exchange.run(content(), cleanup_timeout=seconds))
            await exchange.has_begun.wait()
            exchange.has_left.set()
    assert exchange.log == ["closing", "left", "background", "returned"]
