"""The errors of a form that is streamed: what they are, that they are raised again, and several tasks that read."""

import gc
import weakref

import anyio
import pytest

from asgi_forms import FORM_LIMITS, FormError, stream_multipart
from asgi_types import ContentTooLarge

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


class Broken:
    """A ``receive`` that gives these chunks, and then raises an error, or waits and gives the end."""

    def __init__(self, *chunks, error=None):
        self.left, self.error, self.end = list(chunks), error, b"--x--\r\n"
        self.count = 0
        self.is_waiting, self.go_on = anyio.Event(), anyio.Event()

    async def __call__(self):
        self.count += 1
        if self.left:
            return {"type": "http.request", "body": self.left.pop(0), "more_body": True}
        if self.error is not None:
            raise self.error
        self.is_waiting.set()
        await self.go_on.wait()
        return {"type": "http.request", "body": self.end, "more_body": False}


@pytest.fixture
def first_half(multipart):
    """The beginning of a form; the rest of it would be a form of its own."""
    body = multipart.body(multipart.part("a", "1"), multipart.part("b", "2"))
    return body[: body.rindex(b"--x\r\n")]


async def errors_of(stream, times=2):
    errors = []
    for _ in range(times):
        with anyio.fail_after(5), pytest.raises((FormError, ContentTooLarge, RuntimeError)) as caught:
            await anext(stream)
        errors.append(caught.value)
    assert len({id(error) for error in errors}) == times
    return errors


async def test_a_body_that_is_too_large_is_so_again(multipart, first_half):
    receive = Broken(first_half, error=ContentTooLarge(7))
    stream = stream_multipart(multipart.request().scope, receive)
    assert (await anext(stream)).name == "a"
    assert [(type(error), error.limit) for error in await errors_of(stream)] == [(ContentTooLarge, 7)] * 2
    with pytest.raises(ContentTooLarge):
        await anext(stream)
    assert receive.count == 2


async def test_after_another_error_no_form_lacks_its_first_parts(multipart, first_half):
    receive = Broken(first_half, error=OSError("connection reset"))
    stream = stream_multipart(multipart.request().scope, receive)
    part = await anext(stream)
    with pytest.raises(OSError, match="connection reset"):
        await anext(stream)
    for error in await errors_of(stream):
        assert (type(error), str(error)) == (RuntimeError, LOST + "OSError('connection reset')")
    with pytest.raises(RuntimeError, match="This part has passed"):
        await part.read()
    assert receive.count == 2


LOST = "The form could not be read before, and its body is lost: "


async def test_nor_after_a_timeout(multipart, first_half):
    receive = Broken(first_half)
    stream = stream_multipart(multipart.request().scope, receive)
    assert (await anext(stream)).name == "a"
    with anyio.move_on_after(0.01) as scope:
        await anext(stream)
    assert scope.cancelled_caught
    receive.go_on.set()
    for error in await errors_of(stream):
        assert str(error).startswith(LOST + "Cancelled")
    assert receive.count == 2


async def test_closing_it_leaves_the_error_what_it_was(multipart, two_files):
    stream = stream_of(multipart.request(two_files), max_files=0)
    await errors_of(stream, 1)
    await stream.aclose()
    assert [error.status_code for error in await errors_of(stream)] == [413, 413]


async def test_a_stream_that_failed_is_gone_without_the_collector_of_cycles(multipart, two_files):
    stream = stream_of(multipart.request(two_files), max_files=1)
    gc.collect()
    gc.disable()
    try:
        for _ in range(2):
            try:
                async for _ in stream:
                    pass
            except FormError:
                pass
        gone = weakref.ref(stream)
        del stream
        assert gone() is None
    finally:
        gc.enable()


# Several tasks


async def test_a_second_task_that_asks_for_a_part_is_refused_and_the_first_has_all(multipart, first_half):
    receive = Broken(first_half)
    stream = stream_multipart(multipart.request().scope, receive)
    names = []

    async def first():
        names.extend([part.name async for part in stream])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        await receive.is_waiting.wait()
        for error in await errors_of(stream):
            assert (type(error), str(error)) == (RuntimeError, "Another task is reading this form.")
        receive.go_on.set()
    assert names == ["a"]
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


@pytest.mark.parametrize("asks", ["for the part", "for the next part"])
async def test_a_second_task_is_refused_while_the_first_reads_a_part(multipart, asks):
    body = multipart.body(multipart.part("a", b"1" * 100, "f"), multipart.part("b", "2"))
    receive = Broken(body[:100])
    stream = stream_multipart(multipart.request().scope, receive)
    part = await anext(stream)
    contents = []

    async def first():
        contents.append(await part.read())
        contents.extend([await part.read() async for part in stream])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        await receive.is_waiting.wait()
        with anyio.fail_after(5), pytest.raises(RuntimeError, match=r"^Another task is reading this form\.$"):
            await (anext(part) if asks == "for the part" else anext(stream))
        receive.end = body[100:]
        receive.go_on.set()
    assert contents == [b"1" * 100, b"2"]
