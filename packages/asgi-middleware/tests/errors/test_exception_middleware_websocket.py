"""Exceptions of a WebSocket: denied before the handshake is over, closed after it, and the rest left to the server."""

import anyio
import anyio.lowlevel
import pytest

from asgi_middleware import ExceptionMiddleware
from asgi_types import GUARD, HTTPException, Response, WebSocketException, refuse

DENIAL = {"websocket.http.response": {}}
ACCEPT = {"type": "websocket.accept"}
SEND = {"type": "websocket.send", "text": "hi"}
DENIAL_START = {"type": "websocket.http.response.start", "status": 403, "headers": []}
DENIAL_TYPES = ["websocket.http.response.start", "websocket.http.response.body"]
REFUSAL = HTTPException(403, "No.", headers={"x-why": "closed"})


def close(code=1000, reason=""):
    return {"type": "websocket.close", "code": code, "reason": reason}


REFUSED = close(3003, "No.")
FAILED = close(1011, "Internal Server Error")


def types_of(answer):
    return [message["type"] for message in answer.messages]


async def sent_by(drive, app, **scope):
    """What is sent and raised; without the linter of ``drive``, whose complaint the layer would suppress."""
    sent = []

    async def send(message):
        sent.append(message)

    with pytest.raises(Exception) as caught:
        await app(drive.websocket_scope(**scope), None, send)
    return sent, caught.value


# HTTPException


async def test_http_exception_is_a_denial_response_where_the_server_can_send_one(drive, raising):
    answer = await drive.websocket(ExceptionMiddleware(raising(REFUSAL)), extensions=DENIAL)
    assert types_of(answer) == DENIAL_TYPES
    assert (answer.status, answer.text, answer.headers["x-why"]) == (403, "No.", "closed")


@pytest.mark.parametrize("extensions", [{}, None])
async def test_http_exception_closes_where_the_server_cannot(drive, raising, extensions):
    answer = await drive.websocket(ExceptionMiddleware(raising(REFUSAL)), extensions=extensions)
    assert answer.messages == [REFUSED]


@pytest.mark.parametrize("extensions", [DENIAL, {}])
@pytest.mark.parametrize("before", [(ACCEPT,), (ACCEPT, SEND)])
async def test_http_exception_closes_after_the_handshake(drive, raising, extensions, before):
    answer = await drive.websocket(ExceptionMiddleware(raising(REFUSAL, *before)), extensions=extensions)
    assert answer.messages == [*before, REFUSED]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (HTTPException(401), close(3000, "Unauthorized")),
        (HTTPException(404), close(1008, "Not Found")),
        (HTTPException(503, "Later."), close(1013, "Later.")),
        (HTTPException(204), close(1000)),
        (HTTPException(403, "\u2603" * 50), close(3003, "\u2603" * 41)),
    ],
)
@pytest.mark.parametrize("before", [(), (ACCEPT,)])
async def test_the_code_is_that_of_the_status_and_the_reason_the_detail(drive, raising, error, expected, before):
    answer = await drive.websocket(ExceptionMiddleware(raising(error, *before)))
    assert answer.messages == [*before, expected]


@pytest.mark.parametrize(("extensions", "expected"), [(DENIAL, DENIAL_TYPES), ({}, ["websocket.close"])])
async def test_a_refusal_below_is_answered_likewise(drive, extensions, expected):
    async def app(scope, receive, send):
        await refuse(scope, receive, send, REFUSAL)

    assert types_of(await drive.websocket(ExceptionMiddleware(app), extensions=extensions)) == expected


# WebSocketException


async def test_websocket_exception_is_a_close_frame(drive, raising):
    app = ExceptionMiddleware(raising(WebSocketException(1008, "Sign in.")))
    assert (await drive.websocket(app)).messages == [close(1008, "Sign in.")]


