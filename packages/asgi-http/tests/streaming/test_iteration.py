"""Iterables as async iterators: where they run, how far ahead, in which order things come out."""

import threading
from collections.abc import Iterator
from contextvars import ContextVar

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_http import StreamingResponse, iterate_in_threadpool, thread_limiter
from asgi_http._streaming import iteration
from asgi_http._streaming.iteration import ThreadIterator, iterate

var = ContextVar("var", default="unset")


async def items_of(iterable):
    return [item async for item in iterable]


async def ahead(iterator):
    """All items, while the thread may run ahead."""
    items = []

    async def work():
        items.extend(await items_of(iterator))

    await iterator.read_ahead(work)
    return items


# What can be iterated over


async def test_what_is_async_is_left_as_it_is():
    async def generate():
        yield 1

    generator = generate()
    assert iterate(generator) is generator
    assert await items_of(generator) == [1]


@pytest.mark.parametrize("kind", [list, tuple, dict.fromkeys, set, iter, str])
async def test_all_kinds_of_iterables(kind):
    assert await items_of(iterate(kind("1"))) == ["1"]


@pytest.mark.parametrize("content", [None, 1, object()])
def test_what_is_no_iterable_is_refused(content):
    with pytest.raises(TypeError, match=f"Cannot iterate over {type(content).__name__}: give an async or plain"):
        iterate(content)


@given(st.lists(st.binary(max_size=40_000) | st.text() | st.integers(), max_size=200))
@settings(max_examples=20)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_all_items_come_in_order(backend, items):
    async def main():
        assert await items_of(iterate(items)) == items
        assert await items_of(iterate(iter(items))) == items
        assert await ahead(iterate(iter(items))) == items

    anyio.run(main, backend=backend)


# Threads


async def test_a_generator_runs_in_a_thread():
    def generate():
        yield threading.get_ident()

    assert await items_of(iterate(generate())) != [threading.get_ident()]


async def test_a_list_needs_no_thread():
    limiter = thread_limiter("streams")
    limiter.total_tokens = 1
    await limiter.acquire_on_behalf_of("another")
    assert await items_of(iterate([1, 2])) == [1, 2]
    with anyio.move_on_after(0.05) as waiting:
        await items_of(iterate(iter([1, 2])))
    assert waiting.cancelled_caught


async def test_asking_for_an_iterator_happens_in_the_thread():
    class Items:
        def __iter__(self):
            yield threading.get_ident()

    assert await items_of(iterate(Items())) != [threading.get_ident()]


async def test_nothing_is_made_before_it_is_asked_for_unless_read_ahead():
    made = []
    iterator = iterate(made.append(number) or number for number in range(9))
    assert (await anext(iterator), made) == (0, [0])
    assert (await anext(iterator), made) == (1, [0, 1])


@pytest.mark.parametrize(
    ("item", "number"),
    [
        (b"x", 64),
        ("x", 64),
        (1, 64),
        (b"x" * 2**14, 4),
        ("x" * 2**14, 4),
        (bytearray(2**14), 4),
        (memoryview(bytearray(2**14)).cast("I"), 4),
        (b"x" * 2**20, 1),
    ],
    ids=["byte", "character", "value", "bytes", "text", "bytearray", "memoryview", "large"],
)
async def test_the_thread_runs_ahead_up_to_a_limit_and_is_not_held_then(item, number, monkeypatch):
    monkeypatch.setattr(iteration, "PATIENCE", 60)
    made = []

    def generate():
        while True:
            made.append(item)
            yield item

    async def work():
        await anext(iterator)
        assert len(made) == number
        assert thread_limiter("streams").borrowed_tokens == 0
        for _ in range(number):
            await anext(iterator)
        assert len(made) == 2 * number

    iterator = iterate(generate())
    await iterator.read_ahead(work)
    await iterator.aclose()


