"""Calls into the event loop of another thread can be interrupted."""

import signal
import threading
import time
from contextlib import contextmanager

import anyio
import pytest

from shine.testclient import TestClient


def portal_threads():
    return [thread.name for thread in threading.enumerate() if "portal" in thread.name]


async def stuck_app(scope, receive, send):
    """Is stuck in its start, its stop or a request."""
    if scope["type"] == "lifespan":
        await receive()
        if scope["state"].get("where") == "start":
            await anyio.sleep_forever()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if scope["state"].get("where") == "stop":
            await anyio.sleep_forever()
        await send({"type": "lifespan.shutdown.complete"})
    else:
        await anyio.sleep_forever()


@contextmanager
def interrupted():
    """Ctrl-C, while the main thread is in the block."""

    def interrupt():
        if not left.wait(0.1):
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    left = threading.Event()
    thread = threading.Thread(target=interrupt)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        thread.start()
        try:
            yield
        finally:
            left.set()
            thread.join()
    assert time.monotonic() - started < 4


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="A signal cannot be sent to a thread.")
@pytest.mark.parametrize("where", ["start", "stop", "request", "stream", "request outside"])
def test_the_keyboard_interrupts_an_application_that_is_stuck(backend, where):
    client = TestClient(stuck_app, backend=backend)
    client.app_state["where"] = where
    with interrupted():
        if where == "request outside":
            client.get("/")
        with client:
            if where == "request":
                client.get("/")
            if where == "stream":
                with client.stream("GET", "/"):
                    pass
    assert portal_threads() == []
