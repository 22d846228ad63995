"""What the tests of forms share: requests with a form."""

import math
import tracemalloc
from asyncio import Runner
from collections import deque
from contextlib import contextmanager
from types import SimpleNamespace

import anyio.to_thread
import pytest

from asgi_forms import FormData, FormError, FormLimits, UploadFile, parse_form
from asgi_forms.sinks import UploadSink


class Upload:
    """A request whose body comes in these chunks; ``left`` are those nobody has received."""

    URLENCODED = "application/x-www-form-urlencoded"

    def __init__(self, *chunks, content_type=URLENCODED, ends=True):
        self.left = deque({"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks)
        if ends:
            self.left[-1]["more_body"] = False
        self.left.append({"type": "http.disconnect"})
        headers = [] if content_type is None else [(b"content-type", content_type.encode("latin-1"))]
        self.scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}

    @property
    def chunks_left(self):
        """The parts of the body that nobody has received."""
        return [message["body"] for message in self.left if message["type"] == "http.request"]

    async def receive(self):
        return self.left.popleft()

    def parse(self, **limits):
        return parse_form(self.scope, self.receive, **limits)

    def parse_now(self, **limits):
        """The form, without an event loop: nothing in it waits, so one step runs the coroutine to its end."""
        try:
            self.parse(**limits).send(None)
        except StopIteration as done:
            return done.value
        raise AssertionError("The coroutine waits for something.")


class Multipart:
    """Multipart bodies and the requests they come in: ``multipart(multipart.part("tag", "a")).parse_now()``."""

    def __init__(self, runner):
        self.runner = runner

    def __call__(self, *parts, boundary="x", content_type=None, **body):
        """A request with a form of these parts, in one chunk; see `part` and `body`."""
        whole = self.body(*parts, boundary=boundary, **body)
        return self.request(whole, boundary=boundary, content_type=content_type)

    def request(self, *chunks, boundary="x", content_type=None, ends=True):
        """A request with a multipart body in these chunks, or in an empty one."""
        content_type = content_type or f"multipart/form-data; boundary={boundary}"
        return Upload(*(chunks or (b"",)), content_type=content_type, ends=ends)

    @staticmethod
    def part(name, content=b"", filename=None, *headers, disposition=None):
        """One part; ``headers`` are further lines of its head, ``disposition`` is one in place of that by names."""
        if disposition is None:
            disposition = b'form-data; name="' + quoted(name) + b'"'
            if filename is not None:
                disposition += b'; filename="' + quoted(filename) + b'"'
        lines = [b"Content-Disposition: " + raw(disposition), *headers]
        content = content.encode() if isinstance(content, str) else content
        return b"".join(raw(line) + b"\r\n" for line in lines) + b"\r\n" + content

    @staticmethod
    def body(*parts, boundary="x", preamble=b"", epilogue=b"\r\n"):
        """The body of a form of these parts."""
        mark = b"--" + boundary.encode()
        return preamble + b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--" + epilogue

    @staticmethod
    def cuts(body):
        """Ways to cut a body into chunks: whole, byte by byte, and in two at every place."""
        yield [body]
        yield [body[index : index + 1] for index in range(len(body))]
        for cut in range(1, len(body)):
            yield [body[:cut], body[cut:]]

    @staticmethod
    def fields(form):
        """The fields of a form as plain values: text, and name, content and type of a file, which is closed."""
        assert isinstance(form, FormData)
        return [
            (name, file_of(value) if isinstance(value, UploadFile) else value) for name, value in form.multi_items()
        ]

    def outcome(self, request, **limits):
        """What parsing a request comes to, in a test that is not async: fields, or status and detail of an error."""
        try:
            return self.fields(self.runner.run(request.parse(**limits)))
        except FormError as error:
            return error.status_code, error.detail

    def value(self, part, **request):
        """The one value of a form of this part."""
        [(_, value)] = self.fields(self(part, **request).parse_now())
        return value

    def names(self, disposition):
        """Name and file name of a part with this ``Content-Disposition``, or status and detail of the error."""
        outcome = self.outcome(self(self.part("", b"content", disposition=disposition)))
        if isinstance(outcome, tuple):
            return outcome
        [(name, value)] = outcome
        return name, None if isinstance(value, str) else value[0]


class Stream:
    """The chunks of a body, and then perhaps an error; ``taken`` of them were asked for."""

    def __init__(self, *chunks, error=None):
        self.chunks, self.taken, self.error = chunks, 0, error

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.taken == len(self.chunks):
            raise self.error or StopAsyncIteration
        self.taken += 1
        return self.chunks[self.taken - 1]


class BareRequest:
    """What is needed of a request and nothing else; it keeps its stream, so that only who closes that ends it."""

    def __init__(self, scope, receive):
        self.scope = scope
        self.receive = receive
        self.streams = []
        self.ended = []

    def stream(self):
        self.streams.append(self._stream())
        return self.streams[-1]

    async def _stream(self):
        try:
            more = True
            while more:
                message = await self.receive()
                more = message["more_body"]
                yield message["body"]
        except BaseException as error:
            self.ended.append(type(error))
            raise
        else:
            self.ended.append(None)


class Nowhere(UploadSink):
    """Keeps nothing of a file."""

    async def write(self, chunk):
        pass


def raw(text):
    return text if isinstance(text, bytes) else text.encode()


def quoted(name):
    return raw(name).replace(b'"', b"%22").replace(b"\r", b"%0D").replace(b"\n", b"%0A")


def file_of(upload):
    upload.file.seek(0)
    content = upload.file.read()
    upload.file.close()
    assert upload.size == len(content)
    return upload.filename, content, upload.content_type


@pytest.fixture(scope="session")
def upload():
    return Upload


@pytest.fixture(scope="session")
def runner():
    """An event loop for tests that are not async: threads take one, and so does aborting sinks."""
    with Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def multipart(runner):
    return Multipart(runner)


@pytest.fixture(scope="session")
def no_limits():
    """Every limit, lifted."""
    return dict.fromkeys(FormLimits.__annotations__, math.inf)


@pytest.fixture(scope="session")
def nowhere():
    """Makes sinks that keep nothing."""
    return lambda head: Nowhere()


@pytest.fixture(scope="session")
def stream():
    return Stream


@contextmanager
def traced():
    memory = SimpleNamespace(peak=None)
    tracemalloc.start()
    try:
        yield memory
        memory.peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture(scope="session")
def traced_memory():
    """Makes a context manager that gives an object whose ``peak`` are the bytes that the block took at most."""
    return traced


@pytest.fixture(scope="session")
def bare_request():
    """A class of requests that has what forms need of one and nothing else."""
    return BareRequest


@pytest.fixture
def threads(monkeypatch):
    """One item for each function that was run in a thread: its name."""
    functions = []
    real = anyio.to_thread.run_sync

    async def recorded(function, *args, **kwargs):
        functions.append(getattr(function, "__name__", repr(function)))  # a partial has none
        return await real(function, *args, **kwargs)

    monkeypatch.setattr(anyio.to_thread, "run_sync", recorded)
    return functions
