import re
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http._files.content_disposition import format_content_disposition

VALUE = re.compile(
    r"""attachment(?:;\ filename="(?P<plain>[ !#$&-:<-\[\]-~]*)")?  # no quote, percent sign, semicolon or backslash
        (?:;\ filename\*=utf-8''(?P<extended>(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})*))?""",
    re.VERBOSE,
)


@pytest.mark.parametrize("name", ["report.pdf", "a", "...a", "a_b-c~1.2.tar.gz"])
def test_a_plain_name_is_one_parameter(name):
    assert format_content_disposition("attachment", name) == f'attachment; filename="{name}"'


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("a b.txt", "a b.txt"),
        ("Zoë.txt", "Zoe.txt"),
        ("你好 2.txt", "__ 2.txt"),
        ("한글.tar.gz", "__.tar.gz"),
        ("e\u0301\u0316.txt", "e.txt"),
        ("≠.txt", "=.txt"),
        ('a"b.txt', "a_b.txt"),
        ("a;b.txt", "a_b.txt"),
        ("100%41.txt", "100_41.txt"),
        ("a'b(c).txt", "a'b(c).txt"),
        ("a\r\nset-cookie: b.txt", "a__set-cookie: b.txt"),
        ("a\0\t\x7f.txt", "a___.txt"),
    ],
)
def test_another_name_is_sent_in_ascii_and_in_utf8(name, plain):
    assert format_content_disposition("inline", name) == (
        f"inline; filename=\"{plain}\"; filename*=utf-8''{quote(name, safe='')}"
    )


def test_a_name_is_no_path():
    assert format_content_disposition("attachment", "../../etc/passwd") == 'attachment; filename=".._.._etc_passwd"'
    assert format_content_disposition("attachment", "C:\\a.txt") == (
        "attachment; filename=\"C:_a.txt\"; filename*=utf-8''C%3A_a.txt"
    )


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("..\uff0f..\uff0fetc\uff0fpasswd", ".._.._etc_passwd"),
        ("a\uff3cb.txt", "a_b.txt"),
        ("a℀.txt", "a_.txt"),
        ("a\u2215b\u2044c.txt", "a_b_c.txt"),
        ("a\uff0e\uff0e", "a__"),
        ("a..\u0301", "a.."),
    ],
)
def test_no_slash_and_no_name_of_a_directory_comes_of_another_character(name, plain):
    assert f'filename="{plain}";' in format_content_disposition("attachment", name)


@pytest.mark.parametrize("name", ["你好.txt", "한글", "℀.txt", "\uff0e\uff0e", "..\u0301", "\u0301", "你 好.7z"])
def test_a_name_of_which_nothing_would_be_left_in_ascii_is_sent_in_utf8_alone(name):
    assert format_content_disposition("inline", name) == f"inline; filename*=utf-8''{quote(name, safe='')}"


@pytest.mark.parametrize("name", ["", ".", "..", "....", " ", ". ."])
def test_a_name_of_nothing_or_a_directory(name):
    assert format_content_disposition("attachment", name) == 'attachment; filename="_"'


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("é" * 255, "e" * 255),
        ("é" * 256, "e" * 255),
        ("é" * 300 + ".pdf", "e" * 251 + ".pdf"),
        ("é." + "b" * 300, "e." + "b" * 253),
        (" " * 300 + ".", "_"),
    ],
)
def test_the_name_in_ascii_is_as_long_as_a_name_may_be(name, plain):
    value = format_content_disposition("attachment", name)
    assert f'filename="{plain}";' in value or value == f'attachment; filename="{plain}"'


def test_a_name_that_could_not_be_decoded():
    assert format_content_disposition("attachment", "a\udcff.txt").endswith("filename*=utf-8''a%3F.txt")


@pytest.mark.parametrize("kind", ["", "a b", "attachment; filename=x", "inline\r\n", 'a"', "é"])
def test_a_type_that_is_no_token_is_an_error(kind):
    with pytest.raises(ValueError, match=r"^Invalid content disposition type .* it must be a token"):
        format_content_disposition(kind, "a.txt")


@given(st.text(st.sampled_from("\";\\%/\r\n\0 \t=*'aé你\x7f\x80\udcff") | st.characters(exclude_categories=[])))
def test_no_name_gets_out_of_its_quotes(name):
    """CVE-2022-36359 of Django."""
    match = VALUE.fullmatch(format_content_disposition("attachment", name))
    assert match is not None
    sent = name.replace("/", "_").replace("\\", "_")
    sent = sent if sent.strip(". ") else "_"
    if match["plain"] is not None:
        assert match["plain"].strip(". ")
        assert "/" not in match["plain"]
    if match["extended"] is None:
        assert match["plain"] == sent
    else:
        assert unquote(match["extended"]) == sent.encode("utf-8", "replace").decode()


def test_formatting_is_linear(assert_linear):
    for part in ("a", '"', "é", "你", "\\", "\u0301\u0316", "한", "."):
        assert_linear(lambda name: format_content_disposition("attachment", name), lambda n, part=part: part * n, 5000)


def test_an_ascii_name_always_has_its_fallback():
    assert format_content_disposition("inline", "_ _.txt") == (
        "inline; filename=\"_ _.txt\"; filename*=utf-8''_%20_.txt"
    )
