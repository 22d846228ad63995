"""What may go wrong between an iterator and its thread: a loop that leaves it, none to have, an odd end."""

import threading

import anyio
import pytest

from asgi_http import JSONLinesResponse, StreamingResponse, thread_limiter
from asgi_http._streaming import iteration
from asgi_http._streaming.iteration import closing, iterate


@pytest.fixture(autouse=True)
async def deadline():
    """What waits for ever fails."""
    with anyio.fail_after(20):
        yield


class Slow:
    """A generator whose first item takes until ``go_on``, and which tells how it went."""

    def __init__(self, last=False):
        self.started, self.go_on = threading.Event(), threading.Event()
        self.order = []
        self.last = last

    def generate(self):
        try:
            self.started.set()
            assert self.go_on.wait(10)
            self.order.append("made")
            if self.last:
                return
            yield 1
        finally:
            self.order.append("closed")


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("last", [False, True])
async def test_a_task_that_the_loop_itself_cancels_closes_after_the_step_it_left(last):
    import asyncio

    async def work():
        async with closing(iterator):
            await anext(iterator)

    slow = Slow(last)
    iterator = iterate(slow.generate())
    task = asyncio.create_task(work())
    await anyio.to_thread.run_sync(slow.started.wait)
    task.cancel()
    await anyio.sleep(0.01)
    assert not task.done()
    slow.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert slow.order == ["made", "closed"]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_what_ends_meanwhile_is_closed_once():
    import asyncio

    class Items:
        closed = 0

        def __iter__(self):
            return self

        def __next__(self):
            started.set()
            assert go_on.wait(10)
            raise StopIteration

        def close(self):
            self.closed += 1

    async def work():
        async with closing(iterator):
            await anext(iterator)

    started, go_on = threading.Event(), threading.Event()
    items = Items()
    iterator = iterate(items)
    task = asyncio.create_task(work())
    await anyio.to_thread.run_sync(started.wait)
    task.cancel()
    await anyio.sleep(0.01)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert items.closed == 1


@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
async def test_an_error_of_starting_a_thread_is_raised_as_it_is(drive, monkeypatch, spec_version):
    error = RuntimeError("can't start new thread")

    async def run_in_thread(kind, func, *args):
        raise error

    monkeypatch.setattr(iteration, "run_in_thread", run_in_thread)

    async def receive():
        await anyio.sleep_forever()

    async def send(message):
        pass

    scope = drive.scope(asgi={"version": "3.0", "spec_version": spec_version})
    with pytest.raises(RuntimeError) as caught:
        await StreamingResponse(iter(["x"]))(scope, receive, send)
    assert caught.value is error


@pytest.mark.parametrize("is_read_ahead", [True, False])
async def test_an_error_that_would_pass_for_the_end_does_not(is_read_ahead):
    class Items:
        is_read = False

        def __iter__(self):
            return self

        def __next__(self):
            if self.is_read:
                raise StopAsyncIteration("lost")
            self.is_read = True
            return 1

    items = []

    async def work():
        items.append(await anext(iterator))
        await anext(iterator)

    iterator = iterate(Items())
    with pytest.raises(RuntimeError, match="raised StopAsyncIteration") as caught:
        await (iterator.read_ahead(work) if is_read_ahead else work())
    assert str(caught.value.__cause__) == "lost"
    assert items == [1]


@pytest.fixture
async def no_thread_is_free():
    """All threads for streams are taken until the test ends."""
    limiter = thread_limiter("streams")
    for number in range(40):
        limiter.acquire_on_behalf_of_nowait(number)
    yield
    for number in range(40):
        limiter.release_on_behalf_of(number)


def values():
    yield b"1"


@pytest.mark.parametrize("kind", [StreamingResponse, JSONLinesResponse])
@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204)])
async def test_what_has_not_begun_is_closed_without_a_thread(drive, no_thread_is_free, kind, method, status):
    generator = values()
    answer = await drive.request(kind(generator, status), method=method)
    assert answer.status == status
    assert generator.gi_frame is None


async def test_what_somebody_else_has_begun_is_closed_in_a_thread():
    threads = []

    def generate():
        try:
            while True:
                yield 1
        finally:
            threads.append(threading.get_ident())

    generator = generate()
    next(generator)
    await iterate(generator).aclose()
    assert len(threads) == 1
    assert threads != [threading.get_ident()]
