"""JSON in messages, through `WebSocket`."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_websockets import WebSocketException

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def run(coroutine):
    """The result of a coroutine that never has to wait, for tests that Hypothesis calls many times."""
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    return stopped.value.value


async def sent_json(server, value, **mode):
    websocket = server.websocket()
    await websocket.accept()
    await websocket.send_json(value, **mode)
    return server.sent[-1]


async def received_json(server, **mode):
    websocket = server.websocket()
    await websocket.accept()
    return await websocket.receive_json(**mode)


async def test_json_is_sent_compact_and_readable(serve):
    message = await sent_json(serve(), {"name": "Zoë", "tags": [1, None]})
    assert message == {"type": "websocket.send", "text": '{"name":"Zoë","tags":[1,null]}'}


async def test_binary_json_is_sent_as_utf8(serve):
    message = await sent_json(serve(), {"name": "Zoë"}, mode="binary")
    assert message == {"type": "websocket.send", "bytes": b'{"name":"Zo\xc3\xab"}'}


async def test_nan_is_written_as_python_writes_it(serve):
    assert (await sent_json(serve(), [float("nan"), float("-inf")]))["text"] == "[NaN,-Infinity]"


async def test_what_json_cannot_hold_is_a_type_error_and_nothing_is_sent(serve):
    server = serve()
    with pytest.raises(TypeError, match="set is not JSON serializable"):
        await sent_json(server, {1, 2})
    assert [message["type"] for message in server.sent] == ["websocket.accept"]


async def test_json_is_received_in_text_or_in_bytes(serve):
    assert await received_json(serve('{"name": "Zoë"}')) == {"name": "Zoë"}
    assert await received_json(serve('{"name": "Zoë"}'.encode()), mode="binary") == {"name": "Zoë"}


@pytest.mark.parametrize(
    ("event", "mode", "message"),
    [
        ("[1,x]", "text", "Expecting value: line 1 column 4 (char 3)"),
        ("", "text", "Expecting value: line 1 column 1 (char 0)"),
        (b"[1,x]", "binary", "Expecting value: line 1 column 4 (char 3)"),
        (b'"\xff"', "binary", "Not UTF-8: line 1 column 1 (char 0)"),
        ("[" * 200_000, "text", "Nested too deeply: line 1 column 1 (char 0)"),
        ("1" * 10_000, "text", "Number with too many digits: line 1 column 1 (char 0)"),
    ],
    ids=["malformed", "empty", "malformed bytes", "not UTF-8", "deep", "long number"],
)
async def test_what_is_no_json_is_one_kind_of_error(serve, event, mode, message):
    with pytest.raises(json.JSONDecodeError) as caught:
        await received_json(serve(event), mode=mode)
    assert str(caught.value) == message


@pytest.mark.parametrize(("event", "mode", "got"), [(b"1", "text", "bytes"), ("1", "binary", "text")])
async def test_json_in_the_other_kind_of_message_is_named(serve, event, mode, got):
    with pytest.raises(WebSocketException, match=f"but got one of {got}"):
        await received_json(serve(event), mode=mode)


async def test_another_mode_is_the_programs_fault_and_loses_no_message(serve):
    server = serve("1")
    websocket = server.websocket()
    await websocket.accept()
    with pytest.raises(RuntimeError, match='The "mode" argument should be "text" or "binary"'):
        await websocket.receive_json(mode="bytes")
    with pytest.raises(RuntimeError, match='The "mode" argument should be "text" or "binary"'):
        await websocket.send_json(1, mode="bytes")
    assert await websocket.receive_json() == 1
    assert len(server.sent) == 1


@given(value=VALUES, mode=st.sampled_from(["text", "binary"]))
def test_what_is_sent_is_received(serve, value, mode):
    message = run(sent_json(serve(), value, mode=mode))
    data = message["text" if mode == "text" else "bytes"]
    assert run(received_json(serve(data), mode=mode)) == value


@given(data=st.binary() | st.text(alphabet='[]{}",:0123456789eE.-+truefalsn\\u \ud800'))
def test_any_message_is_json_or_a_decode_error(serve, data):
    try:
        value = run(received_json(serve(data), mode="text" if isinstance(data, str) else "binary"))
    except json.JSONDecodeError:
        return
    assert type(value) in {dict, list, str, int, float, bool, type(None)}
