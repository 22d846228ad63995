import threading

import anyio
import pytest

from asgi_middleware import ExceptionMiddleware, ServerErrorMiddleware
from asgi_types import VIEW, HTTPConnection, HTTPException, Response

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b""}
SERVER_ERROR = (500, "Internal Server Error")


async def untouched(scope, receive, send):
    await send(START)
    await send(BODY)


async def test_what_is_not_raised_passes(drive):
    assert (await drive.request(ServerErrorMiddleware(untouched))).messages == [START, BODY]


async def test_an_error_is_a_plain_500_and_raised_on(drive, raising, catch):
    error = ValueError("secret")
    app = catch(ServerErrorMiddleware(raising(error)))
    answer = await drive.request(app)
    assert (answer.status, answer.text) == SERVER_ERROR
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert len(app.errors) == 1
    assert app.errors[0] is error


async def test_alone_it_knows_no_http_exceptions(drive, raising, catch):
    app = catch(ServerErrorMiddleware(raising(HTTPException(404))))
    answer = await drive.request(app)
    assert (answer.status, answer.text) == SERVER_ERROR
    assert [repr(error) for error in app.errors] == ["HTTPException(status_code=404, detail='Not Found')"]


@pytest.mark.parametrize("debug", [False, True])
async def test_after_the_response_began_nothing_is_sent(drive, raising, catch, debug):
    calls = []

    async def handler(request, error):
        calls.append(type(error))
        return Response("Too late.")

    app = catch(ServerErrorMiddleware(raising(ValueError(), START), handler, debug))
    assert (await drive.request(app)).messages == [START]
    assert calls == ([] if debug else [ValueError])  # it may report the error, which a page cannot
    assert [type(error) for error in app.errors] == [ValueError]


async def test_after_the_response_began_there_need_be_no_handler(drive, raising, catch):
    app = catch(ServerErrorMiddleware(raising(ValueError(), START)))
    assert (await drive.request(app)).messages == [START]


async def test_what_a_handler_raises_after_the_response_began_is_raised_on(drive, raising, catch):
    async def handler(request, error):
        raise LookupError from error

    app = catch(ServerErrorMiddleware(raising(ValueError(), START), handler))
    assert (await drive.request(app)).messages == [START]
    assert [type(error) for error in app.errors] == [LookupError]


@pytest.mark.parametrize("messages", [(), (START,)], ids=["answered", "begun"])
async def test_a_handler_is_called_once_by_several_layers_that_answer_by_it(drive, raising, catch, messages):
    calls = []

    async def handler(request, error):
        calls.append(error)

    error = ValueError()
    inside = raising(error, *messages)
    layer = ServerErrorMiddleware(inside, handler)

    async def middleware(scope, receive, send):
        await ExceptionMiddleware(inside, server_errors=layer)(scope, receive, send)

    layer.app = ExceptionMiddleware(middleware, server_errors=layer)
    app = catch(layer)
    await drive.request(app)
    assert (calls, app.errors) == ([error], [error])


async def test_an_answer_that_a_middleware_kept_and_lost_is_made_again(drive, raising, catch):
    async def handler(request, error):
        return Response("Sorry.", 500)

    async def lost(message):
        pass

    inside = raising(ValueError())
    layer = ServerErrorMiddleware(inside, handler)

    async def buffering(scope, receive, send):
        await ExceptionMiddleware(inside, server_errors=layer)(scope, receive, lost)

    layer.app = ExceptionMiddleware(buffering, server_errors=layer)
    answer = await drive.request(catch(layer))
    assert (answer.status, answer.text) == (500, "Sorry.")


async def test_each_of_two_applications_calls_its_own_handler(drive, raising, catch):
    calls = []

    def reporting(name):
        async def handler(request, error):
            calls.append(name)

        return handler

    inner = ServerErrorMiddleware(raising(ValueError(), START), reporting("inner"))
    await drive.request(catch(ServerErrorMiddleware(inner, reporting("outer"))))
    assert calls == ["inner", "outer"]


async def test_a_debug_message_does_not_begin_the_response(drive, raising, catch):
    debug = {"type": "http.response.debug", "info": {}}
    answer = await drive.request(catch(ServerErrorMiddleware(raising(ValueError(), debug))))
    assert answer.status == 500


# The handler


