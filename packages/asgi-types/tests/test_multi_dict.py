"""Mappings in which a key may stand more than once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import ImmutableMultiDict, MultiDict, QueryParams

PAIRS = [("a", 1), ("b", 2), ("a", 3)]

both = pytest.mark.parametrize("kind", [ImmutableMultiDict, MultiDict])


@both
def test_reading(kind):
    multi = kind(PAIRS)
    assert multi["a"] == multi.get("a") == 3
    assert multi.get("c") is None
    assert multi.getlist("a") == [1, 3]
    assert multi.getlist("c") == []
    assert multi.multi_items() == PAIRS
    assert list(multi) == list(multi.keys()) == ["a", "b"]
    assert list(multi.values()) == [3, 2]
    assert list(multi.items()) == [("a", 3), ("b", 2)]
    assert len(multi) == 2
    assert "a" in multi
    assert "c" not in multi
    assert repr(multi) == f"{kind.__name__}([('a', 1), ('b', 2), ('a', 3)])"
    with pytest.raises(KeyError, match="c"):
        multi["c"]


class OtherMultiDict:
    """What another library's multi-dict looks like."""

    def items(self):
        return [("a", 3), ("b", 2)]

    def multi_items(self):
        return PAIRS


@both
@pytest.mark.parametrize(
    ("source", "pairs"),
    [
        (PAIRS, PAIRS),
        (tuple(PAIRS), PAIRS),
        (ImmutableMultiDict(PAIRS), PAIRS),
        (MultiDict(PAIRS), PAIRS),
        (OtherMultiDict(), PAIRS),
        ({"a": 1, "b": 2}, [("a", 1), ("b", 2)]),
        ({}, []),
        ([], []),
        (None, []),
    ],
    ids=["list", "tuple", "immutable", "mutable", "other", "mapping", "empty mapping", "empty", "none"],
)
def test_sources(kind, source, pairs):
    assert kind(source).multi_items() == pairs


@both
def test_an_iterator_is_a_source(kind):
    multi = kind(pair for pair in PAIRS)
    assert multi.multi_items() == PAIRS
    assert multi["a"] == 3


@both
def test_keyword_arguments_come_after_the_source(kind):
    assert kind(PAIRS, b=4, c=5).multi_items() == [*PAIRS, ("b", 4), ("c", 5)]
    assert kind(a=1).multi_items() == [("a", 1)]
    assert kind().multi_items() == []


@both
def test_more_than_one_source_is_an_assertion_error(kind):
    with pytest.raises(AssertionError, match=r"Too many arguments\."):
        kind(PAIRS, PAIRS)


@both
def test_the_source_is_copied(kind):
    source = MultiDict(PAIRS)
    multi = kind(source)
    source.clear()
    multi.multi_items().clear()
    assert multi.multi_items() == PAIRS


@both
def test_equality_ignores_the_order_of_keys_but_not_of_a_keys_values(kind):
    assert kind(PAIRS) == kind([("b", 2), ("a", 1), ("a", 3)])
    assert kind(PAIRS) != kind([("a", 3), ("b", 2), ("a", 1)])
    assert kind(PAIRS) != kind([("b", 2), ("a", 3)])
    assert kind([("a", 1), (2, "b")]) == kind([(2, "b"), ("a", 1)])
    assert kind({"a": 1}) != {"a": 1}


def test_equality_needs_the_same_class():
    assert ImmutableMultiDict(PAIRS) != MultiDict(PAIRS)
    assert MultiDict(PAIRS) != ImmutableMultiDict(PAIRS)
    assert ImmutableMultiDict({"a": "1"}) != QueryParams("a=1")


@both
def test_multi_dicts_cannot_be_hashed(kind):
    with pytest.raises(TypeError, match="unhashable"):
        hash(kind())


def test_an_immutable_one_cannot_be_changed():
    assert not hasattr(ImmutableMultiDict, "append")
    with pytest.raises(TypeError, match="does not support item assignment"):
        ImmutableMultiDict()["a"] = 1


def test_assignment_replaces_all_values():
    multi = MultiDict(PAIRS)
    multi["a"] = 4
    assert multi.multi_items() == [("b", 2), ("a", 4)]
    assert multi["a"] == 4


def test_deleting():
    multi = MultiDict(PAIRS)
    del multi["a"]
    assert multi.multi_items() == [("b", 2)]
    assert "a" not in multi
    with pytest.raises(KeyError, match="a"):
        del multi["a"]
    assert multi.multi_items() == [("b", 2)]


def test_pop():
    multi = MultiDict(PAIRS)
    assert multi.pop("a") == 3
    assert multi.multi_items() == [("b", 2)]
    assert multi.pop("a") is None
    assert multi.pop("a", "d") == "d"


def test_popitem_drops_all_values_of_the_key():
    multi = MultiDict([("b", 2), ("a", 1), ("a", 3)])
    assert multi.popitem() == ("a", 3)
    assert multi.multi_items() == [("b", 2)]
    assert multi.popitem() == ("b", 2)
    with pytest.raises(KeyError):
        multi.popitem()


