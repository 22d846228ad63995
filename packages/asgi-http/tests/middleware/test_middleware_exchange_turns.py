"""Cancellation, time limits, tasks of the middleware's own, calling again: how the two coroutines take turns."""

import asyncio
import gc
import sys
import weakref
from contextlib import suppress

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import BaseHTTPMiddleware, PlainTextResponse, Response, http_middleware

START = {"type": "http.response.start", "status": 200, "headers": []}


def part(body, more_body=True):
    return {"type": "http.response.body", "body": body, "more_body": more_body}


# Cancellation


@pytest.mark.parametrize("begins", [False, True])
async def test_cancellation_from_outside_goes_through_both(drive, form, begins):
    log = []

    async def app(scope, receive, send):
        try:
            if begins:
                await send(START)
            scope["state"]["cancel"].cancel()
            await anyio.sleep_forever()
        except BaseException as exc:
            log.append(f"app {isinstance(exc, anyio.get_cancelled_exc_class())}")
            raise

    async def before(request):
        log.append("begun")

    with anyio.CancelScope() as cancel:
        await drive.request(form(before)(app), state={"cancel": cancel})
    assert cancel.cancelled_caught
    assert log == ["begun", "app True"]


async def test_cancellation_while_the_middleware_works(drive, form, make_endless):
    endless = make_endless()
    log = []

    async def after(response):
        try:
            cancel.cancel()
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await checkpoint()
            log.append("cleaned up")

    with anyio.CancelScope() as cancel:
        await drive.request(form(after=after)(endless))
    assert cancel.cancelled_caught
    assert log == ["cleaned up"]
    assert isinstance(endless.ended_by, anyio.get_cancelled_exc_class())


async def test_an_application_that_gives_the_middleware_too_little_time(drive, form):
    async def app(scope, receive, send):
        with anyio.move_on_after(0.001):
            await send(START)
        with pytest.raises(OSError, match="answered by itself"):
            await send(part(b"one"))

    async def after(response):
        await anyio.sleep_forever()

    answer = await drive.request(form(after=after)(app))
    assert answer.messages == []


def run_until_it_waits(coroutine):
    """The object that the event loop would get."""
    return coroutine.send(None)


@pytest.mark.parametrize("begins", [False, True])
def test_closing_the_coroutine_closes_both(drive, form, begins):
    log = []

    class Wait:
        def __await__(self):
            yield "waiting"

    async def app(scope, receive, send):
        try:
            if begins:
                await send(START)
            await Wait()
        finally:
            log.append("app")

    async def after(response):
        await Wait()

    async def send(message):
        raise AssertionError

    coroutine = form(after=after)(app)(drive.scope(), None, send)
    assert run_until_it_waits(coroutine) == "waiting"
    coroutine.close()
    assert log == ["app"]


# What is left behind


@pytest.mark.parametrize("is_replaced", [False, True])
async def test_nothing_of_a_request_waits_for_the_garbage_collector(drive, form, is_replaced, make_endless):
    app = make_endless() if is_replaced else PlainTextResponse("Hello")
    seen = []

    async def before(request):
        seen.append(weakref.ref(request))

    async def after(response):
        seen.append(weakref.ref(response))
        if is_replaced:
            await anext(response.body_iterator)
            return Response("Instead.")
        return None

    gc.collect()
    gc.disable()
    try:
        await drive.request(form(before, after)(app))
        if is_replaced:
            app.ended_by = None
        await checkpoint()
        assert [reference() for reference in seen] == [None, None]
    finally:
        gc.enable()


class OwnError(Exception):
    pass


@http_middleware
async def passing_generator(request):
    yield


@http_middleware
async def passing_function(request, call_next):
    return await call_next(request)


@http_middleware
async def answering_function(request, call_next):
    try:
        return await call_next(request)
    except OwnError:
        return PlainTextResponse("Sorry.")


@http_middleware
async def answering_generator(request):
    try:
        yield
    except OwnError:
        yield PlainTextResponse("Sorry.")


