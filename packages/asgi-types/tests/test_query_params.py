"""The query of a URL as a multi-dict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import ImmutableMultiDict, MultiDict, QueryParams


def test_reading():
    query = QueryParams("a=1&b=2&a=3&blank=&flag")
    assert query["a"] == "3"
    assert query.getlist("a") == ["1", "3"]
    assert query.multi_items() == [("a", "1"), ("b", "2"), ("a", "3"), ("blank", ""), ("flag", "")]
    assert dict(query) == {"a": "3", "b": "2", "blank": "", "flag": ""}
    assert "c" not in query


@pytest.mark.parametrize(
    ("source", "pairs"),
    [
        ("a=1&a=2", [("a", "1"), ("a", "2")]),
        (b"a=1&a=2", [("a", "1"), ("a", "2")]),
        (b"a=\xe9&b=%C3%A9", [("a", "é"), ("b", "é")]),
        ({"a": 1, 2: None}, [("a", "1"), ("2", "None")]),
        ([("a", 1), ("a", 2.5)], [("a", "1"), ("a", "2.5")]),
        ([["a", "b"]], [("a", "b")]),
        (MultiDict([("a", 1), ("a", 2)]), [("a", "1"), ("a", "2")]),
        (QueryParams("a=1&a=2"), [("a", "1"), ("a", "2")]),
        ("", []),
        (b"", []),
        (None, []),
    ],
)
def test_sources(source, pairs):
    query = QueryParams(source)
    assert query.multi_items() == pairs
    assert dict(query) == dict(pairs)


def test_keyword_arguments_come_after_the_source():
    assert QueryParams("a=1", a=2, b=3).multi_items() == [("a", "1"), ("a", "2"), ("b", "3")]
    assert QueryParams(a=1).multi_items() == [("a", "1")]
    assert QueryParams().multi_items() == []


def test_more_than_one_source_is_an_assertion_error():
    with pytest.raises(AssertionError, match=r"Too many arguments\."):
        QueryParams("a=1", "b=2")


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("a=b+c%20d", [("a", "b c d")]),
        ("a=b=c", [("a", "b=c")]),
        ("a=%26%3D", [("a", "&=")]),
        ("&&a=1&&", [("a", "1")]),
        ("=", [("", "")]),
        ("a=%FF", [("a", "\ufffd")]),
        ("a=%zz%", [("a", "%zz%")]),
    ],
)
def test_decoding(text, pairs):
    assert QueryParams(text).multi_items() == pairs


def test_cve_2020_28473_only_an_ampersand_separates():
    """Bottle took `;` for a separator as well, caches before it did not: they could be poisoned."""
    assert QueryParams("a=1;b=2&c=3").multi_items() == [("a", "1;b=2"), ("c", "3")]
    assert QueryParams(b"a=1;a=2").multi_items() == [("a", "1;a=2")]


def test_str_encodes_it_again():
    assert str(QueryParams("a=1&a=2&blank=")) == "a=1&a=2&blank="
    assert str(QueryParams({"q": "Zürich & more"})) == "q=Z%C3%BCrich+%26+more"


def test_repr():
    assert repr(QueryParams({"a": 1, "b": "c d"})) == "QueryParams('a=1&b=c+d')"


def test_equality():
    assert QueryParams("a=1&b=2") == QueryParams({"b": "2", "a": "1"})
    assert QueryParams("a=1&a=2") != QueryParams("a=2&a=1")
    assert QueryParams("a=1") != ImmutableMultiDict({"a": "1"})
    assert QueryParams("a=1") != "a=1"


@given(st.text() | st.text(alphabet="ab=&+%;2é"))
def test_any_text_can_be_read_and_str_gives_it_back(text):
    query = QueryParams(text)
    again = QueryParams(str(query))
    assert again.multi_items() == query.multi_items()
    assert again == query
    assert str(again) == str(query)


@given(st.binary())
def test_any_bytes_can_be_read_and_str_gives_them_back(query_string):
    query = QueryParams(query_string)
    assert query == QueryParams(query_string.decode("latin-1"))
    assert QueryParams(str(query).encode("ascii")).multi_items() == query.multi_items()


@given(st.lists(st.tuples(st.text(), st.text())))
def test_any_pairs_come_back(pairs):
    assert QueryParams(str(QueryParams(pairs))).multi_items() == pairs


@pytest.mark.parametrize("part", ["%", "%E9", "+", "&", "=", ";", "&a", "a=%zz&", "%F0%9F"])
def test_reading_takes_linear_time(assert_linear, part):
    """CVE-2023-43665 (Django) and others: text of the network that takes too long to read."""
    assert_linear(QueryParams, lambda n: part * n, 10_000)