def test_poplist():
    multi = MultiDict(PAIRS)
    assert multi.poplist("a") == [1, 3]
    assert multi.poplist("a") == []
    assert multi.multi_items() == [("b", 2)]


def test_clear():
    multi = MultiDict(PAIRS)
    multi.clear()
    assert multi.multi_items() == []
    assert dict(multi) == {}


def test_setdefault():
    multi = MultiDict(PAIRS)
    assert multi.setdefault("a", 4) == 3
    assert multi.multi_items() == PAIRS
    assert multi.setdefault("c", 5) == 5
    assert multi.setdefault("d") is None
    assert multi.multi_items() == [*PAIRS, ("c", 5), ("d", None)]


def test_setlist():
    multi = MultiDict(PAIRS)
    multi.setlist("a", [4, 5])
    assert multi.multi_items() == [("b", 2), ("a", 4), ("a", 5)]
    assert multi["a"] == 5
    multi.setlist("a", [])
    assert "a" not in multi
    assert multi.multi_items() == [("b", 2)]


def test_append():
    multi = MultiDict(PAIRS)
    multi.append("b", 4)
    assert multi.multi_items() == [*PAIRS, ("b", 4)]
    assert multi["b"] == 4


@pytest.mark.parametrize(
    ("args", "kwargs", "expected"),
    [
        (([("a", 4), ("a", 5)],), {}, [("b", 2), ("a", 4), ("a", 5)]),
        (({"c": 6},), {}, [*PAIRS, ("c", 6)]),
        ((MultiDict([("b", 7)]),), {}, [("a", 1), ("a", 3), ("b", 7)]),
        (([("c", 8)],), {"b": 9}, [("a", 1), ("a", 3), ("c", 8), ("b", 9)]),
        ((), {"b": 9}, [("a", 1), ("a", 3), ("b", 9)]),
        ((), {}, PAIRS),
    ],
)
def test_update_replaces_whole_keys(args, kwargs, expected):
    multi = MultiDict(PAIRS)
    multi.update(*args, **kwargs)
    assert multi.multi_items() == expected
    assert dict(multi) == dict(expected)


def test_update_takes_one_source():
    with pytest.raises(AssertionError, match=r"Too many arguments\."):
        MultiDict().update({}, {})


keys = st.sampled_from("abcd")
pairs = st.lists(st.tuples(keys, st.integers()))


class Model:
    """The rules of `MultiDict` on a plain list of pairs; each method returns what that of `MultiDict` does."""

    def __init__(self):
        self.pairs = []

    def getlist(self, key):
        return [value for existing, value in self.pairs if existing == key]

    def drop(self, *keys):
        self.pairs = [pair for pair in self.pairs if pair[0] not in keys]

    def poplist(self, key):
        values = self.getlist(key)
        self.drop(key)
        return values

    def pop(self, key, default=None):
        return [default, *self.poplist(key)][-1]

    def setlist(self, key, values):
        self.drop(key)
        self.pairs += [(key, value) for value in values]

    def __setitem__(self, key, value):
        self.setlist(key, [value])

    def setdefault(self, key, default=None):
        if not self.getlist(key):
            self.append(key, default)
        return self.getlist(key)[-1]

    def append(self, key, value):
        self.pairs.append((key, value))

    def update(self, new):
        self.drop(*(key for key, _ in new))
        self.pairs += new

    def clear(self):
        self.pairs = []


calls = st.lists(
    st.tuples(st.just("setlist"), keys, st.lists(st.integers()))
    | st.tuples(st.sampled_from(["__setitem__", "append", "setdefault", "pop"]), keys, st.integers())
    | st.tuples(st.sampled_from(["pop", "poplist", "setdefault"]), keys)
    | st.tuples(st.just("update"), pairs)
    | st.tuples(st.just("clear"))
    | st.tuples(st.just("popitem"))
)


@given(calls)
def test_against_a_list_of_pairs(calls):
    multi, model = MultiDict(), Model()
    for method, *arguments in calls:
        if method == "popitem":
            if multi:
                last = list(multi)[-1]
                assert multi.popitem() == (last, model.pop(last))
        else:
            assert getattr(multi, method)(*arguments) == getattr(model, method)(*arguments)
        assert multi.multi_items() == model.pairs
        assert dict(multi) == dict(model.pairs)
        assert len(multi) == len({key for key, _ in model.pairs})
        for key in "abcd":
            assert multi.getlist(key) == model.getlist(key)
            assert (key in multi) is bool(model.getlist(key))


@given(pairs, pairs)
def test_two_are_equal_exactly_if_every_key_has_the_same_values(left, right):
    same = all([value for k, value in left if k == key] == [value for k, value in right if k == key] for key in "abcd")
    assert (MultiDict(left) == MultiDict(right)) is same
    assert MultiDict(left) == MultiDict(sorted(left, key=lambda pair: pair[0]))
