"""What the tests of sinks share: which files are open, what ran in a thread, forms with files."""

import os
import stat
from collections import Counter

import pytest

from asgi_forms.sinks import UploadSink


def open_files():
    """The regular files that are open in this process, where the system tells."""
    found = Counter()
    for fd in os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else ():  # noqa: PTH112, PTH208
        try:
            if stat.S_ISREG(os.fstat(int(fd)).st_mode):
                found[os.readlink(f"/proc/self/fd/{fd}")] += 1  # noqa: PTH115
        except OSError:  # that which listed them
            continue
    return found


@pytest.fixture(autouse=True)
def closes_its_files():
    """No test leaves a file open."""
    before = open_files()
    yield
    assert open_files() - before == Counter()


@pytest.fixture
def left_empty(tmp_path):
    """A directory in which the test leaves nothing."""
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


class Recorded(UploadSink):
    """Notes what is called, and raises where it is told to."""

    def __init__(self, head, calls, fails=()):
        self.name = head.name
        self.calls = calls
        self.fails = fails

    def __repr__(self):
        return f"<{self.name}>"

    def note(self, call, *args):
        self.calls.append((self.name, call, *args))
        if (self.name, call) in self.fails:
            raise OSError(f"No {call} of {self.name}.")

    async def write(self, chunk):
        self.note("write", chunk)

    async def finish(self):
        self.note("finish")

    async def abort(self):
        self.note("abort")


class Recorder:
    """Makes such sinks, which share the list ``calls``."""

    def __init__(self, *fails):
        self.calls = []
        self.fails = fails

    def __call__(self, head):
        sink = Recorded(head, self.calls, self.fails)
        sink.note("make")
        return sink


@pytest.fixture
def recorder():
    return Recorder
