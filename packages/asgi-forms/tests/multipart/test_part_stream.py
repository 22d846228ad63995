"""The parts of a form as they arrive: when what is received and given, what is passed over, errors and leaving."""

import tracemalloc

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_forms import FORM_LIMITS, FormError, Part, PartHead, stream_multipart

END = b"\r\n--x--\r\n"


def stream_of(request, **limits):
    return stream_multipart(request.scope, request.receive, **limits)


async def contents(request, **limits):
    """Names and contents of all parts."""
    found = []
    async for part in stream_of(request, **limits):
        chunks = [chunk async for chunk in part]
        found.append((part.name, part.filename, b"".join(chunks)))
    return found


class Kept:
    """A request that keeps its stream, so that only who closes that ends it."""

    def __init__(self, upload):
        self.scope = upload.scope
        self.receive = upload.receive
        self.ended = []

    def stream(self):
        self.kept = self._stream()
        return self.kept

    async def _stream(self):
        try:
            more = True
            while more:
                message = await self.receive()
                more = message["more_body"]
                yield message["body"]
        except BaseException as error:
            self.ended.append(type(error))
            raise
        else:
            self.ended.append(None)


@pytest.fixture
def two_files(multipart):
    """A body with a small file, a field and another file."""
    return multipart.body(
        multipart.part("a", b"first", "1.txt", "Content-Type: text/plain"),
        multipart.part("note", b"text"),
        multipart.part("b", b"second", "2.txt"),
    )


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


# A part that has passed


async def test_a_part_that_has_passed_is_a_clear_error(multipart, two_files):
    stream = stream_of(multipart.request(two_files))
    first = await anext(stream)
    await anext(stream)
    with pytest.raises(RuntimeError, match="This part has passed: take its content before the next part is asked for"):
        await anext(first)
    with pytest.raises(RuntimeError, match="This part has passed"):
        await first.read()
    assert (await anext(stream)).name == "b"


async def test_the_last_part_has_passed_after_the_loop(multipart, two_files):
    parts = [part async for part in stream_of(multipart.request(two_files))]
    for part in parts:
        with pytest.raises(RuntimeError, match="This part has passed"):
            await part.read()


async def test_a_complete_part_has_nothing_more(multipart, two_files):
    stream = stream_of(multipart.request(two_files))
    first = await anext(stream)
    assert await first.read() == b"first"
    assert [chunk async for chunk in first] == []
    second = await anext(stream)
    assert [chunk async for chunk in first] == []
    assert await first.read() == b""
    assert await second.read() == b"text"


# Whole parts


async def test_read_and_text_have_a_limit(multipart):
    body = multipart.body(*(multipart.part(name, b"12345", "f") for name in "abcd"))
    stream = stream_of(multipart.request(body), max_part_size=4)
    for read in ("read", "text"):
        with pytest.raises(FormError) as caught:
            await getattr(await anext(stream), read)()
        assert (caught.value.status_code, caught.value.message) == (413, "Part exceeded maximum size of 4 bytes.")
    assert await (await anext(stream)).read(5) == b"12345"
    assert await (await anext(stream)).text(5) == "12345"
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_read_stops_as_soon_as_there_is_too_much(multipart):
    body = multipart.body(multipart.part("a", b"x" * 4096, "f"))
    request = multipart.request(*(body[start : start + 512] for start in range(0, len(body), 512)))
    part = await anext(stream_of(request))
    with pytest.raises(FormError, match="413: Part exceeded maximum size of 600 bytes"):
        await part.read(600)
    assert len(request.chunks_left) >= 6


async def test_read_gives_what_is_left(multipart):
    content = bytes(range(256)) * 8
    body = multipart.body(multipart.part("a", content, "f"))
    part = await anext(stream_of(multipart.request(body[:1024], body[1024:])))
    first = await anext(part)
    assert len(first) > 0
    assert first + await part.read() == content


async def test_text_is_decoded_as_the_part_says_else_the_form_else_utf_8(multipart):
    parts = (
        multipart.part("a", "ë"),
        multipart.part("b", b"\xff"),
        multipart.part("_charset_", b"windows-1252"),
        multipart.part("c", b"\x80"),
        multipart.part("d", "€", None, "Content-Type: text/plain; charset=utf-8"),
        multipart.part("e", b"\xe2\x82", None, "Content-Type: text/plain; charset=utf-8"),
    )
    texts = [await part.text() async for part in stream_of(multipart.request(multipart.body(*parts)))]
    assert texts == ["ë", "ÿ", "windows-1252", "€", "€", "â\x82"]


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


# Errors


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/mixed; boundary=x", "", None])
async def test_another_content_type_is_a_415(upload, content_type):
    request = upload(b"a=1", content_type=content_type)
    for _ in range(2):
        with pytest.raises(FormError) as caught:
            await anext(stream_of(request))
        assert caught.value.status_code == 415
        assert caught.value.message == "A form of the type multipart/form-data is needed."
    assert request.chunks_left == [b"a=1"]


CUT_OFF = "The form ends before its final boundary: it was cut off."


