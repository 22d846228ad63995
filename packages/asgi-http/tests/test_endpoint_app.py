import functools
import threading
from contextvars import ContextVar

import anyio
import pytest
from anyio import from_thread

from asgi_http import ClientDisconnect, HTTPException, JSONResponse, PlainTextResponse, Request, request_response
from asgi_types import GUARD, VIEW, HTTPConnection


def text_of(request):
    on_loop = threading.get_ident() == request.scope["state"]["loop"]
    return PlainTextResponse(f"{request.method} {request.url.path} {'on the loop' if on_loop else 'in a thread'}")


async def async_function(request):
    return text_of(request)


def sync_function(request):
    return text_of(request)


async def async_with_argument(prefix, request):
    return PlainTextResponse(f"{prefix}: {text_of(request).body.decode()}")


def sync_with_argument(prefix, request):
    return PlainTextResponse(f"{prefix}: {text_of(request).body.decode()}")


class AsyncCallable:
    async def __call__(self, request):
        return text_of(request)

    async def method(self, request):
        return text_of(request)

    @classmethod
    async def class_method(cls, request):
        return text_of(request)

    @staticmethod
    async def static_method(request):
        return text_of(request)


class SyncCallable:
    def __call__(self, request):
        return text_of(request)

    def method(self, request):
        return text_of(request)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (async_function, "GET /here on the loop"),
        (functools.partial(async_with_argument, "partial"), "partial: GET /here on the loop"),
        (functools.partial(functools.partial(async_with_argument), "twice"), "twice: GET /here on the loop"),
        (AsyncCallable(), "GET /here on the loop"),
        (AsyncCallable().method, "GET /here on the loop"),
        (AsyncCallable.class_method, "GET /here on the loop"),
        (AsyncCallable.static_method, "GET /here on the loop"),
        (sync_function, "GET /here in a thread"),
        (functools.partial(sync_with_argument, "partial"), "partial: GET /here in a thread"),
        (SyncCallable(), "GET /here in a thread"),
        (SyncCallable().method, "GET /here in a thread"),
        (lambda request: text_of(request), "GET /here in a thread"),  # noqa: PLW0108
    ],
)
async def test_every_kind_of_function(drive, function, expected):
    answer = await drive.request(request_response(function), "/here", state={"loop": threading.get_ident()})
    assert answer.text == expected


@pytest.mark.parametrize("is_async", [True, False])
async def test_the_function_gets_a_request_over_the_same_scope(drive, is_async):
    seen = []

    def look(request):
        seen.append(request)
        return PlainTextResponse()

    async def look_async(request):
        return look(request)

    answer = await drive.request(request_response(look_async if is_async else look))
    assert len(seen) == 1
    assert type(seen[0]) is Request
    assert seen[0].scope is answer.scope


async def test_the_request_class_can_be_another(drive):
    class Special(Request):
        pass

    async def kind(request):
        return PlainTextResponse(type(request).__name__)

    assert (await drive.request(request_response(kind, Special))).text == "Special"
    assert (await drive.request(request_response(kind, request_class=HTTPConnection))).text == "HTTPConnection"


async def test_the_body_comes_from_the_client_and_the_response_goes_to_it(drive):
    async def double(request):
        return JSONResponse([2 * number for number in await request.json()])

    answer = await drive.request(request_response(double), "/", "POST", [b"[1,", b" 2]"])
    assert answer.body == b"[2,4]"


async def test_any_asgi_application_is_a_response(drive):
    async def application(scope, receive, send):
        await PlainTextResponse("from an application")(scope, receive, send)

    async def function(request):
        return application

    assert (await drive.request(request_response(function))).text == "from an application"


async def test_what_the_function_raises_is_raised(drive):
    error = LookupError("418")

    async def function(request):
        raise error

    with pytest.raises(LookupError) as caught:
        await drive.request(request_response(function))
    assert caught.value is error


async def test_what_a_function_in_a_thread_raises_is_raised(drive):
    def function(request):
        raise LookupError("418")

    with pytest.raises(LookupError, match="418"):
        await drive.request(request_response(function))


async def test_a_function_in_a_thread_sees_the_context_variables(drive):
    variable = ContextVar("variable")
    variable.set("set outside")

    def function(request):
        return PlainTextResponse(variable.get())

    assert (await drive.request(request_response(function))).text == "set outside"


async def test_functions_in_threads_run_side_by_side(drive):
    barrier = threading.Barrier(3, timeout=20)

    def function(request):
        barrier.wait()
        return PlainTextResponse()

    app = request_response(function)
    answers = []

    async def one():
        answers.append(await drive.request(app))

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(one)
    assert [answer.status for answer in answers] == [200, 200, 200]


# What is no response


def returns(value):
    async def endpoint(request):
        return value

    return endpoint


