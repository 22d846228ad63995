"""Threads for what blocks, and tasks side by side."""

from __future__ import annotations

import anyio
import pytest

from shine._utils import create_collapsing_task_group, get_route_path, is_async_callable
from shine.concurrency import iterate_in_threadpool, run_in_threadpool, run_until_first_complete
from shine.exceptions import StarletteDeprecationWarning


async def test_threads():
    assert await run_in_threadpool(sorted, [3, 1, 2], reverse=True) == [3, 2, 1]
    assert [number async for number in iterate_in_threadpool(range(3))] == [0, 1, 2]


async def test_the_first_that_ends_ends_the_others():
    ended = []

    async def first(name):
        ended.append(name)

    async def second():
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("cancelled")

    with pytest.warns(StarletteDeprecationWarning, match="run_until_first_complete is deprecated") as warned:
        await run_until_first_complete((second, {}), (first, {"name": "first"}))
    assert ended == ["first", "cancelled"]
    assert warned[0].filename == __file__


async def test_a_failure_of_one_is_raised_as_it_is():
    async def failing():
        raise LookupError("no such thing")

    with (
        pytest.warns(StarletteDeprecationWarning),
        pytest.raises(LookupError, match=r"^no such thing$"),
    ):
        await run_until_first_complete((anyio.sleep_forever, {}), (failing, {}))


async def test_a_group_of_one_collapses():
    error = LookupError("no such thing")

    async def fail():
        async with create_collapsing_task_group():
            async with create_collapsing_task_group():
                raise error

    with pytest.raises(LookupError) as caught:
        await fail()
    assert caught.value is error
    assert error.__context__ is None


async def test_a_group_of_several_stays():
    async def failing():
        raise LookupError

    async def fail():
        async with create_collapsing_task_group() as tasks:
            tasks.start_soon(failing)
            raise KeyError

    with pytest.raises(ExceptionGroup) as caught:
        await fail()
    assert {type(exc) for exc in caught.value.exceptions} == {LookupError, KeyError}


async def test_a_group_of_tasks_that_end():
    ended = []

    async def task():
        ended.append(1)

    async with create_collapsing_task_group() as tasks:
        tasks.start_soon(task)
        tasks.start_soon(task)
    assert ended == [1, 1]


async def test_a_group_can_be_cancelled():
    with anyio.move_on_after(0) as scope:
        async with create_collapsing_task_group() as tasks:
            tasks.start_soon(anyio.sleep_forever)
    assert scope.cancelled_caught


def test_functions_of_the_core():
    assert get_route_path({"path": "/api/users", "root_path": "/api"}) == "/users"
    assert is_async_callable(test_threads)
