"""The form of a request that remembers it: what a second call gives, while the first reads and after it has failed."""

import asyncio
import gc
import weakref

import anyio
import pytest

from asgi_forms import FormData, FormError, FormMixin
from asgi_forms.sinks import MemorySink, UploadSink
from asgi_types import ContentTooLarge


@pytest.fixture(params=["starlette.requests", "fastapi", "asgi_http", "none"])
def request_of(request, bare_request):
    """Makes a request with the mixin, of the class of each framework, of a scope and ``receive``."""
    base = bare_request if request.param == "none" else pytest.importorskip(request.param).Request
    return type("Request", (FormMixin, base), {})


@pytest.fixture(params=["multipart", "urlencoded"])
def source(request, upload, multipart):
    """A form in two chunks, of which the second would be a form of its own."""
    if request.param == "urlencoded":
        return upload(b"a=1&", b"b=2")
    body = multipart.body(multipart.part("a", "1"), multipart.part("b", "2"))
    cut = body.rindex(b"--x\r\n")
    return multipart.request(body[:cut], body[cut:])


BOTH = FormData(a="1", b="2")


class Interrupted:
    """The ``receive`` of a connection, which before its second chunk once raises an error or waits."""

    def __init__(self, upload, make_error=None):
        self.upload, self.make_error = upload, make_error
        self.count = 0
        self.is_waiting, self.go_on = anyio.Event(), anyio.Event()

    async def __call__(self):
        self.count += 1
        if self.count == 2:
            if self.make_error is not None:
                raise self.make_error()
            self.is_waiting.set()
            await self.go_on.wait()
        return await self.upload.receive()


async def errors_of(request, times=2, **limits):
    """What asking for the form so many times raises."""
    errors = []
    for _ in range(times):
        with anyio.fail_after(5), pytest.raises((FormError, ContentTooLarge, RuntimeError)) as caught:
            await request.form(**limits)
        errors.append(caught.value)
    assert len({id(error) for error in errors}) == times  # a traceback that grew would keep all it has seen
    return errors


def is_lost(error, reason):
    return type(error) is RuntimeError and str(error).startswith(
        f"The form could not be read before, and its body is lost: {reason}"
    )


async def test_it_is_read_once_and_remembered(source, request_of):
    request = request_of(source.scope, source.receive)
    form = await request.form()
    assert form == BOTH
    assert await request.form(max_fields=0) is form
    async with request.form() as again:
        assert again is form
    assert len(source.left) == 1


async def test_what_it_gave_once_it_gives_when_it_is_awaited_again(source, request_of):
    pending = request_of(source.scope, source.receive).form()
    assert await pending is await pending


async def test_what_is_no_form_is_remembered(upload, request_of):
    source = upload(b"{}", content_type="application/json")
    request = request_of(source.scope, source.receive)
    assert await request.form() is await request.form()
    assert await request.form() == FormData()


# After a failure


async def test_an_error_of_the_form_is_raised_again(source, request_of):
    request = request_of(source.scope, source.receive)
    errors = [
        *await errors_of(request, max_fields=0),
        *await errors_of(request),
        *await errors_of(request, max_fields=9),
    ]
    assert {(type(error), error.status_code, error.message) for error in errors} == {
        (FormError, 413, "Too many fields. Maximum number of fields is 0.")
    }
    assert len(source.chunks_left) == 1
    await request.close()


async def test_a_body_that_is_too_large_is_so_again(source, request_of):
    receive = Interrupted(source, lambda: ContentTooLarge(7))
    request = request_of(source.scope, receive)
    assert [(type(error), error.limit) for error in await errors_of(request)] == [(ContentTooLarge, 7)] * 2
    assert receive.count == 2


@pytest.mark.parametrize("error", [OSError("connection reset"), LookupError("a")])
async def test_after_another_error_of_receive_no_form_lacks_its_first_fields(source, request_of, error):
    receive = Interrupted(source, lambda: error)
    request = request_of(source.scope, receive)
    with pytest.raises(type(error)) as caught:
        await request.form()
    assert caught.value is error
    for again in await errors_of(request):
        assert is_lost(again, repr(error))
    assert receive.count == 2


