"""What holds for every streamed page, in whatever way it is rendered: order in time, bounds, ends and errors."""

from __future__ import annotations

import gc
import threading
import weakref

import anyio
import pytest

LIST = "<h1>{{ title }}</h1>{% for row in rows %}<li>{{ row }}</li>{% endfor %}<hr>"
OLD = ["2.0", "2.3"]


def opened_by(gate, text):
    """Opens the gate as soon as the client has this text."""

    def check(client):
        if text in client.text:
            gate.open()

    return check


@pytest.mark.parametrize("seen", ["<h1>Rows", "<h1>Rows</h1>", "<li>1", "<li>1</li>"])
async def test_what_comes_before_something_slow_does_not_wait_for_it(kind, gate, new_client, drive, seen):
    client = new_client(on_chunk=opened_by(gate, seen))
    page = kind.page(LIST, title="Rows", rows=kind.rows(1, gate, 2))
    await client.get(page, drive)
    assert client.text == "<h1>Rows</h1><li>1</li><li>2</li><hr>"
    assert client.is_complete


async def test_what_comes_after_a_while_does_not_wait_for_what_comes_later(kind, gate, new_client, drive, until):
    second = type(gate)()
    client = new_client(on_chunk=opened_by(second, "<li>1"))
    page = kind.page(LIST, title="Rows", rows=kind.rows(gate, 1, second, 2))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: client.get(page, drive))
        await until(lambda: gate.is_reached and "</h1>" in client.text)
        await anyio.sleep(0.02)  # it is waited for in earnest by now
        gate.open()
    assert client.text == "<h1>Rows</h1><li>1</li><li>2</li><hr>"


async def test_the_first_piece_waits_for_no_other(kind, gate, new_client, drive, monkeypatch):
    monkeypatch.setattr("asgi_templates._streaming.page_stream.PATIENCE", 60)
    client = new_client(on_chunk=opened_by(gate, "<h1>"))
    with anyio.fail_after(20):
        await client.get(kind.page(LIST, title="Rows", rows=kind.rows(gate, 1)), drive)
    assert client.is_complete


async def test_what_comes_while_send_waits_is_one_chunk(kind, gate, new_client, drive, until):
    client = new_client()
    page = kind.page(LIST, title="Rows", rows=kind.rows("first", gate, *range(500), lambda: ended.append(1)))
    ended = []
    chunks = []

    async def send(message):
        if message["type"] == "http.response.body":
            chunks.append(message["body"])
        if chunks and b"first" in chunks[-1]:
            gate.open()
            await until(lambda: ended)

    await page(drive.scope(), client.receive, send)
    assert b"".join(chunks).endswith(b"<li>499</li><li>None</li><hr>")
    position = next(n for n, chunk in enumerate(chunks) if b"first" in chunk)
    assert len(chunks) <= position + 3  # the end of the page may come behind what waited


async def test_a_slow_client_bounds_what_is_rendered(kind, new_client, drive, until):
    rendered = []

    def row():
        rendered.append(1)
        return "x" * 90

    client = new_client()
    client.is_slow = True
    rows = kind.rows(*[row] * 10_000)
    page = kind.page(LIST, title="", rows=rows, buffer_size=1000)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: client.get(page, drive))
        await until(lambda: client.waiting and len(rendered) >= 10)
        for _ in range(30):
            await anyio.sleep(0.001)
        # What is being sent, and what waits for it: each is the size of the buffer and one row at most.
        assert len(rendered) <= 2 * (1000 / 99 + 1)
        assert all(len(chunk) <= 1100 for chunk in client.chunks)
        tasks.cancel_scope.cancel()
    assert kind.closed


async def test_rendering_goes_on_where_there_is_room_again(kind, new_client, drive):
    client = new_client()
    await client.get(kind.page(LIST, title="", rows=kind.rows(*range(2000)), buffer_size=100), drive)
    assert client.text == "<h1></h1>" + "".join(f"<li>{n}</li>" for n in range(2000)) + "<hr>"
    assert all(0 < len(chunk) <= 120 for chunk in client.chunks)


