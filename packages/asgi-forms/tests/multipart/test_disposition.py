"""Names as clients write them, through a whole form: what is between the quotes, outside of them and after the star."""

import contextlib
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asgi_forms import FormError
from asgi_forms._multipart.disposition import names

NO_NAME = (400, 'The Content-Disposition header field "name" must be provided.')


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('name=""', ""),
        ('name=" "', " "),
        ('name="a b"', "a b"),
        ('name="a;b=c"', "a;b=c"),
        ('name="a[b][]"', "a[b][]"),
        ('name="Zoë €"', "Zoë €"),
        (b'name="Zo\xeb"', "Zo\xeb"),
        ('name="a%22b%0D%0Ac"', 'a"b\r\nc'),
        ('name="%22"', '"'),
        ('name="%0d%0a"', "%0d%0a"),
        ('name="%41%20%25"', "%41%20%25"),
        ('name="%2522"', "%2522"),
        ('name="100%"', "100%"),
        (r'name="a\"b"', 'a"b'),
        (r'name="a\\b"', r"a\b"),
        (r'name="a\b"', r"a\b"),
        ('name="a\\"', "a\\"),
        (r'name="a\\"', "a\\"),
        (r'name="\\\\"', r"\\"),
        (r'name="\"\\\""', r'"\"'),
        ("name=a", "a"),
        ("name=a b", "a b"),
        ("name=", ""),
        ("name=a%22", 'a"'),
        ("name=a%22%0D%0A;", 'a"\r\n'),
        ('name="a%22%0D%0A" ', 'a"\r\n'),
        (r'name="a%22\"" ', 'a%22"'),
        (r'name="a%22"; other="\""', "a%22"),
        ('name="\x1b\\\\"', "\x1b\\"),
        ('name="\x1b%22\\\\%"', '\x1b"\\%'),
        ("name=a\\b", "a\\b"),
        ("name=Zoë", "Zoë"),
        ('NAME="a"', "a"),
        ('name = "a"', "a"),
        ('\tname\t=\t"a" ;', "a"),
        ('; ;name="a";;', "a"),
        ('other="b"; name="a"', "a"),
        ('name="a"; other=b', "a"),
        ("name=\"a\"; name*=utf-8''b", "a"),
    ],
)
def test_the_name_of_a_field(multipart, written, name):
    disposition = b"form-data; " + (written if isinstance(written, bytes) else written.encode())
    form = multipart(b"Content-Disposition: " + disposition + b"\r\n\r\n1").parse_now()
    assert form.multi_items() == [(name, "1")]


@pytest.mark.parametrize(
    "disposition",
    [
        "form-data;name=a",
        'form-data ; name="a"',
        'Form-Data; Name="a"',
        "FORM-DATA;\tNAME\t=\ta\t",
        'form-data;name="a"',
        'form-data;  name="a"',
        ' form-data; name="a" ',
    ],
)
def test_odd_spacing_and_case(multipart, disposition):
    assert multipart.names(disposition) == ("a", None)
    assert multipart.names(disposition + ";filename=b") == ("a", "b")


@pytest.mark.parametrize("line", ["content-disposition", "CONTENT-DISPOSITION", "cOnTENT-dISPOSITION"])
def test_the_header_has_any_case(multipart, line):
    form = multipart(line.encode() + b': form-data; name="a"\r\n\r\n1').parse_now()
    assert form.multi_items() == [("a", "1")]


@pytest.mark.parametrize(
    ("written", "filename"),
    [
        ('filename="b.txt"', "b.txt"),
        ('filename=""', ""),
        ("filename=", ""),
        ("filename=b.txt", "b.txt"),
        ("filename=b c.txt", "b c.txt"),
        (r'filename="b\"c.txt"', 'b"c.txt'),
        ('filename="Zoë.txt"', "Zoë.txt"),
        ('filename="../../etc/passwd"', "../../etc/passwd"),
        ('filename="/etc/passwd"', "/etc/passwd"),
        (r'filename="C:\Users\Zoe\me.png"', "me.png"),
        (r'filename="c:\\Users\\me.png"', "me.png"),
        (r"filename=C:\me.png", "me.png"),
        (r'filename="Users\me.png"', r"Users\me.png"),
        ('filename="C:/me.png"', "C:/me.png"),
        ("filename*=UTF-8''Zo%C3%AB.txt", "Zoë.txt"),
        ("filename*=utf-8'en'%e2%82%ac", "€"),
        ("filename*=iso-8859-1''Zo%EB.txt", "Zoë.txt"),
        ("filename*=ISO-8859-1'de-DE'Zo%EB", "Zoë"),
        ("filename*=utf-8''", ""),
        ("filename*=utf-8''a'b", "a'b"),
        ("filename*=utf-8''a%22b%5C", 'a"b\\'),
        ("filename*=utf-8''C:%5Ca", "a"),
        ("filename*=utf-8''c:%5CUsers%5Cme.png", "me.png"),
        ("filename*=utf-8''C:%5C", ""),
        ("filename*=utf-8''Users%5Cme.png", r"Users\me.png"),
        ("filename*=utf-8''C:/me.png", "C:/me.png"),
        ("filename*=\"utf-8''a%20b\"", "a b"),
        ("FILENAME*=utf-8''a", "a"),
        ("filename=\"substitute\"; filename*=utf-8''%E2%82%AC", "€"),
        ("filename*=utf-8''%E2%82%AC; filename=\"substitute\"", "€"),
        ("filename=\"C:\\substitute\"; filename*=utf-8''%E2%82%AC", "€"),
    ],
)
def test_the_name_of_a_file(multipart, written, filename):
    assert multipart.names(f'form-data; name="a"; {written}') == ("a", filename)
    assert multipart.names(f"form-data; {written}; name=a") == ("a", filename)