async def test_nor_after_a_timeout(source, request_of):
    receive = Interrupted(source)
    request = request_of(source.scope, receive)
    with anyio.move_on_after(0.01) as scope:
        await request.form()
    assert scope.cancelled_caught
    receive.go_on.set()
    for again in await errors_of(request):
        assert is_lost(again, "Cancelled")
    assert receive.count == 2


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_nor_after_a_timeout_of_asyncio(source, request_of):
    receive = Interrupted(source)
    request = request_of(source.scope, receive)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(request.form(), 0.01)
    for again in await errors_of(request):
        assert is_lost(again, "CancelledError")
    assert receive.count == 2


@pytest.mark.parametrize("fails", ["make", "write", "finish"])
async def test_nor_after_an_error_of_a_sink(multipart, request_of, fails):
    class Full(UploadSink):
        def __init__(self, head):
            self.fail("make")

        async def write(self, chunk):
            self.fail("write")

        async def finish(self):
            self.fail("finish")

        def fail(self, call):
            if call == fails:
                raise OSError("The disk is full.")

    body = multipart.body(multipart.part("tag", "a"), multipart.part("f", b"1", "f"), multipart.part("last", "b"))
    cut = body.rindex(b"--x\r\n")
    source = multipart.request(body[:cut], body[cut:])
    request = request_of(source.scope, source.receive)
    with pytest.raises(OSError, match="The disk is full"):
        await request.form(sink=Full)
    for again in await errors_of(request, sink=lambda head: MemorySink()):
        assert is_lost(again, "OSError('The disk is full.')")
    assert len(source.chunks_left) == (fails != "finish")  # the end of a file is seen by what follows it


async def test_a_limit_that_is_none_is_told_before_anything_is_read(source, request_of):
    request = request_of(source.scope, source.receive)
    with pytest.raises(TypeError, match="'max_filez' is not a limit of forms"):
        request.form(max_filez=1)
    assert await request.form() == BOTH


# While the first reads


async def test_a_second_task_is_refused_while_the_first_reads(source, request_of):
    receive = Interrupted(source)
    request = request_of(source.scope, receive)
    forms = []

    async def first():
        forms.append(await request.form())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        await receive.is_waiting.wait()
        for error in await errors_of(request):
            assert (type(error), str(error)) == (RuntimeError, "Another task is reading the form of this request.")
        assert receive.count == 2
        receive.go_on.set()
    assert forms == [BOTH]
    assert await request.form() is forms[0]


async def test_and_has_the_error_of_the_first_afterwards(source, request_of):
    receive = Interrupted(source)
    request = request_of(source.scope, receive)

    async def first():
        with pytest.raises(FormError):
            await request.form(max_fields=1)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        await receive.is_waiting.wait()
        assert [type(error) for error in await errors_of(request)] == [RuntimeError] * 2
        receive.go_on.set()
    assert [error.message for error in await errors_of(request, 1)] == [
        "Too many fields. Maximum number of fields is 1."
    ]


# What is remembered refers to nothing


@pytest.mark.parametrize("make_error", [None, lambda: OSError("connection reset"), lambda: ContentTooLarge(7)])
@pytest.mark.parametrize("limits", [{}, {"max_fields": 1}])
async def test_a_request_is_gone_without_the_collector_of_cycles(multipart, bare_request, make_error, limits):
    body = multipart.body(multipart.part("a", "1"), multipart.part("f", b"1", "f"), multipart.part("b", "2"))
    cut = body.rindex(b"--x\r\n")
    source = multipart.request(body[:cut], body[cut:])
    receive = Interrupted(source, make_error)
    receive.go_on.set()
    request = type("Request", (FormMixin, bare_request), {})(source.scope, receive)
    gc.collect()
    gc.disable()
    try:
        for _ in range(2):
            try:
                form = await request.form(**limits)
            except (FormError, OSError, ContentTooLarge, RuntimeError):
                form = None
        await request.close()
        gone = weakref.ref(request)
        del request, form
        assert gone() is None
    finally:
        gc.enable()
