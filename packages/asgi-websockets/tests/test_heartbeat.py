import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_websockets import Heartbeat


def received(data, **more):
    return {"type": "websocket.receive", "text" if isinstance(data, str) else "bytes": data, **more}


def test_it_has_defaults_and_says_what_it_is():
    heartbeat = Heartbeat()
    assert (heartbeat.interval, heartbeat.message, heartbeat.answer) == (20.0, "ping", "pong")
    assert repr(heartbeat) == "Heartbeat(interval=20.0, message='ping', answer='pong')"
    assert repr(Heartbeat(0.5, b"", None)) == "Heartbeat(interval=0.5, message=b'', answer=None)"


@pytest.mark.parametrize("interval", [0, -1, float("nan"), float("-inf")])
def test_an_interval_is_above_nothing(interval):
    with pytest.raises(ValueError, match=f"^interval is the time in seconds between .*: it cannot be {interval}"):
        Heartbeat(interval)


@pytest.mark.parametrize(
    ("answer", "message", "is_answer"),
    [
        ("pong", received("pong"), True),
        ("pong", received("pong", bytes=None), True),
        ("pong", received("pong "), False),
        ("pong", received("PONG"), False),
        ("pong", received(""), False),
        ("pong", received(b"pong"), False),
        (b"pong", received(b"pong"), True),
        (b"pong", received(b"pong", text=None), True),
        (b"pong", received(bytearray(b"pong")), True),
        (b"pong", received("pong"), False),
        ("", received(""), True),
        (b"", received(b""), True),
        (b"", received(""), False),
        ("", received(b""), False),
        (None, received("pong"), False),
        (None, {"type": "websocket.receive", "text": None}, False),
        (None, {"type": "websocket.receive"}, False),
        ("pong", {"type": "websocket.disconnect", "code": 1000, "text": "pong"}, False),
        ("pong", {"type": "websocket.connect"}, False),
    ],
    ids=repr,
)
def test_what_is_an_answer(answer, message, is_answer):
    assert Heartbeat(answer=answer).is_answer(message) is is_answer


@given(answer=st.text() | st.binary(), data=st.text() | st.binary())
def test_an_answer_is_equal_and_of_the_same_kind(answer, data):
    is_same = type(answer) is type(data) and answer == data
    assert Heartbeat(answer=answer).is_answer(received(data)) is is_same
