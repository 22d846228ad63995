import tempfile
from typing import ClassVar

import anyio
import pytest

from asgi_forms import FormError, MultiPartParser, UploadFile, form
from asgi_forms.sinks import MemoryBudget, SpooledSink
from asgi_types import Headers

pytestmark = pytest.mark.anyio

KIB = 1024
MIB = 1024 * KIB


def is_on_disk(upload):
    return upload.file._rolled


async def content_of(sink):
    upload = UploadFile(sink.file)
    content = await upload.read()
    await upload.close()
    return content


def chunks_of(body, size=64 * KIB):
    return [body[start : start + size] for start in range(0, len(body), size)]


async def test_a_form_without_a_sink_has_spooled_files(multipart, threads):
    request = multipart(multipart.part("a", b"content", "a.txt"))
    async with form(request.scope, request.receive) as fields:
        assert fields["a"].sink is None
        assert type(fields["a"].file) is tempfile.SpooledTemporaryFile
        assert await fields["a"].read() == b"content"
    assert fields["a"].file.closed
    assert threads == []


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB])
async def test_a_small_file_stays_in_memory_without_a_thread(multipart, threads, size):
    content = b"x" * size
    request = multipart.request(*chunks_of(multipart.body(multipart.part("a", content, "a.txt"))))
    async with form(request.scope, request.receive) as fields:
        assert not is_on_disk(fields["a"])
        assert await fields["a"].read() == content
    assert threads == []


