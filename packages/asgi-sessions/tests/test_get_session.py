"""The session of a connection, typed."""

from collections import UserDict
from types import SimpleNamespace

import pytest

from asgi_sessions import Session, get_session
from asgi_types import HTTPConnection


def test_of_a_scope_and_of_a_view():
    session = Session(user="ann")
    scope = {"type": "http", "session": session}
    assert get_session(scope) is session
    assert get_session(HTTPConnection(scope)) is session
    assert get_session(UserDict(scope)) is session
    assert session.accessed is False


@pytest.mark.parametrize(
    ("scope", "kind"), [({}, "NoneType"), ({"session": {}}, "dict"), ({"session": None}, "NoneType")]
)
def test_no_session_of_ours(scope, kind):
    with pytest.raises(RuntimeError, match=rf"^get_session\(\) needs a session middleware .* is {kind}\.$"):
        get_session(scope)


def test_of_what_has_a_scope():
    session = Session(user="ann")
    assert get_session(SimpleNamespace(scope={"type": "http", "session": session})) is session
    assert get_session(SimpleNamespace(scope=UserDict(session=session))) is session
    assert session.accessed is False


@pytest.mark.parametrize("given", [SimpleNamespace(session=Session()), "scope", None, SimpleNamespace(scope=None)])
def test_of_what_is_no_connection(given):
    with pytest.raises(TypeError, match=rf"^get_session\(\) takes a scope, .* not a {type(given).__name__}\.$"):
        get_session(given)