async def test_a_fast_generator_changes_threads_once_per_batch(monkeypatch):
    steps = []
    monkeypatch.setattr(iteration, "PATIENCE", 60)

    async def run_in_thread(kind, func, *args):
        steps.append(kind)
        await original(kind, func, *args)

    original = iteration.run_in_thread
    monkeypatch.setattr(iteration, "run_in_thread", run_in_thread)
    assert await ahead(iterate(iter(range(640)))) == list(range(640))
    assert steps == ["streams"] * 11


async def test_a_slow_generator_keeps_nothing_back():
    taken = threading.Event()

    def generate():
        for burst in (1, 3, 1):
            yield from range(burst)
            yield taken.wait(10)
            taken.clear()

    async def work():
        async for item in iterator:
            items.append(item)
            if items in ([0], [0, True, 0, 1, 2], [0, True, 0, 1, 2, True, 0]):
                taken.set()

    items = []
    iterator = iterate(generate())
    await iterator.read_ahead(work)
    assert items == [0, True, 0, 1, 2, True, 0, True]


async def test_streams_share_few_threads():
    thread_limiter("streams").total_tokens = 1
    results = []

    async def read(number):
        results.append(await ahead(iterate(iter([number] * 200))))

    async with anyio.create_task_group() as tasks:
        for number in range(5):
            tasks.start_soon(read, number)
    assert sorted(results) == [[number] * 200 for number in range(5)]


# Errors


def failing(error):
    yield 1
    yield 2
    raise error


@pytest.mark.parametrize("error", [ValueError("x"), OSError("x"), SystemExit(3)], ids=repr)
async def test_an_error_comes_as_it_is_after_the_items_before_it(error):
    async def work():
        for number in (1, 2):
            assert await anext(iterator) == number
        with pytest.raises(type(error)) as caught:
            await anext(iterator)
        assert caught.value is error
        assert await items_of(iterator) == []

    iterator = iterate(failing(error))
    await work()
    iterator = iterate(failing(error))
    await iterator.read_ahead(work)


async def test_what_cannot_give_an_iterator_fails_where_it_is_read():
    class Items:
        def __iter__(self):
            raise ValueError("no items")

    with pytest.raises(ValueError, match="no items"):
        await items_of(iterate(Items()))


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3)], ids=repr)
async def test_what_the_reader_raises_is_not_grouped(error):
    async def work():
        assert await anext(iterator) == 1
        raise error

    iterator = iterate(iter([1, 2]))
    with pytest.raises(type(error)) as caught:
        await iterator.read_ahead(work)
    assert caught.value is error


# Context variables


async def test_a_generator_has_the_caller_s_context_and_keeps_its_own():
    seen = []

    def generate():
        token = var.set(var.get() + " and more")
        try:
            while True:
                yield var.get()
        finally:
            var.reset(token)
            seen.append(var.get())

    async def work():
        assert [await anext(iterator) for _ in range(100)] == ["caller and more"] * 100

    var.set("caller")
    iterator = iterate(generate())
    await iterator.read_ahead(work)
    await iterator.aclose()
    assert (seen, var.get()) == (["caller"], "caller")


# Closing


class Closable(Iterator):
    def __init__(self, items=(), error=None):
        self.items = iter(items)
        self.error = error
        self.closed_in = []

    def __next__(self):
        for item in self.items:
            return item
        raise self.error or StopIteration

    def close(self):
        self.closed_in.append(threading.get_ident())


async def closed_once_in_a_thread(source):
    return len(source.closed_in) == 1 and source.closed_in != [threading.get_ident()]


@pytest.mark.parametrize("read", [items_of, ahead])
async def test_at_its_end_an_iterator_is_closed(read):
    source = Closable([1, 2])
    iterator = iterate(source)
    assert await read(iterator) == [1, 2]
    assert await closed_once_in_a_thread(source)
    await iterator.aclose()
    assert len(source.closed_in) == 1


@pytest.mark.parametrize("asked", [0, 1, 2])
async def test_an_iterator_is_closed_early_and_once(asked):
    source = Closable([1, 2, 3])
    iterator = iterate(source)
    for _ in range(asked):
        await anext(iterator)
    for _ in range(2):
        await iterator.aclose()
    assert await closed_once_in_a_thread(source)
    assert await items_of(iterator) == []


