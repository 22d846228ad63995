"""Which handler answers what, other connections than HTTP, and the guard; what is left is in the files beside."""

import http

import anyio.lowlevel
import pytest

from asgi_middleware import ExceptionMiddleware, ServerErrorMiddleware
from asgi_types import GUARD, HTTPConnection, HTTPException, Response, WebSocketException, refuse

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b""}
SERVER_ERROR = (500, "Internal Server Error")


async def untouched(scope, receive, send):
    await send(START)
    await send(BODY)


# Which handler


async def test_what_is_not_raised_passes(drive, says):
    answer = await drive.request(ExceptionMiddleware(untouched, {Exception: says("no")}))
    assert answer.messages == [START, BODY]


async def test_http_exception_is_plain_text_with_its_headers(drive, raising):
    error = HTTPException(401, "Sign in.", headers={"WWW-Authenticate": "Bearer"})
    answer = await drive.request(ExceptionMiddleware(raising(error)))
    assert (answer.status, answer.text) == (401, "Sign in.")
    assert answer.headers.items() == [
        ("www-authenticate", "Bearer"),
        ("content-length", "8"),
        ("content-type", "text/plain; charset=utf-8"),
    ]


@pytest.mark.parametrize("status", [204, 304])
async def test_http_exception_without_content(drive, raising, status):
    error = HTTPException(status, headers={"etag": '"1"'})
    answer = await drive.request(ExceptionMiddleware(raising(error)))
    assert (answer.status, answer.body, answer.headers.items()) == (status, b"", [("etag", '"1"')])


class Missing(HTTPException):
    def __init__(self):
        super().__init__(404)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (HTTPException(404), "status 404"),
        (HTTPException(http.HTTPStatus.NOT_FOUND), "status 404"),
        (Missing(), "status 404"),
        (HTTPException(405), "Method Not Allowed"),
        (KeyError(), "lookup"),
        (IndexError(), "index"),
        (UnicodeDecodeError("utf-8", b"", 0, 1, ""), "value"),
    ],
)
async def test_lookup_is_by_status_code_then_by_nearest_class(drive, raising, error, expected, says):
    handlers = {
        404: says("status 404"),
        ValueError: says("value"),
        LookupError: says("lookup"),
        IndexError: says("index"),
    }
    answer = await drive.request(ExceptionMiddleware(raising(error), handlers))
    assert answer.text == expected


async def test_lookup_follows_the_method_resolution_order(drive, raising, says):
    class BothError(KeyError, ValueError):
        pass

    answer = await drive.request(
        ExceptionMiddleware(raising(BothError()), {ValueError: says("v"), LookupError: says("l")})
    )
    assert answer.text == "l"


async def test_a_handler_of_the_class_itself_beats_the_default_one(drive, raising, says):
    app = ExceptionMiddleware(raising(HTTPException(404)), {HTTPException: says("all")})
    assert (await drive.request(app)).text == "all"


async def test_a_handler_of_a_status_code_is_for_http_exceptions_only(drive, raising, catch, says):
    class OddError(Exception):
        status_code = 404

    app = catch(ExceptionMiddleware(raising(OddError()), {404: says("no")}))
    assert (await drive.request(app)).messages == []
    assert [type(error) for error in app.errors] == [OddError]


async def test_handlers_can_be_added_and_replaced(drive, raising, says):
    app = ExceptionMiddleware(raising(KeyError()), {KeyError: says("old")})
    app.add_exception_handler(KeyError, says("new"))
    assert (await drive.request(app)).text == "new"


@pytest.mark.parametrize("key", [KeyboardInterrupt, BaseException, "404", int, ValueError()])
def test_other_keys_are_refused(key, says):
    with pytest.raises(AssertionError, match="Neither a status code nor a class of Exception"):
        ExceptionMiddleware(untouched, {key: says("no")})


def test_attributes():
    layer = ExceptionMiddleware(untouched, debug=True)
    assert (layer.app, layer.debug, layer.server_errors) == (untouched, True, None)


# What a handler gets and gives


async def test_a_handler_gets_the_connection_and_the_exception(drive, raising):
    seen = []
    error = ValueError("no")

    async def handler(connection, exc):
        seen.extend([type(connection), connection.url.path, exc])
        return Response()

    await drive.request(ExceptionMiddleware(raising(error), {ValueError: handler}), "/here")
    assert seen == [HTTPConnection, "/here", error]


