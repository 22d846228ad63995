import asyncio
import subprocess
import sys
import threading

import anyio
import anyio.to_thread
import pytest

from asgi_forms import FormError, form
from asgi_forms.sinks import PathSink

pytestmark = pytest.mark.anyio

MIB = 1024 * 1024


@pytest.fixture
def existing(tmp_path):
    path = tmp_path / "there"
    path.write_bytes(b"before")
    return path


@pytest.fixture
def link_to_nowhere(left_empty):
    path = left_empty / "link"
    path.symlink_to(left_empty / "nowhere")
    yield path
    assert path.is_symlink()
    path.unlink()


async def content_of(path):
    return await anyio.Path(path).read_bytes()


@pytest.mark.parametrize("content", [b"", b"content", bytes(range(256)) * 20_000])
@pytest.mark.parametrize("kind", [str, lambda path: path])
async def test_a_file_is_written_to_its_path(multipart, tmp_path, content, kind):
    body = multipart.body(multipart.part("a", content, "a.txt"))
    request = multipart.request(*(body[start : start + 50_000] for start in range(0, len(body), 50_000)))
    path = tmp_path / "new"
    async with form(request.scope, request.receive, sink=lambda head: PathSink(kind(path))) as fields:
        assert fields["a"].sink.path == path
        assert fields["a"].size == len(content)
        assert await fields["a"].read() == content
        assert await content_of(path) == content  # nothing is held back in a buffer
    assert fields["a"].file.closed
    assert await content_of(path) == content


async def test_an_upload_that_was_read_can_be_added_to(multipart, tmp_path):
    request = multipart(multipart.part("a", b"content", "a.txt"))
    async with form(request.scope, request.receive, sink=lambda head: PathSink(tmp_path / "new")) as fields:
        await fields["a"].seek(7)
        await fields["a"].write(b" and more")
        await fields["a"].seek(0)
        assert await fields["a"].read() == b"content and more"
    assert await content_of(tmp_path / "new") == b"content and more"


async def test_the_file_is_there_after_the_first_write_and_further_ones_are_batched(tmp_path, threads):
    sink = PathSink(tmp_path / "new")
    assert sink.file is None
    await sink.write(b"1")
    try:
        assert await anyio.Path(sink.path).exists()
        del threads[:]
        for _ in range(40):
            await sink.write(b"x" * (64 * 1024))
        await sink.finish()
        assert threads == ["_write_pending"] * 3
    finally:
        sink.file.close()


@pytest.mark.parametrize("content", [b"", b"content", b"x" * (2 * MIB)])
async def test_what_exists_is_never_overwritten_nor_removed(multipart, existing, content):
    request = multipart(multipart.part("a", content, "a.txt"))
    with pytest.raises(FileExistsError):
        await request.parse(sink=lambda head: PathSink(existing))
    assert await content_of(existing) == b"before"


async def test_a_link_is_not_followed(multipart, link_to_nowhere):
    request = multipart(multipart.part("a", b"content", "a.txt"))
    with pytest.raises(FileExistsError):
        await request.parse(sink=lambda head: PathSink(link_to_nowhere))


async def test_that_the_name_is_taken_is_known_before_more_is_received(multipart, existing):
    body = multipart.body(multipart.part("a", b"content", "a.txt"))
    cut = body.rindex(b"tent")
    request = multipart.request(body[:cut], body[cut:])
    with pytest.raises(FileExistsError):
        await request.parse(sink=lambda head: PathSink(existing))
    assert len(request.chunks_left) == 1


async def test_two_files_for_one_path_fail_and_leave_none(multipart, left_empty):
    request = multipart(multipart.part("a", b"one", "a.txt"), multipart.part("a", b"two", "a.txt"))
    with pytest.raises(FileExistsError):
        await request.parse(sink=lambda head: PathSink(left_empty / "same"))


async def test_a_directory_that_is_missing_is_not_made(multipart, left_empty):
    request = multipart(multipart.part("a", b"content", "a.txt"))
    with pytest.raises(FileNotFoundError):
        await request.parse(sink=lambda head: PathSink(left_empty / "missing" / "new"))


@pytest.mark.parametrize("size", [0, 3, 2 * MIB])
@pytest.mark.parametrize(
    ("tail", "limits"),
    [
        ("part", {"max_part_size": 1}),  # after the file is finished
        ("file", {"max_files": 1}),
        ("cut off", {}),  # before
    ],
)
async def test_a_form_that_fails_leaves_no_file(multipart, left_empty, size, tail, limits):
    file = multipart.part("a", b"x" * size, "a")
    body = multipart.body(file, multipart.part("b", "long", None if tail == "part" else "b"))
    request = multipart.request(body[: len(file) + 5] if tail == "cut off" else body)
    with pytest.raises(FormError):
        await request.parse(sink=lambda head: PathSink(left_empty / head.name), **limits)


async def test_an_abort_before_the_first_write_touches_nothing(existing):
    await PathSink(existing).abort()
    assert await content_of(existing) == b"before"


async def test_an_abort_of_what_is_gone_already_is_fine(left_empty):
    sink = PathSink(left_empty / "new")
    await sink.write(b"content")
    await anyio.Path(sink.path).unlink()
    await sink.abort()
    assert sink.file.closed