async def test_a_page_that_is_quick_comes_in_few_chunks(kind, new_client, drive, monkeypatch):
    monkeypatch.setattr("asgi_templates._streaming.page_stream.PATIENCE", 20)
    client = new_client()
    await client.get(kind.page(LIST, title="Rows", rows=range(1000)), drive)
    assert len(client.chunks) <= 2
    assert client.text.endswith("<li>999</li><hr>")


@pytest.mark.parametrize("source", ["", "{{ '' }}", "{% if false %}x{% endif %}"])
async def test_an_empty_page(kind, new_client, drive, source):
    client = new_client()
    await client.get(kind.page(source), drive)
    assert (client.text, client.is_complete, len(client.messages)) == ("", True, 2)


class TestClientLeaves:
    async def test_while_the_buffer_is_full(self, kind, new_client, drive):
        done = []

        async def background():
            done.append(True)

        client = new_client(on_chunk=lambda client: len(client.chunks) == 3 and client.has_left.set())
        page = kind.page(LIST, title="Rows", rows=kind.rows(*range(10_000)), buffer_size=100, background=background)
        await client.get(page, drive)
        assert done == [True]
        assert len(client.chunks) == 3
        assert kind.closed
        assert not client.is_complete

    @pytest.mark.parametrize("version", OLD)
    async def test_while_the_template_waits(self, kind, gate, new_client, drive, until, version):
        done = []

        async def background():
            done.append(True)

        client = new_client(version)
        page = kind.page(LIST, title="Rows", rows=kind.rows(1, gate, 2, 3), background=background)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: client.get(page, drive))
            await until(lambda: gate.is_reached and "<li>1</li>" in client.text)
            client.has_left.set()
            await anyio.wait_all_tasks_blocked()
            assert done == ([True] if kind.is_async else [])  # a thread cannot be cancelled
            gate.open()
        assert done == [True]
        assert kind.closed
        assert "<li>2</li>" not in client.text
        assert not client.is_complete

    @pytest.mark.parametrize("version", OLD)
    async def test_while_send_waits(self, kind, new_client, drive, until, version):
        client = new_client(version)
        client.is_slow = True
        page = kind.page(LIST, title="Rows", rows=kind.rows(*range(10_000)), buffer_size=100)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: client.get(page, drive))
            await until(lambda: client.waiting)
            client.has_left.set()
        assert not client.is_complete
        assert len(client.chunks) == 1

    async def test_nothing_more_is_rendered(self, kind, gate, new_client, drive, until):
        rendered = []
        client = new_client("2.3")
        client.is_slow = True
        page = kind.page(LIST, title="", rows=kind.rows(gate, *[lambda: rendered.append(1)] * 1000))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: client.get(page, drive))
            await until(lambda: client.waiting and gate.is_reached)
            client.has_left.set()
            await anyio.wait_all_tasks_blocked()
            gate.open()
        assert len(rendered) <= 1
        assert kind.closed

    async def test_before_anything_is_rendered_the_response_only_begins(self, kind, gate, new_client, drive):
        client = new_client("2.3")
        page = kind.page("{% for row in rows %}{{ row }}{% endfor %}", rows=kind.rows(gate, 1))
        client.has_left.set()
        gate.open()
        client.on_chunk = lambda client: None
        await client.get(page, drive)
        assert client.messages[0]["type"] == "http.response.start"
        assert not client.is_complete

    async def test_while_the_start_is_sent_it_is_sent(self, kind, new_client, drive):
        client = new_client("2.3", on_chunk=lambda client: client.has_left.set())
        ended = []

        async def send(message):
            await client.send(message)
            for _ in range(5):
                await anyio.lowlevel.checkpoint()  # as a middleware may, that has to store something
            ended.append(message["type"])

        page = kind.page(LIST, title="", rows=kind.rows(*range(10_000)), buffer_size=100)
        await page(drive.scope(asgi={"version": "3.0", "spec_version": "2.3"}), client.receive, send)
        assert ended == ["http.response.start"]

    async def test_while_the_end_is_sent_it_is_sent(self, kind, new_client, drive):
        client = new_client("2.3", on_chunk=lambda client: client.is_complete and client.has_left.set())
        ended = []

        async def send(message):
            await client.send(message)  # hypercorn says here that there is nobody any more, and closes afterwards
            for _ in range(5):
                await anyio.lowlevel.checkpoint()
            ended.append(message)

        page = kind.page(LIST, title="", rows=kind.rows(*range(10)))
        await page(drive.scope(asgi={"version": "3.0", "spec_version": "2.3"}), client.receive, send)
        assert ended == client.messages
        assert client.is_complete

    async def test_at_the_start(self, kind, new_client, drive):
        client = new_client()
        client.has_left.set()
        await client.get(kind.page(LIST, title="Rows", rows=kind.rows(1)), drive)
        assert client.messages == []

    async def test_what_it_still_sends_is_dropped(self, kind, gate, drive, until):
        received = []

        async def receive():
            received.append(1)
            return {"type": "http.request", "body": b"", "more_body": True}

        messages = []

        async def send(message):
            messages.append(message)
            gate.open()

        page = kind.page("a{% for row in rows %}{{ row }}{% endfor %}", rows=kind.rows(gate, 1))
        await page(drive.scope(asgi={"version": "3.0", "spec_version": "2.3"}), receive, send)
        assert b"".join(message.get("body", b"") for message in messages) == b"a1"
        assert received

    async def test_an_error_of_receive_is_raised_as_it_is(self, kind, gate, new_client, drive):
        error = LookupError("receive")

        async def receive():
            gate.open()
            raise error

        client = new_client("2.3")
        page = kind.page(LIST, title="", rows=kind.rows(gate, *range(10_000)), buffer_size=100)
        client.receive = receive
        with pytest.raises(LookupError) as caught:
            await client.get(page, drive)
        assert caught.value is error
        assert not client.is_complete

    async def test_an_error_of_closing_is_one_all_the_same(self, kind, new_client, drive):
        def rows():
            try:
                yield from range(10_000)
            finally:
                raise LookupError("closing")

        async def async_rows():
            try:
                for number in range(10_000):
                    yield number
            finally:
                raise LookupError("closing")

        client = new_client(on_chunk=lambda client: len(client.chunks) == 2 and client.has_left.set())
        page = kind.page(LIST, title="", rows=async_rows() if kind.is_async else rows(), buffer_size=100)
        with pytest.raises(LookupError, match="closing"):
            await client.get(page, drive)


