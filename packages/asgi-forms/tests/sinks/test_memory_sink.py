import io

import pytest

from asgi_forms import FormError, form
from asgi_forms.sinks import MemorySink

pytestmark = pytest.mark.anyio

LARGE = b"x" * (2 * 1024 * 1024)


async def test_a_file_of_any_size_is_kept_in_memory_without_a_thread(multipart, threads):
    request = multipart(multipart.part("a", LARGE, "a.txt"))
    async with form(request.scope, request.receive, sink=lambda head: MemorySink()) as fields:
        assert type(fields["a"].file) is io.BytesIO
        assert fields["a"].file is fields["a"].sink.file
        assert await fields["a"].read() == LARGE
    assert fields["a"].file.closed
    assert threads == []


async def test_a_form_that_fails_closes_it(multipart):
    sinks = []

    def sink(head):
        sinks.append(MemorySink())
        return sinks[-1]

    with pytest.raises(FormError, match="413: File exceeded maximum size of 7 bytes"):
        await multipart(multipart.part("a", b"content", "a"), multipart.part("b", b"8 bytes.", "b")).parse(
            sink=sink, max_file_size=7
        )
    assert [kept.file.closed for kept in sinks] == [True, True]
