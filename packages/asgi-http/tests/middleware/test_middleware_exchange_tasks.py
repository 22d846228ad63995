"""An application that sends from a task of its own, or out of order; and an error layer around a middleware."""

from contextvars import ContextVar

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import BaseHTTPMiddleware, HTTPException, PlainTextResponse, StreamingResponse, http_middleware
from asgi_types import GUARD, VIEW

START = {"type": "http.response.start", "status": 200, "headers": []}


def part(body, more_body=True):
    return {"type": "http.response.body", "body": body, "more_body": more_body}


# Tasks inside


@pytest.fixture
def from_a_task(streaming):
    async def from_a_task(scope, receive, send):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(streaming, scope, receive, send)

    return from_a_task


async def test_an_application_may_send_from_a_task_of_its_own(drive, form, from_a_task):
    async def after(response):
        response.headers["x-after"] = "1"
        await checkpoint()

    answer = await drive.request(form(after=after)(form(after=after)(from_a_task)))
    assert answer.headers["x-after"] == "1"
    assert answer.body == b"onetwo"


async def test_the_body_may_come_from_a_task(drive, form, upper, from_a_task):
    async def after(response):
        response.body_iterator = upper(response.body_iterator)

    answer = await drive.request(form(after=after)(form(after=after)(from_a_task)))
    assert answer.body == b"ONETWO"


async def test_what_cannot_be_left_in_a_task_of_the_application_s_is_explained(drive, from_a_task):
    variable = ContextVar("variable")

    async def dispatch(request, call_next):
        token = variable.set("during")
        response = await call_next(request)
        variable.reset(token)
        return response

    with pytest.raises(ValueError, match="different Context") as raised:
        await drive.request(BaseHTTPMiddleware(from_a_task, dispatch))
    assert "in a task of its own" in raised.value.__notes__[0]


async def test_a_lock_that_cannot_be_released_behind_the_second_yield_is_explained(drive):
    lock = anyio.Lock()

    @http_middleware
    async def locked(request):
        yield
        async with lock:
            yield

    async def app(scope, receive, send):
        await send(START)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send, part(b"", more_body=False))

    with pytest.raises(RuntimeError, match=r"[Ll]ock") as raised:
        await drive.request(locked(app))
    assert "locks" in raised.value.__notes__[0]


@pytest.mark.parametrize("enter", [anyio.CancelScope, lambda: anyio.fail_after(1)])
async def test_a_cancel_scope_that_cannot_be_left_amid_one_of_the_application_is_explained(drive, enter):
    async def app(scope, receive, send):
        with anyio.CancelScope():
            await send(START)

    async def dispatch(request, call_next):
        with enter():
            return await call_next(request)

    with pytest.raises(RuntimeError, match=r"[Cc]ancel scope") as raised:
        await drive.request(BaseHTTPMiddleware(app, dispatch))
    assert "asyncio.timeout" in raised.value.__notes__[0]


async def test_another_error_of_the_middleware_needs_no_such_explanation(drive, form, streaming):
    async def after(response):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine") as raised:
        await drive.request(form(after=after)(streaming))
    assert not hasattr(raised.value, "__notes__")


async def test_an_application_that_does_not_await_its_messages(drive, form):
    async def app(scope, receive, send):
        scope["state"]["tasks"].start_soon(send, START)
        await anyio.sleep(0.01)

    async def after(response):
        await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        with pytest.raises(RuntimeError, match="ended while it was still sending"):
            await drive.request(form(after=after)(app), state={"tasks": tasks})
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("messages", [[part(b"one")], [START, START]])
async def test_messages_out_of_order_are_refused(drive, form, messages):
    async def after(response):
        await anext(response.body_iterator)

    async def app(scope, receive, send):
        for message in messages:
            await send(message)

    with pytest.raises(RuntimeError, match="sent out of order, while the middleware waited for"):
        await drive.request(form(after=after)(app))


# Refusals


async def test_an_http_exception_of_the_middleware_is_answered(drive, form, streaming):
    async def before(request):
        raise HTTPException(401, "Sign in.", {"WWW-Authenticate": "Bearer"})

    answer = await drive.request(form(before)(streaming))
    assert (answer.status, answer.text, answer.headers["www-authenticate"]) == (401, "Sign in.", "Bearer")


async def test_an_http_exception_is_left_to_the_error_layer_where_there_is_one(drive, form, streaming):
    async def before(request):
        await request.body()
        raise HTTPException(401)

    scope = drive.scope(**{GUARD: None})
    with pytest.raises(HTTPException):
        await drive.events(form(before)(streaming), scope, [{"type": "http.request", "body": b"one"}])
    assert await scope[VIEW].body() == b"one"


@pytest.mark.parametrize("guard", [{}, {GUARD: None}])
async def test_an_http_exception_after_the_response_began_takes_its_place(drive, form, guard):
    async def after(response):
        raise HTTPException(418, "Short and stout.")

    app = form(after=after)(StreamingResponse(["one"] * 9))
    if guard:
        with pytest.raises(HTTPException) as raised:
            await drive.request(app, **guard)
        assert raised.value.status_code == 418
    else:
        answer = await drive.request(app)
        assert (answer.status, answer.text) == (418, "Short and stout.")


async def test_an_http_exception_of_the_application_passes(drive, form):
    refusal = HTTPException(404)

    async def app(scope, receive, send):
        raise refusal

    with pytest.raises(HTTPException) as raised:
        await drive.request(form()(app), **{GUARD: None})
    assert raised.value is refusal


async def test_a_middleware_may_answer_an_http_exception_of_the_application(drive, form):
    async def app(scope, receive, send):
        scope[VIEW] = "the request that failed"
        raise HTTPException(404)

    async def on_error(exc):
        return PlainTextResponse(f"Was {exc.status_code}.")

    answer = await drive.request(form(on_error=on_error)(app))
    assert answer.text == "Was 404."
    assert VIEW not in answer.scope
