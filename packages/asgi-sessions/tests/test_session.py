"""The dict that knows whether it was looked at and changed."""

from __future__ import annotations

import copy
import json
import operator
import pickle
import threading
import time
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def matched(session):
    match session:
        case {"b": _}:
            return None
        case {"a": int(value), **rest}:
            return value, rest


def matched_rest(session):
    match session:
        case {**rest}:
            return rest


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
    "setdefault, something there": (lambda session: session.setdefault("a", 2), 1),
    "mark_accessed": (lambda session: session.mark_accessed(), None),
    "list": (list, ["a"]),
    "set": (set, {"a"}),
    "sorted": (sorted, ["a"]),
    "keywords": (lambda session: dict(**session), {"a": 1}),
    "update with it": (lambda session: (other := {"b": 2}).update(session) or other, {"b": 2, "a": 1}),
    "eq, on the right": (lambda session: {"a": 1} == session, True),  # noqa: SIM300
    "ne, on the right": (lambda session: {"a": 1} != session, False),  # noqa: SIM300
    "eq inside": (lambda session: [session] == [{"a": 1}], True),
    "eq of two": (lambda session: Session(a=1) == session, True),
    "ne of two": (lambda session: Session(a=1) != session, False),
    "eq with something else": (lambda session: session == 1, False),
    "json": (json.dumps, '{"a": 1}'),
    "json inside": (lambda session: json.dumps([session]), '[{"a": 1}]'),
    "json with indent": (lambda session: json.dumps(session, indent=0), '{\n"a": 1\n}'),
    "json sorted": (lambda session: json.dumps(session, sort_keys=True), '{"a": 1}'),
    "copy.copy": (copy.copy, {"a": 1}),
    "copy.deepcopy": (copy.deepcopy, {"a": 1}),
    "pickle": (lambda session: pickle.loads(pickle.dumps(session)), {"a": 1}),
    "format_map": ("{a}".format_map, "1"),
    "percent": (lambda session: "%(a)s" % session, "1"),  # noqa: UP031
    "itemgetter": (operator.itemgetter("a"), 1),
    "fromkeys": (dict.fromkeys, {"a": None}),
    "match": (matched, (1, {})),
    "match of the rest": (matched_rest, {"a": 1}),
}


def unread(content):
    """A session that gives this when it is first asked for, and where it notes that it was."""
    begun = []

    def begin():
        begun.append(1)
        return content

    session = Session()
    session._begin_later(begin)
    return session, begun


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


@pytest.mark.parametrize("is_kept", [False, True])
def test_to_pop_what_is_not_there_is_a_look_where_a_response_depends_on_it(is_kept):
    session = Session(a=1)
    session._is_kept = is_kept
    assert session.pop("b", 2) == 2
    assert flags(session) == (is_kept, False)
    session, begun = unread({"a": 1})
    session._is_kept = is_kept
    with pytest.raises(KeyError):
        session.pop("b")
    assert begun == [1]


@pytest.mark.parametrize("name", CHANGES)
def test_changes_of_a_session_that_was_not_read_yet(name):
    change, expected = CHANGES[name]
    session, begun = unread({"a": 1})
    change(session)
    assert flags(session) == (True, True)
    assert session == expected
    assert begun == [1]


@pytest.mark.parametrize("name", READS)
def test_reads_of_a_session_that_was_not_read_yet(name):
    read, expected = READS[name]
    session, begun = unread({"a": 1})
    assert read(session) == expected
    assert read(session) == expected
    assert flags(session) == (True, False)
    assert begun == [1]


@pytest.mark.parametrize("name", ["json", "json inside", "len", "bool", "dict", "pickle", "or"])
def test_an_empty_session_that_was_not_read_yet(name):
    read, _ = READS[name]
    session, begun = unread({})
    assert read(session) == read({})
    assert begun == [1]


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r}".format])
def test_showing_a_session_that_was_not_read_yet(show):
    session, begun = unread({"a": 1})
    assert show(session) == "{'a': 1}"
    assert flags(session) == (False, False)
    assert begun == [1]


def test_who_looks_around_the_methods_finds_no_empty_session():
    session, begun = unread({"a": 1})
    assert dict.__len__(session) == 1
    assert repr([*dict.keys(session)]) == "[<not read yet: ask request.session, or call mark_accessed()>]"
    assert begun == []


def test_both_sides_are_read():
    one, one_begun = unread({"a": 1})
    other, other_begun = unread({"a": 1})
    assert one == other
    assert one_begun == other_begun == [1]
    assert flags(other) == (True, False)
    third, _ = unread({"a": 2})
    assert one != third


def test_what_is_not_asked_for_is_not_read():
    session, begun = unread({"a": 1})
    assert isinstance(session, dict)
    assert session.modified is False
    assert session.__class__ is Session
    assert SimpleNamespace(session=session).session is session
    assert begun == []


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda session: pickle.loads(pickle.dumps(session))])
def test_copies(copied):
    session, _ = unread({"a": [1]})
    session.mark_modified()
    session._is_kept = True
    again = copied(session)
    assert type(again) is Session
    assert again == {"a": [1]}
    assert (again.modified, again._is_kept) == (False, False)
    again["b"] = 2
    assert session == {"a": [1]}