async def test_websocket_exception_is_no_denial_response(drive, raising):
    app = ExceptionMiddleware(raising(WebSocketException(1008, "Sign in.")))
    assert (await drive.websocket(app, extensions=DENIAL)).messages == [close(1008, "Sign in.")]


async def test_websocket_exception_closes_an_accepted_websocket(drive, raising):
    answer = await drive.websocket(ExceptionMiddleware(raising(WebSocketException(3000), ACCEPT, SEND)))
    assert answer.messages == [ACCEPT, SEND, close(3000)]


async def test_a_long_reason_of_a_websocket_exception_is_cut(drive, raising):
    answer = await drive.websocket(ExceptionMiddleware(raising(WebSocketException(4000, "\u2603" * 50), ACCEPT)))
    assert answer.messages == [ACCEPT, close(4000, "\u2603" * 41)]


async def test_a_handler_of_websocket_exceptions_replaces_the_default(drive, raising):
    async def handler(websocket, error):
        return lambda scope, receive, send: send(close(4000))

    app = ExceptionMiddleware(raising(WebSocketException(1008)), {WebSocketException: handler})
    assert (await drive.websocket(app)).messages == [close(4000)]


# Handlers


@pytest.mark.parametrize(
    ("before", "extensions", "expected"),
    [
        ((), DENIAL, DENIAL_TYPES),
        ((), {}, ["websocket.close"]),
        ((ACCEPT,), DENIAL, ["websocket.accept", "websocket.close"]),
    ],
)
async def test_the_response_of_a_handler_is_sent_likewise(drive, raising, before, extensions, expected):
    def handler(connection, error):
        return Response("Bad.", 400)

    app = ExceptionMiddleware(raising(ValueError(), *before), {ValueError: handler})
    assert types_of(await drive.websocket(app, extensions=extensions)) == expected


@pytest.mark.parametrize(("media_type", "reason"), [("text/plain", "Bad."), ("text/html", ""), (None, "")])
async def test_plain_text_of_a_handler_is_the_reason(drive, raising, media_type, reason):
    def handler(connection, error):
        return Response("Bad.", 400, media_type=media_type)

    app = ExceptionMiddleware(raising(ValueError(), ACCEPT), {ValueError: handler})
    assert (await drive.websocket(app)).messages == [ACCEPT, close(1008, reason)]


async def test_a_handler_may_go_on_with_an_accepted_websocket(drive, raising):
    last_words = {"type": "websocket.send", "text": "Sorry."}

    async def farewell(scope, receive, send):
        await send(last_words)
        await send(close(1011))

    app = ExceptionMiddleware(raising(ValueError(), ACCEPT), {ValueError: lambda connection, error: farewell})
    assert (await drive.websocket(app)).messages == [ACCEPT, last_words, close(1011)]


async def test_a_handler_of_all_exceptions_leaves_nothing_unhandled(drive, raising, catch, says):
    app = catch(ExceptionMiddleware(raising(ValueError(), ACCEPT), {Exception: says("Sorry.", 500)}))
    assert (await drive.websocket(app)).messages == [ACCEPT, close(1011, "Sorry.")]
    assert app.errors == []


# When it is over already


async def test_a_closed_websocket_is_not_closed_again(drive, raising):
    sent, raised = await sent_by(drive, ExceptionMiddleware(raising(REFUSAL, ACCEPT, close())))
    assert (sent, type(raised), raised.__cause__) == ([ACCEPT, close()], RuntimeError, REFUSAL)


async def test_a_denial_that_began_is_not_followed_by_another(drive, raising):
    app = ExceptionMiddleware(raising(REFUSAL, DENIAL_START))
    sent, raised = await sent_by(drive, app, extensions=DENIAL)
    assert (sent, type(raised), raised.__cause__) == ([DENIAL_START], RuntimeError, REFUSAL)


