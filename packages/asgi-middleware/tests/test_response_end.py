"""Which message is the last of a response."""

import pytest

from asgi_middleware._response_end import is_last


@pytest.mark.parametrize(
    ("message", "has_trailers", "expected"),
    [
        ({"type": "http.response.start"}, False, False),
        ({"type": "http.response.body"}, False, True),
        ({"type": "http.response.body", "more_body": False}, False, True),
        ({"type": "http.response.body", "more_body": True}, False, False),
        ({"type": "http.response.body"}, True, False),
        ({"type": "http.response.pathsend"}, False, True),
        ({"type": "http.response.pathsend"}, True, False),
        ({"type": "http.response.zerocopysend"}, False, True),
        ({"type": "http.response.zerocopysend", "more_body": True}, False, False),
        ({"type": "http.response.trailers"}, True, True),
        ({"type": "http.response.trailers", "more_trailers": False}, True, True),
        ({"type": "http.response.trailers", "more_trailers": True}, True, False),
        ({"type": "http.response.early_hint"}, False, False),
        ({"type": "websocket.close"}, False, False),
    ],
)
def test_last(message, has_trailers, expected):
    assert is_last(message, has_trailers) is expected
