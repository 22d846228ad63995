"""Blocking calls in threads: those that are waited for, and those that are made whatever cancels the caller."""

import asyncio
import contextlib
import gc
import threading
import weakref

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from asgi_forms import UploadFile
from asgi_forms._threads import in_thread, surely_in_thread

asyncio_only = pytest.mark.parametrize("anyio_backend", ["asyncio"])


class Call:
    """A function that notes each call, and waits in its thread until it may end."""

    def __init__(self):
        self.count = self.ended = 0
        self.is_begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self):
        self.count += 1
        self.is_begun.set()
        assert self.may_end.wait(5)
        self.ended += 1

    async def begun(self):
        await anyio.to_thread.run_sync(self.is_begun.wait)


@pytest.fixture
def call():
    """A call that ends as soon as it may; so it does at the end of the test."""
    made = Call()
    yield made
    made.may_end.set()


@pytest.fixture
def quick_call(call):
    call.may_end.set()
    return call


@pytest.fixture
async def one_thread():
    """Lets one thread run at a time."""
    limiter = anyio.to_thread.current_default_thread_limiter()
    before, limiter.total_tokens = limiter.total_tokens, 1
    yield limiter
    limiter.total_tokens = before


@pytest.fixture
def file_on_disk(tmp_path):
    with (tmp_path / "file").open("w+b") as file:
        yield file


def fail():
    raise OSError("The disk is full.")


async def test_a_call_has_its_arguments_and_a_thread_of_its_own():
    def described(*args):
        return args, threading.get_ident()

    args, thread = await in_thread(described, 1, "a")
    assert args == (1, "a")
    assert thread != threading.get_ident()


@pytest.mark.parametrize("run", [in_thread, surely_in_thread])
async def test_what_a_call_raises_is_raised(run):
    with pytest.raises(OSError, match="The disk is full"):
        await run(fail)


@pytest.mark.parametrize("run", [in_thread, surely_in_thread])
async def test_a_scope_that_is_cancelled_meanwhile_waits_for_the_end(call, run):
    async def cancel():
        await call.begun()
        scope.cancel()
        await anyio.wait_all_tasks_blocked()
        assert not is_left
        call.may_end.set()

    is_left = False
    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as scope:
            tasks.start_soon(cancel)
            await run(call)
            await anyio.sleep_forever()
        is_left = True
    assert scope.cancelled_caught
    assert (call.count, call.ended) == (1, 1)


async def test_in_a_scope_that_was_cancelled_a_call_is_left_out_unless_it_is_a_sure_one(quick_call):
    with anyio.CancelScope() as scope:
        scope.cancel()
        await in_thread(quick_call)
    assert quick_call.count == 0
    with anyio.CancelScope() as scope:
        scope.cancel()
        await surely_in_thread(quick_call)
        assert quick_call.ended == 1
        await anyio.lowlevel.checkpoint()
    assert scope.cancelled_caught


async def test_a_file_on_disk_is_closed_in_a_scope_that_was_cancelled(file_on_disk):
    with anyio.CancelScope() as scope:
        scope.cancel()
        await UploadFile(file_on_disk).close()
    assert file_on_disk.closed


async def test_a_sure_call_waits_for_a_thread_in_a_scope_that_was_cancelled(call, one_thread):
    quick = Call()
    quick.may_end.set()

    async def cancelled():
        with anyio.CancelScope() as scope:
            scope.cancel()
            await surely_in_thread(quick)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(in_thread, call)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(cancelled)
        await anyio.wait_all_tasks_blocked()
        assert quick.count == 0
        call.may_end.set()
    assert quick.ended == 1


# The cancellation of asyncio's own, which no scope holds off


@asyncio_only
async def test_a_task_that_was_cancelled_before_makes_the_call_and_is_cancelled_then(quick_call):
    async def run():
        asyncio.current_task().cancel()
        await surely_in_thread(quick_call)

    task = asyncio.create_task(run())
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (quick_call.ended, task.cancelled()) == (1, True)


@asyncio_only
@pytest.mark.parametrize("times", [1, 2, 5])
async def test_a_task_that_is_cancelled_while_it_waits_for_a_thread_makes_the_call(call, one_thread, times):
    quick = Call()
    quick.may_end.set()
    holder = asyncio.create_task(in_thread(call))
    await anyio.wait_all_tasks_blocked()
    task = asyncio.create_task(surely_in_thread(quick))
    for _ in range(times):
        await anyio.wait_all_tasks_blocked()
        task.cancel()
    await anyio.wait_all_tasks_blocked()
    assert (quick.count, task.done()) == (0, False)
    call.may_end.set()
    await holder
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (quick.count, quick.ended) == (1, 1)


@asyncio_only
@pytest.mark.parametrize("times", [1, 2, 5])
async def test_a_task_that_is_cancelled_while_the_thread_runs_does_not_make_the_call_again(call, times):
    task = asyncio.create_task(surely_in_thread(call))
    await call.begun()
    for _ in range(times):
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    call.may_end.set()
    await anyio.to_thread.run_sync(lambda: None)  # which comes after what is left of the call, or beside it
    assert call.count == 1


@asyncio_only
async def test_a_task_that_is_cancelled_as_the_thread_ends_is_cancelled(quick_call):
    loop = asyncio.get_running_loop()

    def run():
        quick_call()
        loop.call_soon_threadsafe(task.cancel)

    task = asyncio.create_task(surely_in_thread(run))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert quick_call.ended == 1


@asyncio_only
async def test_a_task_that_is_cancelled_is_so_whatever_the_call_raises():
    async def run():
        asyncio.current_task().cancel()
        await surely_in_thread(fail)

    with pytest.raises(asyncio.CancelledError) as caught:
        await asyncio.create_task(run())
    assert type(caught.value.__cause__) is OSError


class Held:
    """Something that a frame refers to."""


@asyncio_only
async def test_a_task_that_is_cancelled_is_gone_without_the_collector_of_cycles(quick_call):
    gone = []

    async def run():
        held = Held()
        gone.append(weakref.ref(held))
        asyncio.current_task().cancel()
        await surely_in_thread(quick_call)

    gc.collect()
    gc.disable()
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.create_task(run())
        await anyio.lowlevel.checkpoint()
        assert [held() for held in gone] == [None]
    finally:
        gc.enable()


@asyncio_only
async def test_a_timeout_of_asyncio_takes_its_cancellation_back(quick_call):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await surely_in_thread(quick_call)
    assert quick_call.ended == 1
    assert asyncio.current_task().cancelling() == 0


@asyncio_only
@pytest.mark.parametrize("times", [1, 3])
async def test_a_file_on_disk_is_closed_whatever_cancels_its_task(file_on_disk, one_thread, call, times):
    holder = asyncio.create_task(in_thread(call))
    await anyio.wait_all_tasks_blocked()
    task = asyncio.create_task(UploadFile(file_on_disk).close())
    for _ in range(times):
        await anyio.wait_all_tasks_blocked()
        task.cancel()
    call.may_end.set()
    await holder
    with pytest.raises(asyncio.CancelledError):
        await task
    assert file_on_disk.closed
