"""What is seen of an exchange from outside, and when it is over."""

import logging

import pytest

from asgi_middleware._exchange import Exchange, safely


def start(status=200, headers=(), **more):
    return {"type": "http.response.start", "status": status, "headers": headers, **more}


def body(data=b"", more=False):
    return {"type": "http.response.body", "body": data, "more_body": more}


async def feed(*messages):
    """An exchange that has these messages behind it, and the number of messages that were sent when it ended."""
    sent, ends = [], []

    async def send(message):
        sent.append(message)

    exchange = Exchange(send, lambda: ends.append(len(sent)))
    for message in messages:
        await exchange(message)
    assert sent == list(messages)
    return exchange, ends


async def test_it_ends_when_the_last_byte_is_sent():
    exchange, ends = await feed(start(201), body(b"abc", True), body(b"de"))
    assert (exchange.status, exchange.sent_bytes, ends) == (201, 5, [3])


async def test_it_ends_once():
    exchange, ends = await feed(start(), body())
    exchange.end()
    assert ends == [2]


async def test_it_is_ended_where_nothing_else_ends_it():
    exchange, ends = await feed(start(), body(b"abc", True))
    exchange.end()
    assert ends == [2]


@pytest.mark.parametrize("last", [
    {"type": "http.response.body"},
    {"type": "http.response.pathsend", "path": "/x"},
    {"type": "http.response.zerocopysend", "file": 3},
])  # fmt: skip
async def test_any_body_may_be_the_last_message(last):
    assert (await feed(start(), last))[1] == [2]
    trailers = {"type": "http.response.trailers", "headers": [], "more_trailers": True}
    assert (await feed(start(trailers=True), last, trailers))[1] == []
    assert (await feed(start(trailers=True), last, trailers, {**trailers, "more_trailers": False}))[1] == [4]
    assert (await feed(start(trailers=True), last, {"type": "http.response.trailers"}))[1] == [3]


async def test_the_bytes_of_files_count():
    part = {"type": "http.response.zerocopysend", "file": 3, "count": 10, "more_body": True}
    exchange, ends = await feed(start(), part, {**part, "more_body": False}, part)
    assert (exchange.sent_bytes, ends) == (30, [3])
    exchange, _ = await feed(start(headers=[(b"content-length", b"42")]), {"type": "http.response.pathsend"})
    assert exchange.sent_bytes == 42
    exchange, _ = await feed(start(headers=[(b"content-length", b"x")]), {"type": "http.response.pathsend"})
    assert exchange.sent_bytes == 0


async def test_headers_that_may_be_read_once_are_left_alone():
    headers = iter([(b"content-length", b"42")])
    exchange, _ = await feed(start(headers=headers), {"type": "http.response.pathsend"})
    assert (list(headers), exchange.sent_bytes) == ([(b"content-length", b"42")], 0)


async def test_the_first_start_counts():
    exchange, _ = await feed(start(200), start(500))
    assert exchange.status == 200


async def test_hints_and_debug_messages_say_nothing():
    exchange, ends = await feed({"type": "http.response.early_hint", "links": []}, {"type": "http.response.debug"})
    assert (exchange.status, exchange.sent_bytes, ends) == (0, 0, [])


async def test_a_websocket_ends_with_its_close():
    exchange, ends = await feed({"type": "websocket.accept"}, {"type": "websocket.send", "text": "a"})
    assert (exchange.is_accepted, exchange.close_code, ends) == (True, None, [])
    await exchange({"type": "websocket.close"})
    assert (exchange.close_code, ends) == (1000, [3])
    assert (await feed({"type": "websocket.close", "code": 3000}))[0].close_code == 3000


async def test_a_denial_is_a_response():
    exchange, ends = await feed(
        {"type": "websocket.http.response.start", "status": 403, "headers": []},
        {"type": "websocket.http.response.body", "body": b"no"},
    )
    assert (exchange.status, exchange.sent_bytes, exchange.is_accepted, ends) == (403, 2, False, [2])


async def test_it_does_not_end_before_the_message_is_through():
    ends = []

    async def send(message):
        raise OSError

    exchange = Exchange(send, lambda: ends.append(1))
    with pytest.raises(OSError):
        await exchange(body())
    assert ends == []


def test_an_error_of_what_only_measures_is_logged(caplog):
    with caplog.at_level(logging.ERROR, "asgi_middleware"):
        safely(lambda: 1 / 0)
    assert "ZeroDivisionError" in caplog.text
