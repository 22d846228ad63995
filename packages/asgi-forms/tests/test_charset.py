import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_forms._charset import _CODECS, MAX_LABEL, codec_of, decoded, form_codec


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("utf-8", "utf-8"),
        ("UTF-8", "utf-8"),
        (" utf8 ", "utf-8"),
        ("UTF_8", "utf-8"),
        ("ISO-8859-1", "cp1252"),
        ("latin1", "cp1252"),
        ("iso_8859_15", "iso8859-15"),
        ("windows-1252", "cp1252"),
        ("windows-874", "cp874"),
        ("Shift_JIS", "cp932"),
        ("x-sjis", "cp932"),
        ("Windows-31J", "cp932"),
        ("ks_c_5601-1987", "cp949"),
        ("EUC-KR", "cp949"),
        ("big5", "cp950"),
        ("gb18030", "gb18030"),
        ("koi8-r", "koi8-r"),
        ("IBM866", "cp866"),
        ("macintosh", "mac-roman"),
        ("us-ascii", "cp1252"),
        ("utf-16", "utf-16"),
        ("iso-8859-9", "cp1254"),
        ("iso-8859-11", "cp874"),
        ("iso-8859-8-i", "iso8859-8"),
        ("gb2312", "gb18030"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("cp1251", "cp1251"),
        ("x-cp1250", "cp1250"),
        ("ISO8859-2", "iso8859-2"),
        ("iso8859_9", "cp1254"),
        ("latin2", "iso8859-2"),
        ("l9", "iso8859-15"),
        ("greek", "iso8859-7"),
        ("tis-620", "cp874"),
        ("866", "cp866"),
        ("x-gbk", "gb18030"),
        ("ms_kanji", "cp932"),
        ("x-euc-jp", "euc_jp"),
        ("big5-hkscs", "big5hkscs"),
        ("koi8-ru", "koi8-u"),
        ("unicode-1-1-utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp932", "cp932"),
    ],
)
def test_the_codec_of_a_label(label, codec):
    assert codecs.lookup(codec_of(label, "nothing")).name == codec


@pytest.mark.parametrize("label", ["utf-16", "UTF-16LE", "utf_16be"])
def test_a_whole_form_is_not_in_utf_16(label):
    assert codec_of(label).startswith("utf-16")
    assert form_codec(label) == "utf-8"


def test_the_codec_of_a_whole_form_is_that_of_its_label_otherwise():
    assert form_codec("koi8-r") == "koi8-r"
    assert form_codec("unknown") == "latin-1"
    assert form_codec("unknown", "koi8-r") == "koi8-r"


@pytest.mark.parametrize(
    "label",
    ["", "unknown", "rot13", "zip", "idna", "punycode", "utf-7", "unicode_escape", "utf-8\0", "../utf-8", "\xff"],
)
def test_what_is_no_charset_of_a_form_gives_the_default(label):
    assert codec_of(label) == "latin-1"
    assert codec_of(label, "koi8-r") == "koi8-r"


def test_a_long_label_is_not_looked_at():
    assert codec_of(" " * (MAX_LABEL - 4) + "utf8") == "utf-8"
    assert codec_of(" " * (MAX_LABEL - 3) + "utf8") == "latin-1"


def test_every_codec_that_is_named_is_one_of_text_and_has_a_label():
    for codec in _CODECS.values():
        assert codec_of(codec, "nothing") in (codec, "windows-1252")
        assert "a".encode(codec).decode(codec) == "a"
        assert codecs.lookup(codec)._is_text_encoding


def test_text_that_is_not_in_its_charset_is_latin_1():
    assert decoded("Zoë".encode(), "utf-8") == "Zoë"
    assert decoded(b"Zo\xeb", "utf-8") == "Zo\xeb"
    assert decoded(b"\x81", "cp1252") == "\x81"


@given(text=st.binary(max_size=20), codec=st.sampled_from(sorted(_CODECS.values())))
def test_any_bytes_are_decoded_by_any_codec(text, codec):
    value = decoded(text, codec)
    assert value.encode("utf-8", "strict") is not None  # no lone surrogates either
    assert bool(value) or not text or codec in ("utf-16", "utf-8", "iso-2022-jp")


@pytest.mark.parametrize("codec", sorted(set(_CODECS.values())))
def test_time_is_linear(assert_linear, codec):
    for unit in (b"a", b"\xff", b"\xe2\x82", b"\x1b$B", b"\x81\x30"):
        assert_linear(lambda text: decoded(text, codec), lambda n, unit=unit: unit * n, 20_000)
