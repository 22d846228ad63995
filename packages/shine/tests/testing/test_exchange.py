"""One request and its response, by both clients on both event loops."""

import weakref
from contextvars import ContextVar

import anyio
import anyio.lowlevel
import pytest

from shine.testclient import AsyncTestClient, TestClient

START = {"type": "http.response.start", "status": 200, "headers": []}
END = {"type": "http.response.body", "body": b"."}


def body(data, more_body=True):
    return {"type": "http.response.body", "body": data, "more_body": more_body}


def test_a_response(ask, sends):
    start = {"type": "http.response.start", "status": 201, "headers": [(b"X-A", b"1"), (b"x-a", b"2")]}
    response = ask(sends(start, body(b"a"), body(b""), body(b"b", False)))
    assert (response.status_code, response.content) == (201, b"ab")
    assert response.headers.get_list("x-a") == ["1", "2"]


def test_headers_and_body_may_be_missing(ask, sends):
    response = ask(sends({"type": "http.response.start", "status": 204}, {"type": "http.response.body"}))
    assert (response.status_code, response.content, dict(response.headers)) == (204, b"", {})


def test_what_is_sent_is_copied(ask):
    async def app(scope, receive, send):
        buffer = bytearray(b"a")
        await send(START)
        await send(body(memoryview(buffer)))
        buffer[:] = b"b"
        await send(body(buffer, False))

    assert ask(app).content == b"ab"


def test_head_has_no_body(ask, sends):
    assert ask(sends(START, body(b"a"), END), method="HEAD").content == b""


def test_the_request_body_comes_once_and_the_disconnect_after_the_response(ask):
    seen = []

    async def app(scope, receive, send):
        seen.append(await receive())
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen, receive)
            await anyio.sleep(0.01)
            assert len(seen) == 1
            await send(START)
            await send(END)
        seen.append(await receive())

    async def listen(receive):
        seen.append(await receive())

    ask(app, method="POST", content=b"abc")
    disconnect = {"type": "http.disconnect"}
    assert seen == [{"type": "http.request", "body": b"abc", "more_body": False}, disconnect, disconnect]


def test_background_work_is_done_when_the_response_is_there(ask):
    done = []

    async def app(scope, receive, send):
        await send(START)
        await send(END)
        await anyio.sleep(0.01)
        done.append(True)

    assert ask(app).text == "."
    assert done == [True]


@pytest.mark.parametrize("messages", [(), (START,), (START, END)], ids=["unanswered", "begun", "answered"])
def test_what_the_application_raises_is_raised(ask, sends, messages):
    error = LookupError("No such page.")
    with pytest.raises(LookupError) as caught:
        ask(sends(*messages, error=error))
    assert caught.value is error


def test_or_answered(ask, sends):
    quiet = {"raise_server_exceptions": False}
    response = ask(sends(error=LookupError()), options=quiet)
    assert (response.status_code, response.content) == (500, b"")
    assert ask(sends(START, body(b"a"), error=LookupError()), options=quiet).text == "a"
    assert ask(sends(), options=quiet).status_code == 500


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit], ids=lambda error: error.__name__)
@pytest.mark.parametrize("is_wanted", [True, False], ids=["raise", "answer"])
def test_what_ends_a_program_is_raised_in_any_case(ask, sends, error, is_wanted):
    for group in (error(), BaseExceptionGroup("of two", [error(), LookupError()])):
        with pytest.raises(type(group)):
            ask(sends(START, END, error=group), options={"raise_server_exceptions": is_wanted})


def test_no_response(ask, sends):
    with pytest.raises(AssertionError, match="TestClient did not receive any response"):
        ask(sends())


def test_a_response_that_is_not_complete(ask, sends):
    app = sends(START, body(b"a"))
    if ask.is_async:
        with pytest.raises(AssertionError, match="returned before its response was complete"):
            ask(app)
        assert ask(app, options={"raise_server_exceptions": False}).text == "a"
    else:
        assert ask(app).text == "a"  # as Starlette's client has it


@pytest.mark.parametrize("name", ["http.response.zerocopysend", "websocket.send"])
def test_a_message_that_the_scope_does_not_offer(ask, sends, name):
    app = sends({"type": name}, START, END)
    if ask.is_async:
        with pytest.raises(AssertionError, match=f"sent '{name}', which the scope does not offer"):
            ask(app)
    else:
        assert ask(app).text == "."  # as Starlette's client has it