async def test_the_view_class_follows_the_scope(drive, raising):
    class Request(HTTPConnection):
        pass

    class WebSocket(HTTPConnection):
        pass

    class Layer(ExceptionMiddleware):
        request_class = Request
        websocket_class = WebSocket

    seen = []

    async def handler(connection, error):
        seen.append(type(connection))

    app = Layer(raising(ValueError()), {ValueError: handler})
    await drive.request(app)
    await drive.websocket(app)
    assert seen == [Request, WebSocket]


async def test_a_handler_that_returns_none_has_answered_by_itself(drive, raising, catch):
    sends = []

    class Request(HTTPConnection):
        def __init__(self, scope, receive, send):
            super().__init__(scope)
            sends.append(send)

    class Layer(ExceptionMiddleware):
        request_class = Request

    async def handler(request, error):
        await sends[0]({**START, "status": 418})
        await sends[0](BODY)

    app = catch(Layer(raising(ValueError()), {ValueError: handler}, server_errors=ServerErrorMiddleware(untouched)))
    answer = await drive.request(app)
    assert answer.messages == [{**START, "status": 418}, BODY]
    assert app.errors == []


async def test_a_handler_that_returns_none_and_sends_nothing(drive, raising, catch):
    async def handler(connection, error):
        return None

    app = catch(ExceptionMiddleware(raising(ValueError()), {ValueError: handler}))
    assert (await drive.request(app)).messages == []
    assert app.errors == []


async def test_default_handlers_can_be_called_from_an_override(drive, raising):
    class Layer(ExceptionMiddleware):
        async def http_exception(self, request, exc):
            response = await super().http_exception(request, exc)
            response.headers["x-seen"] = "yes"
            return response

    answer = await drive.request(Layer(raising(HTTPException(404))))
    assert (answer.text, answer.headers["x-seen"]) == ("Not Found", "yes")


async def test_a_handled_exception_keeps_no_traceback(drive, raising, raises):
    error, failure = KeyError(), HTTPException(404)
    app = ExceptionMiddleware(raising(error), {KeyError: raises(failure)})
    for _ in range(3):
        await drive.request(app)
    assert (error.__traceback__, failure.__traceback__) == (None, None)


# Other connections


async def test_websocket_exception_of_an_http_request_is_a_server_error(drive, raising, answering):
    error = WebSocketException(1008)
    app = answering(raising(error))
    answer = await drive.request(app)
    assert (answer.status, answer.text) == SERVER_ERROR
    assert app.errors == [error]


@pytest.mark.parametrize("kind", ["lifespan", "mqtt"])
async def test_other_scopes_pass_untouched(raising, kind, says):
    seen = []

    async def app(scope, receive, send):
        seen.extend([dict(scope), receive, send])
        raise HTTPException(404)

    async def receive():
        raise AssertionError

    async def send(message):
        raise AssertionError

    with pytest.raises(HTTPException):
        await ExceptionMiddleware(app, {HTTPException: says("no")})({"type": kind}, receive, send)
    assert seen == [{"type": kind}, receive, send]


async def test_a_lifespan_passes(drive):
    complete = {"type": "lifespan.startup.complete"}

    async def app(scope, receive, send):
        await send(complete)

    answer = await drive.events(ExceptionMiddleware(app), {"type": "lifespan", "asgi": {"version": "3.0"}}, [])
    assert answer.messages == [complete]
    assert GUARD not in answer.scope


# The guard


async def test_the_guard_is_in_the_scope(drive, raising):
    answer = await drive.request(ExceptionMiddleware(untouched))
    assert callable(answer.scope[GUARD])


async def test_a_refusal_below_is_raised_and_handled(drive, says):
    async def app(scope, receive, send):
        await refuse(scope, receive, send, HTTPException(403))

    answer = await drive.request(ExceptionMiddleware(app, {403: says("by the handler", 403)}))
    assert (answer.status, answer.text) == (403, "by the handler")


