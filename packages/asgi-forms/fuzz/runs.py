"""One reading of one case: through each of the entrances, in given chunks, into sinks that keep count."""

from __future__ import annotations

import io
import tempfile
import weakref
from collections import deque
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from cases import URLENCODED, Case

import asgi_forms
from asgi_forms import FormError, FormParser, MultiPartParser, UploadFile, parse_form, stream_multipart
from asgi_forms.sinks import HashSink, MemorySink, PathSink, SpooledSink, UploadSink, WriterSink
from asgi_types import ContentTooLarge, Headers

Field = tuple[str, str | None, Any, Any]  # name, file name, content, and headers of a file


class Broken(BaseException):  # else it could be taken for an error of a sink
    """An invariant that does not hold: which one, and how."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class SinkError(Exception):
    """What a failing sink raises."""


@dataclass
class Outcome:
    """A form, or why there is none."""

    fields: tuple[Field, ...] | None = None
    status: int = 200
    message: str = ""
    is_body_limit: bool = False
    received: int = 0

    @property
    def is_failed(self) -> bool:
        """Whether a sink failed."""
        return self.status == 0

    @property
    def is_refused(self) -> bool:
        return self.fields is None and not self.is_failed

    def __str__(self) -> str:
        return f"{self.status} {self.message}" if self.fields is None else f"form {self.fields!r}"


class Connection:
    """A client that sends a body in these chunks, and is not to be asked for more than that."""

    def __init__(self, case: Case, chunks: list[bytes]) -> None:
        self.left = deque[dict[str, Any]](
            {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
        )
        if case.is_complete:
            if self.left[-1]["body"]:
                self.left[-1]["more_body"] = False
            else:
                self.left[-1] = {"type": "http.request"}  # both keys are optional
        else:
            self.left.append({"type": "http.disconnect"})
        self.received = 0

    async def receive(self) -> dict[str, Any]:
        if not self.left:
            raise Broken("receive", "Something was received after the end.")
        self.received += 1
        return self.left.popleft()

    async def stream(self) -> AsyncGenerator[bytes, None]:
        while self.left:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise FormError("The client disconnected before the end of the form.")
            yield message.get("body", b"")


class TrackedFile(tempfile.SpooledTemporaryFile[bytes]):
    """Every temporary file there is, as long as it is."""

    alive: ClassVar[weakref.WeakSet[TrackedFile]] = weakref.WeakSet()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alive.add(self)

    __hash__ = object.__hash__


class CountedSink(UploadSink):
    """Keeps a file in memory, and to the protocol of sinks."""

    def __init__(self, has_file: bool = True, fails_at: int = -1) -> None:
        self.content = io.BytesIO()
        self.file = self.content if has_file else None
        self.fails_at = fails_at
        self.steps: list[str] = []

    def note(self, step: str) -> None:
        last = self.steps[-1] if self.steps else "write"
        if "abort" in self.steps or (last == "finish" and step != "abort"):
            raise Broken("sink", f"{step} after {last}")
        self.steps.append(step)
        if len(self.steps) - 1 == self.fails_at:
            raise SinkError(step)

    async def write(self, chunk: bytes, /) -> None:
        if not isinstance(chunk, bytes) or not chunk:
            raise Broken("sink", f"It was given {chunk!r}.")
        self.note("write")
        self.content.write(chunk)

    async def finish(self) -> None:
        self.note("finish")
        self.content.seek(0)

    async def abort(self) -> None:
        self.content.close()
        self.note("abort")


class CollectingSink(WriterSink):
    """Hands a file on, to a list of parts of one size."""

    def __init__(self, chunk_size: int | None) -> None:
        self.content = io.BytesIO()
        super().__init__(self.collect, chunk_size=chunk_size)

    async def collect(self, chunk: bytes) -> None:
        if not chunk:
            raise Broken("sink", "It was given nothing.")
        self.content.write(chunk)


class Sinks:
    """Makes the sinks of a case, and says afterwards whether they were treated well."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.case = case
        self.folder = folder
        self.made: list[UploadSink] = []
        self.random = Random(case.seed)

    @property
    def factory(self) -> Any:
        return None if self.case.sink == "default" else self.make

    def make(self, head: asgi_forms.PartHead) -> UploadSink:
        if head.filename is None:
            raise Broken("sink", f"A sink was wanted for {head!r}.")
        self.made.append(self.made_sink())
        return self.made[-1]

    def made_sink(self) -> UploadSink:
        kind = self.case.sink
        if kind == "failing":
            fails_at = self.random.randrange(5)
            if fails_at == 4:
                raise SinkError("factory")
            return CountedSink(fails_at=fails_at)
        if kind == "spooled":
            return SpooledSink(self.random.choice((0, 1, 10, 1000)))
        if kind == "path":
            return PathSink(self.folder / f"{len(self.made)}")
        if kind == "writer":
            return CollectingSink(self.random.choice((None, 1, 7)))
        if kind in ("memory", "hash"):
            return MemorySink() if kind == "memory" else HashSink()
        return CountedSink(has_file=kind != "no file")

    def check(self, is_form: bool) -> None:
        for sink in self.made:
            if isinstance(sink, CountedSink):
                ends = [step for step in sink.steps if step != "write"]
                if is_form and ends != ["finish"]:
                    raise Broken("sink", f"The form was read, and the sink had {ends}.")
                if not is_form and (ends.count("abort") != 1 or not sink.content.closed):
                    raise Broken("sink", f"The form failed, and the sink had {ends}.")
            elif sink.file is not None and not sink.file.closed:
                raise Broken("open file", f"{sink!r} is open.")
        left = [file for file in TrackedFile.alive if not file.closed]
        if left:
            raise Broken("open file", f"{len(left)} temporary files are open.")
        if not is_form and any(self.folder.iterdir()):
            raise Broken("file left", f"{list(self.folder.iterdir())} after an error.")
        for path in self.folder.iterdir():
            path.unlink()


