from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.lowlevel
import pytest

from asgi_routing import Router, lifespan_of

STARTED = {"type": "lifespan.startup.complete"}
ENDED = {"type": "lifespan.shutdown.complete"}


@asynccontextmanager
async def running(app: Any, outer_app: Any = None) -> AsyncIterator[Any]:
    with anyio.fail_after(10):
        async with lifespan_of(app)(outer_app) as state:
            yield state


async def live(app: Any, outer_app: Any = None, *, reached: list[str] | None = None) -> Any:
    """The state of ``app`` in one whole life; ``reached`` is told that it was there to serve."""
    async with running(app, outer_app) as state:
        await anyio.wait_all_tasks_blocked()
        if reached is not None:
            reached.append("served")
    return state


class Recorded:
    """An application that writes down what it is told, and fails where it is asked to."""

    def __init__(self, fail: str = "", state: Any = ()) -> None:
        self.log: list[Any] = []
        self.fail = fail
        self.state = state
        self.error = ValueError(f"cannot {fail}")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            self.log.append((await receive())["type"])
            if self.fail == "start":
                raise self.error
            scope["state"].update(self.state)
            await send(STARTED)
            if self.fail == "serve":
                raise self.error
            self.log.append((await receive())["type"])
            if self.fail == "stop":
                raise self.error
            await send(ENDED)
            if self.fail == "return":
                raise self.error
        except anyio.get_cancelled_exc_class():
            self.log.append("cancelled")
            raise


BOTH = ["lifespan.startup", "lifespan.shutdown"]


# What is said


async def test_the_app_starts_with_the_block_and_stops_with_it() -> None:
    app = Recorded(state={"db": "pool"})
    async with running(app) as state:
        assert app.log == ["lifespan.startup"]
        assert state == {"db": "pool"}
    assert app.log == BOTH


async def test_it_can_be_started_again() -> None:
    app = Recorded()
    lifespan = lifespan_of(app)
    for _ in range(2):
        async with lifespan(None):
            pass
    assert app.log == BOTH * 2


async def test_an_empty_state_is_none() -> None:
    assert await live(Recorded()) is None


async def test_the_scope_is_that_of_the_specification() -> None:
    scopes: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scopes.append({**scope})

    outer_app = object()
    await live(app)
    await live(app, outer_app)
    plain = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    assert scopes == [plain, {**plain, "app": outer_app}]


async def test_the_scope_and_the_messages_are_documented_ones(drive: Any) -> None:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[Any]:
        yield {"app": app}

    assert await live(drive.lint(Router(lifespan=lifespan)), "outer") == {"app": "outer"}


async def test_task_groups_of_the_app_are_its_own() -> None:
    log: list[str] = []

    async def work() -> None:
        log.append("working")
        await anyio.sleep_forever()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        tasks = anyio.create_task_group()
        await tasks.__aenter__()
        tasks.start_soon(work)
        await send(STARTED)
        await receive()
        tasks.cancel_scope.cancel()
        await tasks.__aexit__(None, None, None)
        await send(ENDED)

    async with running(app), running(app):
        await anyio.wait_all_tasks_blocked()
        assert log == ["working", "working"]


# A start-up that fails


async def test_what_the_app_raises_at_its_start_is_raised_as_it_is() -> None:
    app = Recorded(fail="start")
    with pytest.raises(ValueError) as raised:
        await live(app)
    assert raised.value is app.error


async def test_what_it_raises_after_it_said_so_is_raised_as_well() -> None:
    error = OSError("no database")

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        raise error
        yield

    with pytest.raises(OSError) as raised:
        await live(Router(lifespan=lifespan))
    assert raised.value is error


def failing(kind: str, **message: Any) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        if kind == "lifespan.shutdown.failed":
            await send(STARTED)
            await receive()
        await send({"type": kind, **message})

    return app


@pytest.mark.parametrize("kind", ["lifespan.startup.failed", "lifespan.shutdown.failed"])
@pytest.mark.parametrize("message", ["no database", ""])
async def test_a_failure_that_is_only_said_is_a_runtime_error(kind: str, message: str) -> None:
    expected = message or f"The application sent {kind} without a message."
    with pytest.raises(RuntimeError) as raised:
        await live(failing(kind, message=message))
    assert str(raised.value) == expected
    if not message:
        with pytest.raises(RuntimeError, match=f"^{expected}$"):
            await live(failing(kind))


