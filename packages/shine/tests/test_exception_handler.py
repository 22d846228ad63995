"""What is handled in its place, by the error layer's handlers: how FastAPI answers the exceptions of its routes."""

from __future__ import annotations

import pytest

from shine import HTTPException, PlainTextResponse, Request, Route, Shine, WebSocket, WebSocketRoute
from shine._exception_handler import wrap_app_handling_exceptions
from shine._handled_app import EXCEPTION_HANDLERS
from shine.middleware.exceptions import ExceptionMiddleware


class Handled:
    """An endpoint as other frameworks make them of a function."""

    def __init__(self, func, view=Request):
        self.func = func
        self.view = view

    async def __call__(self, scope, receive, send):
        connection = self.view(scope, receive, send)

        async def app(scope, receive, send):
            response = await self.func(connection)
            if response is not None:
                await response(scope, receive, send)

        await wrap_app_handling_exceptions(app, connection)(scope, receive, send)


class Noting:
    """Middleware between the error layer and the route; it sees what is answered in its place."""

    def __init__(self, app, seen):
        self.app = app
        self.seen = seen

    async def __call__(self, scope, receive, send):
        async def noting(message):
            self.seen.append(message.get("status", message["type"]))
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as exc:
            self.seen.append(type(exc))
            raise


async def missing(request):
    raise HTTPException(404, "Nothing there.")


async def lost(request):
    await request.body()
    raise LookupError("no such thing")


async def on_lookup(request, exc):
    return PlainTextResponse(f"{exc} in {await request.body()!r}", 410)


def make(func, seen, **arguments):
    route = Route("/", Noting(Handled(func), seen), methods=["POST"])
    return Shine(routes=[route], **arguments)


async def test_a_response_passes(drive):
    async def hello(request):
        return PlainTextResponse("Hello")

    seen = []
    assert (await drive.request(make(hello, seen), "/", "POST")).text == "Hello"
    assert seen == [200, "http.response.body"]


async def test_an_answer_is_given_in_its_place(drive):
    seen = []
    answer = await drive.request(make(missing, seen), "/", "POST")
    assert (answer.status, answer.text) == (404, "Nothing there.")
    assert seen == [404, "http.response.body"]


async def test_a_handler_has_the_request_whose_function_failed(drive):
    seen = []
    app = make(lost, seen, exception_handlers={LookupError: on_lookup})
    assert (await drive.request(app, "/", "POST", b"it")).text == "no such thing in b'it'"
    assert seen[0] == 410


async def test_what_has_no_handler_is_raised_on(drive):
    async def on_error(request, exc):
        return PlainTextResponse(f"error in {await request.body()!r}", 500)

    seen, sent = [], []

    async def receive():
        return {"type": "http.request", "body": b"it", "more_body": False}

    async def send(message):
        sent.append(message)

    app = make(lost, seen, exception_handlers={500: on_error})
    with pytest.raises(LookupError):
        await app(drive.scope("/", "POST"), receive, send)
    assert seen == [LookupError]
    assert (sent[0]["status"], sent[1]["body"]) == (500, b"error in b'it'")


async def test_after_the_response_has_begun_it_is_too_late(drive):
    class Late:
        async def __call__(self, scope, receive, send):
            async def app(scope, receive, send):
                await send({"type": "http.response.start", "status": 200, "headers": []})
                raise HTTPException(404)

            await wrap_app_handling_exceptions(app, Request(scope, receive, send))(scope, receive, send)

    async def send(message):
        pass

    with pytest.raises(RuntimeError, match=r"^Caught handled exception, but response already started\.$"):
        await Shine(routes=[Route("/", Late())])(drive.scope("/"), None, send)


async def test_without_an_error_layer_all_is_raised_on(drive):
    async def send(message):
        raise AssertionError

    with pytest.raises(HTTPException):
        await Handled(missing)(drive.scope("/"), None, send)


async def call(app, drive, **more):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"it", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {**drive.scope("/", "POST"), **more}
    await app(scope, receive, send)
    return scope, sent


@pytest.mark.parametrize("func", [missing, lost])
async def test_handlers_that_somebody_put_into_the_scope_come_first(drive, func):
    async def of_class(request, exc):
        return PlainTextResponse("by class", 400)

    async def of_status(request, exc):
        return PlainTextResponse("by status", 400)

    handlers = ({LookupError: of_class}, {404: of_status})
    _, sent = await call(ExceptionMiddleware(Handled(func)), drive, **{EXCEPTION_HANDLERS: handlers})
    assert sent[1]["body"] == (b"by status" if func is missing else b"by class")


async def test_the_error_layer_leaves_its_handlers_where_it_has_a_key_for_them(drive):
    class Offering(ExceptionMiddleware):
        handlers_key = EXCEPTION_HANDLERS

    layer = Offering(Handled(lost), {404: on_lookup})
    layer._exception_handlers[LookupError] = on_lookup  # from outside, as instrumentation does
    scope, sent = await call(layer, drive)
    assert scope[EXCEPTION_HANDLERS] == (layer._exception_handlers, {404: on_lookup})
    assert sent[1]["body"] == b"no such thing in b'it'"
    assert ExceptionMiddleware.handlers_key is None


async def test_another_guard_is_left_to_answer(drive):
    async def guard(app, scope, receive, send):
        raise AssertionError

    with pytest.raises(HTTPException):
        await call(Handled(missing), drive, **{"asgi_types.guard": guard})


@pytest.mark.parametrize("accepts", [False, True])
async def test_a_websocket(drive, accepts):
    async def failing(websocket):
        if accepts:
            await websocket.accept()
        raise HTTPException(403, "Not for you.")

    app = Shine(routes=[WebSocketRoute("/", Handled(failing, WebSocket))])
    answer = await drive.websocket(app, "/")
    assert answer.messages[-1] == {"type": "websocket.close", "code": 3003, "reason": "Not for you."}
    assert [message["type"] for message in answer.messages[:-1]] == (["websocket.accept"] if accepts else [])


async def test_a_handler_has_the_websocket_whose_function_failed(drive):
    async def failing(websocket):
        await websocket.accept()
        raise LookupError("gone")

    async def on_lookup(websocket, exc):
        await websocket.close(4000, f"{exc}, {websocket.application_state.name}")

    routes = [WebSocketRoute("/", Handled(failing, WebSocket))]
    app = Shine(routes=routes, exception_handlers={LookupError: on_lookup})
    answer = await drive.websocket(app, "/")
    assert answer.messages[-1] == {"type": "websocket.close", "code": 4000, "reason": "gone, CONNECTED"}
