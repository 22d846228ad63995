"""The two ways to a form, and the end of its files, whatever fails or is cancelled."""

import asyncio
import contextlib
import threading

import anyio
import anyio.to_thread
import pytest

from asgi_forms import FormError, form, parse_form
from asgi_forms.sinks import MemorySink, SpooledSink, UploadSink

URLENCODED = "application/x-www-form-urlencoded"


class Sinks:
    """Makes the usual sink for each file, and keeps them all."""

    def __init__(self, **options):
        self.made = []
        self.options = options

    def __call__(self, head):
        self.made.append(SpooledSink(**self.options))
        return self.made[-1]

    @property
    def closed(self):
        return [sink.file.closed for sink in self.made]


@pytest.fixture
def sinks():
    return Sinks()


@pytest.fixture
def on_disk():
    return Sinks(max_size=0)


@pytest.fixture
def two_files(multipart):
    return multipart.body(
        multipart.part("a", b"first", "1.txt"),
        multipart.part("note", b"text"),
        multipart.part("b", b"second", "2.txt"),
    )


@pytest.mark.parametrize("raises", [False, True])
async def test_the_block_closes_the_files_however_it_ends(multipart, two_files, raises):
    request = multipart.request(two_files)
    with pytest.raises(LookupError) if raises else pytest.raises(StopAsyncIteration):
        async with form(request.scope, request.receive) as fields:
            assert [await fields[name].read() for name in "ab"] == [b"first", b"second"]
            assert fields["note"] == "text"
            raise LookupError if raises else StopAsyncIteration
    assert [fields[name].file.closed for name in "ab"] == [True, True]


@pytest.mark.parametrize("parse", [parse_form, form])
async def test_what_is_awaited_leaves_its_files_open(multipart, two_files, parse):
    request = multipart.request(two_files)
    fields = await parse(request.scope, request.receive)
    assert [await fields[name].read() for name in "ab"] == [b"first", b"second"]
    await fields.close()
    assert [fields[name].file.closed for name in "ab"] == [True, True]


class Unclosable(MemorySink):
    """Has a file that cannot be closed; ``closed`` notes that it was tried."""

    def __init__(self, name, closed):
        super().__init__()
        self.name, self.closed = name, closed

    async def finish(self):
        await super().finish()
        self.file = self

    def close(self):
        self.closed.append(self.name)
        raise OSError(f"{self.name} cannot be closed.")


async def test_a_file_that_cannot_be_closed_leaves_none_of_the_others_open(multipart):
    closed = []
    request = multipart(*(multipart.part(name, b"content", name) for name in "abcd"))
    with pytest.raises(OSError, match=r"^b cannot be closed\.$"):
        async with form(
            request.scope,
            request.receive,
            sink=lambda head: Unclosable(head.name, closed) if head.name in "bc" else MemorySink(),
        ) as fields:
            pass
    assert closed == ["b", "c"]
    assert [fields[name].file.closed for name in "ad"] == [True, True]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("when", ["waiting", "leaving"])
