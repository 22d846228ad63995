"""Attribute and item access to one dictionary."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import State


def test_attributes_and_items_are_the_same_entries() -> None:
    state = State()
    state.a = 1
    state["b"] = 2
    assert (state["a"], state.b) == (1, 2)
    assert list(state) == ["a", "b"]
    assert len(state) == 2
    assert "a" in state
    del state.a
    del state["b"]
    assert len(state) == 0
    assert "a" not in state


def test_the_dictionary_given_is_used_and_not_copied() -> None:
    entries: dict[str, Any] = {"a": 1}
    state = State(entries)
    state.b = 2
    entries["c"] = 3
    assert entries == {"a": 1, "b": 2, "c": 3}
    assert state.c == 3


def test_states_share_nothing_by_default() -> None:
    State().a = 1
    assert len(State()) == 0


def test_an_empty_dictionary_given_is_used_too() -> None:
    entries: dict[str, Any] = {}
    State(entries).a = 1
    assert entries == {"a": 1}


def test_a_missing_attribute_is_an_attribute_error() -> None:
    state = State()
    with pytest.raises(AttributeError, match=r"^'State' object has no attribute 'a'$"):
        _ = state.a
    with pytest.raises(AttributeError, match=r"^'State' object has no attribute 'a'$"):
        del state.a
    assert not hasattr(state, "a")
    assert getattr(state, "a", 5) == 5


def test_a_missing_item_is_a_key_error() -> None:
    state = State()
    with pytest.raises(KeyError, match=r"^'a'$"):
        state["a"]
    with pytest.raises(KeyError, match=r"^'a'$"):
        del state["a"]


def test_a_subclass_names_itself_in_errors() -> None:
    class AppState(State):
        pass

    with pytest.raises(AttributeError, match=r"^'AppState' object has no attribute 'a'$"):
        _ = AppState().a


@pytest.mark.parametrize("remade", [copy.copy, copy.deepcopy, lambda state: pickle.loads(pickle.dumps(state))])
def test_it_can_be_copied_and_pickled(remade: Any) -> None:
    state = remade(State({"a": [1]}))
    assert type(state) is State
    assert state.a == [1]


def test_a_deep_copy_is_independent() -> None:
    state = State({"a": [1]})
    copy.deepcopy(state).a.append(2)
    assert state.a == [1]


@given(st.dictionaries(st.text(), st.integers()))
def test_any_string_is_a_key(entries: dict[str, int]) -> None:
    state = State()
    for key, value in entries.items():
        state[key] = value
    assert {key: state[key] for key in state} == entries
    assert len(state) == len(entries)
