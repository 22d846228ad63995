"""The decorator, and what only generators can do."""

import functools
import inspect
from contextlib import suppress

import pytest
from anyio.lowlevel import checkpoint

from asgi_http import HTTPException, PlainTextResponse, Request, Response
from asgi_http import http_middleware as decorator

hello = PlainTextResponse("Hello")


# Set-up


async def generator_function(request, name="a", *, value="1"):
    response = yield
    response.headers[f"x-{name}"] = value


async def coroutine_function(request, call_next, name="a", *, value="1"):
    response = await call_next(request)
    response.headers[f"x-{name}"] = value
    return response


class GeneratorCallable:
    async def __call__(self, request, name="a", *, value="1"):
        response = yield
        response.headers[f"x-{name}"] = value


class CoroutineCallable:
    async def __call__(self, request, call_next, name="a", *, value="1"):
        return await coroutine_function(request, call_next, name, value=value)


@pytest.mark.parametrize(
    "function",
    [
        generator_function,
        coroutine_function,
        GeneratorCallable(),
        CoroutineCallable(),
        GeneratorCallable().__call__,
        functools.partial(functools.partial(generator_function)),
        functools.partial(coroutine_function),
    ],
)
async def test_every_kind_of_function(drive, function):
    middleware = decorator(function)
    assert (await drive.request(middleware(hello))).headers["x-a"] == "1"
    assert (await drive.request(middleware(hello, "b"))).headers["x-b"] == "1"
    assert (await drive.request(middleware(hello, value="2"))).headers["x-a"] == "2"
    assert (await drive.request(middleware(hello, "b", value="2"))).headers["x-b"] == "2"
    assert middleware(hello).app is hello


def plain_function(request):
    pass


def plain_generator(request):
    yield


@pytest.mark.parametrize("function", [plain_function, plain_generator, Request, functools.partial(plain_function), 3])
def test_another_kind_of_function_is_refused(function):
    with pytest.raises(TypeError, match="neither an async generator function nor a coroutine function"):
        decorator(function)


def test_the_middleware_is_named_and_documented_as_the_function():
    @decorator
    async def timing(request):
        """Measure."""
        yield

    assert (timing.__name__, timing.__doc__) == ("timing", "Measure.")


@pytest.mark.parametrize("function", [generator_function, coroutine_function])
def test_servers_see_an_application(function):
    assert inspect.iscoroutinefunction(decorator(function)(hello).__call__)


@pytest.mark.parametrize("function", [generator_function, coroutine_function])
async def test_a_subclass_may_have_another_request_class(drive, function):
    seen = []

    class MyRequest(Request):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            seen.append(self)

    class my_middleware(decorator):  # noqa: N801
        request_class = MyRequest

    await drive.request(my_middleware(function)(hello))
    assert [type(request) for request in seen] == [MyRequest]


# A response instead


async def test_a_response_yielded_at_first_is_the_answer(drive):
    log = []

    async def app(scope, receive, send):
        raise AssertionError

    @decorator
    async def middleware(request):
        yield PlainTextResponse("No.", 403)
        log.append("after it")

    async def send(message):
        log.append(message.get("body"))

    await middleware(app)(drive.scope(), None, send)
    assert log == [None, b"No.", "after it"]


async def test_a_response_yielded_later_takes_the_place_of_the_first(drive):
    log = []

    @decorator
    async def middleware(request):
        response = yield
        yield PlainTextResponse(f"Instead of {response.status_code}.")
        log.append("after it")

    answer = await drive.request(middleware(hello))
    assert (answer.text, log) == ("Instead of 200.", ["after it"])


@pytest.mark.parametrize("fails", [False, True])
async def test_what_is_yielded_must_be_a_response(drive, fails, failing):
    @decorator
    async def middleware(request):
        try:
            yield
            yield 3
        except LookupError:
            yield 3

    with pytest.raises(TypeError, match="answered with int, not a response"):
        await drive.request(middleware(failing if fails else hello))


async def test_what_prevents_a_yielded_response_is_raised_at_its_yield(drive):
    caught = []

    async def unsendable(scope, receive, send):
        raise LookupError("cannot be sent")

    @decorator
    async def middleware(request):
        try:
            yield unsendable
        except LookupError as exc:
            caught.append(exc)
            if request.method == "POST":
                raise

    with pytest.raises(LookupError, match="cannot be sent"):
        await drive.request(middleware(hello), method="POST")
    with pytest.raises(RuntimeError, match="middleware caught an exception and ended without an answer"):
        await drive.request(middleware(hello))
    assert len(caught) == 2


# Errors of the generator


async def test_a_generator_must_yield(drive):
    @decorator
    async def middleware(request):
        if request.method == "POST":
            yield

    with pytest.raises(RuntimeError, match="middleware ended without a yield"):
        await drive.request(middleware(hello))


async def test_a_generator_may_not_swallow_an_error_without_an_answer(drive, failing):
    @decorator
    async def middleware(request):
        with suppress(LookupError):
            yield

    with pytest.raises(RuntimeError, match="middleware caught an exception and ended without an answer") as raised:
        await drive.request(middleware(failing))
    assert isinstance(raised.value.__cause__, LookupError)


@pytest.mark.parametrize("answers", [[None, None, None], [hello, None], [None, hello, hello]])
async def test_a_generator_may_not_yield_too_often(drive, answers):
    closed = []

    @decorator
    async def middleware(request):
        try:
            for answer in answers:
                yield answer
        finally:
            await checkpoint()
            closed.append(True)

    with pytest.raises(RuntimeError, match="middleware yields once too often"):
        await drive.request(middleware(hello))
    assert closed == [True]


async def test_an_http_exception_behind_the_second_yield_comes_too_late(drive):
    @decorator
    async def middleware(request):
        yield
        yield
        raise HTTPException(404)

    with pytest.raises(HTTPException):
        await drive.request(middleware(hello))


async def test_a_request_body_read_by_the_middleware_is_there_for_the_application(drive):
    @decorator
    async def middleware(request):
        assert await request.json() == {"a": 1}
        yield

    async def app(scope, receive, send):
        await Response((await receive())["body"])(scope, receive, send)

    assert (await drive.request(middleware(app), body=[b'{"a"', b": 1}"])).body == b'{"a": 1}'
