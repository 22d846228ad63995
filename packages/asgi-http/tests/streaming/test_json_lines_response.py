"""Values as lines of JSON, and what a client is told when they fail."""

import json

import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import ClientDisconnect, JSONCodec, JSONLinesResponse, StreamingResponse


async def generate(*values):
    for value in values:
        await checkpoint()
        yield value


def generate_in_thread(*values):
    yield from values


KINDS = [generate, generate_in_thread, lambda *values: values]


def bodies(answer):
    return [message["body"] for message in answer.messages[1:]]


@pytest.mark.parametrize("kind", KINDS)
async def test_each_value_is_a_line_and_a_message(drive, kind):
    answer = await drive.request(JSONLinesResponse(kind({"name": "Zoë"}, None, [1], "a\nb")))
    assert answer.headers.items() == [("content-type", "application/jsonl")]
    assert bodies(answer) == ['{"name":"Zoë"}\n'.encode(), b"null\n", b"[1]\n", b'"a\\nb"\n', b""]


async def test_all_of_the_parameters(drive):
    done = []

    async def background():
        done.append("background")

    response = JSONLinesResponse([1], 201, {"X-A": "b"}, "application/x-ndjson", background, {"x-b": "c"})
    assert isinstance(response, StreamingResponse)
    answer = await drive.request(response, extensions={"http.response.trailers": {}})
    assert (answer.status, answer.body, done) == (201, b"1\n", ["background"])
    assert answer.headers.items() == [("x-a", "b"), ("content-type", "application/x-ndjson"), ("trailer", "x-b")]


values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)


@given(st.lists(values))
def test_each_line_is_the_value(values):
    messages = []

    async def send(message):
        messages.append(message)

    scope = {"type": "http", "method": "GET", "asgi": {"spec_version": "2.4"}}
    with pytest.raises(StopIteration):
        JSONLinesResponse(values)(scope, None, send).send(None)
    lines = b"".join(message["body"] for message in messages[1:]).split(b"\n")
    assert lines.pop() == b""
    assert [json.loads(line) for line in lines] == values


@pytest.mark.parametrize("encode", [json.dumps, lambda value: json.dumps(value).encode()])
async def test_another_codec(drive, encode):
    class Mine(JSONLinesResponse):
        json_codec = JSONCodec(encode, json.loads)

    assert (await drive.request(Mine([[1, 2]]))).body == b"[1, 2]\n"


@pytest.mark.parametrize("content", [None, 1])
def test_content_that_is_no_iterable_is_refused(content):
    with pytest.raises(TypeError, match="Cannot iterate over"):
        JSONLinesResponse(content)


@pytest.mark.parametrize("content", ["Hi", b"Hi", bytearray(b"Hi"), memoryview(b"Hi")])
def test_text_and_bytes_are_refused(content):
    with pytest.raises(TypeError, match=f"Cannot send {type(content).__name__} as lines of JSON: give an iterable of"):
        JSONLinesResponse(content)


async def test_head_reads_nothing_and_closes(drive):
    def values():
        raise AssertionError("It was read.")
        yield

    content = values()
    answer = await drive.request(JSONLinesResponse(content), method="HEAD")
    assert bodies(answer) == [b""]
    assert list(content) == []


# Errors


async def run(response):
    messages = []

    async def send(message):
        messages.append(message.get("body"))

    with pytest.raises(Exception) as caught:
        await response({"type": "http", "method": "GET", "asgi": {"spec_version": "2.4"}}, never, send)
    return messages, caught.value


async def never():
    import anyio

    await anyio.sleep_forever()


def failing(kind, error):
    def fail():
        yield 1
        raise error

    async def fail_async():
        yield 1
        raise error

    return fail_async() if kind is generate else fail()


@pytest.mark.parametrize("kind", [generate, generate_in_thread])
async def test_an_error_is_raised_and_the_response_has_no_end(kind):
    error = ValueError("x")
    assert await run(JSONLinesResponse(failing(kind, error))) == ([None, b"1\n"], error)


@pytest.mark.parametrize("kind", [generate, generate_in_thread])
async def test_on_error_says_what_the_last_line_is(kind):
    error = ValueError("x")
    response = JSONLinesResponse(failing(kind, error), on_error=lambda exc: {"error": str(exc)})
    assert await run(response) == ([None, b"1\n", b'{"error":"x"}\n'], error)


async def test_on_error_may_have_nothing_to_say():
    error, seen = ValueError("x"), []
    assert await run(JSONLinesResponse(failing(generate, error), on_error=seen.append)) == ([None, b"1\n"], error)
    assert seen == [error]


async def test_on_error_may_be_a_method():
    class Mine(JSONLinesResponse):
        def on_error(self, error):
            return {"error": str(error), "status": self.status_code}

    messages, _ = await run(Mine(failing(generate, ValueError("x"))))
    assert messages[-1] == b'{"error":"x","status":200}\n'


async def test_a_value_that_has_no_json_form_is_an_error_like_any_other():
    messages, error = await run(JSONLinesResponse([1, object(), 2], on_error=lambda exc: "sorry"))
    assert messages == [None, b"1\n", b'"sorry"\n']
    assert isinstance(error, TypeError)


async def test_what_on_error_raises_comes_with_what_it_was_about():
    error = ValueError("x")

    def on_error(exc):
        raise KeyError

    messages, raised = await run(JSONLinesResponse(failing(generate, error), on_error=on_error))
    assert messages == [None, b"1\n"]
    assert isinstance(raised, KeyError)
    assert raised.__context__ is error


async def test_on_error_is_not_called_when_the_client_has_gone():
    seen, closed = [], []

    async def values():
        try:
            while True:
                yield 1
        finally:
            await checkpoint()
            closed.append(True)

    async def send(message):
        if message.get("body"):
            raise OSError

    scope = {"type": "http", "method": "GET", "asgi": {"spec_version": "2.4"}}
    await JSONLinesResponse(values(), on_error=seen.append)(scope, never, send)
    _, error = await run(JSONLinesResponse(failing(generate, ClientDisconnect()), on_error=seen.append))
    assert isinstance(error, ClientDisconnect)
    assert (seen, closed) == ([], [True])
