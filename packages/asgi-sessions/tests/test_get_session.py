"""The session of a connection, typed."""

from collections import UserDict

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