@pytest.mark.parametrize("extensions", [DENIAL, {}])
@pytest.mark.parametrize("before", [(close(),), (ACCEPT, close(4000, "Bye.")), (DENIAL_START,)])
async def test_an_unhandled_error_after_the_end_is_only_raised(drive, raising, extensions, before):
    error = ValueError("no")
    app = ExceptionMiddleware(raising(error, *before))
    assert await sent_by(drive, app, extensions=extensions) == ([*before], error)


async def test_a_websocket_exception_after_the_end_is_a_runtime_error(drive, raising):
    error = WebSocketException(1008)
    sent, raised = await sent_by(drive, ExceptionMiddleware(raising(error, close())))
    assert (sent, type(raised), raised.__cause__) == ([close()], RuntimeError, error)


# Unhandled errors


@pytest.mark.parametrize("extensions", [DENIAL, {}])
@pytest.mark.parametrize("before", [(ACCEPT,), (ACCEPT, SEND)])
async def test_an_unhandled_error_closes_an_accepted_websocket(drive, raising, catch, extensions, before):
    error = ValueError("secret")
    app = catch(ExceptionMiddleware(raising(error, *before)))
    assert (await drive.websocket(app, extensions=extensions)).messages == [*before, FAILED]
    assert app.errors == [error]


async def test_an_unhandled_error_before_the_handshake_is_a_denial_with_a_500(drive, raising, catch):
    error = ValueError("secret")
    app = catch(ExceptionMiddleware(raising(error)))
    answer = await drive.websocket(app, extensions=DENIAL)
    assert types_of(answer) == DENIAL_TYPES
    assert (answer.status, answer.text) == (500, "Internal Server Error")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert app.errors == [error]


@pytest.mark.parametrize("extensions", [{}, None])
async def test_an_unhandled_error_that_nothing_can_be_said_about_is_left_to_the_server(
    drive, raising, catch, extensions
):
    error = ValueError("no")
    app = catch(ExceptionMiddleware(raising(error)))
    assert (await drive.websocket(app, extensions=extensions)).messages == []
    assert app.errors == [error]


@pytest.mark.parametrize("debug", [False, True])
async def test_the_layer_of_server_errors_has_no_say_in_it(drive, raising, answering, says, debug):
    error = ValueError("secret")
    app = answering(raising(error, ACCEPT), fallback=says("no"), debug=debug)
    assert (await drive.websocket(app)).messages == [ACCEPT, FAILED]
    assert app.errors == [error]


async def test_what_a_handler_raises_is_unhandled(drive, raising, answering, raises):
    error, failure = ValueError(), KeyError()
    app = answering(raising(error, ACCEPT), {ValueError: raises(failure)})
    assert (await drive.websocket(app)).messages == [ACCEPT, FAILED]
    assert app.errors == [failure]
    assert failure.__context__ is error


async def test_what_a_handler_raises_before_the_handshake_is_unhandled(drive, raising, catch, raises):
    app = catch(ExceptionMiddleware(raising(ValueError()), {ValueError: raises(KeyError())}))
    answer = await drive.websocket(app, extensions=DENIAL)
    assert (answer.status, answer.text) == (500, "Internal Server Error")
    assert [type(error) for error in app.errors] == [KeyError]


async def test_a_handler_may_raise_what_another_one_answers(drive, raising, catch, raises):
    app = catch(ExceptionMiddleware(raising(ValueError(), ACCEPT), {ValueError: raises(REFUSAL)}))
    assert (await drive.websocket(app)).messages == [ACCEPT, REFUSED]
    assert app.errors == []


async def test_a_response_of_a_handler_that_fails_before_its_body_is_unhandled(drive, raising, catch):
    failure = OSError()

    async def handler(connection, error):
        return raising(failure, DENIAL_START)

    app = catch(ExceptionMiddleware(raising(ValueError(), ACCEPT), {ValueError: handler}))
    assert (await drive.websocket(app)).messages == [ACCEPT, FAILED]
    assert app.errors == [failure]


