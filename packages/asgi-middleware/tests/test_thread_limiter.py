"""Threads of a piece's own, on each event loop."""

import anyio

from asgi_middleware._thread_limiter import ThreadLimiter


async def test_it_is_the_same_on_one_event_loop_and_nobody_elses():
    limiter = ThreadLimiter("test.threads", 3)
    assert limiter.here() is limiter.here()
    assert limiter.here() is not ThreadLimiter("test.threads", 3).here()
    assert limiter.here() is not anyio.to_thread.current_default_thread_limiter()
    assert limiter.here().total_tokens == 3


def test_each_event_loop_has_its_own(anyio_backend_name):
    limiter = ThreadLimiter("test.threads", 3)

    async def here():
        return limiter.here()

    assert anyio.run(here, backend=anyio_backend_name) is not anyio.run(here, backend=anyio_backend_name)
