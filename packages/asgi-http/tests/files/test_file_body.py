"""What the platform decides: how a file is opened and read where it is not Linux, and what cannot be opened."""

import os
import socket
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_http import FileResponse
from asgi_http._files import file_body as file_body
from asgi_http._files import file_response as file_response
from asgi_http._files.file_body import FileBody, NoSuchFile, OpenFile

CONTENT = bytes(range(256)) * 4


@pytest.fixture(name="path")
def path_fixture(tmp_path):
    path = tmp_path / "data.bin"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture(name="elsewhere")
def elsewhere_fixture(monkeypatch):
    """A platform without reads that do not wait, and without reads at a position."""
    monkeypatch.setattr(file_response, "CAN_READ_AT_ONCE", False)
    monkeypatch.setattr(file_body, "_NOWAIT", None)
    monkeypatch.delattr(os, "preadv")
    monkeypatch.delattr(os, "pread")


@pytest.mark.usefixtures("elsewhere")
async def test_files_are_sent_on_every_platform(drive, path):
    answer = await drive.request(FileResponse(path))
    assert (answer.body, len(answer.messages)) == (CONTENT, 2)
    answer = await drive.request(FileResponse(path), headers={"range": "bytes=100-199,500-"})
    assert CONTENT[100:200] in answer.body
    assert CONTENT[500:] in answer.body


@pytest.mark.usefixtures("elsewhere")
async def test_a_large_file_on_every_platform(drive, path):
    os.truncate(path, 1_000_000)
    answer = await drive.request(FileResponse(path))
    assert answer.body == CONTENT + bytes(1_000_000 - len(CONTENT))


@pytest.mark.usefixtures("elsewhere")
def test_nothing_is_read_at_once_where_that_might_wait(path):
    file = OpenFile(path, at_once=True)
    with pytest.raises(AssertionError, match="cannot tell what it would have to wait for"):
        file.read_at_once(0, 1)
    assert OpenFile(path, at_once=False).read_at_once(0, 1) is None


@pytest.fixture
def socket_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # an address has room for a short path only
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")
        yield tmp_path / "s"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no sockets in the file system")
async def test_a_socket_is_not_a_file(drive, socket_path):
    with pytest.raises(RuntimeError, match=r"s is not a file\.$"):
        await drive.request(FileResponse(socket_path))


def test_windows_refuses_directories(tmp_path, path, monkeypatch):
    def refuse(*args):
        raise PermissionError

    monkeypatch.setattr(file_body, "_IS_WINDOWS", True)
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(RuntimeError, match=r"is not a file\.$"):
        OpenFile(tmp_path, at_once=False)
    with pytest.raises(PermissionError):
        OpenFile(path, at_once=False)


async def test_a_file_of_somebody_else(drive, path, monkeypatch):
    def refuse(*args):
        raise PermissionError

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError):
        await drive.request(FileResponse(path))


def test_a_child_process_does_not_get_the_file(path):
    file = OpenFile(path, at_once=False)
    assert not os.get_inheritable(file.fileno())


def test_a_file_closes_itself(path):
    file = OpenFile(path, at_once=False)
    fd = file.fileno()
    del file
    with pytest.raises(OSError):
        os.fstat(fd)


def test_a_file_is_closed_once(path):
    file = OpenFile(path, at_once=False)
    with file.kept_open():
        pass
    file.close()
    other = OpenFile(path, at_once=False)
    file.close()
    assert other.read(0, 5) == CONTENT[:5]


def test_a_file_that_is_kept_open_is_closed_afterwards(path):
    file = OpenFile(path, at_once=False)
    fd = file.fileno()
    with file.kept_open():
        file.close()
        assert file.read(0, 5) == CONTENT[:5]
    with pytest.raises(OSError):
        os.fstat(fd)
    with file.kept_open(), pytest.raises(OSError):
        file.read(0, 5)


# Which file it is


def test_a_file_may_have_changed_but_must_be_the_one_that_was_found(path):
    found = path.stat()
    path.write_bytes(b"changed")
    assert OpenFile(path, at_once=False, expected=found).stat_result.st_size == 7
    (path.parent / "new").write_bytes(CONTENT)
    (path.parent / "new").replace(path)
    with pytest.raises(NoSuchFile, match="is another one than was found"):
        OpenFile(path, at_once=False, expected=found)


def test_a_status_without_a_number_tells_nothing(path):
    OpenFile(path, at_once=False, expected=os.stat_result((0,) * 10)).close()


def test_a_file_that_was_found_and_may_not_be_read(path, monkeypatch):
    def refuse(*args):
        raise PermissionError

    found = path.stat()
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(NoSuchFile, match="may not be read any more"):
        OpenFile(path, at_once=False, expected=found)


# Files that do not tell their size


@pytest.mark.skipif(not os.path.exists("/proc/version"), reason="there is no /proc")  # noqa: PTH110
@pytest.mark.parametrize("inline_size", [0, 65536])
async def test_a_file_of_the_kernel_is_never_an_empty_body(drive, monkeypatch, inline_size):
    monkeypatch.setattr(FileResponse, "inline_size", inline_size)
    with pytest.raises(RuntimeError, match=r"^File at path /proc/version does not tell its size: read it") as raised:
        await drive.request(FileResponse("/proc/version"))
    assert not isinstance(raised.value, NoSuchFile)


def test_a_file_that_is_written_to_just_now(path, monkeypatch):
    real = os.fstat

    def late(fd):
        stat_result = real(fd)
        path.write_bytes(b"new")
        return stat_result

    path.write_bytes(b"")
    monkeypatch.setattr(os, "fstat", late)
    assert OpenFile(path, at_once=False).stat_result.st_size == 3


segments = st.lists(
    st.binary(max_size=5) | st.tuples(st.integers(0, 1000), st.integers(0, 24)).map(lambda pair: (pair[0], sum(pair))),
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(segments=segments, chunk_size=st.integers(1, 30), wanted=st.integers(1, 50), at_once=st.booleans())
def test_all_segments_are_read_in_order(path, segments, chunk_size, wanted, at_once):
    expected = b"".join(part if isinstance(part, bytes) else CONTENT[part[0] : part[1]] for part in segments)
    file = OpenFile(path, at_once=True)
    body = FileBody(file, segments, chunk_size)
    assert body.length == len(expected)
    chunks = []
    while body.unread:
        assert body.unread == len(expected) - sum(map(len, chunks))
        new = body.read_at_once(wanted) if at_once else body.read()
        assert new
        chunks += new
    assert b"".join(chunks) == expected
    assert all(chunks)
    assert body.read() == []
    file.close()
    with suppress(OSError):
        file.close()
