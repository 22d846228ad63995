"""What the tests of streamed pages share: templates of both kinds, gates that they wait at, a client to watch."""

from __future__ import annotations

import threading

import anyio
import jinja2
import pytest

from asgi_templates import StreamingTemplateResponse


async def until(condition):
    """Let others run until this is true."""
    with anyio.fail_after(20):
        while not condition():  # noqa: ASYNC110 - threads change it
            await anyio.sleep(0.001)


@pytest.fixture(name="until")
def until_fixture():
    return until


class Gate:
    """What a template waits for in the middle of a page, in a thread or in a task, until the test opens it."""

    def __init__(self):
        self.is_reached = False
        self._is_open = threading.Event()

    def open(self):
        self._is_open.set()

    def wait(self):
        self.is_reached = True
        assert self._is_open.wait(20), "nobody opened the gate"

    async def wait_async(self):
        self.is_reached = True
        await until(self._is_open.is_set)


@pytest.fixture
def gate():
    return Gate()


class Kind:
    """Templates that are rendered in a thread, or awaited in a task."""

    def __init__(self, name):
        self.name = name
        self.is_async = name == "task"
        self.env = jinja2.Environment(enable_async=self.is_async)
        self.closed = []

    def page(self, source, status_code=200, headers=None, background=None, buffer_size=None, **context):
        template = self.env.from_string(source)
        response = StreamingTemplateResponse(template, context, status_code, headers, None, background)
        if buffer_size is not None:
            response.buffer_size = buffer_size
        return response

    def rows(self, *steps):
        """A generator: a gate is waited for, an exception raised, a function called, and anything else given."""
        return self._async_rows(steps) if self.is_async else self._rows(steps)

    def _rows(self, steps):
        try:
            for step in steps:
                if isinstance(step, Gate):
                    step.wait()
                elif isinstance(step, BaseException):
                    raise step
                else:
                    yield step() if callable(step) else step
        finally:
            self.closed.append(threading.current_thread())

    async def _async_rows(self, steps):
        try:
            for step in steps:
                if isinstance(step, Gate):
                    await step.wait_async()
                elif isinstance(step, BaseException):
                    raise step
                else:
                    yield step() if callable(step) else step
        finally:
            self.closed.append(threading.current_thread())


@pytest.fixture(params=["thread", "task"])
def kind(request):
    return Kind(request.param)


@pytest.fixture
def thread_kind():
    return Kind("thread")


@pytest.fixture
def task_kind():
    return Kind("task")


class Client:
    """Who a response is sent to. It may leave, as ``send`` or ``receive`` tells, or be slow to take what it gets."""

    def __init__(self, version="2.4", on_chunk=lambda client: None):
        self.version = version
        self.messages = []
        self.has_left = anyio.Event()
        self.is_slow = False
        self.waiting = 0
        self.on_chunk = on_chunk

    async def send(self, message):
        await anyio.lowlevel.checkpoint()
        if self.version == "2.4" and self.has_left.is_set():
            raise OSError("the client has left")
        self.messages.append(message)
        self.on_chunk(self)
        if self.is_slow and message.get("more_body"):
            self.waiting += 1
            await anyio.sleep_forever()

    async def receive(self):
        assert self.version != "2.4", "nobody needs to listen"
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    async def get(self, app, drive, **scope):
        scope = drive.scope(asgi={"version": "3.0", "spec_version": self.version}, **scope)
        await drive.lint(app)(scope, self.receive, self.send)

    @property
    def chunks(self):
        return [message["body"] for message in self.messages if message["type"] == "http.response.body"]

    @property
    def text(self):
        return b"".join(self.chunks).decode()

    @property
    def is_complete(self):
        return bool(self.messages) and not self.messages[-1].get("more_body", True)


@pytest.fixture
def new_client():
    return Client