async def test_an_async_handler_answers(drive, raising, catch):
    async def handler(request, error):
        return Response(f"{type(request).__name__} {request.url.path} {error}", 503)

    app = catch(ServerErrorMiddleware(raising(ValueError("no")), handler))
    answer = await drive.request(app, "/here")
    assert (answer.status, answer.text) == (503, "HTTPConnection /here no")
    assert [repr(error) for error in app.errors] == ["ValueError('no')"]


async def test_a_sync_handler_answers_from_a_thread(drive, raising, catch):
    threads = []

    def handler(request, error):
        threads.append(threading.get_ident())
        return Response("sorry", 500)

    answer = await drive.request(catch(ServerErrorMiddleware(raising(ValueError()), handler)))
    assert answer.text == "sorry"
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


async def test_the_handler_gets_the_request_class(drive, raising, catch):
    class Request(HTTPConnection):
        def __init__(self, scope, receive, send):
            super().__init__(scope)
            self.receive, self.send = receive, send

    class Layer(ServerErrorMiddleware):
        request_class = Request

    async def handler(request, error):
        body = (await request.receive())["body"]
        await request.send({**START, "status": 500})
        await request.send({"type": "http.response.body", "body": body})

    answer = await drive.request(catch(Layer(raising(ValueError()), handler)), "/", "POST", b"sent by the client")
    assert (answer.status, answer.text) == (500, "sent by the client")


async def test_a_handler_that_sends_nothing_is_replaced(drive, raising, catch):
    async def handler(request, error):
        return None

    app = catch(ServerErrorMiddleware(raising(ValueError("no")), handler))
    answer = await drive.request(app)
    assert (answer.status, answer.text) == SERVER_ERROR
    assert [repr(error) for error in app.errors] == ["ValueError('no')"]


async def failing(request, error):
    raise KeyError("handler")


async def with_failing_response(request, error):
    async def response(scope, receive, send):
        raise KeyError("response")

    return response


async def with_no_response(request, error):
    return "no response"


@pytest.mark.parametrize(
    ("handler", "failure"),
    [
        (failing, "KeyError('handler')"),
        (lambda request, error: 1 / 0, "ZeroDivisionError('division by zero')"),
        (with_failing_response, "KeyError('response')"),
        (with_no_response, "TypeError(\"'str' object is not callable\")"),
    ],
)
async def test_a_handler_that_fails_is_replaced_and_its_failure_raised(drive, raising, catch, handler, failure):
    original = ValueError()
    app = catch(ServerErrorMiddleware(raising(original), handler))
    answer = await drive.request(app)
    assert (answer.status, answer.text) == SERVER_ERROR
    assert [repr(error) for error in app.errors] == [failure]
    assert app.errors[0].__context__ is original


async def test_a_handler_that_fails_halfway_is_left_alone(drive, raising, catch):
    async def handler(request, error):
        return raising(KeyError("halfway"), START)

    app = catch(ServerErrorMiddleware(raising(ValueError()), handler))
    assert (await drive.request(app)).messages == [START]
    assert [repr(error) for error in app.errors] == ["KeyError('halfway')"]


async def test_the_plain_answer_can_be_overridden(drive, raising, catch):
    class Layer(ServerErrorMiddleware):
        def error_response(self, request, exc):
            return Response(f"{request.url.path} {type(exc).__name__}", 500)

    answer = await drive.request(catch(Layer(raising(ValueError()))), "/here")
    assert answer.text == "/here ValueError"


async def test_head_gets_no_body(drive, raising, catch):
    answer = await drive.request(catch(ServerErrorMiddleware(raising(ValueError()))), "/", "HEAD")
    assert (answer.status, answer.headers["content-length"], answer.body) == (500, "21", b"")


# Debug


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ({"accept": "text/html,application/xhtml+xml;q=0.9"}, "text/html; charset=utf-8"),
        ({"accept": "*/*"}, "text/plain; charset=utf-8"),
        ({}, "text/plain; charset=utf-8"),
    ],
)
async def test_the_debug_answer_is_what_the_client_accepts(drive, raising, catch, accept, content_type):
    app = catch(ServerErrorMiddleware(raising(ValueError("no")), failing, True))
    answer = await drive.request(app, headers=accept)
    assert (answer.status, answer.headers["content-type"]) == (500, content_type)
    assert answer.text.startswith("<!DOCTYPE html>" if "html" in content_type else "Traceback (most recent call last):")
    assert [repr(error) for error in app.errors] == ["ValueError('no')"]


