"""Endpoints that are classes."""

import anyio
import msgspec
import pytest

from asgi_websockets import (
    JSONCodec,
    WebSocket,
    WebSocketEndpoint,
    WebSocketException,
)

LEFT = {"type": "websocket.disconnect", "code": 1001, "reason": "Page left."}


@pytest.fixture(autouse=True)
async def time_limit():
    with anyio.fail_after(20):
        yield


# The way of a connection


async def test_by_default_it_accepts_and_takes_what_comes(serve, tidy):
    server = serve("a", b"b", LEFT)
    async with tidy():
        await server.run(WebSocketEndpoint)
    assert server.types == ["accept"]


async def test_the_methods_are_called_in_order(serve):
    calls = []

    class Example(WebSocketEndpoint):
        async def on_connect(self, websocket):
            assert type(websocket) is WebSocket
            assert websocket.scope is self.scope
            calls.append("connect")
            await websocket.accept("chat")

        async def on_receive(self, websocket, data):
            calls.append(data)
            await websocket.send_text(data.upper())

        async def on_disconnect(self, websocket, close_code):
            calls.append(close_code)

    server = serve("a", "b", LEFT)
    await server.run(Example)
    assert calls == ["connect", "a", "b", 1001]
    assert server.sent[0]["subprotocol"] == "chat"
    assert server.texts == ["A", "B"]


async def test_each_connection_has_an_instance_of_its_own(serve):
    seen = set()

    class Example(WebSocketEndpoint):
        async def on_connect(self, websocket):
            seen.add(self)
            await websocket.accept()

    for _ in range(2):
        await serve(LEFT).run(Example)
    assert len(seen) == 2


@pytest.mark.parametrize("kind", ["http", "lifespan"])
async def test_another_scope_is_an_assertion_error(kind):
    with pytest.raises(AssertionError, match=f"Not a WebSocket's scope: '{kind}'"):
        WebSocketEndpoint({"type": kind}, None, None)


async def test_it_makes_websockets_of_the_class_it_names(serve):
    class Chat(WebSocket):
        pass

    class Example(WebSocketEndpoint):
        websocket_class = Chat

        async def on_connect(self, websocket):
            seen.append(type(websocket))
            await websocket.accept()

    seen = []
    await serve(LEFT).run(Example)
    assert seen == [Chat]


@pytest.mark.parametrize("base", [WebSocket, WebSocketEndpoint])
async def test_classes_beside_it_learn_of_a_subclass(base):
    class Register:
        names = []  # noqa: RUF012 - of this test

        def __init_subclass__(cls):
            super().__init_subclass__()
            cls.names.append(cls.__name__)

    class Example(base, Register):
        pass

    assert Register.names == ["Example"]


async def test_a_function_may_make_them_too(serve, recording):
    def make(scope, receive, send):
        websocket = WebSocket(scope, receive, send)
        websocket.max_message_size = 2
        return websocket

    example = recording(websocket_class=make)
    server = serve("ab", "abc")
    await server.run(example)
    assert (example.got, example.codes) == (["ab"], [1009])
    assert server.closed[0] == 1009


async def test_an_endpoint_that_refuses_in_on_connect(serve, recording):
    async def on_connect(self, websocket):
        await websocket.close(1008)

    example = recording(on_connect=on_connect)
    server = serve({**LEFT, "code": 1006})
    await server.run(example)
    assert server.types == ["close"]
    assert example.codes == [1006]


@pytest.mark.parametrize("encoding", [None, "text", "bytes", "json"])
async def test_the_connect_message_is_no_message_of_the_client(serve, recording, encoding):
    async def by_hand(self, websocket):
        await websocket.send({"type": "websocket.accept"})

    data = b"1" if encoding == "bytes" else "1"
    example = recording(on_connect=by_hand, encoding=encoding)
    server = serve(data, LEFT)
    await server.run(example)
    assert example.got == [1 if encoding == "json" else data]
    assert (server.types, example.codes) == (["accept"], [1001])


async def test_one_that_closes_in_on_receive_waits_for_the_client(serve, recording):
    async def on_receive(self, websocket, data):
        await websocket.close(4000)

    example = recording(on_receive=on_receive)
    server = serve("a", {**LEFT, "code": 4000})
    await server.run(example)
    assert (server.closed, example.codes) == ((4000, ""), [4000])


# Encodings


