import inspect
import io
import tempfile
from typing import Any

import pytest

from asgi_forms import UploadFile, form
from asgi_types import Headers

pytestmark = pytest.mark.anyio


@pytest.fixture
def spooled():
    """A temporary file of which 4 bytes are kept in memory."""
    with tempfile.SpooledTemporaryFile(max_size=4) as file:
        yield file


@pytest.fixture
def on_disk(tmp_path):
    with (tmp_path / "plain").open("w+b") as file:
        yield file


def test_defaults():
    upload = UploadFile(io.BytesIO())
    assert (upload.filename, upload.size, upload.content_type, upload.sink) == (None, None, None, None)
    assert upload.headers == Headers()
    assert upload.headers is not UploadFile(io.BytesIO()).headers


def test_what_it_is_made_of():
    file, headers = io.BytesIO(b"content"), Headers({"content-type": "text/plain"})
    upload = UploadFile(file, size=7, filename="a.txt", headers=headers)
    assert (upload.file, upload.size, upload.filename, upload.headers) == (file, 7, "a.txt", headers)
    assert upload.content_type == "text/plain"


def test_headers_that_are_empty_are_kept():
    headers = Headers({})
    assert UploadFile(io.BytesIO(), headers=headers).headers is headers


def test_all_but_the_file_is_given_by_name():
    with pytest.raises(TypeError):
        UploadFile(io.BytesIO(), 7)


def test_repr():
    upload = UploadFile(io.BytesIO(), size=7, filename="a.txt", headers=Headers({"a": "1"}))
    assert repr(upload) == "UploadFile(filename='a.txt', size=7, headers=Headers({'a': '1'}))"


def test_the_names_are_those_of_starlette():
    theirs = pytest.importorskip("starlette.datastructures").UploadFile
    for name in ("__init__", "write", "read", "seek", "close"):
        parameters = [list(inspect.signature(getattr(kind, name)).parameters.values()) for kind in (UploadFile, theirs)]
        ours, others = ([(each.name, each.kind, each.default) for each in each_list] for each_list in parameters)
        assert ours == others
    assert repr(UploadFile(io.BytesIO(), size=1)) == repr(theirs(io.BytesIO(), size=1))


async def test_the_file_of_a_form(multipart):
    request = multipart(multipart.part("a", b"content", "a.txt", "Content-Type: text/plain", "X-More: 1"))
    async with form(request.scope, request.receive) as fields:
        upload = fields["a"]
        assert type(upload) is UploadFile
        assert (upload.filename, upload.size, upload.content_type) == ("a.txt", 7, "text/plain")
        assert upload.headers["x-more"] == "1"
        assert [await upload.read(3), await upload.read(), await upload.read()] == [b"con", b"tent", b""]
        await upload.seek(3)
        assert await upload.read() == b"tent"


@pytest.mark.parametrize("kind", ["bytes", "spooled", "on_disk"])
async def test_its_methods_do_the_same_wherever_it_is(kind, spooled, on_disk):
    file = {"bytes": io.BytesIO(), "spooled": spooled, "on_disk": on_disk}[kind]
    upload = UploadFile(file, size=0)
    await upload.write(b"con")
    await upload.write(b"tent")
    assert upload.size == 7
    await upload.seek(0)
    assert [await upload.read(3), await upload.read(), await upload.read(1)] == [b"con", b"tent", b""]
    await upload.seek(1)
    assert await upload.read(-1) == b"ontent"
    await upload.close()
    assert file.closed
    await upload.close()


async def test_a_size_that_is_not_known_stays_so():
    upload = UploadFile(io.BytesIO())
    await upload.write(b"content")
    assert upload.size is None


async def use(upload, content):
    await upload.write(content)
    await upload.seek(0)
    await upload.read()
    await upload.close()


async def test_what_is_in_memory_takes_no_thread(spooled, threads):
    await use(UploadFile(io.BytesIO()), b"x" * 5_000_000)
    await use(UploadFile(spooled), b"1234")
    assert threads == []


async def test_a_plain_file_is_used_in_a_thread(on_disk, threads):
    await use(UploadFile(on_disk), b"1")
    assert threads[:3] == ["write", "seek", "read"]
    assert len(threads) == 4  # and that which closes it
    assert on_disk.closed


async def test_the_write_that_moves_a_file_to_disk_is_made_in_a_thread(spooled, threads):
    upload = UploadFile(spooled)
    await upload.write(b"1234")
    assert (threads, spooled._rolled) == ([], False)
    await upload.write(b"5")
    assert (threads, spooled._rolled) == (["write"], True)
    await upload.write(b"6")
    assert threads == ["write", "write"]


async def test_a_write_further_up_counts_from_where_it_begins(spooled, threads):
    upload = UploadFile(spooled)
    await upload.write(b"1234")
    await upload.seek(2)
    await upload.write(b"ab")
    assert (threads, spooled._rolled) == ([], False)
    await upload.write(b"c")
    assert (threads, spooled._rolled) == (["write"], True)


async def test_a_spooled_file_without_a_limit_stays_in_memory(threads):
    with tempfile.SpooledTemporaryFile(max_size=0) as file:
        await use(UploadFile(file), b"x" * 5_000_000)
    assert threads == []


async def test_a_file_of_a_form_can_be_written_to_until_it_goes_to_disk(multipart, threads):
    request = multipart(multipart.part("a", b"x" * (1024 * 1024 - 1), "a.txt"))
    async with form(request.scope, request.receive) as fields:
        upload = fields["a"]
        await upload.seek(upload.size)
        await upload.write(b"1")
        assert threads == []
        await upload.write(b"2")
        assert threads == ["write"]
        await upload.seek(1024 * 1024 - 2)
        assert await upload.read() == b"x12"
        assert upload.size == 1024 * 1024 + 1


class Documented(UploadFile):
    """What FastAPI makes of the class it imports: the attributes annotated again, the methods with documentation."""

    file: io.IOBase
    filename: str | None
    size: int | None
    headers: Headers
    content_type: str | None

    async def write(self, data: bytes) -> None:
        return await super().write(data)

    async def read(self, size: int = -1) -> bytes:
        return await super().read(size)

    async def seek(self, offset: int) -> None:
        return await super().seek(offset)

    async def close(self) -> None:
        return await super().close()

    @classmethod
    def _validate(cls, value: Any) -> UploadFile:
        assert isinstance(value, UploadFile)
        return value


async def test_it_can_be_subclassed_as_fastapi_does(spooled):
    upload = Documented(file=spooled, size=0, filename="a.txt", headers=Headers({"content-type": "text/plain"}))
    await upload.write(b"content")
    await upload.seek(0)
    assert await upload.read() == b"content"
    await upload.close()
    assert spooled.closed
    assert (upload.size, upload.content_type) == (7, "text/plain")
    assert repr(upload).startswith("Documented(filename='a.txt', size=7,")
    assert Documented._validate(upload) is upload
