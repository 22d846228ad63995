"""How a large file is sent, and how it ends when the client, the file or the task does."""

import errno
import gc
import os
import random
import threading

import anyio
import pytest

from asgi_http import FileResponse, thread_limiter

CONTENT = random.Random(7).randbytes(700_001)
CHUNK = 64 * 1024

WAYS = ["at once", "partly at once", "from the disk", "in a thread"]


@pytest.fixture(name="path")
def path_fixture(tmp_path):
    path = tmp_path / "large.bin"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture(autouse=True)
def open_files(recorded_descriptors):
    """All of them must be closed in the end."""
    yield recorded_descriptors
    gc.collect()
    assert not recorded_descriptors


@pytest.fixture(autouse=True, params=WAYS)
def way(request, monkeypatch):
    """What the platform gives without waiting: all, the first half of what is wanted, nothing; or it is not asked."""
    real = os.preadv

    def partly(fd, buffers, start, flags):
        if start % 3 == 0:
            raise BlockingIOError
        return real(fd, [memoryview(buffers[0])[: len(buffers[0]) // 2]], start, flags)

    def never(fd, buffers, start, flags):
        raise OSError(errno.EOPNOTSUPP, "not here")

    if request.param == "partly at once":
        monkeypatch.setattr(os, "preadv", partly)
    elif request.param == "from the disk":
        monkeypatch.setattr(os, "preadv", never)
    elif request.param == "in a thread":
        monkeypatch.setattr(FileResponse, "inline_size", 0)
    return request.param


def version(drive, number, **scope):
    return drive.scope(asgi={"version": "3.0", "spec_version": number}, **scope)


async def silence():
    await anyio.sleep_forever()


# All of it


@pytest.mark.parametrize("number", ["2.3", "2.4"])
async def test_a_large_file_arrives(drive, path, number, open_files):
    messages = []

    async def send(message):
        messages.append(message)
        await anyio.lowlevel.checkpoint()

    with anyio.fail_after(10):
        await FileResponse(path)(version(drive, number), silence, send)
    bodies = [message["body"] for message in messages[1:]]
    assert b"".join(bodies) == CONTENT
    assert all(type(body) is bytes and 0 < len(body) <= CHUNK for body in bodies)
    assert [message["more_body"] for message in messages[1:]] == [True] * (len(bodies) - 1) + [False]


async def test_threads_read_several_chunks_at_a_time(drive, path, threads, way):
    await drive.request(FileResponse(path))
    assert len(threads) == {"at once": 0, "from the disk": 3, "in a thread": 3}.get(way, len(threads))


async def test_a_small_file_is_one_message(drive, tmp_path, threads, way):
    path = tmp_path / "small.bin"
    await anyio.to_thread.run_sync(path.write_bytes, CONTENT[:CHUNK], limiter=thread_limiter("files"))
    threads.clear()
    answer = await drive.request(FileResponse(path))
    assert answer.body == CONTENT[:CHUNK]
    assert len(answer.messages) == 2
    assert len(threads) == (0 if way == "at once" else 1)


@pytest.mark.parametrize("chunk_size", [1000, 10**9])
async def test_chunks_are_as_large_as_wanted_and_memory_allows(drive, path, chunk_size):
    class Response(FileResponse):
        pass

    Response.chunk_size = chunk_size
    answer = await drive.request(Response(path))
    assert answer.body == CONTENT
    assert max(len(message.get("body", b"")) for message in answer.messages) <= min(chunk_size, 256 * 1024)


async def test_a_size_may_be_large_to_be_read_in_one_go(drive, path):
    class Response(FileResponse):
        inline_size = 10**6

    answer = await drive.request(Response(path))
    assert answer.body == CONTENT
    assert len(answer.messages) == 2


async def test_others_have_their_turn(drive, path):
    turns = []

    async def other():
        while True:
            turns.append(True)
            await anyio.lowlevel.checkpoint()

    async def send(message):
        pass

    os.truncate(path, 2_000_000)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(other)
        await FileResponse(path)(version(drive, "2.4"), silence, send)
        assert len(turns) > 5
        tasks.cancel_scope.cancel()


async def test_the_file_is_closed_before_its_end_is_sent(drive, path, open_files):
    left_open = []

    async def send(message):
        if message.get("more_body") is False:
            left_open.append(len(open_files))

    await FileResponse(path)(version(drive, "2.4"), silence, send)
    assert left_open == [0]


# A file that changes


async def test_a_file_that_becomes_shorter_is_an_error(drive, path):
    sent = []

    async def send(message):
        sent.append(message)
        os.truncate(path, 300_000)

    with anyio.fail_after(10), pytest.raises(RuntimeError, match=r"became shorter while it was sent"):
        await FileResponse(path)(version(drive, "2.4"), silence, send)
    assert all(message["more_body"] for message in sent[1:])
    assert CONTENT.startswith(b"".join(message["body"] for message in sent[1:]))


async def test_the_error_is_raised_as_it_is_on_older_servers(drive, path):
    async def send(message):
        os.truncate(path, 300_000)

    with pytest.raises(RuntimeError, match=r"became shorter while it was sent"):
        await FileResponse(path)(version(drive, "2.3"), silence, send)


async def test_a_small_file_that_becomes_shorter_is_an_error_before_anything_is_sent(drive, path, monkeypatch):
    real = os.fstat

    def late(fd):
        stat_result = real(fd)
        os.truncate(path, 5)
        return stat_result

    os.truncate(path, 10)
    monkeypatch.setattr(os, "fstat", late)

    async def send(message):
        raise AssertionError(message)

    with pytest.raises(RuntimeError, match=r"became shorter"):
        await FileResponse(path)(version(drive, "2.4"), silence, send)


async def test_of_a_file_that_grows_only_what_was_promised_is_sent(drive, path):
    sent = []

    async def send(message):
        sent.append(message)
        os.truncate(path, 10**6)

    await FileResponse(path)(version(drive, "2.4"), silence, send)
    assert b"".join(message["body"] for message in sent[1:]) == CONTENT


async def test_a_file_that_is_replaced_is_sent_as_it_was(drive, path):
    sent = []

    async def send(message):
        sent.append(message)
        if len(sent) == 1:
            await anyio.to_thread.run_sync(path.unlink, limiter=thread_limiter("files"))
            await anyio.to_thread.run_sync(path.write_bytes, b"new", limiter=thread_limiter("files"))

    await FileResponse(path)(version(drive, "2.4"), silence, send)
    assert b"".join(message["body"] for message in sent[1:]) == CONTENT


# A client that goes


@pytest.mark.parametrize("number", ["2.3", "2.4"])
@pytest.mark.parametrize("last", [1, 2, 5])
async def test_an_error_of_send_ends_it_quietly(drive, path, number, last):
    sent, done = [], []

    async def send(message):
        sent.append(message)
        if len(sent) == last:
            raise OSError("gone")

    async def background():
        done.append(True)

    await FileResponse(path, background=background)(version(drive, number), silence, send)
    assert (len(sent), done) == (last, [True])


async def test_a_small_file_for_a_client_that_has_gone(drive, path):
    os.truncate(path, 10)

    async def send(message):
        raise ConnectionResetError

    await FileResponse(path)(version(drive, "2.4"), silence, send)


async def test_older_servers_say_it_by_receive(drive, path):
    gone = anyio.Event()
    sent, done = [], []

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)
        if len(sent) == 3:
            gone.set()
            await anyio.sleep_forever()  # a client that has gone takes nothing any more

    async def background():
        done.append(True)

    with anyio.fail_after(10):
        await FileResponse(path, background=background)(version(drive, "2.3"), receive, send)
    assert (len(sent), done) == (3, [True])


async def test_newer_servers_are_not_listened_to(drive, path):
    async def receive():
        raise AssertionError("receive was called")

    async def send(message):
        pass

    await FileResponse(path)(version(drive, "2.4"), receive, send)


async def test_an_error_of_another_kind_is_raised(drive, path):
    async def send(message):
        if message["type"] == "http.response.body":
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await FileResponse(path)(version(drive, "2.3"), silence, send)


async def test_an_error_of_the_disk_is_not_taken_for_a_client_that_has_gone(drive, path, monkeypatch):
    def broken(*args):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "preadv", broken)
    monkeypatch.setattr(os, "pread", broken)

    async def send(message):
        pass

    for number in ("2.3", "2.4"):
        with pytest.raises(OSError, match="broken"):
            await FileResponse(path)(version(drive, number), silence, send)


# A task that ends


async def test_a_cancelled_transfer_closes_its_file(drive, path):
    done = []

    async def send(message):
        if message["type"] == "http.response.body":
            scope.cancel()
            await anyio.sleep_forever()

    async def background():
        done.append(True)

    with anyio.CancelScope() as scope:
        await FileResponse(path, background=background)(version(drive, "2.4"), silence, send)
    assert scope.cancelled_caught
    assert done == []


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_thread_that_is_given_up_closes_the_file(drive, path, monkeypatch, open_files):
    """A task of asyncio may be cancelled while its thread reads; the file is not closed under its hands."""
    from asyncio import CancelledError, create_task

    reading, go_on, ended = threading.Event(), threading.Event(), threading.Event()  # not to be awaited
    real_pread = os.pread
    failures = []

    def slow_pread(fd, *args):
        reading.set()
        go_on.wait(10)
        if fd not in open_files:
            failures.append("the file was closed")
        try:
            return real_pread(fd, *args)
        finally:
            ended.set()

    def never(*args):
        raise BlockingIOError

    monkeypatch.setattr(os, "preadv", never)
    monkeypatch.setattr(os, "pread", slow_pread)

    async def send(message):
        pass

    task = create_task(FileResponse(path)(version(drive, "2.4"), silence, send))
    with anyio.fail_after(10):
        while not reading.is_set():  # noqa: ASYNC110
            await anyio.sleep(0.001)
        task.cancel()
        with pytest.raises(CancelledError):
            await task
        assert len(open_files) == 1
        del task
        go_on.set()
        while not ended.is_set() or open_files:  # noqa: ASYNC110
            await anyio.sleep(0.001)
    assert failures == []
