"""How deep JSON goes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_sessions._stored.json_levels import levels_of

json_values = st.recursive(
    st.none() | st.integers() | st.text(st.sampled_from('[]{}"\\a'), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.sampled_from('[]{}"\\'), max_size=3), inner),
)


def levels(value):
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(levels, value), default=0) if isinstance(value, list) else 0


@given(value=json_values)
def test_is_what_there_is_inside_each_other(value):
    assert levels_of(json.dumps(value)) == levels(value)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '[["' * 1000, '"\\', "]]]"])
def test_of_what_is_no_json(text):
    assert levels_of(text) >= 0


@pytest.mark.parametrize("make", [lambda n: "[" * n, lambda n: '"' + "\\" * n, lambda n: '"a' * n, lambda n: '"' * n])
def test_is_linear(assert_linear, make):
    assert_linear(levels_of, make, 20_000)
