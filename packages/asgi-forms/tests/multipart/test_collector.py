"""What parts become: charsets of text and of names, files in sinks, and sinks that are left when a form fails."""

import io

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_forms import FormError, UploadFile
from asgi_forms.sinks import UploadSink
from asgi_types import Headers

KA = "\N{CYRILLIC CAPITAL LETTER KA}"  # b"\xeb" in KOI8-R


def charset(multipart, label):
    return multipart.part("_charset_", label)


@pytest.mark.parametrize("label", [b"iso-8859-1", b"ISO-8859-1", b"latin1", b" windows-1252 "])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_charset_field_says_it_of_the_whole_form(multipart, label, is_first):
    raw = b'Content-Disposition: form-data; name="n\xeb"'
    parts = [raw + b"\r\n\r\n\xeb", raw + b'; filename="f\xeb"\r\n\r\n\xeb']
    parts = [charset(multipart, label), *parts] if is_first else [*parts, charset(multipart, label)]
    for chunks in multipart.cuts(multipart.body(*parts)):
        fields = multipart.outcome(multipart.request(*chunks))
        fields.remove(("_charset_", label.decode()))
        assert fields == [("në", "ë"), ("në", ("fë", b"\xeb", None))]


def test_what_utf_8_would_make_of_it_is_forgotten_when_the_charset_comes(multipart):
    raw = b'Content-Disposition: form-data; name="\x83A"; filename="\xc3\xab"\r\n\r\n\xc3\xab'
    assert multipart.outcome(multipart(raw)) == [("\x83A", ("ë", b"\xc3\xab", None))]
    fields = multipart.outcome(multipart(raw, charset(multipart, "Shift_JIS")))
    assert fields == [("ア", ("\uff83\uff6b", b"\xc3\xab", None)), ("_charset_", "Shift_JIS")]


LOOKS_LIKE = [
    ("shift_jis", 'ソ"表', b"\x83\x5c%22\x95\x5c"),
    ("big5", "功", b"\xa5\x5c"),
    ("iso-2022-jp", "テスト", b"\x1b$B%F%9%H\x1b(B"),
    ("iso-2022-jp", "アイ", b"\x1b$B%%22%$\x1b(B"),
]


@pytest.mark.parametrize(("label", "name", "encoded"), LOOKS_LIKE)
def test_bytes_of_a_character_that_look_like_an_escape_or_like_ascii(multipart, label, name, encoded):
    part = b'Content-Disposition: form-data; name="%b"; filename="%b"\r\n\r\n1' % (encoded, encoded)
    assert multipart.outcome(multipart(part, charset(multipart, label)))[0] == (name, (name, b"1", None))


def test_the_last_charset_field_counts(multipart):
    parts = [charset(multipart, "koi8-r"), multipart.part("a", b"\xeb"), charset(multipart, "latin1")]
    assert multipart.outcome(multipart(*parts))[1] == ("a", "ë")


def test_a_file_after_the_charset_field_adds_nothing_to_it(multipart):
    parts = [charset(multipart, "iso-8859-1"), multipart.part("f", b"5", "f"), multipart.part("a", b"\xa4")]
    assert multipart.outcome(multipart(*parts))[2] == ("a", "\N{CURRENCY SIGN}")


@pytest.mark.parametrize("label", ["", "unknown", "rot13", "idna", "utf-7", "u" * 41, "x" * 100_000, "ë"])
def test_a_charset_that_is_not_known_changes_nothing(multipart, label):
    parts = [charset(multipart, label), multipart.part("a", "ë")]
    assert multipart.outcome(multipart(*parts))[1] == ("a", "ë")
    content_type = "multipart/form-data; boundary=x; charset=koi8-r"
    parts = [charset(multipart, label), multipart.part("a", b"\xeb")]
    assert multipart.outcome(multipart(*parts, content_type=content_type))[1] == ("a", KA)


def test_a_file_that_is_called_charset_is_a_file(multipart):
    parts = [multipart.part("_charset_", b"latin1", "f"), multipart.part("a", "ë")]
    assert multipart.outcome(multipart(*parts)) == [("_charset_", ("f", b"latin1", None)), ("a", "ë")]


@pytest.mark.parametrize(
    ("charset", "content", "value"),
    [
        ("utf-8", "Zoë €".encode(), "Zoë €"),
        ("UTF8", "Zoë".encode(), "Zoë"),
        ('"iso-8859-1"', b"Zo\xc3\xab", "ZoÃ«"),
        ("koi8-r", b"\xeb", KA),
        ("utf-16", "Zoë".encode("utf-16"), "Zoë"),
        ("utf-16le", "Zoë".encode("utf-16le"), "Zoë"),
        ("iso-2022-jp", "ア".encode("iso-2022-jp"), "ア"),
        ("unknown", b"Zo\xc3\xab", "Zoë"),
        ("utf-8", b"Zo\xeb", "Zoë"),
        ("ascii", b"Zo\xeb", "Zoë"),
    ],
)
def test_the_charset_of_a_part(multipart, charset, content, value):
    part = multipart.part("a", content, None, f"Content-Type: text/plain; charset={charset}")
    assert multipart.value(part) == value
    other = multipart.part("b", "ë")
    assert multipart.outcome(multipart(part, other)) == [("a", value), ("b", "ë")]


