"""WSGI applications, checked by the validator of the standard library, behind ASGI."""

import gc
import sys
import weakref
from contextlib import suppress
from contextvars import ContextVar
from threading import Event, current_thread
from wsgiref.validate import validator

import anyio
import anyio.lowlevel
import pytest
from anyio import from_thread

from asgi_middleware import WSGIMiddleware
from asgi_types import HTTPException

TEXT = [("Content-Type", "text/plain")]


def valid(app, **options):
    return WSGIMiddleware(validator(app), **options)


def hello(environ, start_response):
    start_response("200 OK", TEXT)
    return [b"Hello"]


class Chunks:
    """An iterable that knows whether it was closed."""

    def __init__(self, *chunks):
        self.chunks = chunks
        self.is_closed = False

    def __iter__(self):
        for chunk in self.chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    def close(self):
        self.is_closed = True


def answering(chunks, status="200 OK", headers=TEXT):
    def app(environ, start_response):
        start_response(status, list(headers))
        return chunks

    return app


async def ask(drive, app, **more):
    """The messages for a client that stays, and does not leave as that of ``drive.request`` does."""
    messages = []

    async def receive():
        await anyio.sleep_forever()

    async def send(message):
        messages.append(message)

    await drive.lint(app)(drive.scope(**more), receive, send)
    return messages


async def test_a_response_of_one_part_is_one_message(drive):
    assert await ask(drive, valid(hello)) == [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"text/plain")],
        },
        {"type": "http.response.body", "body": b"Hello", "more_body": True},
        {"type": "http.response.body", "body": b"", "more_body": False},
    ]  # what the validator gives has no length
    answer = await drive.request(WSGIMiddleware(hello))
    assert answer.messages[0]["headers"] == [(b"content-type", b"text/plain"), (b"content-length", b"5")]
    assert answer.messages[1:] == [{"type": "http.response.body", "body": b"Hello", "more_body": False}]


async def test_its_own_length_is_kept(drive):
    app = WSGIMiddleware(answering([b"Hello"], headers=[("Content-Length", "5")]))
    assert (await drive.request(app)).messages[0]["headers"] == [(b"content-length", b"5")]


async def test_a_response_streams(drive):
    chunks = Chunks(b"a", b"", b"b")
    messages = await ask(drive, WSGIMiddleware(answering(chunks)))
    assert [(m["body"], m["more_body"]) for m in messages[1:]] == [(b"a", True), (b"b", True), (b"", False)]
    assert chunks.is_closed


@pytest.mark.parametrize("chunks", [[], [b""], (), iter([]), [b"", b""]])
async def test_a_response_may_be_empty(drive, chunks):
    answer = await drive.request(WSGIMiddleware(answering(chunks, "404 Not Found")))
    assert (answer.status, answer.body, len(answer.messages)) == (404, b"", 2)


async def test_each_part_waits_for_the_client_to_take_the_one_before(drive):
    made, taken = [], []

    def produce():
        for n in range(5):
            made.append(n)
            yield b"%d" % n

    async def send(message):
        if message["type"] == "http.response.body":
            await anyio.sleep(0.01)
            taken.append(len(made))

    async def receive():
        await anyio.sleep_forever()

    await WSGIMiddleware(answering(produce()))(drive.scope(), receive, send)
    assert taken == [1, 2, 3, 4, 5, 5]


async def test_old_applications_write(drive):
    def app(environ, start_response):
        write = start_response("200 OK", TEXT)
        write(b"a")
        write(b"")
        write(b"b")
        return [b"c"]

    messages = await ask(drive, WSGIMiddleware(app))
    assert messages[0]["headers"] == [(b"content-type", b"text/plain")]
    assert [message["body"] for message in messages[1:]] == [b"a", b"b", b"c", b""]
    assert len(await ask(drive, valid(app))) == 5


