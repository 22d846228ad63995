import pytest

from asgi_forms import PartHead
from asgi_types import Headers


def test_what_it_says_of_a_field():
    head = PartHead("tag")
    assert (head.name, head.filename, head.charset, head.content_type) == ("tag", None, None, None)
    assert head.headers == Headers()
    assert repr(head) == "PartHead(name='tag', filename=None)"


def test_what_it_says_of_a_file():
    raw = [(b"content-disposition", b"form-data"), (b"content-type", b"text/plain; charset=koi8-r"), (b"x-a", b"\xeb")]
    head = PartHead("doc", "", raw, "koi8-r")
    assert (head.name, head.filename, head.charset) == ("doc", "", "koi8-r")
    assert head.content_type == "text/plain; charset=koi8-r"
    assert isinstance(head.headers, Headers)
    assert head.headers.raw == raw
    assert head.headers["X-A"] == "\xeb"
    assert repr(head) == "PartHead(name='doc', filename='')"


def test_its_names_can_be_changed_and_nothing_be_added():
    head = PartHead("a")
    head.name = "b"
    assert head.name == "b"
    with pytest.raises(AttributeError):
        head.path = "c"


def test_what_a_field_is_kept_with():
    disposition = (b"content-disposition", b"form-data; name=a")
    head = PartHead("a", None, [(b"x", b"1"), disposition, (b"content-type", b"text/plain;charset=koi8-r")], "koi8-r")
    kept = head.without_headers()
    assert type(kept) is PartHead
    assert (kept.name, kept.filename, kept.charset, kept.headers.raw) == ("a", None, "koi8-r", [disposition])
    assert kept.without_headers() is kept
    file = PartHead("a", "b", [disposition, (b"x", b"1")]).without_headers()
    assert (file.filename, file.headers.raw) == ("b", [disposition])


async def test_the_head_that_a_sink_is_made_with(multipart):
    heads = []

    def sink(head):
        from asgi_forms.sinks import SpooledSink

        heads.append(head)
        return SpooledSink()

    part = multipart.part("doc", b"1", "a.txt", "Content-TYPE:  text/x;Charset=Koi8-R \t", "x-a: \tb", "X-A:c")
    form = await multipart(multipart.part("a"), part).parse(sink=sink)
    [head] = heads
    assert (head.name, head.filename, head.charset) == ("doc", "a.txt", "Koi8-R")
    assert head.headers.raw == [
        (b"content-disposition", b'form-data; name="doc"; filename="a.txt"'),
        (b"content-type", b"text/x;Charset=Koi8-R"),
        (b"x-a", b"b"),
        (b"x-a", b"c"),
    ]
    assert form["doc"].headers == head.headers
    assert form["doc"].content_type == "text/x;Charset=Koi8-R"
    await form.close()