@pytest.mark.parametrize("middleware", [passing_generator, passing_function, answering_generator, answering_function])
async def test_an_error_does_not_wait_for_the_garbage_collector(middleware):
    seen = []

    async def app(scope, receive, send):
        error = OwnError()
        seen.append(weakref.ref(error))
        try:
            raise error
        finally:
            del error

    gc.collect()
    gc.disable()
    try:
        with suppress(OwnError):
            await middleware(app)({"type": "http", "method": "GET"}, None, do_nothing)
        assert [reference() for reference in seen] == [None]
    finally:
        gc.enable()


async def do_nothing(message):
    pass


# Time limits and tasks of the middleware's own


class ClassLimit(BaseHTTPMiddleware):
    def __init__(self, app, limit):
        super().__init__(app)
        self.limit = limit

    async def dispatch(self, request, call_next):
        try:
            with anyio.fail_after(self.limit):
                return await call_next(request)
        except TimeoutError:
            return PlainTextResponse("Too slow.", 504)


@http_middleware
async def generator_limit(request, limit):
    try:
        with anyio.fail_after(limit):
            yield
    except TimeoutError:
        yield PlainTextResponse("Too slow.", 504)


@pytest.fixture(params=[ClassLimit, generator_limit])
def time_limit(request):
    return request.param


async def test_a_time_limit_ends_what_is_inside(drive, time_limit):
    ended = []

    async def slow(scope, receive, send):
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    answer = await drive.request(time_limit(slow, 0.01))
    assert (answer.status, ended) == (504, [True])


async def test_a_time_limit_ends_with_the_start_of_the_response(drive, time_limit):
    async def app(scope, receive, send):
        await send(START)
        await anyio.sleep(0.05)
        await send(part(b"late", more_body=False))

    answer = await drive.request(time_limit(app, 0.02))
    assert answer.text == "late"


async def test_a_cancel_scope_inside_that_is_open_across_the_start_is_an_error(drive, time_limit):
    async def app(scope, receive, send):
        with anyio.CancelScope():
            await send(START)

    with pytest.raises(RuntimeError, match=r"[Cc]ancel scope"):
        await drive.request(time_limit(app, 1))


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_time_limit_of_asyncio_minds_no_cancel_scope_inside(drive):
    async def app(scope, receive, send):
        with anyio.CancelScope():
            await send(START)
            await send(part(b"done", more_body=False))

    async def dispatch(request, call_next):
        async with asyncio.timeout(1):
            return await call_next(request)

    answer = await drive.request(BaseHTTPMiddleware(app, dispatch))
    assert answer.text == "done"


async def test_another_task_cannot_call_the_application(drive):
    async def dispatch(request, call_next):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(check, call_next, request)
        response = await call_next(request)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(check, anext, response.body_iterator)
        return response

    async def check(function, argument):
        with pytest.raises(RuntimeError, match=r"in another task .*create_task, asyncio\.gather .*asyncio\.timeout"):
            await function(argument)

    answer = await drive.request(BaseHTTPMiddleware(PlainTextResponse("Hello"), dispatch))
    assert answer.text == "Hello"


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_gather_of_asyncio_is_told_to_await_directly(drive):
    async def dispatch(request, call_next):
        with pytest.raises(RuntimeError, match=r"asyncio\.gather"):
            await asyncio.gather(call_next(request))
        return await call_next(request)

    assert (await drive.request(BaseHTTPMiddleware(PlainTextResponse("Hello"), dispatch))).text == "Hello"


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_wait_for_of_asyncio_works_where_it_makes_no_task(drive):
    async def dispatch(request, call_next):
        if sys.version_info < (3, 12):
            with pytest.raises(RuntimeError, match=r"asyncio\.timeout"):
                await asyncio.wait_for(call_next(request), 1)
            return await call_next(request)
        return await asyncio.wait_for(call_next(request), 1)

    answer = await drive.request(BaseHTTPMiddleware(PlainTextResponse("Hello"), dispatch))
    assert answer.text == "Hello"


async def test_a_task_may_run_beside_the_application(drive):
    async def dispatch(request, call_next):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.sleep_forever)
            response = await call_next(request)
            tasks.cancel_scope.cancel()
        return response

    answer = await drive.request(BaseHTTPMiddleware(PlainTextResponse("Hello"), dispatch))
    assert answer.text == "Hello"
