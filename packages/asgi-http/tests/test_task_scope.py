"""A block and its tasks: who ends whom, and what is raised."""

import gc
import weakref
from contextlib import suppress
from contextvars import ContextVar

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http._task_scope import task_scope

pytestmark = pytest.mark.usefixtures("deadline")

ASYNCIO = pytest.mark.parametrize("anyio_backend", ["asyncio"])

ERRORS = pytest.mark.parametrize(
    "error", [ValueError("x"), ExceptionGroup("x", [ValueError()]), SystemExit(3)], ids=repr
)

var = ContextVar("var", default="unset")


class Waiting:
    """A task that waits for ever and tells that it was cancelled."""

    was_cancelled = False

    async def run(self):
        try:
            await anyio.sleep_forever()
        finally:
            self.was_cancelled = True


async def fail(error):
    await checkpoint()
    raise error


async def raised(block):
    """What ``block()`` raises; no task is left of it."""
    before = {task.id for task in anyio.get_running_tasks()}
    try:
        await block()
    except BaseException as exc:
        return exc
    finally:
        assert {task.id for task in anyio.get_running_tasks()} == before
    return None


async def test_a_block_ends_when_its_tasks_have():
    done = []

    async def work(number):
        await anyio.sleep(0.001)
        done.append(number)

    async def block():
        async with task_scope() as tasks:
            for number in range(3):
                tasks.start_soon(work, number)

    assert await raised(block) is None
    assert sorted(done) == [0, 1, 2]


async def test_a_task_has_the_name_and_the_context_of_who_starts_it():
    seen = []

    async def work():
        seen.append((anyio.get_current_task().name, var.get()))

    async with task_scope() as tasks:
        var.set("one")
        tasks.start_soon(work, name="mine")
        var.set("two")
        tasks.start_soon(work)
    assert ("mine", "one") in seen
    assert {value for name, value in seen if name.endswith("work")} == {"two"}


@ERRORS
async def test_an_error_of_the_block_is_raised_as_it_is_and_cancels_the_tasks(error):
    waiting = Waiting()

    async def block():
        async with task_scope() as tasks:
            tasks.start_soon(waiting.run)
            await checkpoint()
            raise error

    assert await raised(block) is error
    assert waiting.was_cancelled


@ERRORS
async def test_an_error_of_a_task_is_raised_as_it_is_and_cancels_all_others(error):
    waiting, itself = Waiting(), Waiting()

    async def block():
        async with task_scope() as tasks:
            tasks.start_soon(waiting.run)
            tasks.start_soon(fail, error)
            await itself.run()

    assert await raised(block) is error
    assert waiting.was_cancelled
    assert itself.was_cancelled


async def test_of_several_errors_the_first_is_raised():
    error = ValueError("first")

    async def fail_late():
        try:
            await anyio.sleep_forever()
        finally:
            raise KeyError

    async def block():
        async with task_scope() as tasks:
            tasks.start_soon(fail_late)
            tasks.start_soon(fail, error)
            await fail_late()

    assert await raised(block) is error


async def test_cancelling_ends_all_and_is_no_failure():
    waiting, itself = Waiting(), Waiting()

    async def block():
        async with task_scope() as tasks:
            tasks.start_soon(waiting.run)
            await checkpoint()
            tasks.cancel()
            await itself.run()

    assert await raised(block) is None
    assert waiting.was_cancelled
    assert itself.was_cancelled


async def test_cancelling_from_outside_goes_on():
    waiting = Waiting()
    with anyio.CancelScope() as outside:
        async with task_scope() as tasks:
            tasks.start_soon(waiting.run)
            await checkpoint()
            outside.cancel()
            await anyio.sleep_forever()
        raise AssertionError("It was cancelled.")
    assert outside.cancelled_caught
    assert waiting.was_cancelled


@pytest.mark.parametrize("who", ["block", "task"])
async def test_an_error_while_it_is_cancelled_from_outside_is_raised(who):
    error = ValueError("x")

    async def clean_up():
        try:
            await anyio.sleep_forever()
        finally:
            raise error

    async def block():
        with anyio.CancelScope() as outside:
            async with task_scope() as tasks:
                tasks.start_soon(clean_up if who == "task" else anyio.sleep_forever)
                await checkpoint()
                outside.cancel()
                await (clean_up if who == "block" else anyio.sleep_forever)()

    assert await raised(block) is error


# Asyncio has one exception for two things.


async def wait_for_something_cancelled():
    import asyncio

    task = asyncio.ensure_future(asyncio.sleep(10))
    await asyncio.sleep(0)
    task.cancel()
    await task


@ASYNCIO
async def test_waiting_for_something_cancelled_is_a_failure_of_the_block():
    waiting = Waiting()

    async def block():
        async with task_scope() as tasks:
            tasks.start_soon(waiting.run)
            await wait_for_something_cancelled()
        pytest.fail("It goes on.")

    assert type(await raised(block)) is anyio.get_cancelled_exc_class()
    assert waiting.was_cancelled


@ASYNCIO
async def test_waiting_for_something_cancelled_is_a_failure_of_a_task():
    waiting = Waiting()

    async def block():
        async with task_scope() as tasks:
            tasks.start_soon(wait_for_something_cancelled)
            await waiting.run()
        pytest.fail("It goes on.")

    assert type(await raised(block)) is anyio.get_cancelled_exc_class()
    assert waiting.was_cancelled


@ASYNCIO
async def test_a_timeout_of_asyncio_itself():
    import asyncio

    waiting = Waiting()

    async def block():
        async with asyncio.timeout(0.01), task_scope() as tasks:
            tasks.start_soon(waiting.run)
            await anyio.sleep_forever()

    assert type(await raised(block)) is TimeoutError
    assert waiting.was_cancelled
    assert asyncio.current_task().cancelling() == 0


@pytest.mark.parametrize("who", ["block", "task"])
async def test_an_error_does_not_wait_for_the_garbage_collector(who):
    class FailureError(Exception):
        pass

    seen = []

    async def work():
        await checkpoint()
        error = FailureError()
        seen.append(weakref.ref(error))
        try:
            raise error
        finally:
            del error

    async def block():
        async with task_scope() as tasks:
            tasks.start_soon(work if who == "task" else anyio.sleep_forever)
            await (work if who == "block" else anyio.sleep_forever)()

    gc.collect()
    gc.disable()
    try:
        with suppress(FailureError):
            await block()
        await checkpoint()
        assert [reference() for reference in seen] == [None]
    finally:
        gc.enable()
