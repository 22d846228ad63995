from __future__ import annotations

import ast
import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shine._cli.migration.source_text import SourceText, UnreadableSourceError, lines_of


def replaced(data: bytes, old: str, new: str) -> bytes:
    """The text with each name, found by its node, replaced."""
    source = SourceText(data)
    names = [node for node in ast.walk(source.tree()) if isinstance(node, ast.Name) and node.id == old]
    return source.replaced({source.offset(node): (old, new) for node in names})


@pytest.mark.parametrize(
    "data",
    [
        "é = old # é\nx = 'é', old\n".encode(),
        codecs.BOM_UTF8 + "é = old\n".encode(),
        "# coding: latin-1\né = old\n".encode("latin-1"),
        "# -*- coding: cp1251 -*-\n\u043f\u0440\u0438 = old\n".encode("cp1251"),
        "#!/bin/python\n# vim: set fileencoding=shift_jis :\nx = '日本', old\n".encode("shift_jis"),
        b"x = 1\r\n\r\nif old:\r\n    old\r\n",
        b"x = 1\rold\ry = old",
        b"x = 1\n\x0c\nold\n\x0c  \nold\n",
        b"x = '''\r\n\x0b\x1c\x85'''\r\nold".replace(b"\x85", "\x85\u2028".encode()),
        "\U0001d499 = old, '😀', old".encode(),
    ],
)
def test_names_are_replaced_where_they_stand_and_nothing_else(data):
    assert replaced(data, "old", "longer") == data.replace(b"old", b"longer")


def test_lines_are_those_of_python():
    assert lines_of("a\r\nb\rc\n\x0cd\x1c\n") == ["a", "b", "c", "\x0cd\x1c", ""]


UNREADABLE = {
    "unknown encoding: klingon": b"# coding: klingon\n",
    "invalid or missing encoding declaration": b"x = '\xff'\n",
    "can't decode byte 0xff": b"\n\n\nx = '\xff'\n",
    "encoding problem: utf-8": codecs.BOM_UTF8 + b"# coding: latin-1\n",
    "does not give back the same bytes": b"# coding: utf-7\nx = 'a+AGI-'\n",
}


@pytest.mark.parametrize("reason", UNREADABLE)
def test_what_is_not_in_its_encoding_is_refused(reason):
    with pytest.raises(UnreadableSourceError) as refused:
        SourceText(UNREADABLE[reason])
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"x = 1\nprint 'two'\n", 2, "no Python of 3."),
        (b"x = 1\nif x:\n", 2, "no Python of 3."),
        (b"x = '\0'\n", 1, "no Python"),
        (b"-" * 100_000 + b"1", 1, "no Python"),
    ],
    ids=["Python 2", "cut off", "NUL", "deep"],
)
def test_what_is_no_python_is_refused_with_its_line(data, line, reason):
    with pytest.raises(UnreadableSourceError, match=reason) as refused:
        SourceText(data).tree()
    assert refused.value.line == line


def test_warnings_about_a_file_are_not_shown():
    assert SourceText(b"x = '\\d' is 1\n").tree()


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.booleans())
def test_a_text_gives_its_bytes_back(text, has_mark):
    data = (codecs.BOM_UTF8 if has_mark else b"") + b"x\n\n" + text.encode()
    assert SourceText(data).replaced({}) == data
