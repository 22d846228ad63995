"""Clients who are gone, or take nothing, while a WebSocket is ended; and codes and reasons that no frame can have."""

import anyio
import anyio.lowlevel
import pytest

from asgi_middleware import ExceptionMiddleware
from asgi_middleware._errors import exception_middleware
from asgi_types import HTTPException, WebSocketException

DENIAL = {"websocket.http.response": {}}
ACCEPT = {"type": "websocket.accept"}
FAILED = {"type": "websocket.close", "code": 1011, "reason": "Internal Server Error"}

# How a handshake can stand when something is raised, with the type of message that ends it then.
ACCEPTED = pytest.param((ACCEPT,), DENIAL, "websocket.close", id="accepted")
DENIABLE = pytest.param((), DENIAL, "websocket.http.response.start", id="deniable")
REFUSABLE = pytest.param((), {}, "websocket.close", id="refusable")


def close(code, reason=""):
    return {"type": "websocket.close", "code": code, "reason": reason}


class Client:
    """The server's side of one connection: it takes what comes before the end, and the end if it can."""

    def __init__(self, drive, app, extensions, *, error=None, is_stuck=False):
        self.scope = drive.websocket_scope(extensions=extensions)
        self.app = app
        self.error = error
        self.is_stuck = is_stuck
        self.tried = []
        self.cancelled = 0

    async def send(self, message):
        if message is ACCEPT:
            return
        self.tried.append(message)
        if self.error is not None:
            raise self.error
        if self.is_stuck:
            try:
                await anyio.sleep_forever()
            finally:
                self.cancelled += 1

    async def run(self):
        with anyio.fail_after(20):
            await self.app(self.scope, None, self.send)


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(exception_middleware, "END_TIMEOUT", 0.03)


def test_a_client_has_some_seconds_to_take_the_end():
    assert 0.5 <= exception_middleware.END_TIMEOUT <= 10


# Clients who are gone


@pytest.mark.parametrize(("before", "extensions", "ending"), [ACCEPTED, DENIABLE])
@pytest.mark.parametrize("error", [OSError("gone"), ConnectionResetError(), BrokenPipeError()])
async def test_a_client_that_is_gone_does_not_hide_an_unhandled_error(
    drive, raising, before, extensions, ending, error
):
    fault = ValueError("no")
    client = Client(drive, ExceptionMiddleware(raising(fault, *before)), extensions, error=error)
    with pytest.raises(ValueError, match="no") as caught:
        await client.run()
    assert caught.value is fault
    assert client.tried[0]["type"] == ending


@pytest.mark.parametrize(("before", "extensions", "ending"), [ACCEPTED, DENIABLE, REFUSABLE])
@pytest.mark.parametrize("refusal", [HTTPException(403, "No."), WebSocketException(1008, "No.")])
async def test_a_client_that_is_gone_needs_no_answer_and_no_log(drive, raising, before, extensions, ending, refusal):
    client = Client(drive, ExceptionMiddleware(raising(refusal, *before)), extensions, error=OSError("gone"))
    await client.run()
    if isinstance(refusal, WebSocketException):
        assert client.tried == [close(1008, "No.")]
    else:
        assert client.tried[0]["type"] == ending


async def test_a_client_may_go_while_a_handler_says_its_last_words(drive, raising):
    async def farewell(scope, receive, send):
        await send({"type": "websocket.send", "text": "Sorry."})
        await send(close(1011))

    app = ExceptionMiddleware(raising(ValueError(), ACCEPT), {ValueError: lambda connection, error: farewell})
    client = Client(drive, app, {}, error=OSError("gone"))
    await client.run()
    assert client.tried[0] == {"type": "websocket.send", "text": "Sorry."}


@pytest.mark.parametrize(("before", "extensions", "ending"), [ACCEPTED, DENIABLE])
async def test_what_else_sending_raises_is_unhandled(drive, raising, before, extensions, ending):
    client = Client(
        drive, ExceptionMiddleware(raising(HTTPException(403), *before)), extensions, error=LookupError("bug")
    )
    with pytest.raises(LookupError, match="bug"):
        await client.run()
    assert [message["type"] for message in client.tried] == [ending]


# Clients who take nothing


@pytest.mark.parametrize(("before", "extensions", "ending"), [ACCEPTED, DENIABLE])
async def test_who_takes_nothing_does_not_hold_an_unhandled_error_for_ever(
    drive, raising, short, before, extensions, ending
):
    fault = ValueError("no")
    client = Client(drive, ExceptionMiddleware(raising(fault, *before)), extensions, is_stuck=True)
    with pytest.raises(ValueError, match="no") as caught:
        await client.run()
    assert caught.value is fault
    assert client.tried[0]["type"] == ending
    assert client.cancelled == len(client.tried)


@pytest.mark.parametrize(("before", "extensions", "ending"), [ACCEPTED, DENIABLE, REFUSABLE])
@pytest.mark.parametrize("refusal", [HTTPException(403, "No."), WebSocketException(1008, "No.")])
async def test_who_takes_nothing_does_not_hold_a_refusal_for_ever(
    drive, raising, short, before, extensions, ending, refusal
):
    client = Client(drive, ExceptionMiddleware(raising(refusal, *before)), extensions, is_stuck=True)
    await client.run()
    assert client.tried[0]["type"] == (ending if isinstance(refusal, HTTPException) else "websocket.close")
    assert client.cancelled == len(client.tried)


