"""Tasks that wait for a change."""

import anyio
from anyio import create_task_group, wait_all_tasks_blocked

from asgi_websockets._redis.signal import Signal


async def test_all_that_wait_are_woken_and_nobody_later():
    signal = Signal()
    woken = []

    async def wait(name):
        await signal.wait()
        woken.append(name)

    signal.notify()  # nobody waits yet
    async with create_task_group() as tasks:
        tasks.start_soon(wait, "a")
        tasks.start_soon(wait, "b")
        await wait_all_tasks_blocked()
        assert woken == []
        signal.notify()
        await wait_all_tasks_blocked()
        assert sorted(woken) == ["a", "b"]
        tasks.start_soon(wait, "c")
        await wait_all_tasks_blocked()
        assert len(woken) == 2
        tasks.cancel_scope.cancel()


def test_it_serves_one_event_loop_after_the_other():
    signal = Signal()

    async def give_up():
        with anyio.move_on_after(0.01):
            await signal.wait()

    async def be_woken():
        async with create_task_group() as tasks:
            tasks.start_soon(signal.wait)
            await wait_all_tasks_blocked()
            signal.notify()

    for backend in ("asyncio", "trio", "asyncio"):
        anyio.run(give_up, backend=backend)
        anyio.run(be_woken, backend=backend)
