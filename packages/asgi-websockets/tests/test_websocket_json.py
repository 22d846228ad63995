"""JSON in messages, by any codec."""

import json

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_websockets import JSONCodec, JSONMessageError, WebSocket, WebSocketException

CODECS = {
    "orjson": JSONCodec(orjson.dumps, orjson.loads),
    "msgspec": JSONCodec(msgspec.json.encode, msgspec.json.decode),
    "json": JSONCodec(json.dumps, json.loads),
    "standard": WebSocket.json_codec,
}

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def run(coroutine):
    """The result of a coroutine that never has to wait, for tests that Hypothesis calls many times."""
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    return stopped.value.value


async def sent_json(server, value, **mode):
    await (await server.accepted()).send_json(value, **mode)
    return server.sent[-1]


async def received_json(server, codec=WebSocket.json_codec, **mode):
    return await (await server.accepted(json_codec=codec)).receive_json(**mode)


# Sending


async def test_json_is_sent_compact_and_readable(serve):
    message = await sent_json(serve(), {"name": "Zoë", "tags": [1, None]})
    assert message == {"type": "websocket.send", "text": '{"name":"Zoë","tags":[1,null]}'}


async def test_binary_json_is_sent_as_utf8(serve):
    message = await sent_json(serve(), {"name": "Zoë"}, mode="binary")
    assert message == {"type": "websocket.send", "bytes": b'{"name":"Zo\xc3\xab"}'}


@pytest.mark.parametrize(
    ("value", "error", "match"),
    [
        ({1, 2}, TypeError, "set is not JSON serializable"),
        ([float("nan")], ValueError, "Out of range float values are not JSON compliant"),
        ([float("-inf")], ValueError, "Out of range float values are not JSON compliant"),
    ],
)
async def test_what_json_cannot_hold_is_an_error_and_nothing_is_sent(serve, value, error, match):
    server = serve()
    with pytest.raises(error, match=match):
        await sent_json(server, value)
    assert server.types == ["accept"]


@pytest.mark.parametrize("mode", ["text", "binary"])
async def test_what_holds_itself_is_an_error(serve, mode):
    value = []
    value.append(value)
    with pytest.raises(ValueError, match="holds itself"):
        await sent_json(serve(), value, mode=mode)


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "Zoë \ud800", "\U0001f600"])
async def test_a_string_that_a_client_can_send_can_be_sent_back(serve, text):
    server = serve(json.dumps(text))  # a lone surrogate comes as an escape
    websocket = await server.accepted()
    await websocket.send_json(await websocket.receive_json())
    [sent] = server.texts
    assert json.loads(sent.encode()) == text
    await websocket.send_json(text, mode="binary")
    assert json.loads(server.sent[-1]["bytes"]) == text


# Receiving


async def test_json_is_received_in_text_or_in_bytes(serve):
    assert await received_json(serve('{"name": "Zoë"}')) == {"name": "Zoë"}
    assert await received_json(serve('{"name": "Zoë"}'.encode()), mode="binary") == {"name": "Zoë"}


@pytest.mark.parametrize(
    ("event", "mode", "message"),
    [
        ("[1,x]", "text", "Expecting value: line 1 column 4 (char 3)"),
        ("", "text", "Expecting value"),
        (b"[1,x]", "binary", "Expecting value: line 1 column 4 (char 3)"),
        (b"", "binary", "Expecting value"),
        (b'"\xff"', "binary", "Not utf-8"),
        ("[" * 200_000, "text", "Nested too deeply"),
        ("1" * 10_000, "text", "Number with too many digits"),
        ("[NaN]", "text", "NaN is not JSON"),
        (b"-Infinity", "binary", "-Infinity is not JSON"),
    ],
    ids=[
        *("malformed", "empty", "malformed bytes", "empty bytes", "not UTF-8", "deep", "long number", "NaN"),
        "infinity",
    ],
)
async def test_what_is_no_json_is_one_kind_of_error(serve, event, mode, message):
    with pytest.raises(JSONMessageError) as caught:
        await received_json(serve(event), mode=mode)
    assert caught.value.code == 1003
    assert caught.value.reason == f"Malformed JSON: {message}"
    assert isinstance(caught.value, json.JSONDecodeError)
    assert isinstance(caught.value, WebSocketException)