keys = st.sampled_from("abc")
values = st.integers() | st.lists(st.integers(), max_size=2)
operations = st.one_of(
    st.tuples(st.just("__setitem__"), keys, values),
    st.tuples(st.just("__delitem__"), keys),
    st.tuples(st.just("pop"), keys),
    st.tuples(st.just("pop"), keys, values),
    st.tuples(st.just("popitem")),
    st.tuples(st.just("setdefault"), keys, values),
    st.tuples(st.just("get"), keys),
    st.tuples(st.just("__getitem__"), keys),
    st.tuples(st.just("__contains__"), keys),
    st.tuples(st.just("__len__")),
    st.tuples(st.just("copy")),
    st.tuples(st.just("clear")),
    st.tuples(st.just("update"), st.dictionaries(keys, values, max_size=2)),
    st.tuples(st.just("__ior__"), st.dictionaries(keys, values, max_size=2)),
    st.tuples(st.just("__or__"), st.dictionaries(keys, values, max_size=2)),
    st.tuples(st.just("__eq__"), st.dictionaries(keys, values, max_size=2)),
    st.tuples(st.just("__ne__"), st.dictionaries(keys, values, max_size=2)),
)


def outcome(mapping, name, *arguments):
    try:
        return getattr(mapping, name)(*copy.deepcopy(arguments))
    except KeyError as error:
        return repr(error)


@given(st.dictionaries(keys, values), st.lists(operations, max_size=8))
def test_it_does_what_a_dict_does(before, steps):
    session, _ = unread(copy.deepcopy(before))
    plain = copy.deepcopy(before)
    for name, *arguments in steps:
        assert outcome(session, name, *arguments) == outcome(plain, name, *arguments)
    assert [*session.items()] == [*plain.items()]
    assert session.modified or plain == before


def test_a_change_that_comes_too_late_is_told_once():
    told = []
    session = Session(a=1)
    session._late = lambda: told.append(1)
    assert session["a"] == 1
    assert told == []
    session["a"] = 2
    session.clear()
    assert told == [1]


def test_invalidate():
    session, _ = unread({"a": 1})
    session.invalidate()
    assert session == {}
    assert flags(session) == (True, True)


def test_regenerate():
    session, _ = unread({"a": 1})
    session.regenerate()
    assert session == {"a": 1}
    assert flags(session) == (True, True)


def test_flashes_are_taken_once_and_in_order():
    session = Session(user="ann")
    for number in range(20):
        session.flash(f"message {number}", "error" if number % 2 else "success")
    session.flash("plain")
    again = Session(json.loads(json.dumps(session)))
    taken = again.flashes()
    assert [flash.message for flash in taken] == [*(f"message {number}" for number in range(20)), "plain"]
    assert [flash.category for flash in taken[-3:]] == ["success", "error", "info"]
    assert again == {"user": "ann"}
    assert again.flashes() == []


def test_taking_no_flashes_changes_nothing():
    session = Session({"user": "ann", 1: 2, "_flash.mine": "text", "_flash.other": ["x", 1]})
    assert session.flashes() == []
    session.flash("Saved.")
    assert len(session.flashes()) == 1
    assert session.keys() == {"user", 1, "_flash.mine", "_flash.other"}


def test_the_key_of_a_session_in_a_cookie():
    assert Session(a=1).key is None


def test_a_key_is_made_when_it_is_asked_for():
    session = Session(a=1)
    session._has_id = True
    key = session.key
    assert len(key) == 64
    assert session.key == key
    session.regenerate()
    assert session.key != key


def test_an_empty_session_has_no_key():
    session = Session()
    session._has_id = True
    assert session.key is None
    session._id = "x" * 43  # it came with the request
    assert session.key is not None


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


def test_threads_that_look_first_at_the_same_time_all_find_what_is_inside():
    for _ in range(20):
        begun, found = [], []
        barrier = threading.Barrier(8)

        def begin(begun=begun):
            begun.append(1)
            time.sleep(0.001)  # lets the others look while it is being read
            return {"user": "ann", **{f"key {number}": number for number in range(100)}}

        session = Session()
        session._begin_later(begin)

        def look(number, session=session, found=found, barrier=barrier):
            barrier.wait()
            if number == 0:
                session["written"] = True
            found.append((session.get("user"), len({*session} - {"written"})))

        threads = [threading.Thread(target=look, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [("ann", 101)] * 8
        assert begun == [1]
        assert session["written"] is True


def test_what_cannot_be_read_is_never_taken_for_empty():
    session = Session()

    def begin():
        raise OSError

    session._begin_later(begin)
    for _ in range(2):
        with pytest.raises(OSError):
            session.get("user")
    with pytest.raises(OSError):
        session["user"] = "bob"


@pytest.mark.parametrize("operation", [lambda session: session["cart"], lambda session: session.update(a=1)])
def test_a_default_that_was_lent_is_settled_before(operation):
    session = Session()
    session._lend("cart", []).append("tea")
    session._lend("other", [])
    operation(session)
    assert session["cart"] == ["tea"]
    session._lend("third", []).append(1)
    assert {*session} >= {"cart", "third"}
    assert "other" not in session
