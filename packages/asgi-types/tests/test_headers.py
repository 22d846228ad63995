"""Header fields as a read-only mapping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import Headers, MutableHeaders

RAW = [(b"a", b"1"), (b"b", b"2"), (b"a", b"3")]


def test_lookup_ignores_case_and_gives_the_first_value():
    headers = Headers(raw=RAW)
    assert headers["A"] == headers["a"] == headers.get("A") == "1"
    assert headers.getlist("A") == ["1", "3"]
    assert headers.getlist("c") == []
    assert "A" in headers
    assert "c" not in headers


def test_a_missing_name_is_a_key_error_or_the_default():
    headers = Headers(raw=RAW)
    with pytest.raises(KeyError) as raised:
        headers["Missing"]
    assert raised.value.args == ("Missing",)
    assert headers.get("missing") is None
    assert headers.get("missing", "d") == "d"


def test_an_empty_value_is_found():
    headers = Headers({"x": ""})
    assert "x" in headers
    assert headers.get("x", "d") == ""


def test_keys_values_items_and_len_count_duplicates():
    headers = Headers(raw=RAW)
    assert headers.keys() == ["a", "b", "a"]
    assert headers.values() == ["1", "2", "3"]
    assert headers.items() == [("a", "1"), ("b", "2"), ("a", "3")]
    assert list(headers) == ["a", "b", "a"]
    assert len(headers) == 3
    assert len(Headers()) == 0


def test_text_is_latin_1():
    assert Headers({"X-Name": "café"}).raw == [(b"x-name", b"caf\xe9")]
    assert Headers(raw=[(b"x", b"caf\xe9")])["x"] == "café"


@pytest.mark.parametrize("name", ["ś", "\u212a", "k\u0307", "💥", "\ud800"])
def test_a_name_that_is_not_latin_1_is_not_found(name):
    headers = Headers({"k": "the Kelvin sign in lower case", "s": "s"})
    assert name not in headers
    assert headers.getlist(name) == []
    assert headers.get(name, "d") == "d"
    with pytest.raises(KeyError):
        headers[name]


@pytest.mark.parametrize("key", [1, None, b"a"])
def test_only_text_can_be_in_headers(key):
    assert key not in Headers(raw=RAW)


def test_the_list_of_a_scope_is_shared_with_it():
    scope = {"headers": ((b"a", b"1"),)}
    headers = Headers(scope=scope)
    assert scope["headers"] == [(b"a", b"1")]
    assert isinstance(scope["headers"], list)
    scope["headers"].append((b"b", b"2"))
    assert headers["b"] == "2"


def test_the_list_of_a_scope_is_a_new_one():
    given_list = [(b"a", b"1")]
    MutableHeaders(scope={"headers": given_list})["b"] = "2"
    assert given_list == [(b"a", b"1")]


def test_a_raw_list_is_shared():
    raw = [(b"a", b"1")]
    headers = Headers(raw=raw)
    raw.append((b"b", b"2"))
    assert headers.items() == [("a", "1"), ("b", "2")]


def test_raw_gives_a_copy():
    headers = Headers(raw=[(b"a", b"1")])
    headers.raw.clear()
    assert headers.raw == [(b"a", b"1")]


@pytest.mark.parametrize(
    "sources",
    [
        {"headers": {}, "raw": []},
        {"headers": {}, "scope": {"headers": []}},
        {"raw": [], "scope": {"headers": []}},
        {"headers": {}, "raw": [], "scope": {"headers": []}},
    ],
)
def test_two_sources_are_an_assertion_error(sources):
    with pytest.raises(AssertionError, match="Give one of"):
        Headers(**sources)


def test_equality_ignores_order_and_kind_but_not_duplicates():
    assert Headers(raw=RAW) == Headers(raw=RAW[::-1])
    assert Headers(raw=RAW) == MutableHeaders(raw=RAW)
    assert Headers({"A": "1"}) == Headers({"a": "1"})
    assert Headers(raw=RAW) != Headers(raw=RAW[:2])
    assert Headers({"a": "1"}) != {"a": "1"}
    assert Headers() != 1


def test_headers_cannot_be_hashed():
    with pytest.raises(TypeError, match="unhashable"):
        hash(Headers())


def test_repr_is_a_dict_unless_there_are_duplicates():
    assert repr(Headers({"A": "1"})) == "Headers({'a': '1'})"
    assert repr(MutableHeaders({"A": "1"})) == "MutableHeaders({'a': '1'})"
    assert repr(Headers(raw=RAW)) == "Headers(raw=[(b'a', b'1'), (b'b', b'2'), (b'a', b'3')])"


def test_mutablecopy_is_independent():
    headers = Headers(raw=[(b"a", b"1")])
    copy = headers.mutablecopy()
    copy["a"] = "2"
    assert type(copy) is MutableHeaders
    assert copy.items() == [("a", "2")]
    assert headers.items() == [("a", "1")]


@given(st.lists(st.tuples(st.binary().map(bytes.lower), st.binary())))
def test_any_bytes_can_be_read(raw):
    headers = Headers(raw=raw)
    texts = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
    assert headers.items() == texts
    assert list(zip(headers.keys(), headers.values(), strict=True)) == texts
    assert len(headers) == len(raw)
    for name, _ in texts:
        values = [value for other, value in texts if other == name]
        assert headers.getlist(name) == values
        assert headers[name] == headers.get(name) == values[0]
        assert name in headers
    assert headers == Headers(raw=raw[::-1]) == headers.mutablecopy()


@given(st.dictionaries(st.from_regex(r"[a-z0-9!#$%&'*+.^_`|~-]+", fullmatch=True), st.binary()), st.randoms())
def test_a_mapping_of_text_comes_back_whatever_the_case(fields, random):
    texts = {name: value.translate(None, b"\r\n\0").decode("latin-1") for name, value in fields.items()}
    mixed = {"".join(random.choice([c, c.upper()]) for c in name): value for name, value in texts.items()}
    assert dict(Headers(mixed).items()) == texts
    assert all(Headers(texts)[name] == value for name, value in mixed.items())


@given(st.text())
def test_any_text_can_be_looked_up(name):
    headers = Headers(raw=RAW)
    assert (name in headers) is (name in {"a", "A", "b", "B"})
    assert headers.get(name, "none") == {"a": "1", "A": "1", "b": "2", "B": "2"}.get(name, "none")
