"""Random forms, written by the encoders of other libraries and cut anywhere, come back as they were."""

from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

# What a body is full of, to be found where it means nothing.
BOUNDARY = "-b'0"
BAIT = st.lists(
    st.sampled_from(
        [b"\r\n", b"\r", b"\n", b"--", b"-", BOUNDARY.encode(), BOUNDARY[:2].encode(), b"\r\n--", b": ", b"x"]
    )
    | st.binary(max_size=4),
    max_size=12,
).map(b"".join)
CONTENTS = BAIT.filter(lambda content: f"\r\n--{BOUNDARY}".encode() not in content)
CONTENT_TYPES = st.sampled_from(["text/plain", "image/png", "text/html; charset=utf-8", "application/x-a+b"])

# Signs that mean something in a header or an encoder, and any text.
AWKWARD = st.lists(st.sampled_from("\"\\%;=*'\r\n&+ \t:/<>.20DAdaéя😀"), max_size=12).map("".join)
TEXTS = AWKWARD | st.text(max_size=20)


def is_plain_escape(text):
    """Whether a text has what stands for a quotation mark or a line end in every encoder, and so is read as that."""
    return "%22" in text or "%0D" in text or "%0A" in text


def is_on_a_drive(filename):
    """Whether a name looks like a path on a drive, as old Internet Explorer sent it: only its last part is kept."""
    return filename[1:3] == ":\\"


def httpx_keeps(name):
    # httpx writes all control characters but ESC as it writes line ends, a tab as %09 for one. Browsers send the text
    # %09 as it is, so a reader can undo none but those three that browsers do as well.
    controls = {chr(code) for code in range(32)} - {"\r", "\n", "\x1b"}
    return not is_plain_escape(name) and not controls.intersection(name)


def urllib3_keeps(name):
    # urllib3 leaves backslashes as they are, as browsers do. httpx and curl --form-escape double them, so two are read
    # as one. A NUL it leaves as well, and that is refused in any header.
    return not is_plain_escape(name) and "\\\\" not in name and "\0" not in name


def not_charset(name):
    # The value of a field of this name says what all others are encoded in.
    return name != "_charset_"


def names(keeps):
    return TEXTS.filter(keeps).filter(not_charset)


def filenames(keeps):
    return TEXTS.filter(keeps).filter(lambda name: not is_on_a_drive(name))


CUTS = st.lists(st.integers(0, 2000), max_size=8)


def chunks_of(body, cuts):
    """A body in chunks, empty ones included."""
    cuts = sorted(cut % (len(body) + 1) for cut in cuts)
    return [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]


def fields(form):
    """The fields of a form as plain tuples; its files are closed."""
    found = []
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.append((name, value))
        else:
            found.append((name, (value.filename, value.file.read(), value.content_type)))
            value.file.close()
    return found


def read_back(upload, cuts, body, content_type):
    """What is read of a body, whole and in chunks."""
    whole = fields(upload(body, content_type=content_type).parse_now())
    assert fields(upload(*chunks_of(body, cuts), content_type=content_type).parse_now()) == whole
    return whole


@pytest.fixture(scope="module")
def httpx_form():
    """The body and the content type that httpx makes of a form."""
    httpx = pytest.importorskip("httpx")

    def form(boundary=BOUNDARY, **form):
        headers = {"content-type": f"multipart/form-data; boundary={boundary}"} if boundary else {}
        request = httpx.Request("POST", "http://testserver/", headers=headers, **form)
        return request.read(), request.headers["content-type"]

    return form


@pytest.fixture(scope="module")
def urllib3_form():
    """The same of urllib3, always with our boundary."""
    urllib3 = pytest.importorskip("urllib3")
    return lambda fields: urllib3.encode_multipart_formdata(fields, BOUNDARY)


def encoded_values():
    """Text of fields, which needs no quoting: all there is to keep out is the delimiter."""
    return TEXTS | CONTENTS.filter(is_utf8).map(bytes.decode)


def is_utf8(content):
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def files(keeps, **sizes):
    # httpx sends a file with an empty name as a field: there, names have a size.
    filename = filenames(keeps).filter(lambda name: len(name) >= sizes.get("min_size", 0))
    return st.tuples(filename, CONTENTS, CONTENT_TYPES)


@given(
    parts=st.lists(
        st.tuples(names(httpx_keeps), encoded_values() | files(httpx_keeps, min_size=1)), min_size=1, max_size=6
    ),
    cuts=CUTS,
)
@example(parts=[("\x1b\\", ("\x1b\\%", b"", "text/plain"))], cuts=[])
def test_parts_in_any_order_come_back_from_httpx(upload, httpx_form, parts, cuts):
    files = [(name, (None, value) if isinstance(value, str) else value) for name, value in parts]
    assert read_back(upload, cuts, *httpx_form(files=files)) == parts


@given(
    given_fields=st.dictionaries(names(httpx_keeps), TEXTS | st.lists(TEXTS, max_size=3), max_size=4),
    given_files=st.lists(st.tuples(names(httpx_keeps), files(httpx_keeps, min_size=1)), min_size=1, max_size=3),
    cuts=CUTS,
)
def test_fields_and_files_come_back_from_httpx(upload, httpx_form, given_fields, given_files, cuts):
    pairs = [
        (name, value)
        for name, values in given_fields.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    form = httpx_form(boundary=None, data=given_fields, files=given_files)
    assert read_back(upload, cuts, *form) == pairs + given_files


@given(
    given_fields=st.dictionaries(
        TEXTS.filter(not_charset), st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=4
    ),
    cuts=CUTS,
)
def test_urlencoded_fields_come_back_from_httpx(upload, httpx_form, given_fields, cuts):
    pairs = [(name, value) for name, values in given_fields.items() for value in values]
    assert read_back(upload, cuts, *httpx_form(boundary=None, data=given_fields)) == pairs


@given(parts=st.lists(st.tuples(names(urllib3_keeps), encoded_values() | files(urllib3_keeps)), max_size=6), cuts=CUTS)
def test_parts_come_back_from_urllib3(upload, urllib3_form, parts, cuts):
    assert read_back(upload, cuts, *urllib3_form(parts)) == parts


@given(
    pairs=st.lists(st.tuples(TEXTS.filter(not_charset), TEXTS), max_size=6),
    charset=st.sampled_from(["utf-8", "windows-1251", "koi8-r", "gb18030", "iso-8859-2"]),
    cuts=CUTS,
)
def test_pairs_come_back_from_urlencode_in_any_charset(upload, pairs, charset, cuts):
    body = urlencode(pairs, encoding=charset, errors="xmlcharrefreplace").encode()
    content_type = f"application/x-www-form-urlencoded; charset={charset}"
    arrives = [tuple(text.encode(charset, "xmlcharrefreplace").decode(charset) for text in pair) for pair in pairs]
    assert read_back(upload, cuts, body, content_type) == arrives
