"""What is changed is found, however deep inside, and nothing else."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from asgi_sessions._stored.session_changes import changes_of, size_of

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
sessions = st.dictionaries(st.text(max_size=3), json_values, max_size=4)


@given(received=sessions, session=sessions)
def test_changes(received, session):
    texts = {name: json.dumps(value) for name, value in received.items()}
    changes = changes_of(session, texts)
    assert changes.values == {name: json.dumps(value) for name, value in session.items()}
    assert {**texts, **changes.changed}.keys() - set(changes.removed) == session.keys()
    for name, value in session.items():
        assert (name in changes.changed) == (name not in received or json.dumps(value) != texts[name])
    assert changes.names == sorted({*changes.changed, *changes.removed})
    assert changes_of(received, texts)[1:] == ({}, [])


@given(session=sessions)
def test_size(session):
    size = size_of({name: json.dumps(value) for name, value in session.items()})
    assert size == (len(json.dumps(session)) if session else 0)