async def test_a_block_that_asyncio_cancels_closes_all_files(multipart, two_files, on_disk, when):
    request = multipart.request(two_files)
    entered = asyncio.Event()

    async def use():
        async with form(request.scope, request.receive, sink=on_disk):
            entered.set()
            if when == "waiting":
                await asyncio.Event().wait()
            asyncio.current_task().cancel()

    task = asyncio.create_task(use())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert on_disk.closed == [True, True]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_exit_that_asyncio_cancels_closes_all_files(multipart, two_files, on_disk, monkeypatch):
    request = multipart.request(two_files)
    is_closing, go_on, is_closed = threading.Event(), threading.Event(), threading.Event()

    async def use():
        async with form(request.scope, request.receive, sink=on_disk) as fields:
            close = fields["a"].file.close

            def slow_close():
                is_closing.set()
                assert go_on.wait(5)
                close()
                is_closed.set()

            monkeypatch.setattr(fields["a"].file, "close", slow_close)

    task = asyncio.create_task(use())
    await anyio.to_thread.run_sync(is_closing.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    assert await anyio.to_thread.run_sync(is_closed.wait, 5)
    assert on_disk.closed == [True, True]


async def test_a_block_in_a_scope_that_is_cancelled_closes_all_files(multipart, two_files, on_disk):
    request = multipart.request(two_files)
    with anyio.CancelScope() as scope:
        async with form(request.scope, request.receive, sink=on_disk):
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert on_disk.closed == [True, True]


async def test_a_form_is_awaited_once(multipart, two_files):
    request = multipart.request(two_files)
    pending = form(request.scope, request.receive)
    fields = await pending
    left = len(request.left)
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"^This form has been read already: keep what the first await gave\.$"):
            await pending
        with pytest.raises(RuntimeError, match="read already"):
            async with pending:
                raise AssertionError("The block was entered.")
    assert len(request.left) == left
    await fields.close()


@pytest.mark.parametrize("content_type", [None, URLENCODED])
async def test_whatever_it_gave_or_raised(upload, content_type):
    pending = form(*connection(upload(b"a&b", content_type=content_type)), max_fields=1)
    with contextlib.suppress(FormError):
        await pending
    with pytest.raises(RuntimeError, match="read already"):
        await pending


def connection(upload):
    return upload.scope, upload.receive


async def test_an_error_of_the_form_leaves_the_block_unentered(upload):
    request = upload(b"a&b&c")
    with pytest.raises(FormError, match="413: Too many fields"):
        async with form(request.scope, request.receive, max_fields=2):
            raise AssertionError("The block was entered.")


async def test_nothing_is_received_before_it_is_awaited_or_entered(upload):
    request = upload(b"a=1")
    form(request.scope, request.receive)
    assert request.chunks_left == [b"a=1"]


async def test_a_block_that_was_never_entered_can_be_left():
    await form({"type": "http"}, None).__aexit__(None, None, None)


@pytest.mark.parametrize(
    ("end", "limits", "status"),
    [
        (b"", {}, 400),  # cut off
        (b"\r\n--x\r\nno header\r\n\r\n", {}, 400),
        (b"and more than that", {"max_file_size": 16}, 413),
        (b"\r\n--x\r\n" + b'Content-Disposition: form-data; name="c"; filename="3"\r\n\r\n', {"max_files": 2}, 413),
    ],
)
async def test_an_error_closes_all_files(multipart, two_files, sinks, end, limits, status):
    whole = two_files.removesuffix(b"\r\n--x--\r\n")
    request = multipart.request(whole, end)
    with pytest.raises(FormError) as caught:
        await request.parse(sink=sinks, **limits)
    assert caught.value.status_code == status
    assert sinks.closed == [True] * len(sinks.made)
    assert len(sinks.made) == 2


async def test_an_error_of_a_sink_closes_the_files_before_and_is_raised(multipart, two_files, sinks):
    class Full(UploadSink):
        async def write(self, chunk):
            raise OSError("The disk is full.")

    request = multipart.request(two_files)
    with pytest.raises(OSError, match="The disk is full"):
        await request.parse(sink=lambda head: sinks(head) if head.name == "a" else Full())
    assert sinks.closed == [True]


async def test_a_cancelled_form_closes_all_files(multipart, two_files, sinks):
    request = multipart.request(two_files.removesuffix(b"\r\n--x--\r\n"))
    request.left[0]["more_body"] = True
    is_waiting = anyio.Event()

    async def receive():
        if not request.chunks_left:
            is_waiting.set()
            await anyio.sleep_forever()
        return await request.receive()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: parse_form(request.scope, receive, sink=sinks))
        await is_waiting.wait()
        assert sinks.closed == [False, False]
        tasks.cancel_scope.cancel()
    assert sinks.closed == [True, True]
