import copy
import pickle

import pytest

from asgi_websockets import WebSocketDisconnect
from asgi_websockets.testing import WebSocketDenied


def test_it_is_a_disconnect_that_holds_the_response():
    denied = WebSocketDenied(401, [(b"www-authenticate", b"Bearer")], b"Sign in first.")
    assert isinstance(denied, WebSocketDisconnect)
    assert (denied.code, denied.reason, denied.status_code, denied.body) == (1000, "", 401, b"Sign in first.")
    assert denied.headers["WWW-Authenticate"] == "Bearer"
    assert str(denied) == "The application refused the connection with status 401: Sign in first."
    assert repr(denied) == "WebSocketDenied(status_code=401, body=b'Sign in first.')"


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        (None, "é".encode(), "é"),
        (b"text/plain", "é".encode(), "é"),
        (b"text/plain; charset=latin-1", b"\xe9", "é"),
        (b'text/plain; charset="utf-16-le"', "é".encode("utf-16-le"), "é"),
        (b"text/plain; charset=nonsense", "é".encode(), "é"),
        (b"text/plain; charset=ascii", b"a\xe9", "a\ufffd"),
        (None, b"a\xe9", "a\ufffd"),
    ],
)
def test_text_is_decoded_by_its_charset(content_type, body, text):
    headers = [] if content_type is None else [(b"content-type", content_type)]
    assert WebSocketDenied(400, headers, body).text == text


def test_json_is_the_value_of_the_body():
    assert WebSocketDenied(400, [], b'{"a":[1]}').json() == {"a": [1]}
    with pytest.raises(ValueError):
        WebSocketDenied(400, [], b"").json()


def test_a_long_body_is_shown_in_part():
    denied = WebSocketDenied(400, [], b"a" * 10_000)
    assert len(str(denied)) < 600
    assert len(repr(denied)) < 600


def test_it_can_be_copied_and_pickled():
    denied = WebSocketDenied(400, [(b"a", b"b")], b"c")
    for same in (copy.copy(denied), pickle.loads(pickle.dumps(denied))):
        assert (same.status_code, same.headers, same.body) == (400, denied.headers, b"c")
