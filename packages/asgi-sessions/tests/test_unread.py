"""What stands in a session that was not read yet."""

import json

import msgspec
import orjson
import pytest

from asgi_sessions import Session
from asgi_sessions._unread import UNREAD


def test_it_says_what_to_do():
    assert repr(UNREAD) == "<not read yet: ask request.session, or call mark_accessed()>"


@pytest.mark.parametrize("encode", [orjson.dumps, msgspec.json.encode])
def test_encoders_that_look_around_the_methods_fail_loudly(encode):
    session = Session()
    session._begin_later(lambda: {"a": 1})
    with pytest.raises(TypeError, match="str"):
        encode(session)
    session.mark_accessed()
    assert json.loads(encode(session)) == {"a": 1}
