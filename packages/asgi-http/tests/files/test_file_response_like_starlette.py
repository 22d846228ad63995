"""A file that is opened once more by AnyIO, and a client whose leaving is raised, as Starlette has both."""

import asyncio
import contextlib
import gc
import os
import random
import warnings

import anyio
import pytest
from anyio import to_thread

from asgi_http import FileResponse

CONTENT = random.Random(7).randbytes(700_001)


@pytest.fixture(name="path")
def path_fixture(tmp_path):
    path = tmp_path / "large.bin"
    path.write_bytes(CONTENT)
    return path


class LikeStarlette(FileResponse):
    raises_disconnect = True
    open_file = staticmethod(lambda path, mode: anyio.open_file(path, mode=mode))


@pytest.fixture(name="opened")
def opened_fixture(monkeypatch):
    """The files that `anyio.open_file` made."""
    files = []
    open_file = anyio.open_file

    async def recording_open_file(*args, **kwargs):
        files.append(await open_file(*args, **kwargs))
        return files[-1]

    monkeypatch.setattr(anyio, "open_file", recording_open_file)
    return files


async def test_a_class_may_open_large_files_by_anyio(drive, path, opened):
    answer = await drive.request(LikeStarlette(path))
    assert answer.body == CONTENT
    assert len(opened) == 1
    assert opened[0].closed


def descriptors_of(status):
    """The descriptors of this process that a file has."""
    found = []
    for descriptor in range(256):
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), status):
                found.append(descriptor)
    return found


async def test_it_is_sent_from_the_file_that_anyio_opened(drive, path, opened):
    status = await to_thread.run_sync(path.stat)
    still_open = []

    async def send(message):
        if message.get("more_body"):
            still_open.append(await to_thread.run_sync(descriptors_of, status))

    await LikeStarlette(path)(drive.scope(), anyio.sleep_forever, send)
    assert still_open
    assert all(len(descriptors) == 1 for descriptors in still_open)
    assert opened[0].closed
    assert await to_thread.run_sync(descriptors_of, status) == []


async def test_another_file_that_has_got_the_name_meanwhile_is_not_sent(drive, path, tmp_path):
    other = tmp_path / "other"
    await to_thread.run_sync(other.write_bytes, CONTENT)
    opened = []

    class Replaced(FileResponse):
        @staticmethod
        async def open_file(file, mode):
            opened.append(await anyio.open_file(other, mode))
            return opened[0]

    with pytest.raises(RuntimeError, match="is another one than was found"):
        await drive.request(Replaced(path))
    assert opened[0].closed


async def test_a_file_that_is_read_at_once_is_not_opened_again(drive, path, opened):
    answer = await drive.request(LikeStarlette(path), headers={"range": "bytes=0-4"})
    assert answer.body == CONTENT[:5]
    assert opened == []


@pytest.mark.parametrize("kept", [0, 1, 2])
async def test_a_class_may_raise_what_send_raises(drive, path, opened, kept):
    error = OSError("The client has gone.")
    ran = []
    sent = []

    async def send(message):
        if len(sent) == kept:
            raise error
        sent.append(message)

    async def background():
        ran.append(True)

    with pytest.raises(OSError, match="has gone") as caught:
        await LikeStarlette(path, background=background)(drive.scope(), anyio.sleep_forever, send)
    assert caught.value is error
    assert ran == []
    assert opened[0].closed


async def test_a_file_that_anyio_cannot_open_is_closed(drive, path, monkeypatch):
    async def failing_open_file(*args, **kwargs):
        raise OSError("No.")

    monkeypatch.setattr(anyio, "open_file", failing_open_file)
    with pytest.raises(OSError, match=r"^No\.$"):
        await drive.request(LikeStarlette(path))


def test_a_task_that_is_cancelled_while_it_opens_closes_no_descriptor_of_others(drive, path):
    """`asyncio.Task.cancel` knows no shield: the thread opens the file for nobody, who drops it whenever that is."""
    opened = []

    async def main():
        is_opening = asyncio.Event()

        class Dropped(FileResponse):
            @staticmethod
            async def open_file(file, mode):
                opened.append(await anyio.open_file(file, mode=mode))
                is_opening.set()
                await anyio.sleep_forever()

        task = asyncio.create_task(Dropped(path)(drive.scope(), anyio.sleep_forever, anyio.sleep))
        await is_opening.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        others = [os.open(path, os.O_RDONLY) for _ in range(8)]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)
                opened.clear()
                gc.collect()
            assert [os.fstat(descriptor).st_size for descriptor in others] == [len(CONTENT)] * 8
        finally:
            for descriptor in others:
                os.close(descriptor)

    asyncio.run(main())
