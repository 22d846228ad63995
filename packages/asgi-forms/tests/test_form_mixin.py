"""What a request gets by the mixin, whatever framework it is of; what it remembers is in test_request_form.py."""

from typing import ClassVar

import pytest

from asgi_forms import FORM_LIMITS, FormData, FormError, FormMixin
from asgi_forms.sinks import MemorySink


@pytest.fixture(params=["Starlette", "FastAPI", "none"])
def request_of(request, bare_request):
    """Makes a request with the mixin, of the class of each framework, of the connection that an upload is."""
    base = bare_request
    if request.param != "none":
        base = pytest.importorskip("starlette.requests" if request.param == "Starlette" else "fastapi").Request
    cls = type("Request", (FormMixin, base), {})
    return lambda upload: cls(upload.scope, upload.receive)


async def test_nothing_is_received_before_it_is_awaited(upload, request_of):
    source = upload(b"a=1")
    request_of(source).form()
    assert source.chunks_left == [b"a=1"]


async def test_the_block_closes_its_files(multipart, request_of):
    request = request_of(multipart(multipart.part("f", b"content", "f.txt")))
    async with request.form() as form:
        assert await form["f"].read() == b"content"
    assert form["f"].file.closed


async def test_close_closes_its_files(multipart, request_of):
    request = request_of(multipart(multipart.part("f", b"content", "f.txt")))
    await request.close()  # of a form that nobody has read
    form = await request.form()
    assert not form["f"].file.closed
    await request.close()
    assert form["f"].file.closed


async def test_sink_and_limits_are_those_of_forms(multipart, request_of):
    body = multipart.body(multipart.part("f", b"content", "f.txt"), multipart.part("note", b"text"))
    source = multipart.request(body)
    source.scope[FORM_LIMITS] = {"max_files": 0}
    form = await request_of(source).form(sink=lambda _: MemorySink(), max_files=1)
    assert type(form["f"].sink) is MemorySink
    source = multipart.request(body)
    source.scope[FORM_LIMITS] = {"max_files": 0}
    with pytest.raises(FormError, match="Maximum number of files is 0"):
        await request_of(source).form()


def test_a_limit_that_is_none_is_told_at_once(upload, request_of):
    with pytest.raises(TypeError, match="'max_filez' is not a limit of forms"):
        request_of(upload(b"")).form(max_filez=1)


async def test_parts_as_they_arrive(multipart, request_of):
    body = multipart.body(multipart.part("f", b"content", "f.txt"), multipart.part("note", b"text"))
    request = request_of(multipart.request(body))
    async with request.stream_multipart(max_files=1) as stream:
        parts = [(part.name, part.filename, await part.text()) async for part in stream]
    assert parts == [("f", "f.txt", "content"), ("note", None, "text")]
    with pytest.raises(FormError, match="Maximum number of files is 0"):
        async for _ in request_of(multipart.request(body)).stream_multipart(max_files=0):
            pass


@pytest.mark.parametrize("request_of", ["Starlette", "FastAPI"], indirect=True)
async def test_a_body_that_was_read_before(multipart, request_of):
    request = request_of(multipart(multipart.part("a", b"1")))
    await request.body()
    assert await request.form() == FormData(a="1")


async def test_limits_of_a_class_are_its_defaults(multipart, bare_request):
    class Request(FormMixin, bare_request):
        form_limits: ClassVar = {"max_files": 0, "max_fields": 0}

    source = multipart.request(multipart.body(multipart.part("f", b"content", "f.txt")))
    with pytest.raises(FormError, match="Maximum number of files is 0"):
        await Request(source.scope, source.receive).form(max_fields=5)


@pytest.mark.parametrize(("around", "limits"), [({}, {"max_files": 1}), ({"max_files": 1}, {})])
async def test_a_call_and_what_is_around_go_before_the_limits_of_a_class(multipart, bare_request, around, limits):
    class Request(FormMixin, bare_request):
        form_limits: ClassVar = {"max_files": 0, "max_fields": 0}

    source = multipart.request(multipart.body(multipart.part("f", b"content", "f.txt")))
    source.scope[FORM_LIMITS] = around
    async with Request(source.scope, source.receive).form(**limits) as form:
        assert "f" in form
