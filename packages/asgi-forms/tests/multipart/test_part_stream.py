"""The parts of a form as they arrive: when what is received and given, what is passed over, and leaving."""

import tracemalloc

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_forms import FormError, Part, PartHead, stream_multipart


def stream_of(request, **limits):
    return stream_multipart(request.scope, request.receive, **limits)


async def contents(request, **limits):
    """Names and contents of all parts."""
    found = []
    async for part in stream_of(request, **limits):
        chunks = [chunk async for chunk in part]
        found.append((part.name, part.filename, b"".join(chunks)))
    return found


def connection(upload):
    return upload.scope, upload.receive


# Parts and their content


async def test_a_part_says_what_its_head_says(multipart, two_files):
    parts = [part async for part in stream_of(multipart.request(two_files))]
    assert all(type(part) is Part and isinstance(part, PartHead) for part in parts)
    assert [(part.name, part.filename, part.content_type) for part in parts] == [
        ("a", "1.txt", "text/plain"),
        ("note", None, None),
        ("b", "2.txt", None),
    ]
    assert parts[0].headers["content-disposition"] == 'form-data; name="a"; filename="1.txt"'


@pytest.mark.parametrize("chunks", [(b"",), (b"", b"")])
async def test_an_empty_body_has_no_parts(multipart, chunks):
    assert await contents(multipart.request(*chunks)) == []


async def test_every_way_to_cut_the_body_gives_the_same(multipart, two_files):
    expected = [("a", "1.txt", b"first"), ("note", None, b"text"), ("b", "2.txt", b"second")]
    for chunks in multipart.cuts(two_files):
        assert await contents(multipart.request(*chunks)) == expected


@given(parts=st.lists(st.tuples(st.text("ab", min_size=1), st.binary(max_size=40)), max_size=4), data=st.data())
def test_any_content_comes_back_however_it_is_cut(multipart, parts, data):
    body = multipart.body(*(multipart.part(name, content, "f") for name, content in parts), boundary="some-boundary")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=6)))
    chunks = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    steps = contents(multipart.request(*chunks, boundary="some-boundary"))
    with pytest.raises(StopIteration) as done:  # nothing in it waits
        steps.send(None)
    assert done.value.value == [(name, "f", content) for name, content in parts]


# When what is received and given


async def test_a_head_and_each_chunk_are_given_before_more_is_received(multipart):
    body = multipart.body(multipart.part("f", b"1" * 100 + b"2" * 100 + b"3" * 100, "f.txt"))
    begin = body.index(b"1")
    request = multipart.request(body[:begin], body[begin : begin + 100], body[begin + 100 : begin + 200], body[-109:])
    stream = stream_of(request)
    assert len(request.chunks_left) == 4
    part = await anext(stream)
    assert (part.filename, len(request.chunks_left)) == ("f.txt", 3)
    seen = [(len(chunk), len(request.chunks_left)) async for chunk in part]
    # The parser keeps back what may be the beginning of a boundary.
    assert [left for _, left in seen] == sorted((left for _, left in seen), reverse=True)
    assert {left for _, left in seen} == {2, 1, 0}
    assert sum(size for size, _ in seen) == 300


async def test_who_is_slow_slows_the_client_down(multipart):
    body = multipart.body(multipart.part("f", b"x" * 4096, "f.txt"))
    request = multipart.request(*(body[start : start + 512] for start in range(0, len(body), 512)))
    async for part in stream_of(request):
        async for _ in part:
            left = len(request.chunks_left)
            await anyio.sleep(0.001)
            assert len(request.chunks_left) == left
    assert request.chunks_left == []


async def test_a_part_is_passed_over_by_asking_for_the_next(multipart, two_files):
    names = [part.name async for part in stream_of(multipart.request(two_files))]
    assert names == ["a", "note", "b"]


async def test_what_is_left_of_a_part_is_passed_over(multipart, two_files):
    begin = two_files.index(b"first") + 2
    stream = stream_of(multipart.request(two_files[:begin], two_files[begin:]))
    part = await anext(stream)
    assert b"first".startswith(await anext(part))
    assert (await anext(stream)).name == "note"


