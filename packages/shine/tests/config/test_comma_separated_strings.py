"""A list in one setting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shine.datastructures import CommaSeparatedStrings


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        ("a", ["a"]),
        ("a,b", ["a", "b"]),
        (" a , b\t", ["a", "b"]),
        ("a b,c", ["a b", "c"]),
        ("a,,b,", ["a", "b"]),
        ("'a,b',c", ["a,b", "c"]),
        ('"a,b",c', ["a,b", "c"]),
        ("a#b,c", ["a#b", "c"]),
        (["a,b", "c"], ["a,b", "c"]),
        (("a", ""), ["a", ""]),
    ],
)
def test_items(value, expected):
    strings = CommaSeparatedStrings(value)
    assert list(strings) == expected
    assert len(strings) == len(expected)
    assert strings[:] == expected
    assert [strings[place] for place in range(len(expected))] == expected


def test_a_quote_that_is_not_closed():
    with pytest.raises(ValueError, match="No closing quotation"):
        CommaSeparatedStrings("a,'b")


def test_it_is_a_sequence():
    strings = CommaSeparatedStrings("127.0.0.1, localhost")
    assert repr(strings) == "CommaSeparatedStrings(['127.0.0.1', 'localhost'])"
    assert str(strings) == "'127.0.0.1', 'localhost'"
    assert "localhost" in strings
    assert list(reversed(strings)) == ["localhost", "127.0.0.1"]
    assert strings == CommaSeparatedStrings(["127.0.0.1", "localhost"])
    assert hash(strings) == hash(CommaSeparatedStrings(["127.0.0.1", "localhost"]))
    assert strings != CommaSeparatedStrings("localhost")
    assert strings != ["127.0.0.1", "localhost"]


@given(st.lists(st.text(st.characters(exclude_characters="'\",\\", min_codepoint=33, max_codepoint=126), min_size=1)))
def test_what_it_is_as_a_string_can_be_read_again(items):
    assert list(CommaSeparatedStrings(str(CommaSeparatedStrings(items)))) == items
