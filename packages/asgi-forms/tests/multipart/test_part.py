"""One part of a form that is being received: its content whole, its limit, and what is left of it later."""

import pytest

from asgi_forms import FormError, stream_multipart


def stream_of(request, **limits):
    return stream_multipart(request.scope, request.receive, **limits)


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


async def test_an_error_in_a_part_is_raised_again_from_the_part(multipart):
    request = multipart.request(multipart.body(multipart.part("a", b"x" * 4096, "f")))
    part = await anext(stream_of(request, max_file_size=10))
    for _ in range(2):
        with pytest.raises(FormError, match="413: File exceeded maximum size of 10 bytes"):
            await part.read()


@pytest.mark.parametrize("read", ["read", "text"])
async def test_a_part_that_was_too_large_is_so_again_and_the_next_can_be_asked_for(multipart, read):
    body = multipart.body(multipart.part("a", b"12345", "f"), multipart.part("b", "next"))
    stream = stream_of(multipart.request(*(body[start : start + 8] for start in range(0, len(body), 8))))
    part = await anext(stream)
    errors = []
    for limit in (2, 100):
        with pytest.raises(FormError) as caught:
            await getattr(part, read)(limit)
        errors.append(caught.value)
    with pytest.raises(FormError) as caught:
        await anext(part)
    errors.append(caught.value)
    assert {(error.status_code, error.message) for error in errors} == {(413, "Part exceeded maximum size of 2 bytes.")}
    assert len({id(error) for error in errors}) == 3
    last = await anext(stream)
    assert (last.name, await last.read()) == ("b", b"next")
    with pytest.raises(FormError, match="maximum size of 2 bytes"):
        await part.read()
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
