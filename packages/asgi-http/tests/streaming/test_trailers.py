"""Fields after the body: only where the server has the extension, and only those that may come there."""

import hashlib

import pytest

from asgi_http import StreamingResponse

TRAILERS = {"http.response.trailers": {}}


async def generate():
    yield b"one"
    yield b"two"


async def test_fields_are_announced_and_sent_after_the_body(drive):
    response = StreamingResponse(generate(), headers={"X-A": "b"}, trailers={"X-Sum": "1", "Server-Timing": "a"})
    answer = await drive.request(response, extensions=TRAILERS)
    assert answer.messages == [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"x-a", b"b"), (b"trailer", b"X-Sum, Server-Timing")],
            "trailers": True,
        },
        {"type": "http.response.body", "body": b"one", "more_body": True},
        {"type": "http.response.body", "body": b"two", "more_body": True},
        {"type": "http.response.body", "body": b"", "more_body": False},
        {
            "type": "http.response.trailers",
            "headers": [(b"x-sum", b"1"), (b"server-timing", b"a")],
            "more_trailers": False,
        },
    ]
    assert response.headers.items() == [("x-a", "b")]


@pytest.mark.parametrize("is_async", [True, False])
async def test_a_function_gives_fields_once_the_last_chunk_is_sent(drive, is_async):
    digest = hashlib.sha256()

    async def chunks():
        async for chunk in generate():
            digest.update(chunk)
            yield chunk

    def fields():
        return {"X-Digest": digest.hexdigest()}

    async def async_fields():
        return fields()

    response = StreamingResponse(
        chunks(), headers={"Trailer": "X-Digest"}, trailers=async_fields if is_async else fields
    )
    answer = await drive.request(response, extensions=TRAILERS)
    assert answer.headers.items() == [("trailer", "X-Digest")]
    assert answer.messages[-1]["headers"] == [(b"x-digest", hashlib.sha256(b"onetwo").hexdigest().encode())]


async def test_a_trailer_header_that_was_given_stays(drive):
    response = StreamingResponse(generate(), headers={"Trailer": "x-sum, x-more"}, trailers={"X-Sum": "1"})
    answer = await drive.request(response, extensions=TRAILERS)
    assert answer.headers.items() == [("trailer", "x-sum, x-more")]


@pytest.mark.parametrize(
    "scope", [{"extensions": {}}, {"extensions": None}, {"method": "HEAD", "extensions": TRAILERS}]
)
async def test_they_are_left_out_where_they_cannot_be_sent(drive, scope):
    def fields():
        raise AssertionError("Nobody can send them.")

    for trailers in ({"X-Sum": "1"}, fields):
        answer = await drive.request(StreamingResponse(generate(), trailers=trailers), **scope)
        assert answer.headers.items() == []
        assert "trailers" not in answer.start
        assert answer.messages[-1]["type"] == "http.response.body"


async def test_they_are_left_out_where_a_server_knows_no_extensions(drive):
    async def app(scope, receive, send):
        del scope["extensions"]
        await StreamingResponse(generate(), trailers={"X-Sum": "1"})(scope, receive, send)

    answer = await drive.request(app)
    assert answer.messages[-1]["type"] == "http.response.body"


@pytest.mark.parametrize("trailers", [None, {}])
async def test_no_fields_are_no_trailers(drive, trailers):
    answer = await drive.request(StreamingResponse(generate(), trailers=trailers), extensions=TRAILERS)
    assert (answer.headers.items(), answer.messages[-1]["type"]) == ([], "http.response.body")


BAD = [{"a b": "c"}, {"x": "a\r\nb: c"}, {"x": "€"}]
NOT_AFTER_A_BODY = ["Content-Length", "transfer-encoding", "Host", "Trailer", "Content-Type", "Content-Encoding"]


@pytest.mark.parametrize("fields", [*BAD, *({name: "1"} for name in NOT_AFTER_A_BODY)])
async def test_fields_that_cannot_be_sent_are_refused(drive, fields):
    with pytest.raises(ValueError):
        StreamingResponse(generate(), trailers=fields)
    response = StreamingResponse(generate(), trailers=lambda: fields)
    with pytest.raises(ValueError):
        await drive.request(response, extensions=TRAILERS)


def test_the_refusal_says_what_to_do():
    with pytest.raises(ValueError, match="'content-length' cannot be a trailer: send it as a header"):
        StreamingResponse([], trailers={"Content-Length": "1"})


async def test_when_the_function_fails_the_body_has_no_end():
    messages = []

    async def send(message):
        messages.append(message)

    def fields():
        raise KeyError

    scope = {"type": "http", "method": "GET", "asgi": {"spec_version": "2.4"}, "extensions": TRAILERS}
    with pytest.raises(KeyError):
        await StreamingResponse(generate(), trailers=fields)(scope, None, send)
    assert [message.get("more_body") for message in messages] == [None, True, True]


async def test_a_client_that_leaves_before_them_is_no_error():
    done = []

    async def send(message):
        if message["type"] == "http.response.trailers":
            raise OSError

    async def background():
        done.append("background")

    scope = {"type": "http", "method": "GET", "asgi": {"spec_version": "2.4"}, "extensions": TRAILERS}
    await StreamingResponse(generate(), background=background, trailers={"X-Sum": "1"})(scope, None, send)
    assert done == ["background"]


async def test_a_subclass_that_sends_by_itself_has_them_too(drive):
    class Mine(StreamingResponse):
        async def stream_response(self, send):
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body", "body": b"x"})

    answer = await drive.request(Mine([], trailers={"X-Sum": "1"}), extensions=TRAILERS)
    assert answer.headers.items() == [("trailer", "X-Sum")]
    assert answer.messages[-1]["headers"] == [(b"x-sum", b"1")]