class TestBody:
    async def test_it_is_read_as_it_comes(self, drive):
        seen = []

        def app(environ, start_response):
            seen.append(environ["wsgi.input"].read(3))
            seen.append(environ["wsgi.input"].readline())
            seen.append(environ["wsgi.input"].readlines())
            return hello(environ, start_response)

        await drive.request(valid(app), method="POST", body=[b"ab", b"cde\n", b"", b"f\ng", b"h\n"])
        assert seen == [b"abc", b"de\n", [b"f\n", b"gh\n"]]

    async def test_it_may_be_iterated_and_ends(self, drive):
        seen = []

        def app(environ, start_response):
            seen.extend(environ["wsgi.input"])
            seen.append(environ["wsgi.input"].read(10))
            return hello(environ, start_response)

        await drive.request(valid(app), method="POST", body=[b"a\nb", b"\nc"])
        assert seen == [b"a\n", b"b\n", b"c", b""]

    async def test_a_large_one_is_whole(self, drive):
        body = [bytes([n]) * 100_003 for n in range(20)]
        seen = []

        def app(environ, start_response):
            seen.append(environ["wsgi.input"].read(-1))
            return hello(environ, start_response)

        await drive.request(WSGIMiddleware(app), method="POST", body=body)
        assert seen == [b"".join(body)]

    async def test_it_is_asked_for_when_it_is_read_and_not_before(self, drive):
        asked = []

        async def receive():
            asked.append(len(asked))
            return {"type": "http.request", "body": b"x" * 100_000, "more_body": True}

        async def send(message): ...

        def app(environ, start_response):
            assert environ["wsgi.input"].read(1) == b"x"
            start_response("200 OK", TEXT)
            return [b"enough"]

        await WSGIMiddleware(app)(drive.scope(method="POST"), receive, send)
        assert asked == [0]

    async def test_one_that_is_cut_short_is_an_error(self, drive):
        failures = []

        def app(environ, start_response):
            for _ in range(2):
                try:
                    environ["wsgi.input"].read()
                except ConnectionResetError as exc:
                    failures.append(str(exc))
            return hello(environ, start_response)

        events = [{"type": "http.request", "body": b"abc", "more_body": True}]
        answer = await drive.events(WSGIMiddleware(app), drive.scope(method="POST"), events)
        assert failures == ["The client left before the whole body had arrived."] * 2
        assert answer.messages == []  # there is nobody to answer

    async def test_a_server_that_raises_says_that_the_client_left(self, drive):
        async def receive():
            raise OSError

        def app(environ, start_response):
            return [environ["wsgi.input"].read()]

        await WSGIMiddleware(app)(drive.scope(method="POST"), receive, None)

    async def test_reading_and_watching_take_turns(self, drive):
        at_once = []
        active = 0

        async def receive():
            nonlocal active
            active += 1
            at_once.append(active)
            await anyio.sleep(0.01)
            active -= 1
            return {"type": "http.request", "body": b"ab", "more_body": len(at_once) < 5}

        sent = []

        async def send(message):
            sent.append(message.get("body"))
            if len(at_once) >= 5:
                await anyio.lowlevel.checkpoint()

        def app(environ, start_response):
            start_response("200 OK", TEXT)
            yield b"go "
            yield environ["wsgi.input"].read(10)

        with anyio.fail_after(10):
            await WSGIMiddleware(app)(drive.scope(method="POST"), receive, send)
        assert set(at_once) == {1}
        assert b"".join(filter(None, sent)) == b"go " + b"ab" * 5