async def test_the_debug_answer_is_made_in_a_thread(drive, raising, catch):
    threads = []

    class Layer(ServerErrorMiddleware):
        def debug_response(self, request, exc):
            threads.append(threading.get_ident())
            return super().debug_response(request, exc)

    await drive.request(catch(Layer(raising(ValueError()), debug=True)))
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


async def test_a_debug_answer_that_fails_is_a_plain_500(drive, raising, catch):
    class Layer(ServerErrorMiddleware):
        def debug_response(self, request, exc):
            raise KeyError("page")

    app = catch(Layer(raising(ValueError()), debug=True))
    answer = await drive.request(app)
    assert (answer.status, answer.text) == SERVER_ERROR
    assert [repr(error) for error in app.errors] == ["KeyError('page')"]


# What is no HTTP request, and what is no Exception


@pytest.mark.parametrize("kind", ["websocket", "lifespan", "mqtt"])
async def test_other_scopes_pass_untouched(raising, kind):
    seen = []

    async def app(scope, receive, send):
        seen.extend([dict(scope), receive, send])
        raise ValueError("no")

    async def receive():
        raise AssertionError

    async def send(message):
        raise AssertionError

    with pytest.raises(ValueError, match="no"):
        await ServerErrorMiddleware(app, failing)({"type": kind}, receive, send)
    assert seen == [{"type": kind}, receive, send]


class Stop(BaseException):
    pass


async def test_base_exceptions_pass(raising):
    sent = []

    async def send(message):
        sent.append(message)

    with pytest.raises(Stop):
        await ServerErrorMiddleware(raising(Stop()))({"type": "http"}, None, send)
    assert sent == []


async def test_cancellation_of_a_handler_sends_nothing(raising):
    sent = []

    async def send(message):
        sent.append(message)

    with anyio.CancelScope() as cancel:

        async def handler(request, error):
            cancel.cancel()
            await anyio.sleep_forever()

        await ServerErrorMiddleware(raising(ValueError()), handler)({"type": "http"}, None, send)
    assert cancel.cancelled_caught
    assert sent == []


# Directly above an error layer


async def test_above_a_layer_that_answers_through_it_the_messages_pass_unwrapped():
    seen = []

    async def app(scope, receive, send):
        seen.append(send)

    class Layer(ExceptionMiddleware):
        async def __call__(self, scope, receive, send):
            await self.app(scope, receive, send)

    async def send(message):
        raise AssertionError

    errors = ServerErrorMiddleware(app)
    await errors({"type": "http"}, None, send)
    errors.app = Layer(app, server_errors=errors)
    await errors({"type": "http"}, None, send)
    errors.app = Layer(app, server_errors=ServerErrorMiddleware(app))
    await errors({"type": "http"}, None, send)
    assert [wrapped is send for wrapped in seen] == [False, True, False]


async def test_above_another_error_layer_it_answers_itself(drive, raising, catch):
    app = catch(ServerErrorMiddleware(ExceptionMiddleware(raising(ValueError("no")))))
    answer = await drive.request(app)
    assert (answer.status, answer.text) == SERVER_ERROR
    assert [repr(error) for error in app.errors] == ["ValueError('no')"]


def test_attributes():
    layer = ServerErrorMiddleware(untouched, failing, True)
    assert (layer.app, layer.handler, layer.debug) == (untouched, failing, True)


async def test_a_handler_that_answers_through_the_failed_request_is_not_answered_again(drive):
    """It goes around whatever this layer could wrap for it, so what was sent is known from the layer's own `send`."""
    sends = []

    async def app(scope, receive, send):
        sends.append(send)
        raise LookupError

    async def handler(request, exc):
        await Response("mine", 500)(request.scope, None, sends[0])

    sent = []

    async def send(message):
        sent.append(message)

    with pytest.raises(LookupError):
        await ServerErrorMiddleware(app, handler)(drive.scope(), None, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]


async def test_what_a_request_has_read_is_not_kept(drive):
    async def app(scope, receive, send):
        scope[VIEW] = HTTPConnection(scope)
        raise LookupError

    async def send(message):
        pass

    scope = drive.scope()
    with pytest.raises(LookupError):
        await ServerErrorMiddleware(app)(scope, None, send)
    assert VIEW not in scope
