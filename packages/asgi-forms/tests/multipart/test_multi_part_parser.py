import gc
import io
import math

import pytest

from asgi_forms import FormData, FormError, MultiPartParser, UploadFile
from asgi_forms.sinks import MemoryBudget, MemorySink, SpooledSink
from asgi_types import Headers

HEADERS = Headers({"content-type": "multipart/form-data; boundary=x"})


async def test_it_reads_a_form_from_a_stream(stream, multipart):
    body = multipart.body(multipart.part("a", "1"), multipart.part("f", b"2", "f.txt"))
    parser = MultiPartParser(HEADERS, stream(body[:50], b"", body[50:]))
    form = await parser.parse()
    assert type(form) is FormData
    assert [name for name, _ in parser.items] == ["a", "f"]
    assert form.multi_items() == parser.items
    assert form["a"] == "1"
    assert isinstance(form["f"], UploadFile)
    assert await form["f"].read() == b"2"
    await form.close()


async def test_it_has_the_attributes_that_those_who_import_it_from_starlette_use(stream, multipart):
    body = stream(multipart.body())
    parser = MultiPartParser(HEADERS, body, max_files=1, max_fields=2, max_part_size=3)
    assert parser.headers is HEADERS
    assert parser.stream is body
    assert parser.items == []
    assert MultiPartParser.spool_max_size == 1024 * 1024
    assert await parser.parse() == FormData()


@pytest.mark.parametrize("chunks", [[], [b""], [b"", b""]])
async def test_an_empty_body_is_an_empty_form(stream, chunks):
    assert await MultiPartParser(HEADERS, stream(*chunks)).parse() == FormData()


@pytest.mark.parametrize(
    ("content_type", "reason"),
    [
        ("multipart/form-data", "Missing boundary in multipart."),
        ("multipart/form-data; boundary", "Malformed Content-Type of the form."),
        ("multipart/form-data; boundary=\xeb", "Invalid boundary in multipart"),
    ],
)
async def test_a_content_type_without_a_good_boundary_is_refused_before_the_body_is_taken(stream, content_type, reason):
    body = stream(b"--x--")
    with pytest.raises(FormError, match=reason) as caught:
        await MultiPartParser(Headers({"content-type": content_type}), body).parse()
    assert caught.value.status_code == 400
    assert body.taken == 0


async def test_the_headers_may_be_a_plain_dict(stream, multipart):
    headers = {"Content-Type": HEADERS["content-type"]}
    body = multipart.body(multipart.part("a", "1"))
    assert await MultiPartParser(headers, stream(body)).parse() == FormData(a="1")
    with pytest.raises(FormError, match="Missing boundary"):
        await MultiPartParser({}, stream(body)).parse()


@pytest.mark.parametrize(("name", "filename"), [("max_files", "f"), ("max_fields", None), ("max_part_size", None)])
async def test_a_limit_that_is_set_before_it_parses_is_kept(stream, multipart, name, filename):
    body = stream(b"--x\r\n" + multipart.part("a", "1", filename), b"2", b"3")
    parser = MultiPartParser(HEADERS, body, max_name_size=1)
    setattr(parser, name, 0)
    assert getattr(parser, name) == 0
    with pytest.raises(FormError, match=r"413: (Too many|Part exceeded)"):
        await parser.parse()
    assert body.taken == 1
    parser = MultiPartParser(HEADERS, stream(multipart.body(multipart.part("ab"))), max_name_size=1)
    setattr(parser, name, 9)
    with pytest.raises(FormError, match="413: Field name"):
        await parser.parse()


async def test_the_limits_are_given_by_name(stream, multipart):
    body = stream(b"--x\r\n" + multipart.part("a", "12"), b"3", b"4")
    with pytest.raises(FormError) as caught:
        await MultiPartParser(HEADERS, body, max_part_size=2, max_fields=None, max_files=math.inf).parse()
    assert caught.value.status_code == 413
    assert body.taken == 2


async def test_an_error_of_the_stream_is_raised_and_the_files_are_closed(stream, multipart, monkeypatch):
    opened = opened_files(monkeypatch)
    body = stream(b"--x\r\n" + multipart.part("f", b"1", "f"), error=ConnectionError("gone"))
    with pytest.raises(ConnectionError, match="gone"):
        await MultiPartParser(HEADERS, body).parse()
    assert [sink.file.closed for sink in opened] == [True]


def opened_files(monkeypatch):
    """The sinks that are made by default, collected as they are made."""
    opened = []

    class Noted(SpooledSink):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            opened.append(self)

    monkeypatch.setattr("asgi_forms._multipart.multi_part_parser.SpooledSink", Noted)
    return opened


@pytest.mark.parametrize("size", [10, 3 * 1024 * 1024])
@pytest.mark.parametrize("end", [b"", b"\r\n--xx", b"\r\n--x\r\n\r\n", b"\r\n--x\r\nno colon\r\n"])
async def test_every_file_of_a_form_that_fails_is_closed_and_removed(stream, multipart, monkeypatch, size, end):
    opened = opened_files(monkeypatch)
    part = b"--x\r\n" + multipart.part("f", b"1" * size, "f") + b"\r\n"
    chunks = [*[part[index : index + 500_000] for index in range(0, len(part), 500_000)] * 2, part + b"--x", end]
    with pytest.raises(FormError):
        await MultiPartParser(HEADERS, stream(*chunks)).parse()
    assert len(opened) == 3
    assert [sink.file.closed for sink in opened] == [True] * 3