async def guarded(scope, receive, send):
    """An application as a route with middleware of its own: it sees what the guard sent."""
    seen = scope["state"].setdefault("seen", [])

    def watched(message):
        seen.append(message["type"])
        return send(message)

    try:
        await scope[GUARD](scope["state"]["app"], scope, receive, watched)
    except Exception as error:
        seen.append(repr(error))
        raise
    seen.append("returned")


async def test_the_guard_answers_inside(drive, raising, says):
    layer = ExceptionMiddleware(guarded, {KeyError: says("lookup")})
    answer = await drive.request(layer, state={"app": raising(KeyError())})
    assert answer.text == "lookup"
    assert answer.scope["state"]["seen"] == ["http.response.start", "http.response.body", "returned"]
    assert layer.app is guarded


async def test_the_guard_answers_server_errors_inside_too(drive, raising, answering):
    app = answering(guarded)
    answer = await drive.request(app, state={"app": raising(KeyError("no"))})
    assert (answer.status, answer.text) == SERVER_ERROR
    assert answer.scope["state"]["seen"] == ["http.response.start", "http.response.body", "KeyError('no')"]
    assert [repr(error) for error in app.errors] == ["KeyError('no')"]


async def test_the_guard_sees_handlers_added_later(drive, raising, says):
    layer = ExceptionMiddleware(guarded)
    layer.add_exception_handler(KeyError, says("later"))
    answer = await drive.request(layer, state={"app": raising(KeyError())})
    assert answer.text == "later"


async def test_concurrent_guards_do_not_mix(drive):
    layer = ExceptionMiddleware(guarded)
    answers = {}

    def waiting(number):
        async def app(scope, receive, send):
            await anyio.lowlevel.checkpoint()
            raise HTTPException(400 + number, str(number))

        return app

    async def one(number):
        answers[number] = await drive.request(layer, state={"app": waiting(number)})

    async with anyio.create_task_group() as tasks:
        for number in range(50):
            tasks.start_soon(one, number)
    assert {number: (answer.status, answer.text) for number, answer in answers.items()} == {
        number: (400 + number, str(number)) for number in range(50)
    }


# For who handles by itself


class Offering(ExceptionMiddleware):
    handlers_key = "asgi_types.view"  # any key that the linter knows


async def test_the_handlers_are_left_under_a_key(drive, says):
    layer = Offering(untouched, {404: says("missing"), KeyError: says("key")})
    answer = await drive.request(layer)
    assert answer.scope[Offering.handlers_key] is layer.handlers
    of_classes, of_statuses = layer.handlers
    assert set(of_classes) == {HTTPException, WebSocketException, KeyError}
    assert set(of_statuses) == {404}


async def test_handling_in_place(drive):
    seen = []

    async def noting(connection, exc):
        seen.append(connection)
        return Response("key")

    layer = ExceptionMiddleware(untouched, {KeyError: noting})
    view = HTTPConnection({"type": "http"})

    async def fail_with(exc, begins=False):
        async def failing(scope, receive, send):
            if begins:
                await send({"type": "http.response.start", "status": 200, "headers": []})
            raise exc

        async def app(scope, receive, send):
            await layer.run(failing, view, scope, receive, send)

        return await drive.request(app)

    assert (await fail_with(KeyError())).text == "key"
    assert seen == [view]
    with pytest.raises(ValueError, match="unhandled"):
        await fail_with(ValueError("unhandled"))
    with pytest.raises(RuntimeError, match=r"^Caught handled exception, but response already started\.$"):
        await fail_with(KeyError(), begins=True)
    assert (await drive.request(lambda *args: layer.run(Response("fine"), view, *args))).text == "fine"


async def test_the_dict_of_handlers_counts(drive, raising, says):
    """Instrumentation puts wrapped handlers into it."""
    layer = ExceptionMiddleware(raising(HTTPException(404)))
    layer._exception_handlers[HTTPException] = says("instrumented")
    assert (await drive.request(layer)).text == "instrumented"


async def test_who_is_around_may_end_a_websocket_with_an_unhandled_error(drive, raising, catch):
    class Layer(ExceptionMiddleware):
        ends_websockets = False

    app = catch(Layer(raising(ValueError())))
    answer = await drive.websocket(app)
    assert answer.messages == []
    assert [repr(error) for error in app.errors] == ["ValueError()"]
