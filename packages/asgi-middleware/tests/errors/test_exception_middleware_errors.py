"""Errors that no handler takes, those of handlers, and what is no error."""

import gc
import traceback

import anyio
import pytest

from asgi_middleware import ExceptionMiddleware, ServerErrorMiddleware
from asgi_types import HTTPException, Response

START = {"type": "http.response.start", "status": 200, "headers": []}
SERVER_ERROR = (500, "Internal Server Error")


async def untouched(scope, receive, send):
    raise AssertionError


# Errors that are left


async def test_unhandled_is_raised_on_without_an_answer_where_no_layer_gives_one(drive, raising, catch):
    error = ValueError("no")
    app = catch(ExceptionMiddleware(raising(error)))
    assert (await drive.request(app)).messages == []
    assert len(app.errors) == 1
    assert app.errors[0] is error


async def test_unhandled_is_answered_and_raised_on(drive, raising, answering):
    error = ValueError("no")
    app = answering(raising(error))
    answer = await drive.request(app)
    assert (answer.status, answer.text) == SERVER_ERROR
    assert len(app.errors) == 1
    assert app.errors[0] is error


async def test_an_unhandled_error_passes_each_frame_once(drive, raising, answering):
    app = answering(raising(ValueError()))
    await drive.request(app)
    names = [frame.name for frame in traceback.extract_tb(app.errors[0].__traceback__)]
    # The net, the outer layer, the error layer and the application.
    assert names == ["__call__", "__call__", "__call__", "app"]


async def test_unhandled_goes_to_the_fallback(drive, raising, answering, says):
    app = answering(raising(ValueError("no")), fallback=says("sorry", 500))
    answer = await drive.request(app)
    assert (answer.status, answer.text) == (500, "sorry")
    assert [repr(error) for error in app.errors] == ["ValueError('no')"]


async def test_a_handler_that_fails_is_a_server_error_and_raised(drive, raising, answering, raises):
    original, failure = ValueError("original"), KeyError("failure")
    app = answering(raising(original), {ValueError: raises(failure)})
    answer = await drive.request(app)
    assert (answer.status, answer.text) == SERVER_ERROR
    assert len(app.errors) == 1
    assert app.errors[0] is failure
    assert failure.__context__ is original


async def test_the_fallback_gets_what_a_handler_raises(drive, raising, answering, raises):
    seen = []

    async def fallback(connection, error):
        seen.append(error)
        return Response("sorry", 500)

    failure = KeyError("failure")
    app = answering(raising(ValueError("original")), {ValueError: raises(failure)}, fallback)
    await drive.request(app)
    assert (seen, app.errors) == ([failure], [failure])


async def test_a_handler_may_raise_what_another_one_answers(drive, raising, answering, raises):
    app = answering(raising(ValueError()), {ValueError: raises(HTTPException(422, "Unfit."))})
    answer = await drive.request(app)
    assert (answer.status, answer.text) == (422, "Unfit.")
    assert app.errors == []


async def test_a_handler_is_not_asked_about_its_own_failure(drive, raising, answering):
    calls = []

    async def handler(connection, error):
        calls.append(error)
        raise error

    error = ValueError()
    app = answering(raising(error), {ValueError: handler})
    answer = await drive.request(app)
    assert (answer.status, calls, app.errors) == (500, [error], [error])


async def test_handlers_that_raise_for_each_other_come_to_an_end(drive, raising, answering, raises):
    app = answering(raising(ValueError()), {ValueError: raises(KeyError()), KeyError: raises(ValueError("again"))})
    answer = await drive.request(app)
    assert (answer.status, answer.text) == SERVER_ERROR
    assert [repr(error) for error in app.errors] == ["ValueError('again')"]


@pytest.mark.parametrize("failure", [OSError(), HTTPException(404)])
async def test_a_response_of_a_handler_that_fails_halfway_is_left_alone(drive, raising, answering, failure):
    async def handler(connection, error):
        return raising(failure, START)

    app = answering(raising(ValueError()), {ValueError: handler})
    assert (await drive.request(app)).messages == [START]
    assert app.errors == [failure]


async def test_a_fallback_that_fails_is_a_plain_500_and_its_failure_is_raised(drive, raising, answering, raises):
    original, failure = ValueError(), KeyError()
    app = answering(raising(original), fallback=raises(failure))
    answer = await drive.request(app)
    assert (answer.status, answer.text) == SERVER_ERROR
    assert app.errors == [failure]
    assert failure.__context__ is original