def test_the_charset_of_a_part_goes_before_that_of_the_form(multipart):
    part = multipart.part("a", "ë", None, "Content-Type: text/plain; charset=utf-8")
    parts = [part, charset(multipart, "koi8-r"), part, multipart.part("b", b"\xeb")]
    fields = [("a", "ë"), ("_charset_", "koi8-r"), ("a", "ë"), ("b", KA)]
    assert multipart.outcome(multipart(*parts)) == fields


@pytest.mark.parametrize(
    ("charset", "content", "value"),
    [
        ("koi8-r", b"\xeb", KA),
        ("utf-8", "ë".encode(), "ë"),
        ("unknown", b"\xeb", "ë"),
        ("unknown", b"\xc3\xab", "Ã«"),
        ("idna", b"\xeb", "ë"),
        ("utf-16", "ë".encode(), "ë"),
    ],
)
def test_the_charset_of_the_request(multipart, charset, content, value):
    content_type = f"multipart/form-data; charset={charset}; boundary=x"
    part = b'Content-Disposition: form-data; name="' + content + b'"\r\n\r\n' + content
    assert multipart.outcome(multipart(part, content_type=content_type)) == [(value, value)]


def test_text_that_is_not_in_its_charset_is_latin_1(multipart):
    part = b'Content-Disposition: form-data; name="n\xeb"; filename="f\xff"\r\n\r\n\xff'
    assert multipart.outcome(multipart(part)) == [("në", ("fÿ", b"\xff", None))]
    assert multipart.value(multipart.part("a", b"\xc3\xab\xff")) == "Ã«ÿ"


def test_repeated_names_keep_their_order(multipart):
    parts = [multipart.part(name, value) for name, value in [("a", "1"), ("b", "2"), ("a", ""), ("a", "1"), ("b", "3")]]
    form = multipart(*parts).parse_now()
    assert form.multi_items() == [("a", "1"), ("b", "2"), ("a", ""), ("a", "1"), ("b", "3")]
    assert form.getlist("a") == ["1", "", "1"]
    assert form["b"] == "3"


def test_empty_files_and_empty_file_names_are_files(multipart):
    parts = [multipart.part("f", b"", "f"), multipart.part("f", b"", ""), multipart.part("f", b"1", "")]
    expected = [("f", ("f", b"", None)), ("f", ("", b"", None)), ("f", ("", b"1", None))]
    assert multipart.outcome(multipart(*parts)) == expected


async def test_a_file_has_its_size_and_headers_and_stands_at_its_beginning(multipart):
    part = multipart.part("f", b"content", "f.txt", "Content-Type: text/plain", "X: Zoë")
    form = await multipart(part).parse()
    upload = form["f"]
    assert isinstance(upload, UploadFile)
    assert (upload.filename, upload.size, upload.content_type) == ("f.txt", 7, "text/plain")
    assert isinstance(upload.headers, Headers)
    assert upload.headers["x"] == "Zoë".encode().decode("latin-1")
    assert await upload.read() == b"content"
    await form.close()


class Recorder(UploadSink):
    """Writes down what is done with it, and fails at what it is told to."""

    def __init__(self, head, log, fails=(), file=None):
        self.name, self.log, self.fails, self.file = head.filename, log, fails, file

    def note(self, what):
        self.log.append((self.name, what))
        if (self.name, what) in self.fails:
            raise OSError(f"{what} of {self.name}")

    async def write(self, chunk):
        await checkpoint()
        self.note(bytes(chunk))

    async def finish(self):
        self.note("finish")

    async def abort(self):
        self.note("abort")

    def __repr__(self):
        return f"<{self.name}>"


def recorders(log, fails=(), file=None):
    return lambda head: Recorder(head, log, fails, file)


async def test_a_sink_takes_what_arrives_before_more_is_received(multipart):
    log = []
    head = b"--x\r\n" + multipart.part("f", b"12", "f")
    request = multipart.request(head, b"34", b"\r\n--x--")
    receive = request.receive

    async def noted():
        log.append(len(request.left))
        return await receive()

    request.receive = noted
    form = await request.parse(sink=recorders(log, file=io.BytesIO(b"file")))
    assert log == [4, ("f", b"12"), 3, ("f", b"34"), 2, ("f", "finish")]
    assert form["f"].size == 4
    assert form["f"].sink.name == "f"
    assert await form["f"].read() == b"file"


