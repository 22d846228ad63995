"""The limit on a body in an application: whoever finds that it is broken, the answer is the same."""

from __future__ import annotations

import math

import pytest

from shine import JSONResponse, Middleware, PlainTextResponse, Route, Shine
from shine.middleware import body_limit
from shine.middleware.body_limit import (
    MAX_BODY_SIZE_SCOPE_KEY,
    RequestBodyLimitMiddleware,
    RequestBodyLimitResponder,
)
from shine.requests import ContentTooLarge


async def by_request(request):
    return PlainTextResponse(await request.body())


class ByHand:
    async def __call__(self, scope, receive, send):
        message = await receive()
        await PlainTextResponse(message["body"])(scope, receive, send)


async def too_large(request, exc):
    return JSONResponse({"limit": exc.limit}, 413)


ROUTES = [Route("/request", by_request), Route("/hand", ByHand())]
LIMIT = Middleware(RequestBodyLimitMiddleware, max_body_size=4)


@pytest.mark.parametrize("path", ["/request", "/hand"])
@pytest.mark.parametrize("headers", [{}, {"content-length": "5"}])
async def test_one_handler_gets_the_refusals_of_all(drive, path, headers):
    app = Shine(routes=ROUTES, middleware=[LIMIT], exception_handlers={ContentTooLarge: too_large})
    assert (await drive.request(app, path, "GET", b"1234")).text == "1234"
    answer = await drive.request(app, path, "GET", b"12345", headers=headers)
    assert (answer.status, answer.text) == (413, '{"limit":4}')


@pytest.mark.parametrize("path", ["/request", "/hand"])
@pytest.mark.parametrize("outer", [2, math.inf])
async def test_it_replaces_the_limit_of_the_application(drive, path, outer):
    app = Shine(routes=ROUTES, middleware=[LIMIT], max_body_size=outer)
    assert (await drive.request(app, path, "GET", b"1234")).text == "1234"
    answer = await drive.request(app, path, "GET", b"12345")
    assert (answer.status, answer.text) == (413, "The body is larger than the limit of 4 bytes.")


async def test_the_scope_key_has_starlette_s_name(drive):
    async def endpoint(request):
        return PlainTextResponse(str(request.scope[MAX_BODY_SIZE_SCOPE_KEY]))

    app = Shine(routes=[Route("/", endpoint)], middleware=[LIMIT])
    assert (await drive.request(app)).text == "4"


async def test_the_responder_is_the_middleware(drive):
    answer = await drive.request(RequestBodyLimitResponder(ByHand(), 4), "/", "GET", b"12345")
    assert (answer.status, answer.text) == (413, "The body is larger than the limit of 4 bytes.")


def test_the_exceptions_that_libraries_look_for():
    assert body_limit._RequestBodyTooLarge is ContentTooLarge
    assert issubclass(body_limit._RequestBodyLimitResponseSent, Exception)
