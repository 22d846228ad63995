"""Pages that are rendered in threads."""

from __future__ import annotations

import contextvars
import threading

import anyio
import pytest

from asgi_templates import StreamingTemplateResponse
from asgi_templates._streaming import thread_page

LIST = "<ul>{% for row in rows %}<li>{{ row }}</li>{% endfor %}</ul>"


async def test_it_is_rendered_and_closed_off_the_loop(thread_kind, new_client, drive):
    threads = []
    rows = thread_kind.rows(lambda: threads.append(threading.current_thread()), *range(10_000))
    client = new_client(on_chunk=lambda client: len(client.chunks) == 3 and client.has_left.set())
    await client.get(thread_kind.page(LIST, rows=rows, buffer_size=100), drive)
    assert threads
    assert threading.current_thread() not in [*threads, *thread_kind.closed]
    assert len(thread_kind.closed) == 1


def test_there_are_as_many_threads_as_the_documentation_says():
    assert thread_page.THREADS == 40


async def test_no_thread_waits_for_a_slow_client(thread_kind, new_client, drive, until, monkeypatch):
    monkeypatch.setattr("asgi_templates._streaming.thread_page.THREADS", 1)
    slow, quick = new_client(), new_client()
    slow.is_slow = True
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            page = thread_kind.page(LIST, rows=range(10_000), buffer_size=100)
            tasks.start_soon(lambda page=page: slow.get(page, drive))
        await until(lambda: slow.waiting == 3)
        with anyio.fail_after(20):
            await quick.get(thread_kind.page(LIST, rows=range(10_000), buffer_size=100), drive)
        assert quick.is_complete
        tasks.cancel_scope.cancel()


async def test_a_thread_that_returned_too_early_is_sent_on(thread_kind, new_client, drive, until, monkeypatch):
    from asgi_templates._streaming.thread_page import ThreadPage

    fill = ThreadPage._fill

    def fill_a_piece(self):
        # As if the event loop had wanted a piece when it was looked at, and not any more.
        is_wanted, self._is_wanted = self._is_wanted, True
        fill(self)
        self._is_wanted = is_wanted

    monkeypatch.setattr(ThreadPage, "_fill", fill_a_piece)
    client = new_client()
    client.is_slow = True
    rendered = []
    page = thread_kind.page(LIST, rows=thread_kind.rows(*[lambda: rendered.append(1)] * 100), buffer_size=100)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: client.get(page, drive))
        await until(lambda: client.waiting and len(rendered) >= 5)
        tasks.cancel_scope.cancel()


async def test_threads_are_bounded_and_not_those_of_others(thread_kind, gate, new_client, drive, until, monkeypatch):
    monkeypatch.setattr("asgi_templates._streaming.thread_page.THREADS", 2)
    running = []

    def count():
        running.append(1)
        gate.wait()

    clients = [new_client() for _ in range(4)]
    async with anyio.create_task_group() as tasks:
        for client in clients:
            page = thread_kind.page(LIST, rows=thread_kind.rows(count))
            tasks.start_soon(lambda client=client, page=page: client.get(page, drive))
        await until(lambda: len(running) == 2)
        await anyio.to_thread.run_sync(lambda: None)
        assert anyio.to_thread.current_default_thread_limiter().borrowed_tokens == 0
        assert len(running) == 2
        gate.open()
    assert all(client.is_complete for client in clients)


async def test_context_variables_are_those_of_the_endpoint_and_stay(new_client, drive, thread_kind):
    variable = contextvars.ContextVar("variable", default="default")

    def rows():
        yield variable.get()
        token = variable.set("of the row")
        for _ in range(500):
            yield variable.get()
        variable.reset(token)  # fails in another context
        yield variable.get()

    variable.set("of the endpoint")
    client = new_client()
    await client.get(thread_kind.page(LIST, rows=rows(), buffer_size=100), drive)
    inner = "<li>of the row</li>" * 500
    assert client.text == f"<ul><li>of the endpoint</li>{inner}<li>of the endpoint</li></ul>"
    assert variable.get() == "of the endpoint"


async def test_without_a_thread(thread_kind, new_client, drive, monkeypatch):
    error = RuntimeError("can't start new thread")

    async def fail(*args, **options):
        raise error

    monkeypatch.setattr("anyio.to_thread.run_sync", fail)
    client = new_client()
    with pytest.raises(RuntimeError) as caught:
        await client.get(thread_kind.page(LIST, rows=[1]), drive)
    assert caught.value is error
    assert client.messages == []


async def test_a_generator_that_the_template_leaves_is_closed(thread_kind, new_client, drive):
    client = new_client()
    await client.get(thread_kind.page("{{ rows.__next__() }}", rows=thread_kind.rows(1, 2)), drive)
    assert client.text == "1"
    assert len(thread_kind.closed) == 1
    assert thread_kind.closed[0] is not threading.current_thread()


async def test_a_generator_that_was_not_begun_is_left_alone(thread_kind, new_client, drive):
    rows = thread_kind.rows(1)
    await new_client().get(thread_kind.page("{{ 1 }}", rows=rows), drive)
    assert list(rows) == [1]


async def test_each_generator_is_closed_even_if_one_fails(thread_kind, new_client, drive):
    def failing():
        try:
            yield 1
        finally:
            raise LookupError("closing")

    source = "{{ a.__next__() }}{{ b.__next__() }}{{ c.__next__() }}"
    page = thread_kind.page(source, a=thread_kind.rows(1, 2), b=failing(), c=thread_kind.rows(1, 2))
    with pytest.raises(LookupError, match="closing"):
        await new_client().get(page, drive)
    assert len(thread_kind.closed) == 2


class Pages:
    """Another engine's template, whose pieces are no generator."""

    def __init__(self, pieces):
        self.pieces = pieces

    def generate(self, context):
        return iter([context["name"] + piece for piece in self.pieces])


class Iterator:
    """Pieces that cannot be closed."""

    def __iter__(self):
        return self

    def __next__(self):
        return "piece"


async def test_of_another_engine(new_client, drive):
    client = new_client()
    await client.get(StreamingTemplateResponse(Pages(["!", "?"]), {"name": "Ann"}), drive)
    assert client.text == "Ann!Ann?"


async def test_pieces_that_cannot_be_closed(new_client, drive):
    class Endless:
        def generate(self, context):
            return Iterator()

    client = new_client(on_chunk=lambda client: len(client.chunks) == 3 and client.has_left.set())
    await client.get(StreamingTemplateResponse(Endless(), {}), drive)
    assert len(client.chunks) == 3


async def test_an_error_before_the_first_piece_is_asked_for(new_client, drive):
    class Failing:
        def generate(self, context):
            raise LookupError("generate")

    client = new_client()
    with pytest.raises(LookupError, match="generate"):
        await client.get(StreamingTemplateResponse(Failing(), {}), drive)
    assert client.messages == []