async def test_a_denial_of_a_handler_that_fails_halfway_is_left_alone(drive, raising):
    failure = OSError()

    async def handler(connection, error):
        return raising(failure, DENIAL_START)

    app = ExceptionMiddleware(raising(ValueError()), {ValueError: handler})
    assert await sent_by(drive, app, extensions=DENIAL) == ([DENIAL_START], failure)


class Stop(BaseException):
    pass


async def test_what_is_no_exception_closes_nothing(drive, raising):
    sent = []

    async def send(message):
        sent.append(message)

    with pytest.raises(Stop):
        await ExceptionMiddleware(raising(Stop(), ACCEPT))(drive.websocket_scope(extensions=DENIAL), None, send)
    assert sent == [ACCEPT]


async def test_what_is_no_exception_passes_out_of_the_closing(drive, raising):
    async def send(message):
        if message is not ACCEPT:
            raise Stop

    with pytest.raises(Stop):
        await ExceptionMiddleware(raising(ValueError(), ACCEPT))(drive.websocket_scope(), None, send)


async def test_two_layers_close_once_and_the_error_comes_out(drive, raising):
    error = ValueError("no")
    app = ExceptionMiddleware(ExceptionMiddleware(raising(error, ACCEPT)))
    assert await sent_by(drive, app, extensions=DENIAL) == ([ACCEPT, FAILED], error)
    app = ExceptionMiddleware(ExceptionMiddleware(raising(error)))
    sent, raised = await sent_by(drive, app, extensions=DENIAL)
    assert ([message["type"] for message in sent], raised) == (DENIAL_TYPES, error)


async def guarded_by(drive, middle, inner):
    """What is sent and raised by the guard around ``inner`` with a middleware between it and the outermost layer."""

    async def app(scope, receive, send):
        await middle(lambda send: scope[GUARD](inner, scope, receive, send), send)

    sent, errors = [], []

    async def send(message):
        sent.append(message)

    try:
        await ExceptionMiddleware(app)(drive.websocket_scope(), None, send)
    except Exception as error:
        errors.append(error)
    return sent, errors


@pytest.mark.parametrize("before", [(), (ACCEPT,)])
async def test_below_another_layer_what_is_handled_is_answered_where_it_is_raised(drive, raising, before):
    seen = []

    async def middle(call, send):
        async def watched(message):
            seen.append(message)
            await send(message)

        await call(watched)

    sent, errors = await guarded_by(drive, middle, raising(REFUSAL, *before))
    assert sent == seen == [*before, REFUSED]
    assert errors == []


@pytest.mark.parametrize("before", [(), (ACCEPT,)])
async def test_below_another_layer_what_is_unhandled_is_left_to_what_is_between(drive, raising, before):
    async def middle(call, send):
        try:
            await call(send)
        except LookupError:
            await send(close(4000, "Ours."))

    assert await guarded_by(drive, middle, raising(LookupError(), *before)) == ([*before, close(4000, "Ours.")], [])


async def test_below_another_layer_what_is_unhandled_closes_in_that(drive, raising):
    seen, error = [], ValueError("no")

    async def middle(call, send):
        async def watched(message):
            seen.append(message)
            await send(message)

        await call(watched)

    sent, errors = await guarded_by(drive, middle, raising(error, ACCEPT))
    assert (sent, seen, errors) == ([ACCEPT, FAILED], [ACCEPT], [error])


async def test_concurrent_websockets_do_not_mix(drive, catch):
    async def app(scope, receive, send):
        if scope["path"] == "/accepted":
            await send(ACCEPT)
        await anyio.lowlevel.checkpoint()
        raise ValueError(scope["path"])

    layer = catch(ExceptionMiddleware(app))
    answers = []

    async def one(path):
        answers.append((path, types_of(await drive.websocket(layer, path, extensions=DENIAL))))

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(one, "/accepted")
            tasks.start_soon(one, "/denied")
    accepted = ("/accepted", ["websocket.accept", "websocket.close"])
    assert sorted(answers) == [accepted] * 10 + [("/denied", DENIAL_TYPES)] * 10
