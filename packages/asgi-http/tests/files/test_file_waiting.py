"""A file that waits for a thread: whoever gives up leaves nothing open, without any help of the garbage collector."""

import gc
import os

import anyio
import pytest

from asgi_http import FileResponse, thread_limiter

SIZE = 1_000_000


@pytest.fixture(name="path")
def path_fixture(tmp_path):
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(SIZE))
    return path


@pytest.fixture(autouse=True)
def nothing_in_memory(monkeypatch):
    """Everything must be waited for, and so be read in a thread."""

    def never(*args):
        raise BlockingIOError

    monkeypatch.setattr(os, "preadv", never)


@pytest.fixture(name="open_files")
def open_files_fixture(recorded_descriptors):
    gc.disable()
    yield recorded_descriptors
    gc.enable()


async def ignore(message):
    pass


def scope_of(drive, number):
    return drive.scope(asgi={"version": "3.0", "spec_version": number})


async def test_cancelled_requests_leave_nothing_open(drive, path, open_files):
    limiter = thread_limiter("files")
    limiter.total_tokens = 1
    await limiter.acquire_on_behalf_of("a slow disk")
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(FileResponse(path), scope_of(drive, "2.4"), anyio.sleep_forever, ignore)
        await anyio.wait_all_tasks_blocked()
        assert len(open_files) == 20
        tasks.cancel_scope.cancel()
    assert not open_files
    limiter.release_on_behalf_of("a slow disk")


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_tasks_of_asyncio_that_are_cancelled_leave_nothing_open(drive, path, open_files):
    import asyncio

    limiter = thread_limiter("files")
    limiter.total_tokens = 1
    await limiter.acquire_on_behalf_of("a slow disk")
    scope = scope_of(drive, "2.4")
    tasks = [asyncio.create_task(FileResponse(path)(scope, anyio.sleep_forever, ignore)) for _ in range(20)]
    await anyio.wait_all_tasks_blocked()
    assert len(open_files) == 20
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    assert not open_files
    limiter.release_on_behalf_of("a slow disk")


async def test_clients_that_leave_leave_nothing_open(drive, path, open_files):
    limiter = thread_limiter("files")
    limiter.total_tokens = 1
    await limiter.acquire_on_behalf_of("a slow disk")

    async def receive():
        await anyio.sleep(0.01)
        return {"type": "http.disconnect"}

    class Chunked(FileResponse):
        inline_size = 1

    for _ in range(20):
        await Chunked(path)(scope_of(drive, "2.3"), receive, ignore)
    assert not open_files
    limiter.release_on_behalf_of("a slow disk")