@pytest.mark.parametrize(
    ("encoding", "events", "got"),
    [
        (None, ["a", b"b", ""], ["a", b"b", ""]),
        ("text", ["a", ""], ["a", ""]),
        ("bytes", [b"a", b""], [b"a", b""]),
        ("json", ["[1]", b"[2]", "null", '"\\u00e4"'], [[1], [2], None, "ä"]),
    ],
)
async def test_messages_are_decoded(serve, recording, encoding, events, got):
    example = recording(encoding=encoding)
    await serve(*events, LEFT).run(example)
    assert example.got == got


@pytest.mark.parametrize(
    "message",
    [
        {"type": "websocket.receive", "text": None, "bytes": b"a"},
        {"type": "websocket.receive", "bytes": b"a"},
    ],
)
async def test_keys_that_are_none_are_as_if_missing(serve, recording, message):
    example = recording()
    await serve(message, LEFT).run(example)
    assert example.got == [b"a"]


@pytest.mark.parametrize(
    ("encoding", "event", "message"),
    [
        ("text", b"a", "Expected text websocket messages, but got bytes"),
        ("bytes", "a", "Expected bytes websocket messages, but got text"),
        ("json", "{", "Malformed JSON data received."),
    ],
)
async def test_the_wrong_kind_of_message_may_be_an_error_of_the_program(serve, recording, encoding, event, message):
    example = recording(encoding=encoding, fails_on_wrong_kind=True)
    server = serve(event)
    with pytest.raises(RuntimeError, match=message):
        await server.run(example)
    assert server.closed == (1003, "")
    assert (example.got, example.codes) == ([], [1011])


@pytest.mark.parametrize(
    ("encoding", "event", "reason"),
    [
        ("text", b"a", "Expected a message of text, but got one of bytes."),
        ("bytes", "a", "Expected a message of bytes, but got one of text."),
        ("json", "{", "Malformed JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("json", b"\xff", "Malformed JSON: Not utf-8"),
        ("json", "", "Malformed JSON: Expecting value"),
        ("json", "NaN", "Malformed JSON: NaN is not JSON"),
        ("json", "[" * 200_000, "Malformed JSON: Nested too deeply"),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_the_wrong_kind_of_message_closes_with_1003(serve, tidy, recording, encoding, event, reason):
    example = recording(encoding=encoding)
    server = serve(event, "never received")
    async with tidy():
        await server.run(example)
    assert server.closed == (1003, reason)
    assert (example.got, example.codes) == ([], [1003])


async def test_json_is_read_by_the_codec_of_the_websocket(serve, recording):
    class Fast(WebSocket):
        json_codec = JSONCodec(msgspec.json.encode, msgspec.json.decode)

    example = recording(encoding="json", websocket_class=Fast)
    server = serve("[1]", "{")
    await server.run(example)
    assert example.got == [[1]]
    assert server.closed[0] == 1003


@pytest.mark.parametrize("encoding", ["xml", "TEXT", "", 1])
async def test_another_encoding_is_a_value_error_of_the_class(encoding):
    with pytest.raises(
        ValueError, match=f"^Unknown encoding {encoding!r} of Example: use 'text', 'bytes', 'json' or None"
    ):
        type("Example", (WebSocketEndpoint,), {"encoding": encoding})


async def test_a_class_that_decodes_itself_may_name_its_encoding(serve, recording):
    async def decode(self, websocket, message):
        return self.encoding, message["bytes"]

    example = recording(decode=decode, encoding="msgpack")
    await serve(b"a", LEFT).run(example)
    assert example.got == [("msgpack", b"a")]
    assert type("Below", (example,), {"encoding": "cbor"}).encoding == "cbor"


async def test_a_subclass_may_have_another_encoding(serve, recording):
    text = recording(encoding="text")
    both = type("Both", (text,), {"encoding": None})
    await serve(b"a", LEFT).run(both)
    assert both.got == [b"a"]


async def test_decode_may_be_overridden(serve, recording):
    async def decode(self, websocket, message):
        return message["text"].split(",")

    example = recording(decode=decode, encoding="bytes")
    await serve("a,b", LEFT).run(example)
    assert example.got == [["a", "b"]]


async def test_decode_may_be_extended(serve, recording):
    class Example(recording()):
        encoding = "json"

        async def decode(self, websocket, message):
            data = await super().decode(websocket, message)
            if not isinstance(data, dict):
                raise WebSocketException(1007, "An object, please.")
            return data

    server = serve("{}", "[]")
    await server.run(Example)
    assert Example.got == [{}]
    assert server.closed == (1007, "An object, please.")