async def test_an_iterator_that_failed_is_closed():
    source = Closable([1], ValueError("x"))
    iterator = iterate(source)
    with pytest.raises(ValueError):
        await items_of(iterator)
    await iterator.aclose()
    assert await closed_once_in_a_thread(source)


async def test_an_error_of_closing_is_raised():
    class Failing(Closable):
        def close(self):
            raise ValueError("cannot close")

    with pytest.raises(ValueError, match="cannot close"):
        await items_of(iterate(Failing([1])))
    with pytest.raises(ValueError, match="cannot close"):
        await iterate(Failing([1])).aclose()


async def test_what_cannot_be_closed_or_is_no_iterator_is_left_alone():
    class Items:
        closed = False

        def __iter__(self):
            return iter([1, 2])

        def close(self):
            self.closed = True

    items = Items()
    unread, half_read = iterate(items), iterate(items)
    await anext(half_read)
    for iterator in (unread, half_read):
        await iterator.aclose()
    assert await items_of(iterate(items)) == [1, 2]
    assert not items.closed


async def test_reading_that_is_left_waits_for_the_thread_and_no_longer():
    started, go_on = threading.Event(), threading.Event()
    order = []

    def generate():
        started.set()
        assert go_on.wait(10)
        while True:
            order.append("made")
            yield 1

    async def release():
        await anyio.sleep(0.01)
        order.append("released")
        go_on.set()

    async def work():
        async with anyio.create_task_group() as reading:
            reading.start_soon(anext, iterator)
            await anyio.to_thread.run_sync(started.wait)
            reading.cancel_scope.cancel()
        tasks.start_soon(release)
        raise KeyError

    iterator = iterate(generate())
    async with anyio.create_task_group() as tasks:
        with pytest.raises(KeyError):
            await iterator.read_ahead(work)
        assert order == ["released", "made"]
    await iterator.aclose()


async def test_cancellation_waits_for_the_item_that_is_being_made():
    started, go_on = threading.Event(), threading.Event()
    order = []

    def generate():
        try:
            started.set()
            assert go_on.wait(10)
            order.append("made")
            yield 1
        finally:
            order.append("closed")

    async def cancel():
        await anyio.to_thread.run_sync(started.wait)
        scope.cancel()
        await anyio.sleep(0.01)
        order.append("cancelled")
        go_on.set()

    async def work():
        await anext(iterator)

    iterator = iterate(generate())
    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as scope:
            tasks.start_soon(cancel)
            await iterator.read_ahead(work)
        assert scope.cancelled_caught
        assert order == ["cancelled", "made"]
    await iterator.aclose()
    assert order == ["cancelled", "made", "closed"]


def test_an_iterator_nobody_reads_leaves_nothing_behind():
    assert isinstance(iterate(iter([1])), ThreadIterator)


# For others


@pytest.mark.parametrize("make", [list, tuple, iter, dict.fromkeys])
async def test_any_iterable_is_iterated_over_in_threads(make):
    assert await items_of(iterate_in_threadpool(make(range(3)))) == [0, 1, 2]


async def test_each_item_comes_from_a_thread_and_the_generator_is_closed():
    threads, closed = [], []

    def generate():
        try:
            while True:
                threads.append(threading.get_ident())
                yield
        finally:
            closed.append(threading.get_ident())

    here = threading.get_ident()
    iterator = iterate_in_threadpool(generate())
    await anext(iterator)
    await anext(iterator)
    assert len(threads) == 2
    assert closed == []
    await iterator.aclose()
    assert here not in {*threads, *closed}
    assert len(closed) == 1


async def test_a_response_takes_it_as_it_takes_the_iterable(drive):
    answer = await drive.request(StreamingResponse(iterate_in_threadpool(b"ab" for _ in range(3))))
    assert answer.body == b"ababab"
