import hashlib

import pytest

from asgi_forms import FormError, form
from asgi_forms.sinks import HashSink, MemorySink, PathSink, SpooledSink, WriterSink

pytestmark = pytest.mark.anyio

LARGE = b"x" * (512 * 1024 + 1)


async def test_the_hash_is_that_of_the_content_whatever_its_chunks(multipart):
    body = multipart.body(multipart.part("a", b"some content", "a.txt"))
    for chunks in multipart.cuts(body):
        request = multipart.request(*chunks)
        async with form(request.scope, request.receive, sink=lambda head: HashSink()) as fields:
            assert fields["a"].sink.hexdigest() == hashlib.sha256(b"some content").hexdigest()
            assert fields["a"].sink.digest() == hashlib.sha256(b"some content").digest()
            assert await fields["a"].read() == b"some content"


async def test_the_content_goes_to_a_spooled_sink_by_default():
    sink = HashSink()
    assert type(sink.sink) is SpooledSink
    await sink.abort()
    assert sink.sink.file.closed


@pytest.mark.parametrize("algorithm", ["sha256", "md5", "blake2b", "SHA1"])
async def test_the_algorithm_is_a_name_of_hashlib(algorithm):
    sink = HashSink(MemorySink(), algorithm)
    assert sink.hexdigest() == hashlib.new(algorithm).hexdigest()
    await sink.write(b"a")
    assert sink.hexdigest() == hashlib.new(algorithm, b"a").hexdigest()


async def test_an_unknown_algorithm_is_refused_at_once():
    with pytest.raises(ValueError, match="sha257"):
        HashSink(algorithm="sha257")
    with pytest.raises(ValueError, match="The digest of shake_128 has no length of its own"):
        HashSink(algorithm="shake_128")


async def test_a_large_chunk_is_hashed_in_a_thread_and_a_small_one_is_not(threads):
    sink = HashSink(MemorySink())
    await sink.write(LARGE[1:])
    assert threads == []
    await sink.write(LARGE)
    assert threads == ["update"]
    assert sink.digest() == hashlib.sha256(LARGE[1:] + LARGE).digest()


async def test_the_file_is_that_of_the_other_sink(multipart, tmp_path):
    request = multipart(multipart.part("a", b"content", "a.txt"))
    async with form(request.scope, request.receive, sink=lambda head: HashSink(PathSink(tmp_path / "new"))) as fields:
        assert fields["a"].file is fields["a"].sink.sink.file
        assert fields["a"].sink.sink.path == tmp_path / "new"
        assert await fields["a"].read() == b"content"


async def test_where_the_other_sink_has_no_file_there_is_none(multipart):
    written = []

    async def write(chunk):
        written.append(chunk)

    request = multipart(multipart.part("a", b"content", "a.txt"))
    fields = await request.parse(sink=lambda head: HashSink(WriterSink(write)))
    assert fields["a"].sink.file is None
    assert written == [b"content"]


async def test_a_form_that_fails_aborts_the_other_sink(multipart, left_empty):
    request = multipart(multipart.part("a", b"content", "a.txt"), multipart.part("b", "long"))
    with pytest.raises(FormError):
        await request.parse(sink=lambda head: HashSink(PathSink(left_empty / "new")), max_part_size=1)
