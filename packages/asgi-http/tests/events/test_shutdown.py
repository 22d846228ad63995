import os
import signal
import sys
import threading

import anyio
import pytest
from anyio.lowlevel import checkpoint, current_token

from asgi_http import Shutdown, watch_shutdown

SIGNALS = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture(autouse=True)
def server():
    """Stands for a server's handler of both signals: what it was called with."""
    called = []
    before = {number: signal.signal(number, lambda number, frame: called.append(number)) for number in SIGNALS}
    yield called
    for number, handler in before.items():
        signal.signal(number, handler)


def kill_soon(number=signal.SIGTERM, delay=0.05):
    """Send this process a signal while its event loop sleeps."""
    threading.Timer(delay, os.kill, (os.getpid(), number)).start()


# The state


async def test_it_is_set_once_and_for_all():
    shutdown = Shutdown()
    assert not shutdown.is_set()
    shutdown.set()
    shutdown.set()
    assert shutdown.is_set()
    with anyio.fail_after(5):
        await shutdown.wait()
        await shutdown.wait()


async def test_all_who_wait_are_told():
    shutdown = Shutdown()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(shutdown.wait)
            await anyio.wait_all_tasks_blocked()
            shutdown.set()


# Signals


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_signal_wakes_who_waits_and_reaches_the_server(server, number):
    async with watch_shutdown() as shutdown:
        assert not shutdown.is_set()
        kill_soon(number)
        with anyio.fail_after(5):
            await shutdown.wait()
        assert shutdown.is_set()
        assert server == [number]


async def test_a_signal_is_known_at_once():
    async with watch_shutdown() as shutdown:
        signal.raise_signal(signal.SIGTERM)
        assert shutdown.is_set()
        with anyio.fail_after(5):
            await shutdown.wait()


async def test_a_signal_that_comes_while_the_loop_is_busy():
    async with watch_shutdown() as shutdown:
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(shutdown.wait)
                await anyio.wait_all_tasks_blocked()
                signal.raise_signal(signal.SIGTERM)
                signal.raise_signal(signal.SIGTERM)


async def test_a_server_whose_event_loop_has_the_signals():
    with anyio.open_signal_receiver(signal.SIGTERM) as signals:
        async with watch_shutdown() as shutdown:
            kill_soon()
            with anyio.fail_after(5):
                await shutdown.wait()
                assert await anext(signals) == signal.SIGTERM


async def test_a_server_that_raises_in_its_handler():
    def stop(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    async with watch_shutdown() as shutdown:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert shutdown.is_set()


async def test_the_server_gets_the_signal_even_if_no_thread_can_be_started(server, monkeypatch):
    def fail(function, arguments):
        raise RuntimeError("can't start new thread")

    async with watch_shutdown() as shutdown:
        monkeypatch.setattr("_thread.start_new_thread", fail)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            signal.raise_signal(signal.SIGTERM)
        assert shutdown.is_set()
        assert server == [signal.SIGTERM]


async def test_the_thread_that_wakes_the_loop():
    """Called here since what a handler starts is out of the reach of coverage."""
    shutdown = Shutdown()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(shutdown.wait)
            await anyio.wait_all_tasks_blocked()
            await anyio.to_thread.run_sync(shutdown._set_from_thread, current_token())


# Handlers


async def test_leaving_sets_it_and_puts_the_handlers_back():
    before = [signal.getsignal(number) for number in SIGNALS]
    async with watch_shutdown() as shutdown:
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before
    assert shutdown.is_set()


async def test_an_error_inside_is_raised_as_it_is_and_puts_the_handlers_back(server):
    with pytest.raises(ZeroDivisionError):
        async with watch_shutdown():
            raise ZeroDivisionError
    signal.raise_signal(signal.SIGTERM)
    assert server == [signal.SIGTERM]


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.SIG_DFL])
async def test_signals_that_nobody_handles_are_left_alone(handler):
    signal.signal(signal.SIGTERM, handler)
    async with watch_shutdown():
        assert signal.getsignal(signal.SIGTERM) is handler
        assert signal.getsignal(signal.SIGINT) not in (signal.SIG_IGN, signal.SIG_DFL)


async def test_a_handler_put_over_it_stays():
    def other(number, frame):
        pass

    async with watch_shutdown():
        signal.signal(signal.SIGTERM, other)
    assert signal.getsignal(signal.SIGTERM) is other


async def test_a_handler_that_is_still_called_after_the_end_calls_the_servers(server):
    def other(number, frame):
        inner(number, frame)

    async with watch_shutdown():
        inner = signal.getsignal(signal.SIGTERM)
        signal.signal(signal.SIGTERM, other)
    signal.raise_signal(signal.SIGTERM)
    assert server == [signal.SIGTERM]


# Several applications


async def test_all_applications_of_a_process_are_told(server):
    async with watch_shutdown() as first, watch_shutdown() as second:
        kill_soon()
        with anyio.fail_after(5):
            await first.wait()
            await second.wait()
        assert server == [signal.SIGTERM]


async def test_applications_may_end_in_any_order(server):
    before = signal.getsignal(signal.SIGTERM)
    contexts = [watch_shutdown() for _ in range(3)]
    shutdowns = [await context.__aenter__() for context in contexts]
    await contexts[0].__aexit__(None, None, None)
    assert [shutdown.is_set() for shutdown in shutdowns] == [True, False, False]
    await contexts[1].__aexit__(None, None, None)
    signal.raise_signal(signal.SIGTERM)
    assert shutdowns[2].is_set()
    assert server == [signal.SIGTERM]
    await checkpoint()
    await contexts[2].__aexit__(None, None, None)
    assert signal.getsignal(signal.SIGTERM) is before


# Outside the main thread


def test_outside_the_main_thread_leaving_sets_it(anyio_backend_name, server):
    async def main():
        async with watch_shutdown() as shutdown:
            assert [signal.getsignal(number) for number in SIGNALS] == before
            found.append(shutdown)
            assert not shutdown.is_set()

    found = []
    before = [signal.getsignal(number) for number in SIGNALS]
    thread = threading.Thread(target=anyio.run, args=(main,), kwargs={"backend": anyio_backend_name})
    thread.start()
    thread.join()
    assert found[0].is_set()


def test_a_signal_after_the_end_of_the_loop(anyio_backend_name, server):
    """As with a context that is never left: its handler must not fail the handler after it."""

    async def main():
        await context.__aenter__()

    context = watch_shutdown()
    anyio.run(main, backend=anyio_backend_name)
    errors = []
    hook, threading.excepthook, sys.unraisablehook = threading.excepthook, errors.append, errors.append
    try:
        signal.raise_signal(signal.SIGTERM)
        deadline = threading.Event()
        deadline.wait(0.1)
    finally:
        threading.excepthook, sys.unraisablehook = hook, sys.__unraisablehook__
    assert server == [signal.SIGTERM]
    assert errors == []
