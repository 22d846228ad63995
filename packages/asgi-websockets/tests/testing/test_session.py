import asyncio
import gc
import os
import signal
import threading
import time
import weakref
from contextlib import contextmanager
from contextvars import ContextVar

import anyio
import pytest
from anyio.from_thread import start_blocking_portal

from asgi_websockets import WebSocketDisconnect
from asgi_websockets.testing import WebSocketDenied, WebSocketTestSession, websocket_scope

ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close"}


class Stuck:
    """Accepts, and then does not listen; ``ended`` says that it was cancelled."""

    ended = False

    async def __call__(self, scope, receive, send):
        await receive()
        await send(ACCEPT)
        try:
            await anyio.sleep_forever()
        finally:
            self.ended = True


@pytest.fixture(params=["asyncio", "trio"], name="backend")
def backend_fixture(request):
    return request.param


def test_text_bytes_and_json_go_there_and_back(backend, echo):
    with WebSocketTestSession(echo, "/ws?a=1", subprotocols=["chat"], backend=backend) as session:
        assert session.accepted_subprotocol == "chat"
        assert session.extra_headers == [(b"x-a", b"b")]
        assert session.scope["query_string"] == b"a=1"
        session.send_text("é")
        assert session.receive_text() == "é"
        session.send_bytes(b"\xff")
        assert session.receive_bytes() == b"\xff"
        session.send_json({"a": 1})
        assert session.receive_json() == {"a": 1}
        session.send_json([1], mode="binary")
        assert session.receive_json(mode="binary") == [1]
        session.send({"type": "websocket.receive", "text": "a"})
        assert session.receive() == {"type": "websocket.send", "text": "a"}
        assert session.close_code is session.close_reason is None
        session.close(4001, "Bye.")
        with pytest.raises(WebSocketDisconnect):
            session.receive()
    assert (session.close_code, session.close_reason) == (4001, "Bye.")


def test_the_arguments_are_those_of_the_async_session(echo):
    session = WebSocketTestSession(echo, headers={"x-a": "1"}, cookies={"b": "2"}, max_queue=1)
    assert session.app is echo
    assert {(b"x-a", b"1"), (b"cookie", b"b=2")} <= set(session.scope["headers"])
    scope = websocket_scope()
    assert WebSocketTestSession(echo, scope).scope is scope
    with pytest.raises(ValueError, match="A timeout is a number of seconds"):
        WebSocketTestSession(echo, timeout=-1)
    with pytest.raises(ValueError, match="max_queue is at least 1"):
        WebSocketTestSession(echo, max_queue=0)


def test_the_backend_is_as_asked_for(backend):
    seen = []

    async def app(scope, receive, send):
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            seen.append("trio")
        else:
            seen.append("asyncio")
        await send(ACCEPT)
        await receive()

    with WebSocketTestSession(app, backend=backend):
        pass
    assert seen == [backend]


def test_iteration_ends_with_the_connection(backend, sends):
    app = sends(ACCEPT, {"type": "websocket.send", "text": "a"}, {"type": "websocket.send", "bytes": b"b"}, CLOSE)
    with WebSocketTestSession(app, backend=backend) as session:
        assert next(session) == "a"
        assert list(session) == [b"b"]
        assert list(session) == []


def test_every_wait_has_a_timeout(backend, echo):
    with WebSocketTestSession(echo, backend=backend, timeout=0.1) as session:
        with pytest.raises(
            TimeoutError, match=r"^The application sent nothing for 0\.1 seconds\. It waits in echo\(\)"
        ):
            session.receive()
        for method in ("receive", "receive_text", "receive_bytes", "receive_json"):
            with pytest.raises(TimeoutError, match=r"sent nothing for 0\.01 seconds"):
                getattr(session, method)(timeout=0.01)
        session.send_text("a")
        assert session.receive_text() == "a"


def test_refusals_are_raised(backend, sends):
    with pytest.raises(WebSocketDisconnect) as caught:
        WebSocketTestSession(sends({**CLOSE, "code": 4003}), backend=backend).__enter__()
    assert caught.value.code == 4003
    app = sends(
        {"type": "websocket.http.response.start", "status": 403},
        {"type": "websocket.http.response.body", "body": b"No."},
    )
    with pytest.raises(WebSocketDenied) as denied:
        WebSocketTestSession(app, backend=backend).__enter__()
    assert denied.value.text == "No."


def test_the_error_of_the_application_is_raised_once(backend, sends):
    error = LookupError("No such room.")
    with WebSocketTestSession(sends(ACCEPT, error=error), backend=backend) as session:
        with pytest.raises(LookupError) as caught:
            session.receive()
        assert caught.value is error
    with pytest.raises(LookupError):
        with WebSocketTestSession(sends(ACCEPT, error=error), backend=backend):
            pass
    with pytest.raises(LookupError):
        WebSocketTestSession(sends(error=error), backend=backend).__enter__()


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_what_ends_programs_leaves_the_event_loop_to_the_others(backend, error, echo, sends):
    with start_blocking_portal(backend) as portal:
        with WebSocketTestSession(sends(ACCEPT, error=error), portal_factory=shared(portal)) as session:
            with pytest.raises(type(error)) as caught:
                session.receive()
            assert caught.value is error
        with WebSocketTestSession(echo, portal_factory=shared(portal)) as session:
            session.send_text("a")
            assert session.receive_text() == "a"


