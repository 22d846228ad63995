import pytest

from asgi_middleware import ExceptionMiddleware
from asgi_types import HTTPException, Response

DENIAL = {"websocket.http.response": {}}
ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close", "code": 1000, "reason": ""}
REFUSAL = HTTPException(403, "No.", headers={"x-why": "closed"})


async def test_http_exception_is_a_denial_response_where_the_server_can_send_one(drive, raising):
    answer = await drive.websocket(ExceptionMiddleware(raising(REFUSAL)), extensions=DENIAL)
    assert [message["type"] for message in answer.messages] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert (answer.status, answer.text, answer.headers["x-why"]) == (403, "No.", "closed")


@pytest.mark.parametrize("extensions", [{}, None])
async def test_http_exception_closes_where_the_server_cannot(drive, raising, extensions):
    answer = await drive.websocket(ExceptionMiddleware(raising(REFUSAL)), extensions=extensions)
    assert answer.messages == [CLOSE]


@pytest.mark.parametrize("extensions", [DENIAL, {}])
async def test_http_exception_closes_after_the_handshake(drive, raising, extensions):
    answer = await drive.websocket(ExceptionMiddleware(raising(REFUSAL, ACCEPT)), extensions=extensions)
    assert answer.messages == [ACCEPT, CLOSE]


@pytest.mark.parametrize(
    ("before", "extensions", "expected"),
    [
        ((), DENIAL, ["websocket.http.response.start", "websocket.http.response.body"]),
        ((), {}, ["websocket.close"]),
        ((ACCEPT,), DENIAL, ["websocket.accept", "websocket.close"]),
    ],
)
async def test_the_response_of_a_handler_is_sent_likewise(drive, raising, before, extensions, expected):
    def handler(connection, error):
        return Response("Bad.", 400)

    app = ExceptionMiddleware(raising(ValueError(), *before), {ValueError: handler})
    answer = await drive.websocket(app, extensions=extensions)
    assert [message["type"] for message in answer.messages] == expected


async def test_a_handler_may_go_on_with_an_accepted_websocket(drive, raising):
    last_words = {"type": "websocket.send", "text": "Sorry."}

    async def farewell(scope, receive, send):
        await send(last_words)
        await send({"type": "websocket.close", "code": 1011, "reason": ""})

    app = ExceptionMiddleware(raising(ValueError(), ACCEPT), {ValueError: lambda connection, error: farewell})
    answer = await drive.websocket(app)
    assert answer.messages == [ACCEPT, last_words, {"type": "websocket.close", "code": 1011, "reason": ""}]


async def test_a_closed_websocket_is_not_closed_again(drive, raising, catch):
    app = catch(ExceptionMiddleware(raising(REFUSAL, ACCEPT, CLOSE)))
    answer = await drive.websocket(app)
    assert answer.messages == [ACCEPT, CLOSE]
    assert [type(error) for error in app.errors] == [RuntimeError]
    assert app.errors[0].__cause__ is REFUSAL


async def test_a_denial_that_began_is_not_followed_by_another(drive, raising, catch):
    begun = {"type": "websocket.http.response.start", "status": 403, "headers": []}
    app = catch(ExceptionMiddleware(raising(REFUSAL, begun)))
    assert (await drive.websocket(app, extensions=DENIAL)).messages == [begun]
    assert app.errors[0].__cause__ is REFUSAL