async def test_a_body_that_is_cut_off_anywhere_is_an_error(multipart, two_files):
    for end in range(1, two_files.rindex(b"x--") + 3):
        with pytest.raises(FormError) as caught:
            await contents(multipart.request(two_files[:end]))
        assert (caught.value.status_code, caught.value.message) == (400, CUT_OFF)


async def test_what_arrived_before_the_error_is_given(multipart, two_files):
    stream = stream_of(multipart.request(two_files.removesuffix(END)))
    for name, content in (("a", b"first"), ("note", b"text")):
        part = await anext(stream)
        assert (part.name, await part.read()) == (name, content)
    assert (await anext(stream)).name == "b"
    with pytest.raises(FormError, match=CUT_OFF):
        await anext(stream)


async def test_an_error_is_raised_again(multipart, two_files):
    stream = stream_of(multipart.request(two_files, b"more"), max_files=1)
    assert [(await anext(stream)).name for _ in range(2)] == ["a", "note"]
    errors = []
    for _ in range(2):
        with pytest.raises(FormError) as caught:
            await anext(stream)
        errors.append(caught.value)
    assert {(error.status_code, error.message) for error in errors} == {
        (413, "Too many files. Maximum number of files is 1.")
    }
    assert errors[0] is not errors[1]


async def test_an_error_in_a_part_is_raised_again_from_the_part(multipart):
    request = multipart.request(multipart.body(multipart.part("a", b"x" * 4096, "f")))
    part = await anext(stream_of(request, max_file_size=10))
    for _ in range(2):
        with pytest.raises(FormError, match="413: File exceeded maximum size of 10 bytes"):
            await part.read()


async def test_malformed_parts_are_a_400(multipart):
    with pytest.raises(FormError) as caught:
        await contents(multipart.request(b"--x\r\nno header\r\n\r\n\r\n--x--\r\n"))
    assert caught.value.status_code == 400


async def test_limits_come_from_the_scope_and_arguments_go_before_them(multipart, two_files):
    def request():
        made = multipart.request(two_files)
        made.scope[FORM_LIMITS] = {"max_files": 1, "max_name_size": 4}
        return made

    with pytest.raises(FormError, match="413: Too many files\\. Maximum number of files is 1"):
        await contents(request())
    with pytest.raises(FormError, match="413: Too many files\\. Maximum number of files is 0"):
        await contents(request(), max_files=0)
    with pytest.raises(FormError, match="413: Field name exceeded maximum size of 3 bytes"):
        await contents(request(), max_files=None, max_name_size=3)
    assert len(await contents(request(), max_files=2)) == 3


def test_a_limit_that_is_none_is_told_at_once(multipart):
    with pytest.raises(TypeError, match="'max_filez' is not a limit of forms"):
        stream_of(multipart.request(), max_filez=1)
    with pytest.raises(ValueError, match="max_files is -1"):
        stream_of(multipart.request(), max_files=-1)


async def test_a_client_that_leaves_is_a_clear_error(multipart, upload, two_files):
    content_type = "multipart/form-data; boundary=x"
    stream = stream_of(upload(two_files.removesuffix(END), content_type=content_type, ends=False))
    assert [(await anext(stream)).name for _ in range(3)] == ["a", "note", "b"]
    for _ in range(2):
        with pytest.raises(FormError) as caught:
            await anext(stream)
        assert caught.value.status_code == 400
        assert caught.value.message == "The client disconnected before the end of the form."


# Leaving


async def test_leaving_early_leaves_the_rest_unread(multipart, two_files):
    request = multipart.request(two_files[:100], two_files[100:])
    async with stream_of(request) as stream:
        async for part in stream:
            assert part.name == "a"
            break
    assert len(request.chunks_left) == 1


@pytest.mark.parametrize("leave", ["break", "raise"])
async def test_leaving_the_block_closes_the_stream_of_a_request(multipart, two_files, leave):
    request = Kept(multipart.request(two_files[:100], two_files[100:]))

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


async def test_an_error_closes_the_stream_of_a_request(multipart, two_files):
    request = Kept(multipart.request(two_files[:100], two_files[100:]))
    stream = stream_multipart(request, max_files=0)
    with pytest.raises(FormError):
        await anext(stream)
    assert request.ended == [GeneratorExit]


async def test_the_end_of_the_loop_is_the_end_of_the_stream(multipart, two_files):
    request = Kept(multipart.request(two_files[:100], two_files[100:]))
    assert [part.name async for part in stream_multipart(request)] == ["a", "note", "b"]
    assert request.ended == [None]


async def test_a_cancelled_loop_closes_the_stream_of_a_request(multipart, two_files):
    source = multipart.request(two_files[:100], two_files[100:])

    async def receive():
        if len(source.chunks_left) == 1:
            scope.cancel()
            await anyio.sleep_forever()
        return await source.receive()

    request = Kept(source)
    request.receive = receive
    with anyio.CancelScope() as scope:
        async with stream_multipart(request) as stream:
            assert (await anext(stream)).name == "a"
            await anext(stream)
    assert scope.cancelled_caught
    assert request.ended == [anyio.get_cancelled_exc_class()]