async def test_a_file_that_cannot_be_closed_is_removed(left_empty, monkeypatch):
    sink = PathSink(left_empty / "new")
    await sink.write(b"content")
    file = sink.file

    class Full:
        def close(self):
            file.close()
            raise OSError("No space left on device")

    sink.file = Full()
    with pytest.raises(OSError, match="No space left"):
        await sink.abort()


async def test_a_request_that_is_cancelled_leaves_no_file(multipart, left_empty):
    request = multipart(multipart.part("a", b"content", "a.txt"))
    request.left[0]["more_body"] = True

    async def receive():
        if len(request.left) == 1:
            await anyio.sleep_forever()
        return await request.receive()

    with anyio.move_on_after(0.1) as scope:
        await form(request.scope, receive, sink=lambda head: PathSink(left_empty / "new"))
    assert scope.cancelled_caught


class SlowToOpen(PathSink):
    """Waits in its thread until it is let go on."""

    def __init__(self, path):
        super().__init__(path)
        self.is_opening, self.go_on = threading.Event(), threading.Event()

    def _opened(self):
        self.is_opening.set()
        assert self.go_on.wait(5)
        return super()._opened()


async def test_a_request_that_is_cancelled_while_its_file_is_opened_leaves_none(multipart, left_empty):
    request = multipart(multipart.part("a", b"content", "a.txt"))
    sink = SlowToOpen(left_empty / "new")

    async def parse():
        await request.parse(sink=lambda head: sink)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(parse)
        await anyio.to_thread.run_sync(sink.is_opening.wait)
        tasks.cancel_scope.cancel()
        sink.go_on.set()
    assert sink.file.closed


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_so_does_one_whose_task_asyncio_cancels(multipart, left_empty):
    request = multipart(multipart.part("a", b"content", "a.txt"))
    sink = SlowToOpen(left_empty / "new")
    task = asyncio.create_task(request.parse(sink=lambda head: sink))
    await anyio.to_thread.run_sync(sink.is_opening.wait)
    task.cancel()
    asyncio.get_running_loop().call_later(0.05, sink.go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sink.file.closed


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_one_that_asyncio_cancels_while_a_400_is_cleaned_up_leaves_no_file(multipart, left_empty):
    is_aborting, go_on, discarded = threading.Event(), threading.Event(), threading.Semaphore(0)

    class SlowToDiscard(PathSink):
        def _discard(self):
            is_aborting.set()
            assert go_on.wait(5)
            super()._discard()
            discarded.release()

    parts = [multipart.part(name, b"content", name) for name in "abc"]
    sinks = []

    def sink(head):
        sinks.append(SlowToDiscard(left_empty / head.name))
        return sinks[-1]

    request = multipart.request(multipart.body(*parts)[:-6])
    task = asyncio.create_task(request.parse(sink=sink))
    await anyio.to_thread.run_sync(is_aborting.wait)
    task.cancel()
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in sinks:  # of which the first has a thread that nobody waits for any longer
        assert await anyio.to_thread.run_sync(discarded.acquire, True, 5)
    assert [sink.file.closed for sink in sinks] == [True, True, True]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_abort_that_asyncio_cancels_while_it_waits_for_a_thread_leaves_no_file(left_empty):
    sink = PathSink(left_empty / "new")
    await sink.write(b"content")
    limiter = anyio.to_thread.current_default_thread_limiter()
    async with anyio.create_task_group() as tasks:
        go_on = threading.Event()
        for _ in range(int(limiter.total_tokens)):
            tasks.start_soon(anyio.to_thread.run_sync, go_on.wait)
        await anyio.wait_all_tasks_blocked()
        aborting = asyncio.create_task(sink.abort())
        await anyio.wait_all_tasks_blocked()
        aborting.cancel()
        await anyio.wait_all_tasks_blocked()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await aborting
    assert sink.file.closed


HALF_RECEIVED = """
import asyncio, sys
from pathlib import Path
from asgi_forms import form
from asgi_forms.sinks import PathSink

directory = Path(sys.argv[1])
messages = [{"type": "http.request", "body": sys.argv[2].encode(), "more_body": True}]
scope = {"type": "http", "headers": [(b"content-type", b"multipart/form-data; boundary=x")]}


async def receive():
    if not messages:
        is_waiting.set()
        await asyncio.Event().wait()
    return messages.pop()


async def upload():
    async with form(scope, receive, sink=lambda head: PathSink(directory / head.name)):
        raise AssertionError("The form has no end.")


async def main():
    global is_waiting, task
    is_waiting = asyncio.Event()
    task = asyncio.create_task(upload())
    await is_waiting.wait()
    print(*sorted(path.name for path in directory.iterdir()))


asyncio.run(main())
print(task.cancelled())
"""


def test_the_end_of_the_program_leaves_no_file_of_a_form_that_is_half_received(multipart, left_empty):
    body = multipart.body(*(multipart.part(name, b"content", name) for name in "abc"))[:-9]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", HALF_RECEIVED, str(left_empty), body.decode()],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == (["a", "b", "c", "True"], "")


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_nothing_is_opened_once_it_was_aborted(left_empty):
    sink = PathSink(left_empty / "new")
    await sink.abort()
    await sink.write(b"content")
    await sink.finish()
    assert sink.file is None
