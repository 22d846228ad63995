"""What holds for every form of middleware: each test runs with a generator, a function and a class."""

from contextvars import ContextVar

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import BaseHTTPMiddleware, PlainTextResponse, Response, http_middleware

START = {"type": "http.response.start", "status": 200, "headers": []}


def part(body, more_body=True):
    return {"type": "http.response.body", "body": body, "more_body": more_body}


# Context variables


async def test_context_variables_pass_both_ways(drive, form):
    outside, inside = ContextVar("outside"), ContextVar("inside")
    seen = {}

    async def before(request):
        outside.set("set outside")

    async def after(response):
        seen["inside"] = inside.get(None)
        outside.set("set after the response began")

    async def app(scope, receive, send):
        seen["outside"] = outside.get(None)
        inside.set("set inside")
        await send(START)
        seen["later"] = outside.get(None)
        await send(part(b"", more_body=False))

    await drive.request(form(before, after)(app))
    assert seen == {
        "outside": "set outside",
        "inside": "set inside",
        "later": "set after the response began",
    }
    assert inside.get(None) == "set inside"


@pytest.mark.parametrize("kind", [http_middleware, BaseHTTPMiddleware])
async def test_a_context_variable_can_be_reset(drive, kind, streaming):
    variable = ContextVar("variable", default="before")

    async def dispatch(request, call_next):
        token = variable.set("during")
        try:
            return await call_next(request)
        finally:
            variable.reset(token)

    app = kind(dispatch)(streaming) if kind is http_middleware else kind(streaming, dispatch)
    await drive.request(app)
    assert variable.get() == "before"


# The response goes on by itself


async def test_each_chunk_is_out_before_the_next_is_made(drive, form):
    log = []

    async def app(scope, receive, send):
        for message in (START, part(b"one"), part(b"two"), part(b"", more_body=False)):
            log.append(f"made {message.get('body')}")
            await send(message)

    async def send(message):
        log.append(f"sent {message.get('body')}")

    await form()(app)(drive.scope(), None, send)
    assert log == [f"{did} {body}" for body in (None, b"one", b"two", b"") for did in ("made", "sent")]


async def test_messages_are_handed_on_as_they_are(form):
    sent = []
    messages = [START, part(b"one"), part(b"two", more_body=False)]

    async def app(scope, receive, send):
        for message in messages:
            await send(message)

    async def send(message):
        sent.append(message)

    await form()(app)({"type": "http", "method": "GET"}, None, send)
    assert all(one is other for one, other in zip(sent, messages, strict=True))


async def test_status_headers_and_cookies_can_be_changed(drive, form):
    kept = [(b"server", b"kept by the application"), (b"x-old", b"1")]

    async def app(scope, receive, send):
        await send({**START, "headers": kept})
        await send(part(b"Hello", more_body=False))

    async def after(response):
        response.status_code = 203
        response.headers["X-New"] = response.headers["server"]
        del response.headers["x-old"]
        response.set_cookie("theme", "dark", path=None, samesite=None)
        response.raw_headers.append((b"x-raw", b"2"))

    for _ in range(2):
        answer = await drive.request(form(after=after)(app))
        assert (answer.status, answer.body) == (203, b"Hello")
        assert answer.headers.raw == [
            (b"server", b"kept by the application"),
            (b"x-new", b"kept by the application"),
            (b"set-cookie", b"theme=dark"),
            (b"x-raw", b"2"),
        ]
    assert len(kept) == 2


async def test_a_status_without_a_body_loses_it(drive, form):
    async def after(response):
        response.status_code = 304

    answer = await drive.request(form(after=after)(PlainTextResponse("Hello")))
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers.raw == [(b"content-type", b"text/plain; charset=utf-8")]


async def test_background_work_runs_after_the_response(drive, form):
    log = []

    async def background():
        log.append("background")

    async def send(message):
        log.append(message["type"])

    app = form()(form()(PlainTextResponse("Hello", background=background)))
    await app(drive.scope(), None, send)
    assert log == ["http.response.start", "http.response.body", "background"]


@pytest.mark.parametrize("wraps", [False, True])
async def test_background_work_added_outside_runs_at_the_very_end(drive, form, wraps):
    log = []

    async def inside():
        log.append("inside")

    async def outside():
        log.append("outside")

    async def after(response):
        response.background = outside
        if wraps:
            response.body_iterator = response.body_iterator
            await anext(response.body_iterator)

    async def send(message):
        log.append(message["type"])

    await form(after=after)(PlainTextResponse("Hello", background=inside))(drive.scope(), None, send)
    assert log[-2:] == ["inside", "outside"]
    assert log[0] == "http.response.start"


class Failing:
    """An application that fails before its response, amid it or after it."""

    def __init__(self, messages):
        self.messages = messages

    async def __call__(self, scope, receive, send):
        for message in self.messages:
            await send(message)
        raise LookupError("in the application")


@pytest.mark.parametrize("messages", [[START, part(b"one")], [START, part(b"one", more_body=False)]])
@pytest.mark.parametrize("wraps", [False, True])
async def test_background_work_added_outside_runs_if_the_application_fails(drive, form, messages, wraps, upper):
    log = []

    async def outside():
        log.append("outside")

    async def after(response):
        response.background = outside
        if wraps:
            response.body_iterator = upper(response.body_iterator)

    with pytest.raises(LookupError, match="in the application") as raised:
        await drive.request(form(after=after)(Failing(messages)))
    assert log == ["outside"]
    assert not hasattr(raised.value, "__notes__")


