"""Starlette's interface."""

import inspect

import pytest

from asgi_http import (
    BaseHTTPMiddleware,
    DispatchFunction,
    HTTPException,
    PlainTextResponse,
    Request,
    RequestResponseEndpoint,
)

hello = PlainTextResponse("Hello")


class Marking(BaseHTTPMiddleware):
    def __init__(self, app, mark="a"):
        super().__init__(app)
        self.mark = mark

    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["x-mark"] = self.mark
        return response


async def not_found(request: Request, call_next: RequestResponseEndpoint):
    response = await call_next(request)
    response.status_code = 404
    return response


function: DispatchFunction = not_found


async def test_a_subclass_has_a_dispatch_method(drive):
    assert (await drive.request(Marking(hello))).headers["x-mark"] == "a"
    assert (await drive.request(Marking(hello, mark="b"))).headers["x-mark"] == "b"


@pytest.mark.parametrize("make", [lambda: BaseHTTPMiddleware(hello, function), lambda: Marking(hello)])
async def test_a_function_or_a_method_is_kept_under_its_name(drive, make):
    middleware = make()
    assert middleware.app is hello
    assert middleware.dispatch_func in (function, middleware.dispatch)


async def test_a_function_may_be_given(drive):
    assert (await drive.request(BaseHTTPMiddleware(hello, dispatch=function))).status == 404


async def test_the_function_may_be_any_that_returns_an_awaitable(drive):
    class Awaitable:
        def __init__(self, request, call_next):
            self.coroutine = function(request, call_next)

        def __await__(self):
            return self.coroutine.__await__()

    assert (await drive.request(BaseHTTPMiddleware(hello, Awaitable))).status == 404


async def test_without_a_function_it_cannot_answer(drive):
    with pytest.raises(NotImplementedError, match=r"BaseHTTPMiddleware has no dispatch"):
        await drive.request(BaseHTTPMiddleware(hello))


async def test_it_need_not_call_the_application(drive):
    async def app(scope, receive, send):
        raise AssertionError

    async def dispatch(request, call_next):
        return PlainTextResponse("No.", 403)

    answer = await drive.request(BaseHTTPMiddleware(app, dispatch))
    assert (answer.status, answer.text) == (403, "No.")


async def test_a_subclass_may_have_another_request_class(drive):
    class MyRequest(Request):
        pass

    class Middleware(BaseHTTPMiddleware):
        request_class = MyRequest

        async def dispatch(self, request, call_next):
            assert type(request) is MyRequest
            return await call_next(request)

    assert (await drive.request(Middleware(hello))).text == "Hello"


def test_servers_see_an_application():
    assert inspect.iscoroutinefunction(BaseHTTPMiddleware(hello).__call__)


async def test_a_class_may_raise_refusals(drive):
    class Raising(BaseHTTPMiddleware):
        raises_refusals = True

    async def refusing(request, call_next):
        raise HTTPException(418)

    assert (await drive.request(BaseHTTPMiddleware(hello, refusing))).status == 418
    with pytest.raises(HTTPException):
        await drive.request(Raising(hello, refusing))