class TestCancellation:
    async def test_while_the_template_waits(self, kind, gate, new_client, drive, until):
        client = new_client()
        page = kind.page(LIST, title="Rows", rows=kind.rows(1, gate, *range(10_000)))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: client.get(page, drive))
            await until(lambda: gate.is_reached)
            tasks.cancel_scope.cancel()
            gate.open()
        assert kind.closed
        assert not client.is_complete

    async def test_while_the_buffer_is_full(self, kind, new_client, drive, until):
        client = new_client()
        client.is_slow = True
        ran = []

        async def background():
            ran.append(True)

        page = kind.page(LIST, title="", rows=kind.rows(*range(10_000)), buffer_size=100, background=background)
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(lambda: client.get(page, drive))
                await until(lambda: client.waiting)
                await anyio.sleep(0.01)
                scope.cancel()
        assert scope.cancelled_caught
        assert kind.closed
        assert ran == []

    @pytest.mark.parametrize("anyio_backend", ["asyncio"])
    async def test_of_the_task_by_its_loop(self, kind, gate, new_client, drive, until):
        import asyncio

        client = new_client()
        page = kind.page(LIST, title="Rows", rows=kind.rows(1, gate, *range(10_000)))
        task = asyncio.create_task(client.get(page, drive))
        await until(lambda: gate.is_reached)
        task.cancel()
        gate.open()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert kind.closed

    @pytest.mark.parametrize("anyio_backend", ["asyncio"])
    async def test_what_only_looks_like_one_is_an_error(self, kind, new_client, drive):
        import asyncio

        client = new_client()
        page = kind.page(LIST, title="", rows=kind.rows(asyncio.CancelledError("of something else")))
        with pytest.raises(asyncio.CancelledError, match="of something else"):
            await client.get(page, drive)
        assert not client.is_complete


