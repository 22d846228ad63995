"""Each kind of blocking work has threads of its own."""

import threading
from contextvars import ContextVar

import anyio
import pytest

from asgi_http import run_in_threadpool, thread_limiter
from asgi_http._background.thread_limiters import run_in_thread

var = ContextVar("var", default="unset")

KINDS = ["files", "streams", "background"]


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_has_as_many_threads_as_anyio_s_default_limiter(kind):
    limiter = thread_limiter(kind)
    assert limiter is thread_limiter(kind)
    assert limiter.total_tokens == 40 == anyio.to_thread.current_default_thread_limiter().total_tokens
    assert limiter is not anyio.to_thread.current_default_thread_limiter()


async def test_kinds_do_not_share():
    assert len({id(thread_limiter(kind)) for kind in KINDS}) == 3


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_each_event_loop_has_its_own(backend):
    async def main():
        tokens = thread_limiter("files").total_tokens
        thread_limiter("files").total_tokens = 7
        return tokens

    assert [anyio.run(main, backend=backend) for _ in range(2)] == [40, 40]


def test_outside_an_event_loop_there_is_none():
    with pytest.raises(RuntimeError):
        thread_limiter("files")


async def test_a_function_runs_in_a_thread_and_its_result_comes_back():
    assert await run_in_thread("files", lambda a, b: (a, b, threading.get_ident()), 1, 2) > (1, 2, 0)
    assert await run_in_thread("files", threading.get_ident) != threading.get_ident()


async def test_what_it_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        await run_in_thread("files", lambda: 1 / 0)


async def test_one_kind_waits_for_a_thread_and_another_does_not():
    thread_limiter("files").total_tokens = 1
    blocked, go_on = threading.Event(), threading.Event()
    order = []

    def block():
        blocked.set()
        assert go_on.wait(10)
        order.append("files")

    async def second():
        await run_in_thread("files", order.append, "files again")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run_in_thread, "files", block)
        await anyio.to_thread.run_sync(blocked.wait)
        tasks.start_soon(second)
        for kind in ("streams", "background"):
            await run_in_thread(kind, order.append, kind)
        await anyio.sleep(0.01)
        assert order == ["streams", "background"]
        go_on.set()
    assert order == ["streams", "background", "files", "files again"]


async def test_cancellation_waits_for_the_function():
    started, go_on = threading.Event(), threading.Event()
    order = []

    def block():
        started.set()
        assert go_on.wait(10)
        order.append("done")

    async def cancel():
        await anyio.to_thread.run_sync(started.wait)
        scope.cancel()
        await anyio.sleep(0.01)
        order.append("cancelled")
        go_on.set()

    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as scope:
            tasks.start_soon(cancel)
            await run_in_thread("background", block)
            await anyio.lowlevel.checkpoint()
        assert scope.cancelled_caught
    assert order == ["cancelled", "done"]


async def test_any_function_runs_in_a_thread_of_the_default_limiter():
    limiter = anyio.to_thread.current_default_thread_limiter()
    var.set("set")

    def work(*args, **kwargs):
        return threading.get_ident(), limiter.borrowed_tokens, var.get(), args, kwargs

    thread, borrowed, seen, args, kwargs = await run_in_threadpool(work, 1, two=2)
    assert thread != threading.get_ident()
    assert (borrowed, seen, args, kwargs) == (1, "set", (1,), {"two": 2})


async def test_what_a_function_raises_in_a_thread_is_raised():
    def fail():
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match=r"^no such thing$"):
        await run_in_threadpool(fail)