async def test_a_failed_start_ends_also_an_app_that_waits_for_more() -> None:
    asked: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while True:
            asked.append(await receive())
            await send({"type": "lifespan.startup.failed", "message": "no database"})

    with anyio.fail_after(0.9), pytest.raises(RuntimeError, match=r"^no database$"):
        await live(app)
    assert asked == [{"type": "lifespan.startup"}]


async def test_an_exit_at_its_start_is_raised_whatever_it_has_taken() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit) as raised:
        await live(app)
    assert raised.value.code == 3


# A shutdown that fails


@pytest.mark.parametrize("moment", ["serve", "stop", "return"])
async def test_what_the_app_raises_later_is_raised_at_shutdown(moment: str) -> None:
    app = Recorded(fail=moment)
    reached: list[str] = []
    with pytest.raises(ValueError) as raised:
        await live(app, reached=reached)
    assert reached == ["served"]
    assert raised.value is app.error


async def test_an_app_may_end_early() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["state"]["db"] = "pool"
        await send(STARTED)

    assert await live(app) == {"db": "pool"}


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
async def test_an_exit_while_it_serves_is_kept_until_the_shutdown(error: BaseException) -> None:
    app, other = Recorded(fail="serve"), Recorded()
    app.error = error  # type: ignore[assignment]
    reached: list[str] = []
    with pytest.raises(type(error)) as raised:
        async with running(other):
            await live(app, reached=reached)
    assert raised.value is error
    assert reached == ["served"]
    assert other.log == BOTH


# An exception in the block


@pytest.mark.parametrize("error", [ValueError(), ExceptionGroup("two", [ValueError()]), SystemExit(3)])
async def test_an_exception_in_the_block_goes_on_after_the_shutdown(error: BaseException) -> None:
    app = Recorded()
    with pytest.raises(type(error)) as raised:
        async with running(app):
            raise error
    assert raised.value is error
    assert app.log == BOTH
    assert not hasattr(error, "__notes__")


async def blocks(app: Any) -> AsyncIterator[Any]:
    async with lifespan_of(app)(None) as state:
        yield state


async def test_a_generator_that_is_closed_shuts_the_app_down() -> None:
    app = Recorded()
    generator: Any = blocks(app)
    with anyio.fail_after(10):
        await generator.__anext__()
        await generator.aclose()
    assert app.log == BOTH


async def test_a_closed_generator_hides_no_shutdown_that_fails() -> None:
    app = Recorded(fail="stop")
    generator: Any = blocks(app)
    with anyio.fail_after(10):
        await generator.__anext__()
        with pytest.raises(ValueError) as raised:
            await generator.aclose()
    assert raised.value is app.error


async def test_a_shutdown_that_fails_as_well_is_a_note_of_it() -> None:
    error = OSError("the next one did not start")
    with pytest.raises(OSError) as raised:
        async with running(Recorded(fail="stop")):
            raise error
    assert raised.value is error
    [note] = error.__notes__
    assert note.startswith("The shutdown after it failed as well:\n\nTraceback (most recent call last):\n")
    assert note.endswith("ValueError: cannot stop\n")


async def test_an_exit_at_the_shutdown_is_more_than_an_exception_in_the_block() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(STARTED)
        await receive()
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        async with running(app):
            raise ValueError


# Cancellation


async def test_a_cancelled_block_cancels_the_app() -> None:
    app = Recorded()
    with anyio.CancelScope() as scope:
        async with running(app):
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert app.log == ["lifespan.startup", "cancelled"]


async def test_a_start_up_and_a_shutdown_that_take_too_long_can_be_cancelled() -> None:
    async def never_starts(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await anyio.sleep_forever()

    async def never_stops(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(STARTED)
        await receive()
        await anyio.sleep_forever()

    for app in (never_starts, never_stops):
        with anyio.move_on_after(0.05) as scope:
            await live(app)
        assert scope.cancelled_caught


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_cancelled_task_of_asyncio_cancels_the_app() -> None:
    app = Recorded()

    async def serve() -> None:
        async with running(app):
            await asyncio.sleep(30)

    task = asyncio.create_task(serve())
    await anyio.wait_all_tasks_blocked()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert app.log == ["lifespan.startup", "cancelled"]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("moment", ["start", "serve"])
async def test_a_cancellation_of_the_app_itself_cancels_nothing_else(moment: str) -> None:
    app = Recorded(fail=moment)
    app.error = asyncio.CancelledError()  # type: ignore[assignment]
    reached: list[str] = []
    with pytest.raises(asyncio.CancelledError):
        await live(app, reached=reached)
    await anyio.lowlevel.checkpoint()
    assert reached == ([] if moment == "start" else ["served"])
