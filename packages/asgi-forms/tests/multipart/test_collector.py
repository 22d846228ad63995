"""What parts become: charsets of text and of names, and files."""

from threading import get_ident

import pytest

from asgi_forms import UploadFile
from asgi_forms._multipart.collector import MAX_AGAIN, MAX_INLINE, FormCollector
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


@pytest.mark.parametrize(
    ("labels", "value"),
    [
        (["koi8-r", "latin1"], KA),
        (["latin1", "koi8-r", "koi8-r"], "ë"),
        (["unknown", "koi8-r"], "ë"),
        (["", "koi8-r"], "ë"),
        (["utf-8", "koi8-r"], "ë"),
    ],
)
def test_the_first_charset_field_counts_and_later_ones_do_not(multipart, labels, value):
    a, fields = multipart.part("a", b"\xeb"), [charset(multipart, label) for label in labels]
    for parts in ([*fields, a], [fields[0], a, *fields[1:]], [a, *fields]):
        assert ("a", value) in multipart.outcome(multipart(*parts))


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


@pytest.fixture
def decoding(monkeypatch):
    """Whether the fields of each form were decoded on the event loop."""
    found, real = [], FormCollector.items

    def noted(*args):
        found.append(get_ident())
        return real(*args)

    monkeypatch.setattr(FormCollector, "items", noted)
    return lambda: [ident == get_ident() for ident in found]


@pytest.mark.parametrize(
    ("sizes", "is_inline"),
    [([MAX_INLINE], True), ([MAX_INLINE // 2] * 2, True), ([MAX_INLINE // 2, MAX_INLINE // 2 + 1], False)],
)
async def test_much_text_is_decoded_in_a_thread(multipart, decoding, sizes, is_inline):
    parts = [multipart.part("f", b"1" * MAX_INLINE, "f"), *[multipart.part("a", b"1" * size) for size in sizes]]
    form = await multipart(*parts).parse()
    assert list(map(len, form.getlist("a"))) == sizes
    assert decoding() == [is_inline]
    await form.close()


@pytest.mark.parametrize(
    ("count", "is_first", "label", "is_inline"),
    [
        (MAX_AGAIN, False, "koi8-r", False),
        (MAX_AGAIN - 1, False, "koi8-r", True),
        (MAX_AGAIN, True, "koi8-r", True),
        (MAX_AGAIN, False, "utf-8", True),
    ],
)
async def test_many_names_that_are_decoded_again_are_so_in_a_thread(
    multipart, decoding, count, is_first, label, is_inline
):
    parts = [multipart.part("a", b"\xeb") for _ in range(count)]
    parts.insert(0 if is_first else count, charset(multipart, label))
    form = await multipart(*parts).parse()
    assert form.getlist("a") == [KA if label == "koi8-r" else "ë"] * count
    assert decoding() == [is_inline]


def test_a_field_keeps_no_other_headers_than_that_of_its_names(multipart, traced_memory):
    lines = ["Content-Type: text/plain; charset=koi8-r", *["X: " + "1" * 4000] * 6]
    chunks = [b"--x\r\n" + multipart.part(f"a{number}", b"\xeb", None, *lines) + b"\r\n" for number in range(100)]
    request = multipart.request(*chunks, multipart.part("_charset_", "latin1").join([b"--x\r\n", b"\r\n--x--"]))
    with traced_memory() as memory:
        fields = multipart.outcome(request)
    assert fields == [*[(f"a{number}", KA) for number in range(100)], ("_charset_", "latin1")]
    assert memory.peak < 500_000
