import pytest

from asgi_websockets._mode import is_text


def test_there_are_two_modes():
    assert is_text("text")
    assert not is_text("binary")
    with pytest.raises(RuntimeError, match=r'^The "mode" argument should be "text" or "binary"\.$'):
        is_text("json")
