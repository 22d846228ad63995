"""What the tests of sending files share."""

import os

import anyio
import pytest

from asgi_http import FileResponse, thread_limiter

LONG_AGO = 1_000_000_000


@pytest.fixture
def written():
    """Writes a file that was last modified on Sun, 09 Sep 2001 01:46:40 GMT."""

    def write(path, content):
        path.write_bytes(content)
        os.utime(path, (LONG_AGO, LONG_AGO))
        return path

    return write


@pytest.fixture(params=["at once", "in a thread"])
def way(request, monkeypatch):
    """Both ways to read: what is in memory on the event loop, and everything in a thread."""
    if request.param == "in a thread":
        monkeypatch.setattr(FileResponse, "inline_size", 0)
    return request.param


@pytest.fixture
def recorded_descriptors(monkeypatch, tmp_path):
    """The descriptors of files below ``tmp_path`` that are open."""
    opened = set()
    real_open, real_close = os.open, os.close

    def recorded_open(path, *args, **kwargs):
        fd = real_open(path, *args, **kwargs)
        if str(path).startswith(str(tmp_path)):
            opened.add(fd)
        return fd

    def recorded_close(fd):
        opened.discard(fd)
        real_close(fd)

    monkeypatch.setattr(os, "open", recorded_open)
    monkeypatch.setattr(os, "close", recorded_close)
    return opened


@pytest.fixture
def threads(monkeypatch):
    """One item for each function that was run in a thread."""
    functions = []
    real = anyio.to_thread.run_sync

    async def recorded(function, *args, **kwargs):
        assert kwargs["limiter"] is thread_limiter("files")
        functions.append(function)
        return await real(function, *args, **kwargs)

    monkeypatch.setattr(anyio.to_thread, "run_sync", recorded)
    return functions