async def test_background_work_that_fails_as_well_is_noted(drive, form, streaming):
    async def outside():
        raise ValueError("in the background")

    async def after(response):
        response.background = outside

    with pytest.raises(LookupError, match="in the application") as raised:
        await drive.request(form(after=after)(Failing([START, part(b"", more_body=False)])))
    assert "ValueError('in the background')" in raised.value.__notes__[0]
    with pytest.raises(ValueError, match="in the background"):
        await drive.request(form(after=after)(streaming))


async def test_background_work_runs_when_the_client_has_gone(drive, form, streaming, upper):
    log = []

    async def outside():
        log.append("outside")

    async def after(response):
        response.background = outside
        response.body_iterator = upper(response.body_iterator)

    async def receive():
        await anyio.sleep_forever()

    async def send(message):
        if message.get("body"):
            raise OSError("The client has gone.")

    await form(after=after)(streaming)(drive.scope(), receive, send)
    assert log == ["outside"]


async def test_other_scopes_pass_untouched(form):
    calls = []

    async def app(*arguments):
        calls.append(arguments)

    for kind in ("websocket", "lifespan", "something new"):
        arguments = ({"type": kind}, object(), object())
        await form()(app)(*arguments)
        assert all(one is other for one, other in zip(calls.pop(), arguments, strict=True))


async def test_hints_pushes_and_debug_messages_pass(drive, form):
    hint = {"type": "http.response.early_hint", "links": [b"</style.css>; rel=preload"]}
    push = {"type": "http.response.push", "path": "/style.css", "headers": []}
    debug = {"type": "http.response.debug", "info": {}}

    async def app(scope, receive, send):
        for message in (debug, hint, START, push, part(b"one"), hint, part(b"two", more_body=False)):
            await send(message)

    async def after(response):
        assert [chunk async for chunk in response.body_iterator] == [b"one", b"two"]
        return Response("three")

    answer = await drive.request(form()(app))
    assert answer.messages == [debug, hint, START, push, part(b"one"), hint, part(b"two", more_body=False)]
    answer = await drive.request(form(after=after)(app))
    assert answer.messages[:4] == [debug, hint, push, hint]
    assert answer.body == b"three"


async def test_files_left_to_the_server_pass(drive, form):
    for message in (
        {"type": "http.response.pathsend", "path": "/etc/hostname"},
        {"type": "http.response.zerocopysend", "file": object(), "count": 3},
    ):

        async def app(scope, receive, send, message=message):
            await send(START)
            await send(message)

        answer = await drive.request(form()(app))
        assert answer.messages == [START, message]


TRAILERS = {"type": "http.response.trailers", "headers": [(b"digest", b"x")]}


async def with_trailers(scope, receive, send):
    await send({**START, "trailers": True})
    await send(part(b"one", more_body=False))
    await send({**TRAILERS, "more_trailers": True})
    await send(TRAILERS)


async def test_trailers_pass(drive, form):
    answer = await drive.request(form()(with_trailers))
    assert answer.start["trailers"]
    assert answer.messages[2:] == [{**TRAILERS, "more_trailers": True}, TRAILERS]


async def test_trailers_follow_a_body_that_was_changed(drive, form, upper):
    async def after(response):
        response.body_iterator = upper(response.body_iterator)

    answer = await drive.request(form(after=after)(with_trailers))
    assert answer.start["trailers"]
    assert answer.body == b"ONE"
    assert answer.messages[-2:] == [{**TRAILERS, "more_trailers": True}, TRAILERS]


async def test_trailers_of_a_replaced_response_are_dropped(drive, form):
    async def after(response):
        return Response("two")

    answer = await drive.request(form(after=after)(with_trailers))
    assert len(answer.messages) == 2
    assert "trailers" not in answer.start


# Several of them


async def test_five_stacked(drive, form, streaming):
    app = streaming
    for number in range(5):

        async def after(response, number=number):
            response.headers.append("x-layer", str(number))

        app = form(after=after)(app)
    answer = await drive.request(app)
    assert answer.headers.getlist("x-layer") == ["0", "1", "2", "3", "4"]
    assert answer.messages[1:] == [part(b"one"), part(b"two"), part(b"", more_body=False)]


async def test_one_inside_itself(drive, form, streaming):
    async def after(response):
        response.headers["x-count"] = str(int(response.headers.get("x-count", "0")) + 1)
        response.body_iterator = doubled(response.body_iterator)

    async def doubled(chunks):
        async for chunk in chunks:
            yield chunk * 2

    middleware = form(after=after)
    answer = await drive.request(middleware(middleware(middleware(streaming))))
    assert answer.headers["x-count"] == "3"
    assert answer.body == b"one" * 8 + b"two" * 8


async def test_hundreds_at_once_do_not_see_each_other(drive, form):
    variable = ContextVar("variable")

    async def before(request):
        variable.set(request.url.path)
        await checkpoint()

    async def after(response):
        await checkpoint()
        response.headers["x-path"] = variable.get()
        response.body_iterator = marked(response.body_iterator)

    async def marked(chunks):
        async for chunk in chunks:
            await checkpoint()
            yield variable.get().encode() + chunk

    async def app(scope, receive, send):
        await checkpoint()
        await send(START)
        await checkpoint()
        await send(part(scope["path"].encode(), more_body=False))

    async def check(path):
        answer = await drive.request(middleware, path)
        assert answer.headers["x-path"] == path
        assert answer.text == path * 3

    middleware = form(before, after)(form(before, after)(app))
    async with anyio.create_task_group() as tasks:
        for number in range(300):
            tasks.start_soon(check, f"/{number}")