async def test_fields_have_no_sink_and_every_file_has_one(multipart):
    log = []
    parts = [
        multipart.part("a", "1"),
        multipart.part("f", b"", "f"),
        multipart.part("f", b"2", ""),
        multipart.part("b"),
    ]
    form = await multipart(*parts).parse(sink=recorders(log))
    assert log == [("f", "finish"), ("", b"2"), ("", "finish")]
    assert [upload.size for upload in form.getlist("f")] == [0, 1]


async def test_a_sink_that_keeps_nothing_to_read_says_where_its_result_is(multipart):
    form = await multipart(multipart.part("f", b"1", "f")).parse(sink=recorders([]))
    with pytest.raises(OSError, match=r"keeps no file to read; what it has is in UploadFile\.sink\."):
        form["f"].file.read()
    await form.close()


FILES = [("f", b"1", "f"), ("g", b"2", "g")]


@pytest.mark.parametrize(
    ("limits", "body", "log"),
    [
        (
            {},
            [b"--x\r\nno colon\r\n"],
            [("f", b"1"), ("f", "finish"), ("g", b"2"), ("g", "finish"), ("f", "abort"), ("g", "abort")],
        ),
        ({"max_files": 1}, [], [("f", b"1"), ("f", "finish"), ("f", "abort")]),
        ({"max_file_size": 0}, [], [("f", "abort")]),
        ({"max_total_file_size": 1}, [], [("f", b"1"), ("f", "finish"), ("f", "abort"), ("g", "abort")]),
    ],
)
async def test_a_form_that_fails_aborts_every_sink_once(multipart, limits, body, log):
    found = []
    parts = b"".join(b"--x\r\n" + multipart.part(*part) + b"\r\n" for part in FILES)
    with pytest.raises(FormError):
        await multipart.request(parts, *body).parse(sink=recorders(found), **limits)
    assert found == log


@pytest.mark.parametrize("failing", [("f", b"1"), ("f", "finish"), ("g", b"2"), ("g", "finish")])
async def test_an_error_of_a_sink_fails_the_form_and_aborts_the_others(multipart, failing):
    log = []
    with pytest.raises(OSError, match=f" of {failing[0]}"):
        await multipart(*[multipart.part(*part) for part in FILES]).parse(sink=recorders(log, [failing]))
    made = ["f"] if failing[0] == "f" else ["f", "g"]
    assert [name for name, what in log if what == "abort"] == made


async def test_a_sink_that_cannot_be_made_aborts_those_that_were(multipart):
    log = []

    def sink(head):
        if head.filename == "g":
            raise PermissionError("No such folder.")
        return Recorder(head, log)

    with pytest.raises(PermissionError, match="No such folder"):
        await multipart(*[multipart.part(*part) for part in FILES]).parse(sink=sink)
    assert log[-1] == ("f", "abort")


async def test_what_cannot_be_aborted_is_told_in_a_note_and_the_others_are(multipart):
    log = []
    with pytest.raises(FormError) as caught:
        await multipart(*[multipart.part(*part) for part in FILES]).parse(
            sink=recorders(log, [("f", "abort")]), max_file_size=1, max_total_file_size=1
        )
    assert caught.value.__notes__ == ["<f> could not be aborted: OSError('abort of f')"]
    assert log[-2:] == [("f", "abort"), ("g", "abort")]


async def test_a_request_that_is_cancelled_aborts_its_sinks(multipart):
    log = []

    class Slow(Recorder):
        async def abort(self):
            await checkpoint()
            self.note("abort")

    request = multipart.request(b"--x\r\n" + multipart.part("f", b"1", "f"), b"2")
    receive = request.receive

    async def stuck():
        if len(request.left) == 2:
            scope.cancel()
            await anyio.sleep_forever()
        return await receive()

    request.receive = stuck
    with anyio.CancelScope() as scope:
        await request.parse(sink=lambda head: Slow(head, log))
    assert scope.cancelled_caught
    assert log == [("f", b"1"), ("f", "abort")]


async def test_a_sink_that_does_not_come_to_an_end_is_given_up(multipart, monkeypatch):
    monkeypatch.setattr("asgi_forms._multipart.collector.ABORT_TIMEOUT", 0.05)
    log = []

    class Stuck(Recorder):
        async def abort(self):
            self.note("abort")
            await anyio.sleep_forever()

    with anyio.fail_after(5), pytest.raises(FormError, match="cut off"):
        await multipart.request(b"--x\r\n" + multipart.part("f", b"1", "f")).parse(sink=lambda head: Stuck(head, log))
    assert log == [("f", b"1"), ("f", "abort")]