async def test_a_file_is_in_memory_up_to_the_spool_size_and_on_disk_beyond(stream, multipart):
    sizes = [1024 * 1024, 1024 * 1024 + 1]
    body = multipart.body(*[multipart.part("f", b"1" * size, "f") for size in sizes])
    form = await MultiPartParser(HEADERS, stream(body)).parse()
    assert [upload.file._rolled for upload in form.getlist("f")] == [False, True]
    assert [upload.size for upload in form.getlist("f")] == sizes
    await form.close()


@pytest.mark.parametrize(("spool_max_size", "on_disk"), [(9, True), (10, False), (0, False)])
async def test_the_spool_size_is_an_attribute_of_a_subclass_or_a_parser(stream, multipart, spool_max_size, on_disk):
    class Parser(MultiPartParser):
        pass

    Parser.spool_max_size = spool_max_size
    body = multipart.body(multipart.part("f", b"1" * 10, "f"))
    parser = MultiPartParser(HEADERS, stream(body))
    parser.spool_max_size = spool_max_size
    for changed in (Parser(HEADERS, stream(body)), parser):
        form = await changed.parse()
        assert form["f"].file._rolled is on_disk
        assert await form["f"].read() == b"1" * 10
        await form.close()
    assert MultiPartParser.spool_max_size == 1024 * 1024


KIB = 1024


@pytest.fixture
def little_memory(monkeypatch):
    """A form has 250 KiB of memory for its files, and two may go to disk for want of it."""
    monkeypatch.setattr("asgi_forms._multipart.multi_part_parser.MemoryBudget", lambda: MemoryBudget(250 * KIB, 2))


@pytest.mark.parametrize(
    ("sizes", "on_disk"),
    [
        ([100] * 4, [False, False, True, True]),
        ([100] * 6, [False, False, True, True, False, False]),  # each takes a descriptor
        ([100, 100, 63, 64, 64], [False, False, False, True, True]),
        ([200, 100, 50, 100], [False, True, False, True]),
        ([251, 250], [True, False]),
    ],
)
async def test_all_files_of_a_form_have_some_memory_together(stream, multipart, little_memory, sizes, on_disk):
    body = multipart.body(*[multipart.part("f", b"1" * size * KIB, "f") for size in sizes])
    for _ in range(2):  # and the next form has it anew
        form = await MultiPartParser(HEADERS, stream(body)).parse()
        found = [(upload.file._rolled, len(await upload.read())) for upload in form.getlist("f")]
        await form.close()
        assert found == [(is_on_disk, size * KIB) for is_on_disk, size in zip(on_disk, sizes, strict=True)]


async def test_the_memory_of_a_form_and_how_many_files_go_to_disk_for_want_of_it(stream, multipart):
    sizes = [KIB * KIB] * 32 + [1] + [64 * KIB] * 101
    body = multipart.body(*[multipart.part("f", b"1" * size, "f") for size in sizes])
    form = await MultiPartParser(HEADERS, stream(body)).parse()
    on_disk = [upload.file._rolled for upload in form.getlist("f")]
    await form.close()
    assert on_disk == [False] * 33 + [True] * 100 + [False]


async def test_a_sink_of_ones_own(stream, multipart):
    heads = []

    def sink(head):
        heads.append((head.name, head.filename))
        return MemorySink()

    parts = [multipart.part("a", "1"), multipart.part("f", b"2", "f.txt"), multipart.part("g", b"", "")]
    form = await MultiPartParser(HEADERS, stream(multipart.body(*parts)), sink=sink).parse()
    assert heads == [("f", "f.txt"), ("g", "")]
    assert isinstance(form["f"].sink, MemorySink)
    assert isinstance(form["f"].file, io.BytesIO)
    assert await form["f"].read() == b"2"


async def test_a_thousand_files(stream, multipart):
    parts = [multipart.part("f", str(number), f"{number}.txt") for number in range(1000)]
    form = await MultiPartParser(HEADERS, stream(multipart.body(*parts))).parse()
    uploads = form.getlist("f")
    assert [upload.filename for upload in uploads] == [f"{number}.txt" for number in range(1000)]
    assert [await upload.read() for upload in uploads] == [b"%d" % number for number in range(1000)]
    await form.close()
    assert all(upload.file.closed for upload in uploads)


def test_a_form_that_was_read_leaves_nothing_for_the_garbage_collector(multipart):
    request = [multipart(multipart.part("a", "1"), multipart.part("f", b"1", "f")) for _ in range(2)]
    multipart.fields(request[0].parse_now())
    gc.collect()
    gc.disable()
    try:
        multipart.fields(request[1].parse_now())
        assert gc.collect() == 0
    finally:
        gc.enable()
