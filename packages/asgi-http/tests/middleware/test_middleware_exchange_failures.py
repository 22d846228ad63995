"""How the middleware and what is inside it end when something goes wrong, and that neither is left behind."""

import traceback

import anyio
import pytest

from asgi_http import (
    BaseHTTPMiddleware,
    ClientDisconnect,
    PlainTextResponse,
    Response,
    StreamingResponse,
    request_response,
)
from asgi_types import VIEW

START = {"type": "http.response.start", "status": 200, "headers": []}


def part(body, more_body=True):
    return {"type": "http.response.body", "body": body, "more_body": more_body}


async def silent(scope, receive, send):
    pass


# Errors of the application


async def test_an_error_is_raised_where_the_middleware_waits(drive, form, failing):
    caught = []

    async def on_error(exc):
        caught.append(exc)
        return PlainTextResponse("Sorry.", 503)

    answer = await drive.request(form(on_error=on_error)(failing))
    assert (answer.status, answer.text) == (503, "Sorry.")
    assert [type(exc) for exc in caught] == [LookupError]


@pytest.mark.parametrize("later", [False, True])
async def test_an_error_comes_out_as_it_is(drive, form, later, failing, failing_later):
    app = failing_later if later else failing
    with pytest.raises(LookupError) as raised:
        await drive.request(form()(form()(app)))
    assert type(raised.value) is LookupError
    assert raised.value.__context__ is raised.value.__cause__ is None
    assert traceback.extract_tb(raised.value.__traceback__)[-1].name == app.__name__


async def test_an_error_leaves_the_innermost_request_for_the_handlers(drive, form, failing):
    async def app(scope, receive, send):
        scope[VIEW] = "of the application"
        raise LookupError

    for inner, left in ((app, "of the application"), (failing, "/here")):
        scope = drive.scope("/here")
        with pytest.raises(LookupError):
            await drive.events(form()(inner), scope, [])
        assert getattr(scope[VIEW], "url", scope[VIEW]) in (left, f"http://testserver{left}")


async def test_an_error_may_be_replaced_by_another(drive, form, failing):
    async def on_error(exc):
        raise ValueError("another") from exc

    with pytest.raises(ValueError, match="another") as raised:
        await drive.request(form(on_error=on_error)(failing))
    assert isinstance(raised.value.__cause__, LookupError)


async def test_the_application_may_be_called_again_after_an_error(drive, form):
    calls = []

    async def app(request):
        calls.append(await request.body())
        if len(calls) < 3:
            raise LookupError
        return PlainTextResponse("third time lucky")

    async def before(request):
        await request.body()

    async def on_error(exc):
        pass

    answer = await drive.request(form(before, on_error=on_error)(request_response(app)), body=b"data")
    assert VIEW not in answer.scope
    assert answer.text == "third time lucky"
    assert calls == [b"data"] * 3


async def test_an_error_amid_the_body_is_raised_where_it_is_read(drive, form, failing_later):
    async def after(response):
        chunk = await anext(response.body_iterator)
        with pytest.raises(LookupError):
            await anext(response.body_iterator)
        assert [chunk async for chunk in response.body_iterator] == []
        return Response(chunk + b" and no more")

    answer = await drive.request(form(after=after)(failing_later))
    assert answer.text == "one and no more"


async def test_an_error_amid_a_changed_body_comes_out_as_it_is(drive, form, failing_later, changed):
    closed = []

    async def after(response):
        response.body_iterator = changed(response.body_iterator, closed, True)

    with pytest.raises(LookupError) as raised:
        await drive.request(form(after=after)(failing_later))
    assert raised.value.__context__ is None
    assert closed == [True]


async def test_an_application_without_a_response_is_an_error(drive, form):
    async def receive():
        await anyio.sleep_forever()

    with pytest.raises(RuntimeError, match=r"^No response returned\.$"):
        await form()(silent)(drive.scope(), receive, None)


async def test_a_middleware_is_closed_if_nobody_can_say_whether_the_client_has_gone(drive):
    log = []

    async def dispatch(request, call_next):
        try:
            return await call_next(request)
        finally:
            log.append("closed")

    async def receive():
        raise LookupError("of the server")

    with pytest.raises(LookupError, match="of the server") as raised:
        await BaseHTTPMiddleware(silent, dispatch)(drive.scope(), receive, None)
    assert (log, raised.value.__traceback__ is None) == (["closed"], False)


async def test_an_application_that_ends_amid_the_body_is_an_error(drive, form):
    async def app(scope, receive, send):
        await send(START)
        await send(part(b"one"))

    async def after(response):
        return Response(b"".join([chunk async for chunk in response.body_iterator]))

    async def receive():
        await anyio.sleep_forever()

    with pytest.raises(RuntimeError, match="ended before its response did"):
        await form(after=after)(app)(drive.scope(), receive, None)


# Errors of the middleware


@pytest.mark.parametrize("catches", [False, True])
async def test_an_error_after_the_response_began_ends_the_application_quietly(drive, form, catches, make_endless):
    endless = make_endless()
    log = []

    async def app(scope, receive, send):
        try:
            await endless(scope, receive, send)
        except OSError:
            if not catches:
                raise
            with pytest.raises(OSError, match="answered by itself"):
                await send(part(b"x"))
            await send(part(b"", more_body=False))
            log.append("could end it")

    async def after(response):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine") as raised:
        await drive.request(form(after=after)(form()(app)))
    assert raised.value.__context__ is None
    assert isinstance(endless.ended_by, OSError)
    assert endless.parts == 1
    assert log == ["could end it"] * catches


async def test_an_error_of_the_application_that_follows_one_of_the_middleware_is_noted(drive, form):
    async def app(scope, receive, send):
        try:
            await send(START)
        finally:
            raise LookupError("in the finally")

    async def after(response):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine") as raised:
        await drive.request(form(after=after)(app))
    assert raised.value.__notes__ == ["The application failed as well: LookupError('in the finally')"]


async def test_a_middleware_that_returns_no_response_is_told_so(drive, form):
    async def after(response):
        return "a string"

    with pytest.raises(TypeError, match="answered with str, not a response"):
        await drive.request(form(after=after)(PlainTextResponse("Hello")))


# The client goes away


@pytest.mark.parametrize("change", [False, True])
@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_a_disconnect_amid_the_body_closes_all_generators(drive, form, version, change, changed, numbers):
    log = []
    is_gone = anyio.Event()

    async def after(response):
        if change:
            response.body_iterator = changed(response.body_iterator, log)

    async def app(scope, receive, send):
        await StreamingResponse(numbers(log))(scope, receive, send)

    async def receive():
        await is_gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if is_gone.is_set() and version == "2.4":
            raise OSError("The client has gone.")
        if message.get("body"):
            is_gone.set()

    scope = drive.scope(asgi={"version": "3.0", "spec_version": version})
    await form(after=after)(app)(scope, receive, send)
    assert sorted(log) == (["change closed", "numbers closed"] if change else ["numbers closed"])


async def test_a_disconnect_while_the_request_is_read_ends_quietly(drive, form):
    async def app(scope, receive, send):
        assert (await receive())["type"] == "http.disconnect"

    async def before(request):
        await request.body()

    async def receive():
        return {"type": "http.disconnect"}

    for middleware in (form()(app), form()(form()(app)), form(before)(app)):
        await middleware(drive.scope(), receive, None)


async def test_a_disconnect_of_another_request_is_an_error(drive, form):
    async def app(scope, receive, send):
        raise ClientDisconnect

    async def receive():
        await anyio.sleep_forever()

    with pytest.raises(ClientDisconnect):
        await form()(app)(drive.scope(), receive, None)
