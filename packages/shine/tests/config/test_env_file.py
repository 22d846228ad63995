"""Files of settings: every line that is one is read, and no more is read into it than stands there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shine.config import Config


@pytest.fixture(scope="module")
def values(tmp_path_factory):
    """The settings of a file with this content."""
    path = tmp_path_factory.mktemp("config") / ".env"

    def read(content, **arguments):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Config(path, **arguments).file_values

    return read


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("KEY=value", {"KEY": "value"}),
        ("  KEY\t=  a value  ", {"KEY": "a value"}),
        ("KEY=", {"KEY": ""}),
        ("KEY=a=b", {"KEY": "a=b"}),
        ('KEY="a value"', {"KEY": "a value"}),
        ("KEY='a value'", {"KEY": "a value"}),
        ("KEY='  blanks  '", {"KEY": "  blanks  "}),
        ("KEY='say \"hi\"'", {"KEY": 'say "hi"'}),
        ('KEY="it\'s"', {"KEY": "it's"}),
        ("KEY=\"other'", {"KEY": "\"other'"}),
        ('KEY="', {"KEY": '"'}),
        ('KEY=""', {"KEY": ""}),
        ("KEY=a#b # no comment", {"KEY": "a#b # no comment"}),
        ("KEY=a\\nb", {"KEY": "a\\nb"}),
        ("KEY=$HOME", {"KEY": "$HOME"}),
        ("export KEY=value", {"KEY": "value"}),
        ("export\tKEY = value", {"KEY": "value"}),
        ("export=value", {"export": "value"}),
        ("exported=value", {"exported": "value"}),
        ("two words=value", {"two words": "value"}),
        ("# KEY=value", {}),
        ("   # KEY=value", {}),
        ("=value", {}),
        ("KEY", {}),
        ("", {}),
    ],
)
def test_a_line(values, line, expected):
    assert values(line) == expected
    assert values(f"A=1\n{line}\nZ=2") == {"A": "1", **expected, "Z": "2"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ends_of_lines(values, end):
    assert values(f"A=1{end}B=2{end}") == {"A": "1", "B": "2"}


def test_what_only_looks_like_the_end_of_a_line_is_not_one(values):
    assert values("A=1\x0b\x0c\x1c\x85\u2028B=2") == {"A": "1\x0b\x0c\x1c\x85\u2028B=2"}


def test_the_last_of_one_key_counts(values):
    assert values("A=1\nB=2\nA=3") == {"A": "3", "B": "2"}


@pytest.mark.parametrize("first", ["A=1", "# A comment\nA=1", " A=1"])
def test_a_byte_order_mark_is_no_part_of_a_key(values, first):
    assert values("\ufeff" + first) == {"A": "1"}


def test_encoding(values):
    assert values("NAME=Zoë") == {"NAME": "Zoë"}
    assert values("NAME=Zoë".encode("latin-1"), encoding="latin-1") == {"NAME": "Zoë"}
    with pytest.raises(UnicodeDecodeError):
        values("NAME=Zoë".encode("latin-1"))


KEYS = st.text(st.characters(exclude_characters="=\n\r\ufeff", exclude_categories=["Cs"]), min_size=1).filter(
    lambda key: key == key.strip() and not key.startswith(("#", "export"))
)
VALUES = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]))


@given(settings=st.dictionaries(KEYS, VALUES), quote=st.sampled_from("'\""))
def test_what_is_written_in_quotes_is_read(values, settings, quote):
    content = "".join(f"{key} = {quote}{value}{quote}\n# {key}=\n" for key, value in settings.items())
    assert values(content) == settings


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_a_file_of_settings(values, text):
    found = values(text)
    named = [line for line in text.replace("\r", "\n").split("\n") if "=" in line]
    assert len(found) <= len(named)
    for key, value in found.items():
        assert key == key.strip()
        assert key
        assert any(key in line and value in line for line in named)