@pytest.mark.parametrize("read", [False, True])
async def test_a_part_of_many_mebibytes_takes_no_memory(multipart, read):
    body = multipart.body(multipart.part("f", b"", "f.bin"), multipart.part("last", b"here"))
    begin = body.index(b"\r\n--x\r\n", 10)
    chunk, messages = b"\r" * 65536, 1024  # 64 MiB

    async def receive():
        nonlocal messages
        messages -= 1
        if messages == 1023:
            return {"type": "http.request", "body": body[:begin], "more_body": True}
        if messages < 0:
            return {"type": "http.request", "body": body[begin:], "more_body": False}
        return {"type": "http.request", "body": chunk, "more_body": True}

    scope = multipart.request().scope
    tracemalloc.start()
    try:
        size = 0
        async for part in stream_multipart(scope, receive):
            if read or part.name == "last":
                async for content in part:
                    size += len(content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size == 4 + read * 65536 * 1023
    assert peak < 1_000_000


@pytest.mark.parametrize("read", [False, True])
async def test_the_charset_field_counts_for_the_names_after_it_also_unread(multipart, read):
    parts = [
        multipart.part("_charset_", b"windows-1252"),
        b'Content-Disposition: form-data; name="\x80"\r\n\r\n',
    ]
    names = []
    async for part in stream_of(multipart.request(multipart.body(*parts))):
        names.append(part.name)
        if read:
            await part.read()
    assert names == ["_charset_", "€"]


# Leaving


async def test_leaving_early_leaves_the_rest_unread(multipart, two_files):
    request = multipart.request(two_files[:100], two_files[100:])
    async with stream_of(request) as stream:
        async for part in stream:
            assert part.name == "a"
            break
    assert len(request.chunks_left) == 1


@pytest.mark.parametrize("leave", ["break", "raise"])
async def test_leaving_the_block_closes_the_stream_of_a_request(multipart, two_files, leave, bare_request):
    request = bare_request(*connection(multipart.request(two_files[:100], two_files[100:])))

    async def read():
        async with stream_multipart(request) as stream:
            async for _ in stream:
                if leave == "raise":
                    raise LookupError
                break

    if leave == "raise":
        with pytest.raises(LookupError):
            await read()
    else:
        await read()
    assert request.ended == [GeneratorExit]


async def test_an_error_closes_the_stream_of_a_request(multipart, two_files, bare_request):
    request = bare_request(*connection(multipart.request(two_files[:100], two_files[100:])))
    stream = stream_multipart(request, max_files=0)
    with pytest.raises(FormError):
        await anext(stream)
    assert request.ended == [GeneratorExit]


async def test_the_end_of_the_loop_is_the_end_of_the_stream(multipart, two_files, bare_request):
    request = bare_request(*connection(multipart.request(two_files[:100], two_files[100:])))
    assert [part.name async for part in stream_multipart(request)] == ["a", "note", "b"]
    assert request.ended == [None]


async def test_a_cancelled_loop_closes_the_stream_of_a_request(multipart, two_files, bare_request):
    source = multipart.request(two_files[:100], two_files[100:])

    async def receive():
        if len(source.chunks_left) == 1:
            scope.cancel()
            await anyio.sleep_forever()
        return await source.receive()

    request = bare_request(source.scope, source.receive)
    request.receive = receive
    with anyio.CancelScope() as scope:
        async with stream_multipart(request) as stream:
            assert (await anext(stream)).name == "a"
            await anext(stream)
    assert scope.cancelled_caught
    assert request.ended == [anyio.get_cancelled_exc_class()]


@pytest.mark.parametrize("ends", ["closed", "left"])
async def test_what_is_asked_for_after_the_end_is_an_error(multipart, two_files, ends):
    request = multipart.request(two_files[:100], two_files[100:])
    async with stream_of(request) as stream:
        part = await anext(stream)
        if ends == "closed":
            await stream.aclose()
    for asked in (part, stream, stream):
        with pytest.raises(RuntimeError, match=r"^This form has been closed\.$"):
            await anext(asked)
    assert len(request.chunks_left) == 1