@pytest.mark.parametrize("value", [None, {"a": 1}, "text", b"bytes", 200, ("text", 200)])
async def test_no_response_is_a_type_error_that_names_the_function(drive, value):
    kind = type(value).__name__
    message = (
        rf"^returns\.<locals>\.endpoint returned {kind}, not a response: return a Response, such as JSONResponse\.$"
    )
    with pytest.raises(TypeError, match=message) as caught:
        await drive.request(request_response(returns(value)))
    assert caught.value.__context__ is None


async def test_no_response_of_a_function_in_a_thread(drive):
    with pytest.raises(TypeError, match=r"<lambda> returned NoneType, not a response"):
        await drive.request(request_response(lambda request: None))


@pytest.mark.parametrize("function", [functools.partial(returns(None)), type("Endpoint", (), {"__call__": dict})()])
async def test_no_response_of_a_function_without_a_name(drive, function):
    with pytest.raises(TypeError) as caught:
        await drive.request(request_response(function))
    assert str(caught.value).startswith(f"{function!r} returned ")


async def test_an_attribute_error_of_a_response_is_its_own(drive):
    class Broken:
        def __call__(self, scope, receive, send):
            raise AttributeError("of the response")

    with pytest.raises(AttributeError, match=r"^of the response$"):
        await drive.request(request_response(returns(Broken())))


async def test_an_attribute_error_while_sending_is_its_own(drive):
    async def response(scope, receive, send):
        raise AttributeError("of the response")

    with pytest.raises(AttributeError, match=r"^of the response$"):
        await drive.request(request_response(returns(response)))


async def test_a_refusal_is_answered_where_no_error_layer_is(drive):
    async def refusing(request):
        raise HTTPException(403, "Not for you.", headers={"X-Reason": "rain"})

    app = request_response(refusing)
    answer = await drive.request(app)
    assert (answer.status, answer.text, answer.headers["x-reason"]) == (403, "Not for you.", "rain")


async def test_bad_json_is_answered_where_no_error_layer_is(drive):
    async def reading(request):
        return JSONResponse(await request.json())

    answer = await drive.request(request_response(reading), "/", "POST", b"{")
    assert answer.status == 400
    assert answer.text.startswith("Malformed JSON: ")


async def test_a_failure_leaves_its_request_to_the_error_layer(drive):
    seen = []

    async def failing(request):
        seen.append(request)
        raise HTTPException(403)

    scope = drive.scope()
    scope[GUARD] = "the promise that it is answered above"
    with pytest.raises(HTTPException):
        await drive.events(request_response(failing), scope, [])
    assert scope[VIEW] is seen[0]


async def test_a_failing_response_leaves_its_request_too(drive):
    class Broken(PlainTextResponse):
        async def __call__(self, scope, receive, send):
            raise LookupError

    async def endpoint(request):
        return Broken("x")

    scope = drive.scope()
    with pytest.raises(LookupError):
        await drive.events(request_response(endpoint), scope, [])
    assert type(scope[VIEW]) is Request


# The client goes


GONE = {"type": "http.disconnect"}


async def reading(request):
    return PlainTextResponse(await request.body())


async def reading_otherwise(request):
    return PlainTextResponse(await Request(request.scope, request.receive).body())


def reading_in_a_thread(request):
    return PlainTextResponse(from_thread.run(request.body))


async def waiting(request):
    async with request.cancel_on_disconnect():
        await anyio.sleep_forever()


async def streaming(request):
    async def response(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        async with Request(scope, receive).cancel_on_disconnect():
            await anyio.sleep_forever()

    return response


@pytest.mark.parametrize(
    ("function", "sent"),
    [(reading, 0), (reading_otherwise, 0), (reading_in_a_thread, 0), (waiting, 0), (streaming, 1)],
)
async def test_who_has_gone_gets_no_answer_and_makes_no_error(function, sent):
    events = [{"type": "http.request", "body": b"x", "more_body": True}, GONE]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    messages = []

    async def receive():  # a server that says it once
        return events.pop(0) if events else await anyio.sleep_forever()

    async def send(message):
        messages.append(message)

    with anyio.fail_after(20):
        await request_response(function)(scope, receive, send)
    assert len(messages) == sent
    assert VIEW not in scope


async def test_a_view_that_knows_no_disconnect_ends_the_same_way(drive):
    async def endpoint(request):
        raise ClientDisconnect

    app = request_response(endpoint, request_class=HTTPConnection)
    assert (await drive.events(app, drive.scope(), [])).messages == []


@pytest.mark.parametrize("error", [ClientDisconnect("of another request"), OSError("of another connection")])
async def test_a_disconnect_of_somebody_else_is_an_error(drive, error):
    async def endpoint(request):
        raise error

    scope = drive.scope()
    is_gone = isinstance(error, OSError)
    with pytest.raises(type(error)) as caught:
        await drive.events(
            request_response(endpoint), scope, [] if is_gone else [{"type": "http.request", "body": b""}] * 10
        )
    assert caught.value is error
    assert type(scope[VIEW]) is Request
