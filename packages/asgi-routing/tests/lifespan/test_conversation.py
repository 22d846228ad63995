from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from asgi_routing import Router, lifespan_of
from asgi_types import Response

STARTED = {"type": "lifespan.startup.complete"}
ENDED = {"type": "lifespan.shutdown.complete"}


@asynccontextmanager
async def running(app: Any) -> AsyncIterator[Any]:
    with anyio.fail_after(10):
        async with lifespan_of(app)(None) as state:
            yield state


async def live(app: Any, *, reached: list[str] | None = None) -> Any:
    """The state of ``app`` in one whole life; ``reached`` is told that it was there to serve."""
    async with running(app) as state:
        await anyio.wait_all_tasks_blocked()
        if reached is not None:
            reached.append("served")
    return state


# Who does not speak lifespan is left alone


async def raises_at_once(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"


async def returns_at_once(scope: Any, receive: Any, send: Any) -> None:
    pass


async def returns_without_an_answer(scope: Any, receive: Any, send: Any) -> None:
    await receive()


async def sends_for_ever(scope: Any, receive: Any, send: Any) -> None:
    while True:
        await send({"type": "http.response.body", "body": b"", "more_body": True})


async def reads_and_fails_when_it_may_not_answer(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    try:
        await send({"type": "http.response.start", "status": 200, "headers": []})
    finally:
        raise RuntimeError


async def sends_for_ever_twice(scope: Any, receive: Any, send: Any) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sends_for_ever, scope, receive, send)
        tasks.start_soon(sends_for_ever, scope, receive, send)


async def sends_on_in_its_clean_up(scope: Any, receive: Any, send: Any) -> None:
    try:
        await send({"type": "http.response.start", "status": 200, "headers": []})
    finally:
        with anyio.CancelScope(shield=True):
            await send({"type": "http.response.body", "body": b""})


async def says_good_bye_first(scope: Any, receive: Any, send: Any) -> None:
    await send(ENDED)
    await anyio.sleep_forever()


@pytest.mark.parametrize(
    "app",
    [
        raises_at_once,
        returns_at_once,
        returns_without_an_answer,
        Response("Hello"),
        sends_for_ever,
        reads_and_fails_when_it_may_not_answer,
        sends_for_ever_twice,
        sends_on_in_its_clean_up,
        says_good_bye_first,
    ],
)
async def test_an_app_without_a_lifespan_is_left_alone(app: Any) -> None:
    assert await live(app) is None


async def test_who_raises_at_once_is_logged(caplog: Any) -> None:
    with caplog.at_level(logging.INFO, "asgi_routing"):
        await live(returns_at_once)
        await live(sends_for_ever)
        assert caplog.records == []
        await live(raises_at_once)
    [record] = caplog.records
    assert (record.name, record.levelname) == ("asgi_routing", "INFO")
    assert record.exc_info[0] is AssertionError
    assert record.getMessage() == (
        f"{raises_at_once!r} raised before it took lifespan.startup: it is taken to have no lifespan."
    )


class Broken(Router):
    """A router that fails before it comes to its lifespan."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise OSError("broken")


class OfAnotherFramework:
    def __init__(self) -> None:
        self.routes: list[Any] = []

    def url_path_for(self, name: str) -> None: ...

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise OSError("broken")


class RoutesAlone:
    """As those of Channels are."""

    def __init__(self, routes: Any) -> None:
        self.routes = routes

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("no path")


@pytest.mark.parametrize("app", [Broken(), OfAnotherFramework()])
async def test_an_app_that_has_routes_speaks_lifespan_and_fails_if_it_raises_at_once(app: Any, caplog: Any) -> None:
    with caplog.at_level(logging.INFO, "asgi_routing"), pytest.raises(OSError, match=r"^broken$"):
        await live(app)
    assert caplog.records == []


async def test_routes_alone_do_not_tell_that_it_speaks_lifespan() -> None:
    assert await live(RoutesAlone([])) is None


# Applications that say what they should not


def saying(*messages: Any) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        for message in messages:
            await send(message)
        await receive()
        await send(ENDED)

    return app


@pytest.mark.parametrize(
    "messages",
    [
        (STARTED, STARTED),
        (STARTED, ENDED),
        (STARTED, {"type": "http.response.start", "status": 200}),
    ],
)
async def test_a_word_too_many_is_not_heard(messages: Any) -> None:
    with anyio.fail_after(0.9):
        await live(saying(*messages))


async def test_a_shutdown_that_failed_early_is_raised_at_the_shutdown() -> None:
    reached: list[str] = []
    with pytest.raises(RuntimeError, match=r"^lost$"):
        await live(saying(STARTED, {"type": "lifespan.shutdown.failed", "message": "lost"}), reached=reached)
    assert reached == ["served"]


@pytest.mark.parametrize("early", [False, True])
async def test_an_app_that_never_returns_is_ended_after_its_last_word(early: bool) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send(STARTED)
                if early:
                    await send(ENDED)
            elif not early:
                await send(ENDED)

    with anyio.fail_after(0.9):
        await live(app)


async def test_an_app_that_never_ends_is_cancelled_a_second_after_its_last_word() -> None:
    log: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(STARTED)
        await receive()
        await send(ENDED)
        try:
            await anyio.sleep_forever()
        finally:
            log.append("cancelled")

    began = anyio.current_time()
    await live(app)
    assert 0.9 < anyio.current_time() - began < 5
    assert log == ["cancelled"]


async def test_an_app_may_listen_on_in_another_task() -> None:
    log: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        to_app, from_server = anyio.create_memory_object_stream[Any](8)

        async def listen() -> None:
            while True:
                await to_app.send(await receive())

        with to_app, from_server:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(listen)
                await from_server.receive()
                await send(STARTED)
                await from_server.receive()
                await anyio.wait_all_tasks_blocked()  # where the listener has asked once more
                log.append("stopped")
                await send(ENDED)
                tasks.cancel_scope.cancel()

    await live(app)
    assert log == ["stopped"]


async def test_an_app_that_asks_on_instead_of_answering_has_shut_down() -> None:
    log: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            log.append(message["type"])
            if message["type"] == "lifespan.startup":
                await send(STARTED)

    with anyio.fail_after(0.9):
        await live(app)
    assert log == ["lifespan.startup", "lifespan.shutdown"]


async def test_an_app_may_ask_again_when_it_has_given_up_asking() -> None:
    log: list[str] = []
    asks_again = anyio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(STARTED)
        with anyio.move_on_after(0.01):
            await receive()
        asks_again.set()
        log.append((await receive())["type"])
        await send(ENDED)

    async with running(app):
        await asks_again.wait()
    assert log == ["lifespan.shutdown"]


async def test_of_two_tasks_that_ask_one_gets_the_shutdown() -> None:
    log: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def ask() -> None:
            log.append((await receive())["type"])
            await send(ENDED)

        await receive()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            tasks.start_soon(ask)
            await send(STARTED)

    await live(app)
    assert log == ["lifespan.shutdown"]


async def test_nothing_counts_after_a_start_that_failed() -> None:
    reached: list[str] = []
    with pytest.raises(RuntimeError, match=r"^no database$"):
        await live(saying({"type": "lifespan.startup.failed", "message": "no database"}, STARTED), reached=reached)
    assert reached == []


@pytest.mark.parametrize("messages", [(STARTED,), (STARTED, ENDED)])
async def test_who_has_said_that_it_started_was_there_to_serve_and_fails_at_the_shutdown(messages: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)
        raise OSError("lost")

    reached: list[str] = []
    with pytest.raises(OSError, match=r"^lost$"):
        await live(app, reached=reached)
    assert reached == ["served"]


async def test_an_app_that_has_failed_and_does_not_end_is_cancelled_a_second_later() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.failed", "message": "no database"})
        await anyio.sleep_forever()

    began = anyio.current_time()
    with pytest.raises(RuntimeError, match=r"^no database$"):
        await live(app)
    assert 0.9 < anyio.current_time() - began < 5


async def test_what_is_raised_says_more_than_a_message() -> None:
    error = OSError("no database")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.failed", "message": "see above"})
        raise error

    with pytest.raises(OSError) as raised:
        await live(app)
    assert raised.value is error
