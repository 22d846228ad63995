"""The dict that knows whether it was looked at and changed."""

from __future__ import annotations

import operator

import pytest

from asgi_sessions import Session

CHANGES = {
    "setitem": (lambda session: operator.setitem(session, "a", 2), {"a": 2}),
    "setitem, the same": (lambda session: operator.setitem(session, "a", 1), {"a": 1}),
    "delitem": (lambda session: operator.delitem(session, "a"), {}),
    "ior": (lambda session: operator.ior(session, {"b": 2}), {"a": 1, "b": 2}),
    "ior of pairs": (lambda session: operator.ior(session, [("b", 2)]), {"a": 1, "b": 2}),
    "clear": (lambda session: session.clear(), {}),
    "pop": (lambda session: session.pop("a"), {}),
    "pop with default": (lambda session: session.pop("a", 3), {}),
    "popitem": (lambda session: session.popitem(), {}),
    "setdefault": (lambda session: session.setdefault("b", 2), {"a": 1, "b": 2}),
    "setdefault without value": (lambda session: session.setdefault("b"), {"a": 1, "b": None}),
    "update": (lambda session: session.update({"b": 2}, c=3), {"a": 1, "b": 2, "c": 3}),
    "mark_modified": (lambda session: session.mark_modified(), {"a": 1}),
}

READS = {
    "getitem": (lambda session: session["a"], 1),
    "get": (lambda session: session.get("b", 2), 2),
    "contains": (lambda session: "b" in session, False),
    "iter": (lambda session: list(iter(session)), ["a"]),
    "reversed": (lambda session: list(reversed(session)), ["a"]),
    "len": (len, 1),
    "bool": (bool, True),
    "eq": (lambda session: session == {"a": 1}, True),
    "ne": (lambda session: session != {"a": 1}, False),
    "eq, reflected": (lambda session: session == {"a": 1}, True),
    "or": (lambda session: session | {"b": 2}, {"a": 1, "b": 2}),
    "ror": (lambda session: {"b": 2} | session, {"b": 2, "a": 1}),
    "copy": (lambda session: session.copy(), {"a": 1}),
    "keys": (lambda session: list(session.keys()), ["a"]),
    "values": (lambda session: list(session.values()), [1]),
    "items": (lambda session: list(session.items()), [("a", 1)]),
    "dict": (dict, {"a": 1}),
    "unpacked": (lambda session: {**session}, {"a": 1}),
    "pop, nothing there": (lambda session: session.pop("b", 2), 2),
    "setdefault, something there": (lambda session: session.setdefault("a", 2), 1),
    "mark_accessed": (lambda session: session.mark_accessed(), None),
}


def flags(session):
    return session.accessed, session.modified


@pytest.mark.parametrize("name", CHANGES)
def test_changes_set_both_flags(name):
    change, expected = CHANGES[name]
    session = Session(a=1)
    change(session)
    assert flags(session) == (True, True)
    assert session == expected


@pytest.mark.parametrize("name", READS)
def test_reads_set_one_flag(name):
    read, expected = READS[name]
    session = Session(a=1)
    assert read(session) == expected
    assert flags(session) == (True, False)


def test_results_of_changes():
    session = Session(a=1, b=2, c=3)
    assert session.pop("a") == 1
    assert session.popitem() == ("c", 3)
    assert session.setdefault("d", 4) == 4
    same = session
    same |= {"e": 5}
    assert same is session


@pytest.mark.parametrize("session", [Session(), Session({"a": 1}), Session([("a", 1)]), Session(a=1)])
def test_flags_begin_unset(session):
    assert flags(session) == (False, False)
    assert repr(session) in ("{}", "{'a': 1}")
    assert flags(session) == (False, False)


def test_failed_changes_change_nothing():
    session = Session()
    with pytest.raises(KeyError, match="missing"):
        session.pop("missing")
    with pytest.raises(KeyError):
        session.popitem()
    assert session.modified is False


def test_flags_are_each_sessions_own():
    Session().mark_modified()
    assert flags(Session()) == (False, False)


def test_nested_changes_set_no_flag_of_their_own():
    session = Session(cart=[])
    session["cart"].append(1)
    assert flags(session) == (True, False)


def test_is_a_dict():
    assert isinstance(Session(), dict)
    with pytest.raises(TypeError, match="unhashable"):
        hash(Session())