async def test_debug_shows_the_error(drive, raising, answering):
    app = answering(raising(ValueError("what happened")), debug=True)
    answer = await drive.request(app)
    assert (answer.status, answer.headers["content-type"]) == (500, "text/plain; charset=utf-8")
    assert "ValueError: what happened\n" in answer.text


async def test_a_handled_exception_after_the_response_began_is_a_runtime_error(drive, raising, answering):
    error = HTTPException(404)
    app = answering(raising(error, START))
    assert (await drive.request(app)).messages == [START]
    assert [repr(raised) for raised in app.errors] == [
        "RuntimeError('Caught handled exception, but response already started.')"
    ]
    assert app.errors[0].__cause__ is error


async def test_the_runtime_error_is_not_handled_itself(drive, raising, answering, says):
    error = HTTPException(404)
    app = answering(raising(error, START), {RuntimeError: says("no")})
    assert (await drive.request(app)).messages == [START]
    assert app.errors[0].__cause__ is error


async def test_an_unhandled_exception_after_the_response_began_is_raised_on(drive, raising, answering, says):
    error = ValueError()
    app = answering(raising(error, START), fallback=says("no"))
    assert (await drive.request(app)).messages == [START]
    assert app.errors == [error]


# Middleware between two error layers


async def test_middleware_between_two_layers_sees_the_500_and_the_error_comes_out_once(drive, raising, catch):
    seen = []
    error = ValueError("no")
    handled = []

    async def fallback(connection, exc):
        handled.append(exc)
        return Response("sorry", 500)

    def user_middleware(app):
        async def middleware(scope, receive, send):
            def marking(message):
                seen.append(message["type"])
                if message["type"] == "http.response.start":
                    message["headers"].append((b"x-seen", b"yes"))
                return send(message)

            try:
                await app(scope, receive, marking)
            except Exception as exc:
                seen.append(exc)
                raise

        return middleware

    errors = ServerErrorMiddleware(untouched, fallback)
    inner = ExceptionMiddleware(raising(error), server_errors=errors)
    errors.app = ExceptionMiddleware(user_middleware(inner), server_errors=errors)
    app = catch(errors)
    answer = await drive.request(app)
    assert (answer.status, answer.text, answer.headers["x-seen"]) == (500, "sorry", "yes")
    assert seen == ["http.response.start", "http.response.body", error]
    assert (handled, app.errors) == ([error], [error])


@pytest.mark.parametrize(
    ("error", "status", "left"), [(HTTPException(429), 429, []), (ValueError("no"), 500, ["ValueError('no')"])]
)
async def test_what_middleware_itself_raises_is_answered_outside(drive, raising, catch, error, status, left):
    errors = ServerErrorMiddleware(untouched)
    errors.app = ExceptionMiddleware(raising(error), server_errors=errors)
    app = catch(errors)
    assert (await drive.request(app)).status == status
    assert [repr(raised) for raised in app.errors] == left


# What is no Exception


class Stop(BaseException):
    pass


async def test_base_exceptions_pass(raising, says):
    sent = []

    async def send(message):
        sent.append(message)

    errors = ServerErrorMiddleware(untouched)
    errors.app = ExceptionMiddleware(raising(Stop()), {Exception: says("no")}, server_errors=errors)
    with pytest.raises(Stop):
        await errors({"type": "http", "method": "GET", "headers": []}, None, send)
    assert sent == []


async def test_cancellation_passes(drive, says):
    async def app(scope, receive, send):
        scope["state"]["cancel"].cancel()
        await anyio.sleep_forever()

    with anyio.CancelScope() as cancel:
        layer = ExceptionMiddleware(app, {Exception: says("no")}, server_errors=ServerErrorMiddleware(untouched))
        await drive.request(layer, state={"cancel": cancel})
    assert cancel.cancelled_caught


async def test_an_unhandled_error_leaves_no_reference_cycle(raising):
    class CarriedError(Exception):
        pass

    async def send(message):
        pass

    errors = ServerErrorMiddleware(untouched)

    async def app(scope, receive, send):
        raise CarriedError

    errors.app = ExceptionMiddleware(app, server_errors=errors)
    gc.collect()
    gc.disable()
    try:
        with pytest.raises(CarriedError):
            await errors({"type": "http", "method": "GET", "headers": []}, None, send)
        assert not [found for found in gc.get_objects() if isinstance(found, CarriedError)]
    finally:
        gc.enable()
