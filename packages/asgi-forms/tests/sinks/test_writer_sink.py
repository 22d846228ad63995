import asyncio
import io

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_forms import FormError, form
from asgi_forms.sinks import WriterSink

pytestmark = pytest.mark.anyio


class Store:
    """Notes what is awaited, as an object store that is written to."""

    def __init__(self):
        self.calls = []

    async def write(self, part):
        assert type(part) is bytes
        self.calls.append(part)

    async def finish(self):
        self.calls.append("finish")

    async def abort(self):
        self.calls.append("abort")

    def sink(self, **options):
        return WriterSink(self.write, finish=self.finish, abort=self.abort, **options)


def written(chunks, chunk_size):
    store = Store()

    async def write():
        sink = store.sink(chunk_size=chunk_size)
        for chunk in chunks:
            await sink.write(chunk)
        await sink.finish()

    with pytest.raises(StopIteration):  # nothing in it waits, so one step runs it to its end
        write().send(None)
    return store.calls


async def test_chunks_are_passed_on_as_they_arrive(multipart):
    store = Store()
    body = multipart.body(multipart.part("a", b"content", "a.txt"))
    cut = body.rindex(b"tent")
    fields = await multipart.request(body[:cut], body[cut:]).parse(sink=lambda head: store.sink())
    assert store.calls == [b"con", b"tent", "finish"]
    assert fields["a"].size == 7


async def test_an_open_file_of_anyio_is_written_to(multipart, tmp_path):
    request = multipart(multipart.part("a", b"content", "a.txt"))
    async with await anyio.open_file(tmp_path / "new", "xb") as file:
        await request.parse(sink=lambda head: WriterSink(file.write, finish=file.aclose))
    assert await anyio.Path(tmp_path / "new").read_bytes() == b"content"


async def test_there_is_nothing_to_read(multipart):
    request = multipart(multipart.part("a", b"content", "a.txt"))
    async with form(request.scope, request.receive, sink=lambda head: Store().sink()) as fields:
        assert fields["a"].sink.file is None
        with pytest.raises(io.UnsupportedOperation, match="keeps no file to read"):
            await fields["a"].read()


@pytest.mark.parametrize(
    ("chunks", "size", "parts"),
    [
        ([], 4, []),
        ([b""], 4, []),
        ([b"abc"], 4, [b"abc"]),
        ([b"abcd"], 4, [b"abcd"]),
        ([b"abcde"], 4, [b"abcd", b"e"]),
        ([b"ab", b"cd", b"ef"], 4, [b"abcd", b"ef"]),
        ([b"abcdefghij"], 4, [b"abcd", b"efgh", b"ij"]),
        ([b"ab", b"c"], 1, [b"a", b"b", b"c"]),
        ([], None, []),
    ],
)
def test_with_a_chunk_size_all_parts_but_the_last_have_it(chunks, size, parts):
    assert written(chunks, size) == [*parts, "finish"]


@given(st.lists(st.binary(max_size=20)), st.integers(1, 30))
def test_so_they_have_for_any_chunks(chunks, size):
    *parts, end = written(chunks, size)
    assert end == "finish"
    assert b"".join(parts) == b"".join(chunks)
    assert all(len(part) == size for part in parts[:-1])
    assert all(0 < len(part) <= size for part in parts[-1:])


async def test_a_part_is_passed_on_as_soon_as_it_is_full():
    store = Store()
    sink = store.sink(chunk_size=4)
    await sink.write(b"abc")
    assert store.calls == []
    await sink.write(b"d")
    assert store.calls == [b"abcd"]


def test_one_large_chunk_takes_linear_time(assert_linear):
    assert_linear(lambda chunk: written([chunk], 16), lambda n: b"x" * n, 1_000_000)


def test_many_small_chunks_take_linear_time(assert_linear):
    assert_linear(lambda n: written([b"x"] * n, 10 * n), lambda n: n, 20_000)


@pytest.mark.parametrize("size", [0, -1])
def test_a_size_below_one_is_refused(size):
    with pytest.raises(ValueError, match=f"chunk_size is {size}: give at least 1, or None for chunks as they arrive"):
        WriterSink(Store().write, chunk_size=size)


@pytest.mark.parametrize("size", [None, 4, 100])
async def test_a_form_that_fails_awaits_abort(multipart, size):
    store = Store()
    request = multipart(multipart.part("a", b"content", "a.txt"), multipart.part("b", "long"))
    with pytest.raises(FormError):
        await request.parse(sink=lambda head: store.sink(chunk_size=size), max_part_size=1)
    assert store.calls[-2:] == ["finish", "abort"]


async def test_a_form_that_is_cut_off_writes_no_rest(multipart):
    store = Store()
    request = multipart.request(multipart.body(multipart.part("a", b"content", "a.txt"))[:-5])
    with pytest.raises(FormError):
        await request.parse(sink=lambda head: store.sink(chunk_size=100))
    assert store.calls == ["abort"]


async def test_finish_and_abort_are_optional(multipart):
    store = Store()
    request = multipart(multipart.part("a", b"content", "a.txt"), multipart.part("b", "long"))
    with pytest.raises(FormError) as caught:
        await request.parse(sink=lambda head: WriterSink(store.write), max_part_size=1)
    assert store.calls == [b"content"]
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_slow_store_slows_the_client_down(multipart):
    body = multipart.body(multipart.part("a", b"content", "a.txt"))
    cut = body.rindex(b"tent")
    request = multipart.request(body[:cut], body[cut:])
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def write(chunk):
        entered.set()
        await go_on.wait()

    task = asyncio.create_task(request.parse(sink=lambda head: WriterSink(write)))
    await entered.wait()
    assert len(request.chunks_left) == 1
    go_on.set()
    assert (await task)["a"].size == 7
