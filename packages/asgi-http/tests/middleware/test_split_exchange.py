"""The end of a body as a message of its own."""

import pytest

from asgi_http import BaseHTTPMiddleware, PlainTextResponse, StreamingResponse


class Split(BaseHTTPMiddleware):
    splits_last_part = True

    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["x-mark"] = "a"
        return response


async def parts(*chunks):
    for chunk in chunks:
        yield chunk


@pytest.mark.parametrize(
    ("make", "bodies"),
    [
        (lambda: PlainTextResponse("Hello"), [(b"Hello", True), (b"", False)]),
        (lambda: PlainTextResponse(""), [(b"", False)]),
        (lambda: StreamingResponse(parts(b"a", b"b")), [(b"a", True), (b"b", True), (b"", False)]),
    ],
    ids=["one part", "no content", "a stream"],
)
async def test_the_last_message_of_a_body_is_empty(drive, make, bodies):
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        raise AssertionError("There is no body to ask for.")

    await Split(make())(drive.scope(), receive, send)
    start, *rest = sent
    assert (b"x-mark", b"a") in start["headers"]
    assert [(message["body"], message["more_body"]) for message in rest] == bodies