class TestLeaving:
    async def test_a_client_that_leaves_ends_the_iteration(self, drive):
        has_left = anyio.Event()
        made = []

        class Endless(Chunks):
            def __iter__(self):
                while True:
                    made.append(1)
                    yield b"x"

        chunks = Endless()
        events = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive():
            if events:
                return events.pop()
            await has_left.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            if len(made) == 3:
                has_left.set()
            await anyio.lowlevel.checkpoint()

        with anyio.fail_after(10):
            await WSGIMiddleware(answering(chunks))(drive.scope(), receive, send)
        assert chunks.is_closed

    async def test_a_send_that_fails_ends_it_quietly(self, drive):
        chunks = Chunks(b"a", b"b")

        async def send(message):
            raise OSError("gone")

        async def receive():
            await anyio.sleep_forever()

        await WSGIMiddleware(answering(chunks))(drive.scope(), receive, send)
        assert chunks.is_closed

    async def test_an_error_of_another_kind_is_told_though_nobody_is_there(self, drive):
        def app(environ, start_response):
            try:
                environ["wsgi.input"].read()
            except ConnectionResetError:
                raise KeyError("a mistake") from None

        with pytest.raises(KeyError, match="a mistake"):
            await drive.events(WSGIMiddleware(app), drive.scope(), [])

    @pytest.mark.parametrize("waits", [True, False])
    async def test_cancelling_closes_it(self, drive, waits):
        chunks = Chunks(*[b"x"] * 1000)
        sent = []

        async def receive():
            await anyio.sleep_forever()

        with anyio.CancelScope() as cancelling:

            async def send(message):
                sent.append(message)
                if len(sent) == 3:
                    cancelling.cancel()
                if waits:  # as servers do only where their buffers are full
                    await anyio.lowlevel.checkpoint()

            await WSGIMiddleware(answering(chunks))(drive.scope(), receive, send)
        assert cancelling.cancelled_caught
        assert chunks.is_closed
        assert len(sent) == 3

    async def test_cancelling_while_the_body_is_read_is_no_error(self, drive):
        with anyio.CancelScope() as cancelling:

            async def receive():
                cancelling.cancel()
                await anyio.sleep_forever()

            def app(environ, start_response):
                return [environ["wsgi.input"].read()]

            await WSGIMiddleware(app)(drive.scope(method="POST"), receive, None)
        assert cancelling.cancelled_caught


class TestErrors:
    async def test_what_it_raises_comes_out_once_as_it_is(self, drive):
        def app(environ, start_response):
            raise HTTPException(418)

        with pytest.raises(HTTPException) as caught:
            await drive.request(WSGIMiddleware(app))
        assert caught.value.status_code == 418

    async def test_an_error_leaves_no_reference_cycle(self, drive):
        class Receiving:
            async def __call__(self):
                await anyio.sleep_forever()

        def app(environ, start_response):
            raise LookupError

        receive = Receiving()
        kept = weakref.ref(receive)
        gc.collect()
        gc.disable()
        try:
            with suppress(LookupError):
                await WSGIMiddleware(app)(drive.scope(), receive, None)
            del receive
            with anyio.fail_after(5):
                while kept() is not None:  # noqa: ASYNC110  # the thread has still to let go
                    await anyio.sleep(0.001)
        finally:
            gc.enable()

    async def test_an_oserror_of_its_own_is_an_error(self, drive):
        def app(environ, start_response):
            raise FileNotFoundError("a file")

        with pytest.raises(FileNotFoundError):
            await drive.request(WSGIMiddleware(app))

    async def test_it_is_closed_after_an_error(self, drive):
        chunks = Chunks(b"a", ValueError("in the middle"))
        with pytest.raises(ValueError, match="in the middle"):
            await drive.request(WSGIMiddleware(answering(chunks)))
        assert chunks.is_closed

    async def test_exc_info_replaces_what_was_said_and_is_raised_afterwards(self, drive):
        def app(environ, start_response):
            start_response("200 OK", TEXT)
            try:
                raise ValueError("for the log")
            except ValueError:
                start_response("500 Oops", [*TEXT, ("X-Error", "yes")], sys.exc_info())
            return [b"oops"]

        async def caught(scope, receive, send):
            with pytest.raises(ValueError, match="for the log"):
                await valid(app)(scope, receive, send)

        start, *parts = await ask(drive, caught)
        assert (start["status"], start["headers"]) == (500, [(b"content-type", b"text/plain"), (b"x-error", b"yes")])
        assert [part["body"] for part in parts] == [b"oops", b""]

    async def test_exc_info_of_an_exit_only_replaces_what_was_said(self, drive):
        def app(environ, start_response):
            try:
                raise SystemExit
            except SystemExit:
                start_response("500 Oops", TEXT, sys.exc_info())
            return [b"oops"]

        assert (await drive.request(valid(app))).status == 500

    async def test_exc_info_is_raised_when_it_is_too_late(self, drive):
        def app(environ, start_response):
            start_response("200 OK", TEXT)
            yield b"a"
            try:
                raise ValueError("too late")
            except ValueError:
                start_response("500 Oops", TEXT, sys.exc_info())

        with pytest.raises(ValueError, match="too late"):
            await drive.request(WSGIMiddleware(app))

    @pytest.mark.parametrize(("status", "headers", "error"), [
        ("OK", [], "Not a status"),
        ("²00 OK", [], "Not a status"),
        ("20", [], "Not a status"),
        ("200 OK", [("a", "b\r\nc: d")], "line break"),
        ("200 OK", [("a\nb", "c")], "line break"),
        ("200 OK", [("a", "b\0c")], "NUL"),
    ])  # fmt: skip
    async def test_what_cannot_be_sent_is_refused(self, drive, status, headers, error):
        with pytest.raises(ValueError, match=error):
            await drive.request(WSGIMiddleware(answering([b"x"], status, headers)))

    async def test_misuse_is_told(self, drive):
        def twice(environ, start_response):
            start_response("200 OK", TEXT)
            start_response("200 OK", TEXT)

        with pytest.raises(AssertionError, match="called before; give `exc_info`"):
            await drive.request(WSGIMiddleware(twice))
        with pytest.raises(AssertionError, match="must be called before there is a body"):
            await drive.request(WSGIMiddleware(lambda environ, start_response: [b"x"]))
        with pytest.raises(AssertionError, match="must be bytes, not str"):
            await drive.request(WSGIMiddleware(answering(["x"])))

    @pytest.mark.parametrize("threads", [0, -1])
    def test_it_needs_a_thread(self, threads):
        with pytest.raises(ValueError, match="needs a thread"):
            WSGIMiddleware(hello, threads=threads)


