"""Header fields that can be changed."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import Headers, MutableHeaders


def duplicates():
    return MutableHeaders(raw=[(b"a", b"1"), (b"b", b"2"), (b"a", b"3"), (b"c", b"4"), (b"a", b"5")])


def test_setting_replaces_the_first_in_its_place_and_drops_the_others():
    headers = duplicates()
    headers["A"] = "x"
    assert headers.raw == [(b"a", b"x"), (b"b", b"2"), (b"c", b"4")]


def test_setting_a_new_name_appends():
    headers = duplicates()
    headers["D"] = "x"
    assert headers.items()[-1] == ("d", "x")
    assert len(headers) == 6


def test_a_refused_value_changes_nothing():
    headers = duplicates()
    with pytest.raises(ValueError, match="CR, LF"):
        headers["a"] = "\n"
    assert headers == duplicates()


def test_deleting_removes_all_of_a_name():
    headers = duplicates()
    del headers["A"]
    assert headers.raw == [(b"b", b"2"), (b"c", b"4")]


@pytest.mark.parametrize("name", ["missing", "not a token", "ś", "\u212a", ""])
def test_deleting_what_is_not_there_does_nothing(name):
    headers = MutableHeaders({"k": "v"})
    del headers[name]
    assert headers.raw == [(b"k", b"v")]


def test_a_malformed_name_of_another_application_can_be_deleted():
    headers = MutableHeaders(raw=[(b"bad name", b"1"), (b"a", b"2")])
    del headers["bad name"]
    assert headers.raw == [(b"a", b"2")]


def test_setdefault_gives_what_there_is_or_appends():
    headers = duplicates()
    assert headers.setdefault("A", "x") == "1"
    assert headers == duplicates()
    assert headers.setdefault("D", "x") == "x"
    assert headers["d"] == "x"


def test_setdefault_takes_an_empty_value_for_one():
    headers = MutableHeaders({"a": ""})
    assert headers.setdefault("a", "x") == ""
    assert headers.raw == [(b"a", b"")]


def test_append_keeps_duplicates():
    headers = MutableHeaders({"a": "1"})
    headers.append("A", "2")
    assert headers.raw == [(b"a", b"1"), (b"a", b"2")]


def test_update_sets_each_field():
    headers = duplicates()
    headers.update({"A": "x", "D": "y"})
    assert headers.items() == [("a", "x"), ("b", "2"), ("c", "4"), ("d", "y")]


def test_update_with_duplicates_keeps_the_last_of_them():
    headers = MutableHeaders({"a": "0"})
    headers.update(duplicates())
    assert headers.items() == [("a", "5"), ("b", "2"), ("c", "4")]


def test_or_makes_a_new_one():
    headers = MutableHeaders({"a": "1"})
    merged = headers | {"A": "2", "B": "3"}
    assert type(merged) is MutableHeaders
    assert merged.items() == [("a", "2"), ("b", "3")]
    assert headers.items() == [("a", "1")]
    assert (headers | Headers({"c": "4"})).items() == [("a", "1"), ("c", "4")]


def test_ior_changes_this_one():
    headers = original = MutableHeaders({"a": "1"})
    headers |= {"A": "2", "B": "3"}
    assert headers is original
    assert headers.items() == [("a", "2"), ("b", "3")]


@pytest.mark.parametrize("other", [[("a", "1")], None, "a"])
def test_or_needs_a_mapping(other):
    headers = MutableHeaders()
    with pytest.raises(TypeError, match=f"Expected a mapping but got {type(other).__name__}"):
        headers | other
    with pytest.raises(TypeError, match=f"Expected a mapping but got {type(other).__name__}"):
        headers |= other


def test_raw_is_the_live_list():
    raw = [(b"a", b"1")]
    headers = MutableHeaders(raw=raw)
    assert headers.raw is raw
    headers["b"] = "2"
    del headers["a"]
    assert raw == [(b"b", b"2")]


def test_the_headers_of_a_scope_are_edited_in_it():
    scope = {"headers": [(b"a", b"1")]}
    MutableHeaders(scope=scope)["a"] = "2"
    assert scope["headers"] == [(b"a", b"2")]


def test_add_vary_header_joins_all_there_are():
    headers = MutableHeaders()
    headers.add_vary_header("Accept")
    assert headers.raw == [(b"vary", b"Accept")]
    headers.append("Vary", "Cookie")
    headers.append("x", "y")
    headers.add_vary_header("Origin")
    assert headers.raw == [(b"vary", b"Accept, Cookie, Origin"), (b"x", b"y")]


names = st.sampled_from(["a", "A", "b", "Bc", "bC", "d-e"])
values = st.text(alphabet=string.printable.translate({13: None, 10: None}))
changes = st.lists(
    st.tuples(st.just("set"), names, values)
    | st.tuples(st.just("append"), names, values)
    | st.tuples(st.just("setdefault"), names, values)
    | st.tuples(st.just("delete"), names, values)
)


@given(changes)
def test_against_a_list_of_pairs(changes):
    headers = MutableHeaders()
    model = []
    for change, name, value in changes:
        name_set = [index for index, pair in enumerate(model) if pair[0] == name.lower()]
        if change == "set":
            headers[name] = value
            pairs = enumerate(model)
            model = [(n, value if i in name_set else v) for i, (n, v) in pairs if i not in name_set[1:]]
            model += [] if name_set else [(name.lower(), value)]
        elif change == "append":
            headers.append(name, value)
            model.append((name.lower(), value))
        elif change == "setdefault":
            expected = model[name_set[0]][1] if name_set else value
            assert headers.setdefault(name, value) == expected
            model += [] if name_set else [(name.lower(), value)]
        else:
            del headers[name]
            model = [pair for pair in model if pair[0] != name.lower()]
        assert headers.items() == model