def test_what_is_beside_a_response(ask, tmp_path):
    (tmp_path / "file.txt").write_bytes(b"x" * 70_000)

    async def app(scope, receive, send):
        offered = scope["extensions"]
        assert {"http.response.debug", "http.response.trailers"} <= offered.keys()
        await send({"type": "http.response.debug", "info": {"template": "page.html", "context": {"a": 1}}})
        if "http.response.early_hint" in offered:
            await send({"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]})
            await send({"type": "http.response.early_hint", "links": (bytearray(b"</b.css>; rel=preload"),)})
            await send({"type": "http.response.push", "path": "/a.css", "headers": [(b"accept", b"*/*")]})
        await send({**START, "trailers": True})
        if "http.response.pathsend" in offered:
            await send({"type": "http.response.pathsend", "path": str(tmp_path / "file.txt")})
        else:
            await send(END)
        await send({"type": "http.response.trailers", "headers": [(b"x-sum", b"1")], "more_trailers": True})
        await send({"type": "http.response.trailers"})

    response = ask(app)
    extensions = response.extensions
    assert extensions["http.response.trailers"] == [(b"x-sum", b"1")]
    assert extensions["http.response.debug"] == {"template": "page.html", "context": {"a": 1}}
    assert (response.template, response.context) == ("page.html", {"a": 1})
    if ask.is_async:
        assert extensions["http.response.early_hint"] == [b"</a.css>; rel=preload", b"</b.css>; rel=preload"]
        assert extensions["http.response.push"] == [("/a.css", [(b"accept", b"*/*")])]
        assert extensions["http.response.pathsend"] == str(tmp_path / "file.txt")
        assert response.content == b"x" * 70_000


VARIABLE = ContextVar("variable", default="default")


def test_context_variables_are_seen_and_do_not_leak(ask):
    seen = []

    async def app(scope, receive, send):
        seen.append(VARIABLE.get())
        VARIABLE.set("of the application")
        await send(START)
        await send(END)

    token = VARIABLE.set("of the test")
    try:
        for entered in (False, True):
            ask(app if not entered else without_lifespan(app), entered=entered)
            assert VARIABLE.get() == "of the test"
    finally:
        VARIABLE.reset(token)
    assert seen == ["of the test", "of the test"]


def without_lifespan(app):
    async def outer(scope, receive, send):
        if scope["type"] == "http":
            await app(scope, receive, send)

    return outer


class FailingApp:
    """Fails, and holds something in the frame that the traceback refers to."""

    def __init__(self, *messages):
        self.messages = messages
        self.held = None

    async def __call__(self, scope, receive, send):
        held = FailingApp()
        self.held = weakref.ref(held)
        for message in self.messages:
            await send(message)
        raise LookupError


@pytest.mark.parametrize("messages", [(), (START, END)], ids=["unanswered", "answered"])
def test_an_error_leaves_nothing_to_the_garbage_collector(backend, messages, no_garbage):
    app = FailingApp(*messages)
    client = TestClient(app, backend=backend)
    with no_garbage():
        with pytest.raises(LookupError):
            client.get("/")
        assert app.held() is None
        with pytest.raises(LookupError), client.stream("GET", "/") as response:
            response.read()
        assert app.held() is None


@pytest.mark.parametrize("messages", [(), (START, END)], ids=["unanswered", "answered"])
async def test_nor_does_it_where_the_test_is_async(messages, no_garbage):
    app = FailingApp(*messages)
    with no_garbage():
        async with AsyncTestClient(app, lifespan=False) as client:
            with pytest.raises(LookupError):
                await client.get("/")
            assert app.held() is None
            with pytest.raises(LookupError):
                async with client.stream("GET", "/") as response:
                    await response.aread()
            await anyio.lowlevel.checkpoint()  # Trio holds what it has run last
            assert app.held() is None


def test_a_large_body_both_ways(ask, answers):
    async def size(scope, receive):
        return len((await receive())["body"])

    assert ask(answers(size), method="POST", content=bytes(10_000_000)).text == "10000000"


def test_an_application_that_only_receives_does_not_block_the_event_loop(ask):
    async def app(scope, receive, send):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen, receive)
            for _ in range(10):
                await anyio.lowlevel.checkpoint()
            await send(START)
            await send(END)
            await anyio.sleep(0.01)
            tasks.cancel_scope.cancel()

    async def listen(receive):
        while True:
            await receive()

    assert ask(app).text == "."