async def test_an_answer_of_many_parts_waits_once_for_who_takes_nothing(drive, raising, monkeypatch):
    monkeypatch.setattr(exception_middleware, "END_TIMEOUT", 0.1)

    async def lengthy(scope, receive, send):
        await send({"type": "websocket.http.response.start", "status": 500, "headers": []})
        for _ in range(20):
            await send({"type": "websocket.http.response.body", "body": b"x", "more_body": True})
        await send({"type": "websocket.http.response.body"})

    app = ExceptionMiddleware(raising(ValueError()), {ValueError: lambda connection, error: lengthy})
    client = Client(drive, app, DENIAL, is_stuck=True)
    await client.run()
    assert client.cancelled == len(client.tried) == 1


@pytest.mark.parametrize("error", [ValueError("no"), HTTPException(403)])
async def test_who_is_slow_but_in_time_gets_all_of_the_answer(drive, raising, catch, error):
    sent = []

    async def send(message):
        await anyio.sleep(0.02)
        sent.append(message["type"])

    await catch(ExceptionMiddleware(raising(error)))(drive.websocket_scope(extensions=DENIAL), None, send)
    assert sent == ["websocket.http.response.start", "websocket.http.response.body"]


@pytest.mark.parametrize("error", [ValueError("no"), HTTPException(403)])
async def test_cancellation_while_closing_passes_in_time(drive, raising, short, error):
    client = Client(drive, ExceptionMiddleware(raising(error, ACCEPT)), {}, is_stuck=True)
    has_closed = False

    async def send(message):
        nonlocal has_closed
        if message is not ACCEPT:
            cancel.cancel()
            await anyio.lowlevel.checkpoint()  # a client who takes it at once may be told
            has_closed = True
        await client.send(message)

    with anyio.fail_after(10), anyio.CancelScope() as cancel:
        try:
            await client.app(client.scope, None, send)
        finally:
            await anyio.lowlevel.checkpoint()
    assert cancel.cancelled_caught
    assert has_closed


@pytest.mark.parametrize("error", [ValueError("no"), HTTPException(403)])
async def test_http_answers_have_no_such_limit(drive, raising, answering, monkeypatch, error):
    monkeypatch.setattr(exception_middleware, "END_TIMEOUT", 0.0)
    sent = []

    async def send(message):
        await anyio.sleep(0.01)
        sent.append(message["type"])

    await answering(raising(error))(drive.scope(), None, send)
    assert sent == ["http.response.start", "http.response.body"]


# Codes that no frame may have


@pytest.mark.parametrize("code", [0, 403, 999, 1004, 1005, 1006, 1015, 2999, 5000])
async def test_a_code_that_no_frame_may_have_is_a_fault_after_the_handshake(drive, raising, catch, code):
    app = catch(ExceptionMiddleware(raising(WebSocketException(code, "secret"), ACCEPT)))
    assert (await drive.websocket(app)).messages == [ACCEPT, FAILED]
    (error,) = app.errors
    assert type(error) is ValueError
    assert str(error).startswith(f"A close frame cannot have the code {code}: ")
    assert error.__context__.code == code


@pytest.mark.parametrize("code", [403, 1005, 1006, 4000])
@pytest.mark.parametrize("extensions", [DENIAL, {}])
async def test_before_the_handshake_there_is_no_frame_and_any_code_refuses(drive, raising, code, extensions):
    app = ExceptionMiddleware(raising(WebSocketException(code, "No.")))
    assert (await drive.websocket(app, extensions=extensions)).messages == [close(code, "No.")]


async def test_a_code_that_no_frame_may_have_can_be_handled_as_any_error(drive, raising, catch, says):
    app = catch(ExceptionMiddleware(raising(WebSocketException(1006), ACCEPT), {ValueError: says("Oh.", 500)}))
    assert (await drive.websocket(app)).messages == [ACCEPT, close(1011, "Oh.")]
    assert app.errors == []


async def test_a_code_that_a_handler_raises_is_looked_at_as_well(drive, raising, catch, raises):
    app = catch(ExceptionMiddleware(raising(KeyError(), ACCEPT), {KeyError: raises(WebSocketException(1006))}))
    assert (await drive.websocket(app)).messages == [ACCEPT, FAILED]
    assert [type(error) for error in app.errors] == [ValueError]


async def test_a_code_that_a_handler_closes_with_is_looked_at_as_well(drive, raising, catch):
    async def handler(connection, error):
        return lambda scope, receive, send: send(close(1005))

    app = catch(ExceptionMiddleware(raising(KeyError(), ACCEPT), {KeyError: handler}))
    assert (await drive.websocket(app)).messages == [ACCEPT, FAILED]
    assert [type(error) for error in app.errors] == [ValueError]


async def test_a_handler_may_close_with_another_code_than_what_was_raised(drive, raising):
    async def handler(websocket, error):
        return lambda scope, receive, send: send(close(4000 + error.code))

    app = ExceptionMiddleware(raising(WebSocketException(403), ACCEPT), {WebSocketException: handler})
    assert (await drive.websocket(app)).messages == [ACCEPT, close(4403)]


async def test_a_handler_may_leave_the_code_to_the_server(drive, raising):
    plain = {"type": "websocket.close"}

    async def handler(connection, error):
        return lambda scope, receive, send: send(plain)

    app = ExceptionMiddleware(raising(ValueError(), ACCEPT), {ValueError: handler})
    assert (await drive.websocket(app)).messages == [ACCEPT, plain]


# Reasons that are no text


@pytest.mark.parametrize("before", [(), (ACCEPT,)])
async def test_the_list_that_fastapi_gives_as_a_reason_becomes_text(drive, raising, before):
    problems = [{"type": "int_parsing", "loc": ["path", "room"], "msg": "Input should be a valid integer, unable to"}]
    app = ExceptionMiddleware(raising(WebSocketException(1008, problems), *before))
    assert (await drive.websocket(app)).messages == [*before, close(1008, str(problems)[:123])]