def scope_of(case: Case) -> dict[str, Any]:
    headers = [] if case.content_type is None else [(b"content-type", case.content_type)]
    if case.content_length is not None:
        headers.append((b"content-length", case.content_length))
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    if case.body_limit is not None:
        scope["asgi_types.max_body_size"] = case.body_limit
    return scope


async def outcome_of(reading: Coroutine[Any, Any, tuple[Field, ...]], connection: Connection) -> Outcome:
    """What comes of it, where only the documented errors may come of it."""
    try:
        fields = await reading
    except FormError as error:
        found = Outcome(None, error.status_code, error.message)
        if error.status_code not in (400, 413, 415):
            raise Broken("status", f"{error!r} has {error.status_code}.") from error
    except ContentTooLarge as error:
        found = Outcome(None, error.status_code, error.detail, is_body_limit=True)
    except SinkError as error:
        found = Outcome(None, 0, f"SinkError: {error}")
    else:
        found = Outcome(fields)
    found.received = connection.received
    return found


async def by_parse_form(case: Case, chunks: list[bytes], folder: Path) -> Outcome:
    """Through ``parse_form``, or through the request of a framework."""
    connection, sinks = Connection(case, chunks), Sinks(case, folder)

    async def read() -> tuple[Field, ...]:
        return await fields_of(await parse_form(scope_of(case), connection.receive, sink=sinks.factory, **case.limits))

    found = await outcome_of(read(), connection)
    sinks.check(found.fields is not None)
    return found


async def by_parser(case: Case, chunks: list[bytes], folder: Path) -> Outcome:
    """Through the classes that Starlette has as well. They know no limit on the body, and no other content types."""
    connection, sinks = Connection(case, chunks), Sinks(case, folder)
    headers = Headers(scope=scope_of(case))
    kind = media_type(case)

    async def read() -> tuple[Field, ...]:
        stream = connection.stream()
        try:
            if kind == URLENCODED:
                form = await FormParser(headers, stream, **case.limits).parse()
            else:
                form = await MultiPartParser(headers, stream, sink=sinks.factory, **case.limits).parse()
            return await fields_of(form)
        finally:
            await stream.aclose()

    found = await outcome_of(read(), connection)
    sinks.check(found.fields is not None)
    return found


async def by_stream(case: Case, chunks: list[bytes], random: Random, takes_all: bool) -> Outcome:
    """Through ``stream_multipart``, taking the content of parts in different ways, or of some only a part."""
    connection = Connection(case, chunks)
    parts = stream_multipart(scope_of(case), connection.receive, **case.limits)

    async def read() -> tuple[Field, ...]:
        fields = list[Field]()
        async for part in parts:
            content: Any = None
            if not takes_all and random.random() < 0.7:
                if random.random() < 0.5:
                    await anext(part, None)
            elif part.filename is None:
                content = await part.text() if random.random() < 0.8 else await part.read()
            else:
                content = b"".join([chunk async for chunk in part])
            fields.append((part.name, part.filename, content, tuple(part.headers.raw)))
        return tuple(fields)

    found = await outcome_of(read(), connection)
    if found.fields is None:
        again = await outcome_of(read(), connection)
        if (again.message, again.received) != (found.message, found.received):
            raise Broken("after an error", f"At first {found}, then {again}, having received more.")
    return found


async def fields_of(form: asgi_forms.FormData) -> tuple[Field, ...]:
    """What a form has, which is closed after."""
    fields = list[Field]()
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                fields.append((name, value.filename, await content_of(value), tuple(value.headers.raw)))
            else:
                fields.append((name, None, value, None))
    finally:
        await form.close()
    return tuple(fields)


async def content_of(value: UploadFile) -> bytes:
    try:
        content = await value.read()
    except io.UnsupportedOperation:  # a sink without a file
        assert isinstance(value.sink, CountedSink | CollectingSink)
        content = value.sink.content.getvalue()
    if len(content) != value.size:
        raise Broken("size", f"{value!r} has {len(content)} bytes.")
    return content


def media_type(case: Case) -> bytes:
    return (case.content_type or b"").partition(b";")[0].strip(b" \t").lower()


def run_now(reading: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Drive a coroutine in which nothing waits, in one step."""
    try:
        reading.send(None)
    except StopIteration as done:
        outcome: Outcome = done.value
        return outcome
    raise Broken("waits", "It waits for something, and everything is there.")
