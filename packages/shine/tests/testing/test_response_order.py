"""The order of the messages of a response."""

import pytest

START = {"type": "http.response.start", "status": 200}
WITH_TRAILERS = {**START, "trailers": True}
END = {"type": "http.response.body", "body": b"."}
PART = {**END, "more_body": True}
TRAILERS = {"type": "http.response.trailers", "headers": []}
DEBUG = {"type": "http.response.debug", "info": {}}


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        ((END,), "sent 'http.response.body' before 'http.response.start'"),
        ((START, START), "sent 'http.response.start' twice"),
        ((START, END, START), "sent 'http.response.start' twice"),
        ((START, PART, END, END), "sent 'http.response.body' after response completed"),
        ((WITH_TRAILERS, END, END), "sent 'http.response.body' after body completed"),
        ((TRAILERS,), "sent 'http.response.trailers' without declaring trailers"),
        ((START, END, TRAILERS), "sent 'http.response.trailers' without declaring trailers"),
        ((START, PART, TRAILERS), "sent 'http.response.trailers' without declaring trailers"),
        ((WITH_TRAILERS, PART, TRAILERS), "sent 'http.response.trailers' before body completed"),
        ((WITH_TRAILERS, END, TRAILERS, TRAILERS), "sent 'http.response.trailers' after response completed"),
        ((START, END, DEBUG), "sent 'http.response.debug' after response completed"),
    ],
    ids=lambda value: value.replace("'", "").replace(" ", "-") if isinstance(value, str) else str(len(value)),
)
def test_a_message_out_of_order(ask, sends, messages, error):
    with pytest.raises(AssertionError, match=error):
        ask(sends(*messages))


def test_what_is_allowed(ask, sends):
    assert ask(sends(DEBUG, START, DEBUG, PART, DEBUG, END)).text == ".."
    assert ask(sends(WITH_TRAILERS, END, DEBUG, {**TRAILERS, "more_trailers": True}, TRAILERS)).text == "."