def test_an_error_of_the_block_goes_out_with_the_application_ended(backend):
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        seen.append((await receive())["code"])
        await anyio.sleep(0.01)
        seen.append("ended")

    with pytest.raises(ZeroDivisionError):
        with WebSocketTestSession(app, backend=backend):
            raise ZeroDivisionError
    assert seen == [1000, "ended"]


def test_leaving_waits_for_the_application_and_then_cancels_it(backend):
    app = Stuck()
    with pytest.raises(TimeoutError, match=r"did not end within 0\.1 seconds of the disconnect\. It waits in __call__"):
        with WebSocketTestSession(app, timeout=0.1, backend=backend):
            pass
    assert app.ended


def test_the_application_sees_the_context_of_the_test(backend, sends):
    variable = ContextVar("variable", default="default")
    seen = []

    async def app(scope, receive, send):
        seen.append(variable.get())
        await sends(ACCEPT)(scope, receive, send)

    token = variable.set("of the test")
    with WebSocketTestSession(app, backend=backend):
        pass
    variable.reset(token)
    assert seen == ["of the test"]


def shared(portal):
    @contextmanager
    def factory():
        yield portal

    return factory


def test_sessions_may_share_a_portal(backend, echo, sends):
    with start_blocking_portal(backend) as portal:
        before = threading.active_count()
        with (
            WebSocketTestSession(echo, "/", shared(portal)) as one,
            WebSocketTestSession(echo, "/", shared(portal)) as two,
        ):
            assert threading.active_count() == before
            one.send_text("one")
            two.send_text("two")
            assert (two.receive_text(), one.receive_text()) == ("two", "one")
        with pytest.raises(WebSocketDisconnect):
            WebSocketTestSession(sends(CLOSE), "/", shared(portal)).__enter__()
        assert portal.call(answer) == 42  # it goes on


async def answer():
    return 42


def test_no_thread_is_left(backend, echo):
    before = threading.active_count()
    with WebSocketTestSession(echo, backend=backend):
        assert threading.active_count() > before
    assert all("portal" not in thread.name for thread in threading.enumerate())


@pytest.mark.parametrize("messages", [[], [ACCEPT]], ids=["refused", "failed"])
def test_an_error_leaves_nothing_to_the_garbage_collector(backend, messages):
    class App:
        async def __call__(self, scope, receive, send):
            for message in messages:
                await send(message)
            raise LookupError

    def test():
        app = App()
        with pytest.raises(LookupError):
            with WebSocketTestSession(app, backend=backend):
                pass
        return weakref.ref(app)

    gc.collect()
    gc.disable()
    try:
        assert test()() is None
    finally:
        gc.enable()


def test_it_is_used_inside_its_block_and_once(echo):
    session = WebSocketTestSession(echo)
    with pytest.raises(RuntimeError, match="A session is used inside its 'with' block"):
        session.send_text("a")
    with session:
        with pytest.raises(RuntimeError, match="A session is for one connection"):
            session.__enter__()
        session.send_text("a")
        assert session.receive_text() == "a"
    with pytest.raises(RuntimeError, match="A session is used inside its 'with' block"):
        session.receive()
    with pytest.raises(RuntimeError, match="A session is for one connection"):
        session.__enter__()


@contextmanager
def interrupted():
    """Ctrl-C, while the main thread is in the block."""

    def interrupt():
        if not left.wait(0.1):
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    left = threading.Event()
    thread = threading.Thread(target=interrupt)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        thread.start()
        try:
            yield
        finally:
            left.set()
            thread.join()
    assert time.monotonic() - started < 4


needs_signals = pytest.mark.skipif(os.name != "posix", reason="A signal cannot be sent to a thread.")


@needs_signals
def test_an_interrupt_ends_a_wait(backend):
    app = Stuck()
    with interrupted(), WebSocketTestSession(app, backend=backend) as session:
        session.receive()
    assert app.ended


@needs_signals
def test_an_interrupted_wait_takes_nothing(backend, echo):
    with WebSocketTestSession(echo, backend=backend) as session:
        with interrupted():
            session.receive()
        session.send_text("a")
        assert session.receive_text() == "a"


@needs_signals
def test_after_an_interrupt_nothing_is_left_in_a_shared_portal(backend):
    ended = []

    async def silent(scope, receive, send):
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    with start_blocking_portal(backend) as portal:
        with interrupted():
            WebSocketTestSession(silent, portal_factory=shared(portal)).__enter__()
        assert ended == [True]
        assert portal.call(answer) == 42


@needs_signals
def test_an_interrupt_ends_the_wait_for_the_end(backend):
    app = Stuck()
    with interrupted(), WebSocketTestSession(app, backend=backend):
        pass
    assert app.ended


def test_the_close_is_a_message_for_who_is_not_strict(sends, backend):
    app = sends(ACCEPT, {"type": "websocket.send", "text": "a"}, {**CLOSE, "code": 4000})
    with WebSocketTestSession(app, strict=False, backend=backend) as session:
        assert [*session] == ["a"]
        assert session.receive() == {**CLOSE, "code": 4000, "reason": ""}
        with pytest.raises(WebSocketDisconnect):
            session.receive_text()


def test_a_session_that_is_abandoned(backend):
    app = Stuck()
    session = WebSocketTestSession(app, backend=backend)
    session.abandon()  # nothing, as it is not entered
    with session:
        session.abandon()
        assert app.ended
        with pytest.raises(RuntimeError, match="A session is used inside its 'with' block"):
            session.receive()
    assert all("portal" not in thread.name for thread in threading.enumerate())
