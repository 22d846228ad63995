"""The messages of a connection as iterators: `iter_text`, `iter_bytes` and `iter_json`."""

import gc
import warnings
from contextlib import aclosing

import pytest

from asgi_websockets import WebSocketDisconnected, WebSocketException


@pytest.mark.parametrize(
    ("method", "events", "values"),
    [
        ("iter_text", ["a", "", "c"], ["a", "", "c"]),
        ("iter_bytes", [b"a", b"", b"c"], [b"a", b"", b"c"]),
        ("iter_json", ["1", "null", '{"a":[]}'], [1, None, {"a": []}]),
    ],
)
async def test_they_end_when_the_client_is_gone(serve, left, method, events, values):
    websocket = await serve(*events, left).accepted()
    assert [value async for value in getattr(websocket, method)()] == values


async def test_the_other_kind_of_message_is_raised(serve, left):
    websocket = await serve("a", b"b", left).accepted()
    texts = websocket.iter_text()
    assert await anext(texts) == "a"
    with pytest.raises(WebSocketException, match="Expected a message of text, but got one of bytes"):
        await anext(texts)


async def test_before_accept_they_raise(serve):
    with pytest.raises(WebSocketDisconnected, match='Need to call "accept" first'):
        await anext(serve("a").websocket().iter_text())


async def test_a_loop_that_is_left_early_leaves_nothing_open_and_loses_nothing(serve, left):
    websocket = await serve("a", "b", left).accepted()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async for text in websocket.iter_text():
            if text == "a":
                break
        gc.collect()
    assert caught == []
    assert await websocket.receive_text() == "b"


async def test_aclosing_takes_them_as_it_takes_a_generator(serve, left):
    websocket = await serve("a", left).accepted()
    async with aclosing(websocket.iter_text()) as texts:
        assert [text async for text in texts] == ["a"]


@pytest.mark.parametrize("method", ["iter_text", "iter_bytes", "iter_json"])
async def test_when_the_client_was_gone_already_they_raise(serve, left, method):
    websocket = await serve(left).accepted()
    messages = getattr(websocket, method)()
    assert [message async for message in messages] == []
    with pytest.raises(WebSocketDisconnected, match="once a disconnect message has been received"):
        await anext(messages)