@pytest.mark.parametrize(("event", "mode", "got"), [(b"1", "text", "bytes"), ("1", "binary", "text")])
async def test_json_in_the_other_kind_of_message_is_named(serve, event, mode, got):
    with pytest.raises(WebSocketException, match=f"but got one of {got}") as caught:
        await received_json(serve(event), mode=mode)
    assert caught.value.code == 1003


async def test_a_message_that_is_no_json_does_not_end_the_connection(serve):
    websocket = await serve("{", "1").accepted()
    with pytest.raises(JSONMessageError):
        await websocket.receive_json()
    assert await websocket.receive_json() == 1


@pytest.mark.parametrize("mode", ["bytes", "", None, "TEXT"])
async def test_another_mode_is_the_programs_fault_and_loses_no_message(serve, mode):
    server = serve("1")
    websocket = await server.accepted()
    with pytest.raises(RuntimeError, match=r'^The "mode" argument should be "text" or "binary"'):
        await websocket.receive_json(mode=mode)
    with pytest.raises(RuntimeError, match=r'^The "mode" argument should be "text" or "binary"'):
        await websocket.send_json(1, mode=mode)
    assert await websocket.receive_json() == 1
    assert len(server.sent) == 1


# Other codecs


@pytest.mark.parametrize("mode", ["text", "binary"])
@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
async def test_each_codec_sends_and_receives_both_kinds_of_message(serve, codec, mode):
    server = serve()
    websocket = await server.accepted(json_codec=codec)
    await websocket.send_json({"name": "Zoë"}, mode=mode)
    data = server.sent[-1]["text" if mode == "text" else "bytes"]
    assert type(data) is (str if mode == "text" else bytes)
    server.put(data)
    assert await websocket.receive_json(mode=mode) == {"name": "Zoë"}


@pytest.mark.parametrize("event", ["{]", b'"\xff"', "", "[" * 200_000], ids=["malformed", "not UTF-8", "empty", "deep"])
@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
async def test_what_a_codec_refuses_is_the_clients_fault(serve, codec, event):
    with pytest.raises(JSONMessageError) as caught:
        await received_json(serve(event), codec, mode="text" if isinstance(event, str) else "binary")
    assert caught.value.code == 1003
    assert caught.value.reason.startswith("Malformed JSON: ")
    assert caught.value.__suppress_context__


async def test_what_else_a_codec_raises_is_raised(serve):
    def fail(data):
        raise LookupError("A fault of the codec.")

    with pytest.raises(LookupError, match="A fault of the codec"):
        await received_json(serve("1"), JSONCodec(fail, fail))
    with pytest.raises(LookupError, match="A fault of the codec"):
        await (await serve().accepted(json_codec=JSONCodec(fail, fail))).send_json(1)


async def test_a_subclass_has_a_codec_of_its_own(serve):
    class Fast(WebSocket):
        json_codec = CODECS["orjson"]

    server = serve("[1]", "[NaN]")
    websocket = await server.accepted(Fast)
    assert await anext(websocket.iter_json()) == [1]
    with pytest.raises(JSONMessageError):
        await anext(websocket.iter_json())
    assert WebSocket.json_codec is CODECS["standard"]


# Any value and any message


@given(value=VALUES, mode=st.sampled_from(["text", "binary"]))
def test_what_is_sent_is_received(serve, value, mode):
    message = run(sent_json(serve(), value, mode=mode))
    data = message["text" if mode == "text" else "bytes"]
    assert run(received_json(serve(data), mode=mode)) == value


@given(data=st.binary() | st.text(alphabet='[]{}",:0123456789eE.-+truefalsnNI\\u \ud800'))
@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_any_message_is_json_or_the_clients_error(serve, codec, data):
    try:
        value = run(received_json(serve(data), codec, mode="text" if isinstance(data, str) else "binary"))
    except JSONMessageError as error:
        value = error.code - 1003
    assert type(value) in {dict, list, str, int, float, bool, type(None)}