class TestErrors:
    async def test_before_the_first_piece_nothing_was_sent(self, kind, new_client, drive):
        error = LookupError("at once")
        client = new_client()
        with pytest.raises(LookupError) as caught:
            await client.get(kind.page("{% for row in rows %}{{ row }}{% endfor %}", rows=kind.rows(error)), drive)
        assert caught.value is error
        assert client.messages == []
        assert kind.closed

    async def test_behind_the_start_what_came_before_is_sent_without_an_end(self, kind, gate, new_client, drive):
        error = LookupError("later")
        client = new_client(on_chunk=opened_by(gate, "<h1>"))
        ran = []

        async def background():
            ran.append(True)

        page = kind.page(LIST, title="Rows", rows=kind.rows(1, gate, 2, error), background=background)
        with pytest.raises(LookupError) as caught:
            await client.get(page, drive)
        assert caught.value is error
        assert client.text == "<h1>Rows</h1><li>1</li><li>2</li>"
        assert not client.is_complete
        assert ran == []

    async def test_behind_an_empty_piece(self, kind, gate, new_client, drive):
        client = new_client(on_chunk=opened_by(gate, "a"))
        page = kind.page("a{% for row in rows %}{{ row }}{% endfor %}", rows=kind.rows(gate, "", LookupError()))
        with pytest.raises(LookupError):
            await client.get(page, drive)
        assert client.chunks == [b"a"]

    async def test_that_is_known_before_the_start_nothing_was_sent(self, task_kind, new_client, drive):
        client = new_client()
        page = task_kind.page("<h1>" + LIST, title="", rows=task_kind.rows(LookupError("not awaited")))
        with pytest.raises(LookupError):
            await client.get(page, drive)
        assert client.messages == []

    async def test_of_text_that_cannot_be_encoded(self, kind, new_client, drive):
        client = new_client()
        with pytest.raises(UnicodeEncodeError):
            await client.get(kind.page("{{ name }}", name="\ud800"), drive)
        assert client.messages == []

    async def test_of_send_are_raised_as_they_are(self, kind, new_client, drive):
        error = LookupError("of a middleware")

        def fail(client):
            raise error

        with pytest.raises(LookupError) as caught:
            await new_client(on_chunk=fail).get(kind.page(LIST, title="", rows=kind.rows(1)), drive)
        assert caught.value is error

    async def test_os_errors_of_the_template_are_no_disconnect(self, kind, new_client, drive):
        with pytest.raises(FileNotFoundError):
            await new_client().get(kind.page(LIST, title="", rows=kind.rows(FileNotFoundError("rows"))), drive)

    async def test_tell_the_template_that_is_no_file(self, kind, new_client, drive):
        import jinja2

        kind.env.loader = jinja2.DictLoader({"page.html": "\n{{ missing.name }}"})
        page = kind.page("{% include 'page.html' %}")
        with pytest.raises(jinja2.UndefinedError) as caught:
            await new_client().get(page, drive)
        assert "In the template 'page.html', line 2" in caught.value.__notes__[0]


@pytest.mark.parametrize("end", ["complete", "left", "failed"])
async def test_nothing_is_kept(kind, new_client, drive, end):
    class Value:
        pass

    async def run():
        value = Value()
        client = new_client(on_chunk=lambda client: end == "left" and len(client.chunks) == 2 and client.has_left.set())
        rows = kind.rows(*range(300), LookupError()) if end == "failed" else kind.rows(*range(300))
        page = kind.page(LIST, title="", rows=rows, value=value, buffer_size=100)
        try:
            await client.get(page, drive)
        except LookupError as error:
            error.__traceback__ = None
        return weakref.ref(value)

    await run()  # threads are started once
    gc.collect()
    threads = threading.active_count()
    kept = await run()
    gc.collect()
    assert kept() is None
    assert threading.active_count() <= threads