@pytest.mark.parametrize("size", [MIB + 1, 5 * MIB + 3])
async def test_a_large_file_goes_to_disk_in_a_thread(multipart, threads, size):
    content = bytes(range(251)) * (size // 251) + b"x" * (size % 251)
    request = multipart.request(*chunks_of(multipart.body(multipart.part("a", content, "a.txt"))))
    async with form(request.scope, request.receive) as fields:
        assert is_on_disk(fields["a"])
        assert set(threads) == {"_write_pending"}
        assert len(threads) <= size // MIB  # one for each MiB on disk, not one for each chunk
        assert await fields["a"].read() == content
    assert fields["a"].file.closed


async def test_tiny_chunks_do_not_fill_the_memory_until_a_batch_is_full(threads):
    sink = SpooledSink(max_size=0)
    for _ in range(40_000):
        await sink.write(b"12")
    assert len(threads) >= 2
    await sink.finish()
    assert await content_of(sink) == b"12" * 40_000


async def test_the_size_that_is_kept_in_memory_can_be_set(multipart):
    part = multipart.part
    request = multipart(part("a", b"1234", "a"), part("b", b"12345", "b"), part("c", b"", "c"))
    async with form(request.scope, request.receive, sink=lambda head: SpooledSink(4)) as fields:
        assert [is_on_disk(fields[name]) for name in "abc"] == [False, True, False]
        assert [await fields[name].read() for name in "abc"] == [b"1234", b"12345", b""]


async def test_all_files_of_a_form_keep_32_mib_in_memory_and_the_others_go_to_disk_at_once(multipart):
    parts = [multipart.part(f"f{number}", b"x" * MIB, "f") for number in range(33)]
    small = [multipart.part("least", b"x" * 64 * KIB, "f"), multipart.part("tiny", b"x" * (64 * KIB - 1), "f")]
    request = multipart.request(*chunks_of(multipart.body(*parts, *small)))
    async with form(request.scope, request.receive) as fields:
        assert [name for name, upload in fields.multi_items() if is_on_disk(upload)] == ["f32", "least"]
        assert await fields["f32"].read() == b"x" * MIB
        assert await fields["least"].read() == b"x" * 64 * KIB
        assert await fields["tiny"].read() == b"x" * (64 * KIB - 1)


async def test_two_forms_have_a_budget_each(multipart):
    parts = [multipart.part(f"f{number}", b"x" * MIB, "f") for number in range(20)]
    body = multipart.body(*parts)
    first, second = multipart.request(body), multipart.request(body)
    async with form(first.scope, first.receive) as a, form(second.scope, second.receive) as b:
        assert not any(is_on_disk(upload) for fields in (a, b) for upload in fields.values())


async def test_no_limit_for_a_file_is_still_one_for_all(multipart):
    class Unlimited(MultiPartParser):
        spool_max_size = 0

    async def stream():
        for chunk in chunks_of(multipart.body(multipart.part("a", b"x" * (3 * MIB), "a"), part_of_30_mib)):
            yield chunk

    part_of_30_mib = multipart.part("b", b"x" * (30 * MIB), "b")
    headers = Headers({"content-type": "multipart/form-data; boundary=x"})
    fields = await Unlimited(headers, stream()).parse()
    assert [is_on_disk(fields[name]) for name in "ab"] == [False, True]
    await fields.close()


async def test_what_goes_to_disk_gives_back_its_memory():
    size = 64 * KIB
    budget = MemoryBudget(size)
    first, second, third = sinks = [SpooledSink(size, memory=budget) for _ in range(3)]
    await first.write(b"1" * size)
    await first.write(b"2")
    await second.write(b"3" * size)
    await third.write(b"4" * size)
    for sink in sinks:
        await sink.finish()
    assert [is_on_disk(sink) for sink in sinks] == [True, False, True]
    contents = [await content_of(sink) for sink in sinks]
    assert contents == [b"1" * size + b"2", b"3" * size, b"4" * size]


LEAST = 64 * KIB
"""Bytes of a file that goes to disk because the others fill the memory."""


def test_a_budget_takes_what_is_left_of_it():
    budget = MemoryBudget(10)
    assert budget.takes(10, LEAST)
    assert not budget.takes(1, LEAST)
    budget.give_back(4)
    assert [budget.takes(more, LEAST) for more in (5, 4, 0, 1)] == [False, True, True, False]


def test_a_budget_is_32_mib_and_sends_at_most_100_files_to_disk():
    budget = MemoryBudget()
    assert budget.takes(32 * MIB, 32 * MIB)
    assert not any(budget.takes(1, LEAST) for _ in range(100))
    assert budget.takes(1, LEAST)


def test_a_file_that_is_small_with_what_it_has_already_is_none_of_them():
    budget = MemoryBudget(10, files=1)
    assert budget.takes(10, 10)
    assert all(budget.takes(1, LEAST - 1) for _ in range(100))
    assert [budget.takes(1, LEAST) for _ in range(2)] == [False, True]


def test_what_a_budget_takes_beyond_is_counted():
    budget = MemoryBudget(10, files=1)
    assert budget.takes(20, LEAST - 1)
    budget.give_back(20)
    assert not budget.takes(11, LEAST)


async def test_files_beyond_the_number_that_goes_to_disk_stay_in_memory_as_long_as_they_are_small(multipart):
    memory = MemoryBudget(LEAST, files=2)
    sizes = {"a": LEAST, "b": 1, "c": LEAST, "d": LEAST + 1, "e": 0, "f": LEAST, "g": 2 * LEAST, "h": 2 * LEAST + 1}
    parts = [multipart.part(name, name.encode() * size, name) for name, size in sizes.items()]
    request = multipart.request(*chunks_of(multipart.body(*parts)))
    async with form(request.scope, request.receive, sink=lambda head: SpooledSink(2 * LEAST, memory=memory)) as fields:
        assert [name for name in sizes if is_on_disk(fields[name])] == ["c", "d", "h"]
        assert [await fields[name].read() for name in sizes] == [name.encode() * sizes[name] for name in sizes]


async def test_a_form_without_a_sink_has_at_most_100_files_on_disk_for_their_number(multipart):
    large = [multipart.part("large", b"x" * MIB, "f") for _ in range(32)]
    small = [multipart.part("small", b"x" * LEAST, "f") for _ in range(102)]
    request = multipart.request(*chunks_of(multipart.body(*large, *small)))
    async with form(request.scope, request.receive) as fields:
        assert not any(is_on_disk(upload) for upload in fields.getlist("large"))
        assert [is_on_disk(upload) for upload in fields.getlist("small")] == [True] * 100 + [False] * 2


@pytest.mark.parametrize("content", [b"1", b"content", b"x" * (2 * MIB)])
async def test_a_size_of_0_is_on_disk_at_once(multipart, threads, content):
    request = multipart(multipart.part("a", content, "a.txt"))
    async with form(request.scope, request.receive, sink=lambda head: SpooledSink(0)) as fields:
        assert is_on_disk(fields["a"])
        assert set(threads) == {"_write_pending"}
        assert await fields["a"].read() == content
    assert fields["a"].file.closed


async def test_a_size_of_0_and_a_file_without_content(multipart):
    request = multipart(multipart.part("a", b"", "a.txt"))
    async with form(request.scope, request.receive, sink=lambda head: SpooledSink(0)) as fields:
        assert (fields["a"].size, await fields["a"].read()) == (0, b"")


@pytest.mark.parametrize("size", [3, 2 * MIB])
@pytest.mark.parametrize("is_finished", [False, True])
async def test_a_form_that_fails_closes_its_files(multipart, size, is_finished):
    sinks = []

    def sink(head):
        sinks.append(SpooledSink())
        return sinks[-1]

    body = multipart.body(multipart.part("a", b"x" * size, "a"), multipart.part("b", "too long"))
    end = len(body) if is_finished else body.index(b"\r\n--x\r\n")
    request = multipart.request(*chunks_of(body[:end]))
    with pytest.raises(FormError):
        await request.parse(sink=sink, max_part_size=1)
    assert [spooled.file.closed for spooled in sinks] == [True]


@pytest.mark.parametrize(("size", "count"), [(3, 0), (4, 1)])
async def test_what_is_on_disk_is_closed_in_a_thread(threads, size, count):
    sink = SpooledSink(3)
    await sink.write(b"x" * size)
    await sink.abort()
    assert sink.file.closed
    assert len(threads) == count


async def test_a_request_that_is_cancelled_closes_its_files(multipart):
    sinks = []

    def sink(head):
        sinks.append(SpooledSink(1))
        return sinks[-1]

    request = multipart.request(multipart.body(multipart.part("a", b"x" * (2 * MIB), "a")))
    request.left[0]["more_body"] = True
    first = request.left[0]
    received = []

    async def receive():
        if received:
            await anyio.sleep_forever()
        received.append(first)
        return first

    with anyio.move_on_after(0.1) as scope:
        await form(request.scope, receive, sink=sink)
    assert scope.cancelled_caught
    assert sinks[0].file.closed


class FullFile(tempfile.SpooledTemporaryFile):
    made: ClassVar = []

    def __init__(self, *, max_size):
        super().__init__(max_size=max_size)
        self.made.append(self)

    def write(self, content):
        raise OSError("disk full")


async def test_the_file_may_be_made_by_somebody_else(multipart, monkeypatch):
    monkeypatch.setattr(FullFile, "made", [])
    monkeypatch.setattr(MultiPartParser, "make_spooled_file", FullFile)
    request = multipart(multipart.part("a", b"content", "a.txt"))
    with pytest.raises(OSError, match="disk full"):
        await form(request.scope, request.receive)
    assert [file.closed for file in FullFile.made] == [True]


async def test_a_file_has_the_attributes_of_starlettes(multipart):
    """FastAPI writes an upload as JSON, by its attributes, where one is the input that a validation error is about."""
    request = multipart(multipart.part("a", b"content", "a.txt"))
    with tempfile.SpooledTemporaryFile() as plain:
        attributes = set(vars(plain))
    async with form(request.scope, request.receive) as fields:
        assert set(vars(fields["a"])) == {"filename", "file", "size", "headers"}
        assert set(vars(fields["a"].file)) == attributes