async def test_headers_of_the_connection_are_dropped(drive):
    headers = [("Connection", "close"), ("Transfer-Encoding", "chunked"), ("Keep-Alive", "5"), ("X-A", " é ")]
    answer = await drive.request(WSGIMiddleware(answering([b"x"], headers=headers)))
    assert answer.messages[0]["headers"] == [(b"x-a", b"\xe9"), (b"content-length", b"1")]


async def test_head_has_no_body_and_need_not_be_made_to_the_end(drive):
    chunks = Chunks(b"a", ValueError("too far"))
    app = WSGIMiddleware(answering(chunks, headers=[("Content-Length", "1000")]))
    answer = await drive.request(app, method="HEAD")
    assert (answer.body, answer.headers["content-length"], chunks.is_closed) == (b"", "1000", True)
    answer = await drive.request(WSGIMiddleware(hello), method="HEAD")
    assert (answer.body, answer.headers["content-length"]) == (b"", "5")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_what_may_have_no_body_has_none(drive, status):
    for chunks in ([b"x"], [b"x", b"y"]):
        answer = await drive.request(WSGIMiddleware(answering(chunks, status, [("Content-Length", "1")])))
        assert (answer.body, answer.headers.get("content-length")) == (b"", None)


class TestThreads:
    async def test_context_variables_are_seen(self, drive):
        name = ContextVar("name")
        name.set("ann")
        seen = []

        def app(environ, start_response):
            seen.append((name.get(), current_thread()))
            return hello(environ, start_response)

        await drive.request(WSGIMiddleware(app))
        assert seen[0][0] == "ann"
        assert seen[0][1] is not current_thread()

    async def test_there_are_as_many_as_were_asked_for(self, drive):
        running, most = [], []
        release = Event()

        def app(environ, start_response):
            running.append(1)
            most.append(len(running))
            release.wait(0.05)
            running.pop()
            return hello(environ, start_response)

        wsgi = WSGIMiddleware(app, threads=2)
        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(drive.request, wsgi)
        assert max(most) == 2

    async def test_they_are_not_those_of_others(self, drive):
        limiter = anyio.to_thread.current_default_thread_limiter()
        seen = []

        async def borrowed():
            return limiter.borrowed_tokens

        def app(environ, start_response):
            seen.append(from_thread.run(borrowed))
            return hello(environ, start_response)

        await drive.request(WSGIMiddleware(app))
        assert seen == [0]


async def test_a_websocket_is_refused(drive):
    answer = await drive.websocket(WSGIMiddleware(hello))
    assert [message["type"] for message in answer.messages] == ["websocket.close"]


async def test_a_lifespan_ends_at_once():
    await WSGIMiddleware(hello)({"type": "lifespan"}, None, None)
