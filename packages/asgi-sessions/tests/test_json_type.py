"""Which values an annotation allows."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal, NewType, NotRequired, Optional, Required, TypedDict, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_sessions._json_type import check_of, type_name
from asgi_types import Headers

UserId = NewType("UserId", int)


class Item(TypedDict):
    name: str
    count: NotRequired[int]


class Sized(Item, total=False):
    size: Required[Literal["s", "m"]]
    notes: list[Annotated[str, "short"]]


class Tree(TypedDict):
    children: list[Tree]


class Alias:
    """As Python 3.12 makes it of ``type Alias = list[int]``."""

    __value__ = list[int]


def shown(value):
    """An id that is the same in every process."""
    return re.sub(r" at 0x\w+", "", str(value))


@pytest.mark.parametrize(
    ("annotation", "yes", "no"),
    [
        (str, ["", "a"], [1, None, b"a", ["a"]]),
        (int, [0, -(2**70)], [True, False, 1.0, "1", None]),
        (float, [1.5, 1, float("inf")], [True, "1.5", None]),
        (bool, [True, False], [0, 1, None, "true"]),
        (None, [None], [0, "", False]),
        (type(None), [None], [0]),
        (Any, [1, "a", None, True, 1.5, [[{"a": []}]]], [(1,), b"a", {1: 2}, [{1}], {"a": ...}]),
        (list, [[], [1, "a", [None]]], [(), {}, "ab", [...]]),
        (dict, [{}, {"a": [1]}], [{1: 2}, [], {"a": ()}]),
        (list[str], [[], ["a"]], [["a", 1], ("a",), "a", {"a": "b"}, None]),
        (list[list[int]], [[[1], []]], [[1], [[True]]]),
        (dict[str, int], [{}, {"a": 1}], [{"a": "b"}, {1: 1}, [], {"a": True}]),
        (dict[str, None], [{"a": None}], [{"a": 0}]),
        (dict[str, Any], [{"a": [1]}], [{"a": {1}}]),
        (Literal["a", 1, None], ["a", 1, None], ["b", True, 1.0, 0]),  # noqa: PYI061
        (Literal[True], [True], [1, False]),
        (str | None, ["a", None], [1, []]),
        (Optional[int], [1, None], ["a", True]),  # noqa: UP045
        (Union[int, list[str]], [1, ["a"]], [["a", 1], "a"]),  # noqa: UP007
        (int | bool, [1, True], [1.5]),
        (list[int | None], [[1, None]], [["a"]]),
        (UserId, [1], ["a", True]),
        (list[UserId], [[1]], [["a"]]),
        (Annotated[int, []], [1], ["a"]),
        (Alias(), [[1]], [["a"]]),
        (Item, [{"name": "a"}, {"name": "a", "count": 1, "more": [1]}], [{}, {"name": 1}, {"name": "a", "count": "b"}]),
        (Item, [], [[], None, {"name": "a", 1: 2}, {"name": "a", "more": ...}]),
        (Sized, [{"name": "a", "size": "m"}, {"name": "a", "size": "s", "notes": ["x"]}], []),
        (
            Sized,
            [],
            [{"name": "a"}, {"size": "m"}, {"name": "a", "size": "l"}, {"name": "a", "size": "s", "notes": [1]}],
        ),
        (Tree, [{"children": []}, {"children": [{"children": []}]}], [{}, {"children": [{}]}, {"children": [1]}]),
        (list[Tree | None], [[None, {"children": []}]], [[1]]),
    ],
    ids=shown,
)
def test_values(annotation, yes, no):
    check = check_of(annotation)
    assert [value for value in yes if not check(value)] == []
    assert [value for value in no if check(value)] == []


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        (bytes, "bytes cannot be kept in a session: annotate with str, int,"),
        (tuple[int, ...], "tuple[int, ...] cannot be kept in a session"),
        (set[str], "set[str] cannot be kept"),
        (object, "object cannot be kept"),
        (Headers, "Headers cannot be kept"),
        (list[bytes], "bytes cannot be kept"),
        (str | bytes, "bytes cannot be kept"),
        (dict[int, str], "dict[int, ...] cannot be kept in a session: keys of JSON are str."),
        (Literal[b"a"], "Literal[b'a'] cannot be kept"),
        (TypedDict("Bad", {"at": set}), "set cannot be kept"),
        (Annotated[bytes, []], "bytes cannot be kept"),
        ([], "[] cannot be kept"),
    ],
    ids=shown,
)
def test_what_json_has_not(annotation, reason):
    with pytest.raises(TypeError) as caught:
        check_of(annotation)
    assert reason in str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=3), values, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_any_is_what_json_gives_back(value):
    assert check_of(Any)(value)
    assert check_of(Any)(json.loads(json.dumps(value)))


@pytest.mark.parametrize(
    ("annotation", "name"), [(str, "str"), (str | None, "str | None"), (list[str], "list[str]"), (Item, "Item")]
)
def test_names(annotation, name):
    assert type_name(annotation) == name
