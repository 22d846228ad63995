"""The rules that all responses share."""

import pytest

from asgi_types import denial_send, may_have_body, nothing_sent, response_start, send_tells_disconnect


@pytest.mark.parametrize(
    ("status", "may"),
    [(100, False), (103, False), (199, False), (200, True), (204, False), (205, True), (304, False), (404, True)],
)
def test_which_status_may_have_a_body(status, may):
    assert may_have_body(status) is may


def test_the_start_has_a_list_of_its_own():
    headers = [(b"content-length", b"5"), (b"x-a", b"b")]
    start = response_start(200, headers)
    assert start == {"type": "http.response.start", "status": 200, "headers": headers}
    start["headers"].append((b"x-c", b"d"))
    assert len(headers) == 2


@pytest.mark.parametrize("status", [101, 204, 304])
def test_there_is_no_length_where_there_is_no_body(status):
    headers = [(b"content-length", b"5"), (b"x-a", b"b")]
    assert response_start(status, headers)["headers"] == [(b"x-a", b"b")]
    assert len(headers) == 2


async def test_a_denial_has_names_of_its_own():
    sent = []

    async def send(message):
        sent.append(message)

    message = {"type": "http.response.start", "status": 403, "headers": []}
    await denial_send(send)(message)
    assert sent == [{**message, "type": "websocket.http.response.start"}]
    assert message["type"] == "http.response.start"


async def test_there_is_something_to_await_where_nothing_is_sent():
    assert await nothing_sent() is None


@pytest.mark.parametrize(
    ("asgi", "tells"),
    [
        ({"version": "3.0", "spec_version": "2.4"}, True),
        ({"spec_version": "2.5"}, True),
        ({"spec_version": "2.10"}, True),
        ({"spec_version": "3.0"}, True),
        ({"spec_version": "3"}, True),
        ({"spec_version": "2.4.1"}, True),
        ({"spec_version": "2.3.9"}, False),
        ({"spec_version": "draft"}, False),
        ({"spec_version": "2.3"}, False),
        ({"spec_version": "2.0"}, False),
        ({"spec_version": "2"}, False),
        ({"version": "3.0"}, False),
        ({}, False),
    ],
)
def test_servers_of_2_4_and_later_tell_it_when_something_is_sent(asgi, tells):
    assert send_tells_disconnect({"type": "http", "asgi": asgi}) is tells


def test_a_scope_without_a_version_is_an_old_one():
    assert not send_tells_disconnect({"type": "http"})
