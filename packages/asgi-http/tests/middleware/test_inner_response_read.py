"""The whole body of a response, read by the middleware and sent as it is."""

import pytest

from asgi_http import PlainTextResponse, StreamingResponse

START = {"type": "http.response.start", "status": 200, "headers": []}


def part(body, more_body=True):
    return {"type": "http.response.body", "body": body, "more_body": more_body}


class Streaming:
    parts = 0

    async def __call__(self, scope, receive, send):
        await send({**START, "headers": [(b"content-length", b"7")]})
        for body in (b"one", b"", memoryview(b"two"), b"!"):
            self.parts += 1
            await send(part(body))
        await send(part(b"", more_body=False))


async def test_the_body_is_read_and_sent(drive, form):
    async def after(response):
        assert await response.read() == b"onetwo!"

    answer = await drive.request(form(after=after)(Streaming()))
    assert (answer.body, answer.headers["content-length"]) == (b"onetwo!", "7")


async def test_it_can_be_read_again(drive, form):
    async def after(response):
        assert await response.read() == await response.read(max_size=7) == b"onetwo!"

    assert (await drive.request(form(after=after)(form(after=after)(Streaming())))).body == b"onetwo!"


async def test_what_is_left_is_read_and_counts(drive, form):
    async def after(response):
        assert await anext(response.body_iterator) == b"one"
        assert await response.read() == b"two!"

    answer = await drive.request(form(after=after)(Streaming()))
    assert (answer.body, answer.headers["content-length"]) == (b"two!", "4")


@pytest.mark.parametrize("make", [lambda: "Grüße", lambda: ["Grü", "ße"], lambda: iter(["Grüße".encode()])])
async def test_a_body_that_was_set_is_read(drive, form, make):
    async def after(response):
        response.body_iterator = make()
        assert (await response.read()).decode() == "Grüße"

    answer = await drive.request(form(after=after)(PlainTextResponse("Hello")))
    assert (answer.text, answer.headers["content-length"]) == ("Grüße", "7")


async def test_a_larger_body_is_told_and_still_sent(drive, form):
    async def after(response):
        with pytest.raises(ValueError, match="more than max_size=5 bytes"):
            await response.read(max_size=5)
        assert app.parts == 3

    app = Streaming()
    answer = await drive.request(form(after=after)(app))
    assert (answer.body, answer.headers["content-length"]) == (b"onetwo!", "7")


async def test_a_larger_body_that_nobody_sends_is_closed(drive, form):
    closed = []

    async def numbers():
        try:
            while True:
                yield "12345"
        finally:
            closed.append(True)

    async def after(response):
        with pytest.raises(ValueError, match="max_size=7"):
            await response.read(7)
        return PlainTextResponse("Too large.", 502)

    async def app(scope, receive, send):
        await StreamingResponse(numbers())(scope, receive, send)

    assert (await drive.request(form(after=after)(app))).text == "Too large."
    assert closed == [True]


@pytest.mark.parametrize(("method", "status", "length"), [("HEAD", 200, "5"), ("GET", 304, None)])
async def test_a_response_without_a_body_keeps_its_length(drive, form, method, status, length):
    async def after(response):
        assert await response.read() == b""

    app = PlainTextResponse("Hello", status)
    answer = await drive.request(form(after=after)(app), method=method)
    assert (answer.body, answer.headers.get("content-length")) == (b"", length)
