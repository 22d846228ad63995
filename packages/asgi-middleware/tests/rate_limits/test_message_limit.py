"""What a client may send on one WebSocket."""

import pytest

from asgi_middleware import RateLimit, RateLimitMiddleware

CLOSE = {"type": "websocket.close", "code": 1008, "reason": "Too many messages."}
END = {"type": "websocket.disconnect", "code": 1008, "reason": "Too many messages."}


class Echo:
    def __init__(self):
        self.received = []

    async def __call__(self, scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        while True:
            message = await receive()
            self.received.append(message)
            if message["type"] == "websocket.disconnect":
                break
            await send({"type": "websocket.send", "text": message["text"]})
        self.received.append(await receive())
        with pytest.raises(ConnectionError, match="its client has sent too many messages"):
            await send({"type": "websocket.send", "text": "late"})


async def test_closes_beyond_the_limit(drive):
    echo = Echo()
    app = RateLimitMiddleware(echo, messages=RateLimit(2, per=1000))
    answer = await drive.websocket(app, messages=["a", "b", "c", "d"])
    assert [message.get("text") for message in answer.messages] == [None, "a", "b", None]
    assert answer.messages[-1] == CLOSE
    assert echo.received[2:] == [END, END]


async def test_each_connection_has_its_own(drive):
    app = RateLimitMiddleware(Echo(), messages="2/hour")
    for _ in range(2):
        answer = await drive.websocket(app, messages=["a", "b", "c"])
        assert [message["type"] for message in answer.messages].count("websocket.send") == 2


async def test_its_end_is_no_message(drive):
    ends = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        ends.extend([await receive(), await receive(), await receive()])

    answer = await drive.websocket(RateLimitMiddleware(app, messages="1/hour"), messages=["a"])
    assert [message["type"] for message in answer.messages] == ["websocket.accept"]
    assert [(end["type"], end.get("code")) for end in ends[1:]] == [("websocket.disconnect", 1006)] * 2


async def test_http_has_no_messages(drive):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    for _ in range(3):
        answer = await drive.request(RateLimitMiddleware(app, messages="1/hour"))
        assert (answer.status, answer.headers.items()) == (200, [])


async def test_room_again_later(drive, monkeypatch):
    now = 100.0
    monkeypatch.setattr("asgi_middleware._rate_limits.message_limit.monotonic", lambda: now)

    async def app(scope, receive, send):
        nonlocal now
        await receive()
        await send({"type": "websocket.accept"})
        for _ in range(4):
            assert (await receive())["type"] == "websocket.receive"
            now += 1.65

    await drive.websocket(RateLimitMiddleware(app, messages="2/3.2s"), messages=["a", "b", "c", "d"])


async def test_not_for_whom_there_is_no_limit(drive):
    echo = Echo()

    async def app(scope, receive, send):
        with pytest.raises(pytest.fail.Exception):
            await echo(scope, receive, send)

    answer = await drive.websocket(
        RateLimitMiddleware(app, messages="1/hour", key=lambda connection: None), messages=["a", "b"]
    )
    assert [message.get("text") for message in answer.messages] == [None, "a", "b", "late"]
