"""Awaiting in place of another: nothing but the two calls may be seen."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import pytest

from asgi_middleware._timeouts.suspension import Suspension


@pytest.fixture(name="calls")
def calls_fixture() -> list[str]:
    return []


@pytest.fixture(name="suspended")
def suspended_fixture(calls):
    return lambda awaitable: Suspension(awaitable, lambda: calls.append("begin"), lambda: calls.append("end"))


async def wait(steps: int, result: object = "done") -> object:
    for _ in range(steps):
        await anyio.lowlevel.checkpoint()
    if isinstance(result, BaseException):
        raise result
    return result


async def test_what_does_not_wait_calls_nothing(suspended, calls) -> None:
    assert await suspended(wait(0)) == "done"
    with pytest.raises(LookupError):
        await suspended(wait(0, LookupError()))
    assert calls == []


@pytest.mark.parametrize("steps", [1, 2, 5])
async def test_what_waits_calls_both_once(steps, suspended, calls) -> None:
    assert await suspended(wait(steps)) == "done"
    assert calls == ["begin", "end"]
    with pytest.raises(LookupError):
        await suspended(wait(steps, LookupError()))
    assert calls == ["begin", "end"] * 2


async def test_results_of_the_event_loop_get_through(suspended, calls) -> None:
    send, receive = anyio.create_memory_object_stream[str]()
    event = anyio.Event()

    async def give() -> None:
        await event.wait()
        await send.send("given")

    async def take() -> str:
        event.set()
        return await receive.receive()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(give)
        assert await suspended(take()) == "given"
    assert calls == ["begin", "end"]
    send.close()
    receive.close()


async def test_a_cancellation_gets_through(suspended, calls) -> None:
    cleaned = []

    async def stuck() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            cleaned.append(list(calls))

    with anyio.move_on_after(0.01) as scope:
        await suspended(stuck())
    assert scope.cancelled_caught
    assert cleaned == [["begin"]]
    assert calls == ["begin", "end"]


async def test_a_cancellation_may_be_answered(suspended, calls) -> None:
    async def stubborn() -> str:
        with anyio.move_on_after(0.01):
            await anyio.sleep_forever()
        await anyio.lowlevel.checkpoint()
        return "went on"

    assert await suspended(stubborn()) == "went on"
    assert calls == ["begin", "end"]


def test_values_and_errors_go_in(suspended, calls) -> None:
    """Without an event loop, as one runs a coroutine."""
    got = []

    class Step:
        def __await__(self):
            got.append((yield "first"))
            try:
                yield "second"
            except LookupError as error:
                got.append(error)
            return (yield "third")

    error = LookupError()
    steps = suspended(Step()).__await__()
    assert next(steps) == "first"
    assert calls == ["begin"]
    assert steps.send("value") == "second"
    assert steps.throw(error) == "third"
    with pytest.raises(StopIteration) as done:
        steps.send("result")
    assert done.value.value == "result"
    assert got == ["value", error]
    assert calls == ["begin", "end"]


def test_it_may_be_closed(suspended, calls) -> None:
    closed = []

    class Step:
        def __await__(self):
            try:
                yield "first"
            finally:
                closed.append(True)

    steps = suspended(Step()).__await__()
    assert next(steps) == "first"
    steps.close()
    assert closed == [True]
    assert calls == ["begin", "end"]
