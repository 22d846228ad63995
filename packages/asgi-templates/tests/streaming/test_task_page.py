"""Pages whose templates await what they need."""

from __future__ import annotations

import contextvars
import threading

import anyio
import pytest

from asgi_templates import StreamingTemplateResponse
from asgi_templates._streaming import task_page

LIST = "<ul>{% for row in rows %}<li>{{ row }}</li>{% endfor %}</ul>"


async def test_it_is_rendered_and_closed_on_the_loop(task_kind, new_client, drive):
    client = new_client(on_chunk=lambda client: len(client.chunks) == 3 and client.has_left.set())
    await client.get(task_kind.page(LIST, rows=task_kind.rows(*range(10_000)), buffer_size=100), drive)
    assert task_kind.closed == [threading.current_thread()]


async def test_the_template_can_await(task_kind, new_client, drive):
    async def name():
        await anyio.lowlevel.checkpoint()
        return "Ann"

    client = new_client()
    await client.get(task_kind.page("Hello, {{ name() }}!", name=name), drive)
    assert client.text == "Hello, Ann!"


async def test_what_needs_no_waiting_is_one_chunk(task_kind, new_client, drive):
    client = new_client()
    await client.get(task_kind.page(LIST, rows=range(100)), drive)
    assert len(client.chunks) == 1


async def test_context_variables_are_those_of_the_endpoint(task_kind, new_client, drive):
    variable = contextvars.ContextVar("variable", default="default")
    variable.set("of the endpoint")
    client = new_client()
    await client.get(task_kind.page("{{ variable.get() }}", variable=variable), drive)
    assert client.text == "of the endpoint"


def test_closing_has_the_seconds_that_the_documentation_says():
    assert task_page.CLOSE_TIMEOUT == 10


async def test_closing_may_await_and_is_bounded(task_kind, gate, new_client, drive, until, monkeypatch):
    monkeypatch.setattr("asgi_templates._streaming.task_page.CLOSE_TIMEOUT", 0.05)
    closing = []

    async def rows():
        try:
            for number in range(10_000):
                yield number
        finally:
            await anyio.sleep(0.001)
            closing.append("awaited")
            try:
                await anyio.sleep_forever()
            finally:
                closing.append("ended")

    client = new_client(on_chunk=lambda client: len(client.chunks) == 3 and client.has_left.set())
    with anyio.fail_after(20):
        await client.get(task_kind.page(LIST, rows=rows(), buffer_size=100), drive)
    assert closing == ["awaited", "ended"]


async def test_generators_of_both_kinds_are_closed(task_kind, thread_kind, new_client, drive):
    page = task_kind.page(
        "{{ rows.__anext__() }}{{ others.__next__() }}", rows=task_kind.rows(1, 2), others=thread_kind.rows(3, 4)
    )
    client = new_client()
    await client.get(page, drive)
    assert client.text == "13"
    assert task_kind.closed
    assert thread_kind.closed


async def test_each_is_closed_even_if_one_fails(task_kind, thread_kind, new_client, drive):
    async def failing():
        try:
            yield 1
        finally:
            raise LookupError("closing")

    source = "{{ a.__next__() }}{{ b.__anext__() }}{{ c.__next__() }}"
    page = task_kind.page(source, a=thread_kind.rows(1, 2), b=failing(), c=thread_kind.rows(1, 2))
    with pytest.raises(LookupError, match="closing"):
        await new_client().get(page, drive)
    assert len(thread_kind.closed) == 2


class Pages:
    """Another engine's template, whose pieces are no generator."""

    async def render_async(self, context):
        raise NotImplementedError

    def generate_async(self, context):
        return Pieces()


class Pieces:
    def __aiter__(self):
        return self

    async def __anext__(self):
        return "piece"


async def test_of_another_engine(new_client, drive):
    client = new_client(on_chunk=lambda client: len(client.chunks) == 3 and client.has_left.set())
    await client.get(StreamingTemplateResponse(Pages(), {}), drive)
    assert set(client.text.split("piece")) == {""}