@pytest.mark.parametrize(
    "extended",
    [
        *("", "a", "utf-8", "utf-8'", "utf-8'en", "'", "''", "''a", "koi8-r''a", "idna''a", "utf-7''a", "utf8''a"),
        *("utf-8''%FF", "utf-8''%ED%A0%80", "utf-8''%C3"),
    ],
)
def test_a_malformed_extended_name_is_as_if_it_was_not_there(multipart, extended):
    assert multipart.names(f"form-data; name=a; filename=b; filename*={extended}") == ("a", "b")
    assert multipart.names(f"form-data; name=a; filename*={extended}") == ("a", None)


def test_the_escapes_of_browsers_are_undone_where_no_backslash_says_that_they_are_none(multipart):
    name = 'form-data; name="a%22%0D%0A"; filename="b%22%0D%0A"'
    cleared, as_written = ('a"\r\n', 'b"\r\n'), ("a%22%0D%0A", "b%22%0D%0A")
    for written in (name, name + "; c=d", name.replace("; ", ";"), name.replace("name", "Name"), name.replace('"', "")):
        assert multipart.names(written) == cleared
    for written in (name + r'; c="\""', name + r"; c=\d", name.replace("; ", ";") + r';c="\\"'):
        assert multipart.names(written) == as_written
    assert multipart.names(name + r"x\"") == (
        400,
        f"Malformed Content-Disposition of a part. Malformed parameters: {name + 'x' + chr(92) + chr(34)!r}",
    )


def test_the_escapes_of_iso_2022_jp_are_those_of_that_charset_only():
    written = 'form-data; name="\x1b\\\\"; filename="\x1b%22\\"'
    assert names(written, "utf-8") == ("\x1b\\", '\x1b"\\')
    assert names(written, "koi8-r") == ("\x1b\\", '\x1b"\\')
    assert names('form-data; name="a\\\\b%22"; filename="\\b"', "iso-2022-jp") == ('a\\b"', "\\b")
    katakana = '"\x1b$B%\\%%22\x1b(B"'  # in which a backslash and, once undone, a quotation mark are second bytes
    expected = b'\x1b$B%\\%"\x1b(B'.decode("iso-2022-jp")
    assert names(f"form-data; name={katakana}", "iso-2022-jp") == (expected, None)


def test_a_backslash_at_the_end_is_one_as_browsers_write_it(multipart):
    assert multipart.names('form-data; name="a\\"; filename="C:\\"') == ("a\\", "")
    assert multipart.names('form-data; name="a\\"; filename="b\\"') == ("a\\", "b\\")


def test_percent_signs_that_encode_nothing_stay_in_an_extended_name(multipart):
    assert multipart.names("form-data; name=a; filename*=utf-8''100%25%zz%") == ("a", "100%%zz%")


@pytest.mark.parametrize(
    "disposition", ["form-data", "form-data;", "form-data; filename=b", "form-data; names=a", "form-data; =a"]
)
def test_one_without_a_name_is_refused(multipart, disposition):
    assert multipart.names(disposition) == NO_NAME


@pytest.mark.parametrize(
    "disposition",
    [
        *('form-data; name="a"b', 'form-data; name="a', "form-data; name", 'form-data; name=a"b"', "form-data; =name"),
        *('form-data; name="a" filename="b"', 'form-data; name="a", filename="b"', 'form-data; name="a\\"; b="c'),
    ],
)
def test_a_malformed_one_is_refused(multipart, disposition):
    status, detail = multipart.names(disposition)
    assert status == 400
    assert detail == f"Malformed Content-Disposition of a part. Malformed parameters: {disposition!r}"


