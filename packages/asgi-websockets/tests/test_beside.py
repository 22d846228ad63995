"""A task beside a block."""

import gc
import weakref

import anyio
import pytest

from asgi_websockets._beside import beside


@pytest.fixture(autouse=True)
async def time_limit():
    with anyio.fail_after(20):
        yield


async def nothing():
    pass


async def fail():
    raise LookupError("Of the task.")


async def test_they_run_beside_each_other(tidy):
    seen = []

    async def work():
        seen.append("task")
        started.set()
        await anyio.sleep_forever()

    started = anyio.Event()
    async with tidy():
        async with beside(work):
            await started.wait()
            seen.append("block")
    assert seen == ["task", "block"]


async def test_the_block_goes_on_when_the_task_has_ended():
    async with beside(nothing):
        await anyio.wait_all_tasks_blocked()
        await anyio.sleep(0.001)


async def test_the_end_of_the_block_cancels_the_task_and_waits_for_it(tidy):
    seen = []

    async def work():
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.01)
            seen.append("cleaned up")

    async with tidy():
        async with beside(work):
            await anyio.wait_all_tasks_blocked()
    assert seen == ["cleaned up"]


async def test_what_the_block_raises_is_raised_as_it_is(tidy):
    error = LookupError("Of the block.")
    async with tidy():
        with pytest.raises(LookupError) as caught:
            async with beside(anyio.sleep_forever):
                raise error
    assert caught.value is error


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, BaseException])
async def test_what_is_no_exception_is_raised_as_it_is_too(kind):
    error = kind()
    with pytest.raises(kind) as caught:
        async with beside(anyio.sleep_forever):
            raise error
    assert caught.value is error


async def test_a_group_of_the_block_is_raised_as_it_is():
    error = ExceptionGroup("Two.", [LookupError(), ValueError()])
    with pytest.raises(ExceptionGroup) as caught:
        async with beside(anyio.sleep_forever):
            raise error
    assert caught.value is error


async def test_what_the_task_raises_ends_the_block_and_is_raised_as_it_is(tidy):
    async with tidy():
        with pytest.raises(LookupError, match="Of the task") as caught:
            async with beside(fail):
                await anyio.sleep_forever()
    assert not isinstance(caught.value, ExceptionGroup)


async def test_the_first_failure_is_the_one_that_is_raised():
    async def work():
        try:
            await anyio.sleep_forever()
        finally:
            raise LookupError("Of the task.")

    async def block_first():
        async with beside(work):
            await anyio.wait_all_tasks_blocked()
            raise ValueError("Of the block.")

    async def task_first():
        async with beside(fail):
            try:
                await anyio.sleep_forever()
            finally:
                raise ValueError("Of the block.")

    with pytest.raises(ValueError, match="Of the block"):
        await block_first()
    with pytest.raises(LookupError, match="Of the task"):
        await task_first()


async def test_a_task_that_fails_when_the_block_has_ended_is_raised():
    async def work():
        try:
            await anyio.sleep_forever()
        finally:
            raise LookupError("Of the task.")

    with pytest.raises(LookupError, match="Of the task"):
        async with beside(work):
            await anyio.wait_all_tasks_blocked()


async def test_the_scope_ends_both_and_nothing_is_raised():
    seen = []

    async def work():
        try:
            await anyio.sleep_forever()
        finally:
            seen.append("task")

    async with beside(work) as scope:
        try:
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
            await anyio.sleep_forever()
        finally:
            seen.append("block")
    assert sorted(seen) == ["block", "task"]
    assert scope.cancelled_caught


async def test_a_failure_in_the_block_that_is_met_by_the_scopes_end_is_no_cancellation():
    async def fails_when_cancelled():
        try:
            await anyio.sleep_forever()
        finally:
            raise LookupError("Of the block.")

    async def block():
        async with beside(anyio.sleep_forever) as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(fails_when_cancelled)
                await anyio.wait_all_tasks_blocked()
                scope.cancel()
                await anyio.sleep_forever()

    with pytest.raises(ExceptionGroup) as caught:
        await block()
    assert caught.group_contains(LookupError)


async def test_a_cancellation_from_outside_passes(tidy):
    seen = []

    async def work():
        try:
            await anyio.sleep_forever()
        finally:
            seen.append("task")

    async with tidy():
        with anyio.CancelScope() as outer:
            async with beside(work):
                await anyio.wait_all_tasks_blocked()
                outer.cancel()
                try:
                    await anyio.sleep_forever()
                finally:
                    seen.append("block")
    assert outer.cancelled_caught
    assert sorted(seen) == ["block", "task"]


async def test_a_failure_leaves_no_cycle():
    class Thing:
        pass

    async def block():
        thing = Thing()
        things.append(weakref.ref(thing))
        async with beside(anyio.sleep_forever):
            await anyio.wait_all_tasks_blocked()
            raise LookupError("Of the block.")

    things = []
    gc.disable()
    try:
        with pytest.raises(LookupError) as caught:
            await block()
        del caught
        await anyio.wait_all_tasks_blocked()
        assert things[0]() is None
    finally:
        gc.enable()
