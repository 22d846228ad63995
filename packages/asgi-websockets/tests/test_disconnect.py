import pytest

from asgi_websockets import WebSocketDisconnect, WebSocketDisconnected


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [((), 1000, ""), ((1001,), 1001, ""), ((1001, None), 1001, ""), ((4000, "Bye."), 4000, "Bye.")],
)
def test_a_disconnect_has_a_code_and_a_reason(arguments, code, reason):
    error = WebSocketDisconnect(*arguments)
    assert (error.code, error.reason) == (code, reason)


def test_a_disconnect_says_so_in_a_log():
    error = WebSocketDisconnect(code=1006, reason="Lost.")
    assert str(error) == "1006: Lost."
    assert repr(error) == "WebSocketDisconnect(code=1006, reason='Lost.')"


def test_a_disconnect_is_the_clients_doing_and_use_after_the_end_the_programs():
    assert not issubclass(WebSocketDisconnect, RuntimeError)
    assert issubclass(WebSocketDisconnected, RuntimeError)
    assert not issubclass(WebSocketDisconnected, WebSocketDisconnect)