@pytest.mark.parametrize(
    "disposition",
    [
        *("form-data; name=a; name=a", 'form-data; name="a"; NAME="b"', 'form-data; name="a"; filename="b"; name="c"'),
        *('form-data; name="a"; filename="b"; filename="c"', "form-data; name=a; filename*=utf-8''b; filename*=c"),
    ],
)
def test_one_that_names_something_twice_is_refused(multipart, disposition):
    status, detail = multipart.names(disposition)
    assert status == 400
    assert "comes twice" in detail


@pytest.mark.parametrize("disposition", ["attachment; name=a", "form-data-x; name=a", "; name=a", "", "name=a"])
def test_one_of_another_type_is_refused(multipart, disposition):
    status, detail = multipart.names(disposition)
    assert (status, detail) == (400, "Invalid multipart data. The Content-Disposition of a part is not form-data.")


def as_browsers(name):
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def as_the_rfc(name):
    return name.replace("\\", "\\\\").replace('"', '\\"')


# What both ways of writing leave as it is read: no sign of an escape in the name itself.
PLAIN = st.text(st.characters(exclude_characters="\\%", exclude_categories=["Cs"]), max_size=10)


@given(name=PLAIN, filename=PLAIN)
def test_any_names_as_browsers_write_them_come_back(name, filename):
    disposition = f'form-data; name="{as_browsers(name)}"; filename="{as_browsers(filename)}"'
    assert names(disposition.encode().decode("latin-1"), "utf-8") == (name, filename)


def without_folder(filename):
    return filename.rpartition("\\")[2] if filename[1:3] == ":\\" else filename


# To the RFC a percent sign is one; without a backslash anywhere, nothing says that a name is not as browsers write it.
NAMES = st.text(max_size=10) | st.lists(st.sampled_from(["%22", "%0D", "\\", '"', "%", "a", "C:\\"]), max_size=6).map(
    "".join
)


@given(name=NAMES, filename=NAMES)
@example(name="%22", filename="%0D")
@example(name="%22", filename="%0D\\")
def test_any_names_as_the_rfc_writes_them_come_back_where_it_is_seen(name, filename):
    disposition = f'form-data;name="{as_the_rfc(name)}";filename="{as_the_rfc(filename)}"'
    found = names(disposition.encode().decode("latin-1"), "utf-8")
    if "\\" in disposition:
        assert found == (name, without_folder(filename))
    else:
        assert list(map(as_browsers, found)) == [as_browsers(name), as_browsers(filename)]


@given(filename=st.text(max_size=10), safe=st.sampled_from(["", "!#$&+-.^_`|~"]))
def test_any_extended_name_comes_back(filename, safe):
    disposition = f"form-data; name=a; filename=b; filename*=utf-8''{quote(filename, safe)}"
    assert names(disposition, "utf-8") == ("a", without_folder(filename))


@given(st.text(st.sampled_from(list("form-data;nameil=*'%22\\\" \xeb\t:C")), max_size=40))
def test_any_value_gives_names_or_a_form_error(value):
    try:
        found = names("form-data; " + value, "utf-8")
    except FormError as error:
        found = error.status_code
    assert found == 400 or all(isinstance(name, str) or name is None for name in found)


LINEAR = {
    "a name": lambda n: 'form-data; name="' + "a" * n + '"',
    "an open quote": lambda n: 'form-data; name="' + "a" * n,
    "quotes": lambda n: "form-data; name=" + '"' * n,
    "backslashes": lambda n: 'form-data; name="' + "\\" * n + '"',
    "escaped quotes": lambda n: 'form-data; name="' + '\\"' * n + '"',
    "percent signs": lambda n: 'form-data; name="' + "%" * n + '"',
    "encoded quotes": lambda n: 'form-data; name="' + "%22" * n + '"',
    "beginnings of escapes": lambda n: 'form-data; name="' + "%2" * n + '"',
    "semicolons": lambda n: "form-data; name=a" + ";" * n,
    "spaces": lambda n: "form-data;" + " " * n + "name=a",
    "spaces at the end": lambda n: 'form-data; name="a"' + " " * n + "x",
    "file names that go on": lambda n: 'form-data; name="a"' + '; filename="b"' * n,
    "an extended name": lambda n: "form-data; name=a; filename*=utf-8''" + "%E2%82%AC" * n,
    "apostrophes": lambda n: "form-data; name=a; filename*=" + "'" * n,
    "folders": lambda n: 'form-data; name="a"; filename="C:' + "\\a" * n + '"',
    "bytes that are no UTF-8": lambda n: 'form-data; name="' + "\xeb" * n + '"',
}


@pytest.mark.parametrize("shape", LINEAR)
def test_time_is_linear(assert_linear, shape):
    def read(disposition):
        with contextlib.suppress(FormError):
            names(disposition, "utf-8")

    assert_linear(read, LINEAR[shape], 20_000)
