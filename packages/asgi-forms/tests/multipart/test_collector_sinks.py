"""What a form does with the sinks of its files: to the end, when it fails, and when it is cancelled."""

import asyncio
import io
from types import coroutine

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_forms import FormError
from asgi_forms.sinks import UploadSink


class Recorder(UploadSink):
    """Writes down what is done with it, and fails at what it is told to."""

    def __init__(self, head, log, fails=(), file=None):
        self.name, self.log, self.fails, self.file = head.filename, log, fails, file

    def note(self, what):
        self.log.append((self.name, what))
        if (self.name, what) in self.fails:
            raise OSError(f"{what} of {self.name}")

    async def write(self, chunk):
        await checkpoint()
        self.note(bytes(chunk))

    async def finish(self):
        self.note("finish")

    async def abort(self):
        self.note("abort")

    def __repr__(self):
        return f"<{self.name}>"


def recorders(log, fails=(), file=None):
    return lambda head: Recorder(head, log, fails, file)


async def test_a_sink_takes_what_arrives_before_more_is_received(multipart):
    log = []
    head = b"--x\r\n" + multipart.part("f", b"12", "f")
    request = multipart.request(head, b"34", b"\r\n--x--")
    receive = request.receive

    async def noted():
        log.append(len(request.left))
        return await receive()

    request.receive = noted
    form = await request.parse(sink=recorders(log, file=io.BytesIO(b"file")))
    assert log == [4, ("f", b"12"), 3, ("f", b"34"), 2, ("f", "finish")]
    assert form["f"].size == 4
    assert form["f"].sink.name == "f"
    assert await form["f"].read() == b"file"


async def test_fields_have_no_sink_and_every_file_has_one(multipart):
    log = []
    parts = [
        multipart.part("a", "1"),
        multipart.part("f", b"", "f"),
        multipart.part("f", b"2", ""),
        multipart.part("b"),
    ]
    form = await multipart(*parts).parse(sink=recorders(log))
    assert log == [("f", "finish"), ("", b"2"), ("", "finish")]
    assert [upload.size for upload in form.getlist("f")] == [0, 1]


async def test_a_sink_that_keeps_nothing_to_read_says_where_its_result_is(multipart):
    form = await multipart(multipart.part("f", b"1", "f")).parse(sink=recorders([]))
    with pytest.raises(OSError, match=r"keeps no file to read; what it has is in UploadFile\.sink\."):
        form["f"].file.read()
    await form.close()


FILES = [("f", b"1", "f"), ("g", b"2", "g")]


@pytest.mark.parametrize(
    ("limits", "body", "log"),
    [
        (
            {},
            [b"--x\r\nno colon\r\n"],
            [("f", b"1"), ("f", "finish"), ("g", b"2"), ("g", "finish"), ("f", "abort"), ("g", "abort")],
        ),
        ({"max_files": 1}, [], [("f", b"1"), ("f", "finish"), ("f", "abort")]),
        ({"max_file_size": 0}, [], [("f", "abort")]),
        ({"max_total_file_size": 1}, [], [("f", b"1"), ("f", "finish"), ("f", "abort"), ("g", "abort")]),
    ],
)
async def test_a_form_that_fails_aborts_every_sink_once(multipart, limits, body, log):
    found = []
    parts = b"".join(b"--x\r\n" + multipart.part(*part) + b"\r\n" for part in FILES)
    with pytest.raises(FormError):
        await multipart.request(parts, *body).parse(sink=recorders(found), **limits)
    assert found == log


@pytest.mark.parametrize("failing", [("f", b"1"), ("f", "finish"), ("g", b"2"), ("g", "finish")])
async def test_an_error_of_a_sink_fails_the_form_and_aborts_the_others(multipart, failing):
    log = []
    with pytest.raises(OSError, match=f" of {failing[0]}"):
        await multipart(*[multipart.part(*part) for part in FILES]).parse(sink=recorders(log, [failing]))
    made = ["f"] if failing[0] == "f" else ["f", "g"]
    assert [name for name, what in log if what == "abort"] == made


async def test_a_sink_that_cannot_be_made_aborts_those_that_were(multipart):
    log = []

    def sink(head):
        if head.filename == "g":
            raise PermissionError("No such folder.")
        return Recorder(head, log)

    with pytest.raises(PermissionError, match="No such folder"):
        await multipart(*[multipart.part(*part) for part in FILES]).parse(sink=sink)
    assert log[-1] == ("f", "abort")


async def test_what_cannot_be_aborted_is_told_in_a_note_and_the_others_are(multipart):
    log = []
    with pytest.raises(FormError) as caught:
        await multipart(*[multipart.part(*part) for part in FILES]).parse(
            sink=recorders(log, [("f", "abort")]), max_file_size=1, max_total_file_size=1
        )
    assert caught.value.__notes__ == ["<f> could not be aborted: OSError('abort of f')"]
    assert log[-2:] == [("f", "abort"), ("g", "abort")]


async def test_a_request_that_is_cancelled_aborts_its_sinks(multipart):
    log = []

    class Slow(Recorder):
        async def abort(self):
            await checkpoint()
            self.note("abort")

    request = multipart.request(b"--x\r\n" + multipart.part("f", b"1", "f"), b"2")
    receive = request.receive

    async def stuck():
        if len(request.left) == 2:
            scope.cancel()
            await anyio.sleep_forever()
        return await receive()

    request.receive = stuck
    with anyio.CancelScope() as scope:
        await request.parse(sink=lambda head: Slow(head, log))
    assert scope.cancelled_caught
    assert log == [("f", b"1"), ("f", "abort")]


async def test_sinks_that_do_not_come_to_an_end_are_given_up_each_in_its_time(multipart, monkeypatch):
    monkeypatch.setattr("asgi_forms._multipart.collector.ABORT_TIMEOUT", 0.05)
    log = []

    class Stuck(Recorder):
        async def abort(self):
            self.note("abort")
            if self.name != "g":
                await anyio.sleep_forever()

    parts = [b"--x\r\n" + multipart.part("f", b"1", name) + b"\r\n" for name in "fgh"]
    with anyio.fail_after(5), pytest.raises(FormError, match="cut off") as caught:
        await multipart.request(*parts).parse(sink=lambda head: Stuck(head, log))
    assert [name for name, what in log if what == "abort"] == ["f", "g", "h"]
    assert caught.value.__notes__ == [f"<{name}> could not be aborted within 0.05 seconds." for name in "fh"]


@pytest.mark.parametrize("made", [None, io.BytesIO(), UploadSink])
async def test_what_is_no_sink_is_told_of(multipart, made):
    request = multipart.request(b"--x\r\n" + multipart.part("f", b"1", "f"), b"2")
    with pytest.raises(TypeError) as caught:
        await request.parse(sink=lambda head: made)
    assert str(caught.value) == (
        f"The sink of a form made {made!r}, which is no UploadSink: give a function of the part's head, "
        "such as lambda head: MemorySink()."
    )
    assert request.chunks_left == [b"2"]


async def test_what_is_no_sink_aborts_those_that_are_some(multipart):
    log = []
    parts = [multipart.part(*part) for part in FILES]
    with pytest.raises(TypeError, match="which is no UploadSink"):
        await multipart(*parts).parse(sink=lambda head: Recorder(head, log) if head.filename == "f" else "g")
    assert log[-1] == ("f", "abort")


class Interrupted(Recorder):
    """Its abort is cancelled while it waits, by the event loop itself and no scope."""

    async def abort(self):
        self.note("abort")
        if self.name == "f":
            asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)
            await asyncio.sleep(5)
        await checkpoint()
        self.note("aborted")


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("is_cancelled_before", [True, False])
async def test_a_cancellation_of_asyncio_keeps_no_sink_from_being_aborted(multipart, is_cancelled_before):
    log, errors = [], []
    parts = [b"--x\r\n" + multipart.part("f", b"1", name) + b"\r\n" for name in "fg"]
    request = multipart.request(*parts, ends=not is_cancelled_before)
    receive = request.receive

    async def stuck():
        if len(request.left) == 1 and is_cancelled_before:
            asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)
            await asyncio.sleep(5)
        return await receive()

    async def parse():
        try:
            await request.parse(sink=lambda head: Interrupted(head, log))
        except BaseException as error:
            errors.append(error)
            raise

    request.receive = stuck
    task = asyncio.create_task(parse())
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()
    assert log[-3:] == [("f", "abort"), ("g", "abort"), ("g", "aborted")]
    [error] = errors
    told = error if is_cancelled_before else error.__context__
    assert isinstance(told, asyncio.CancelledError if is_cancelled_before else FormError)
    assert told.__notes__ == ["<f> was cancelled while it was aborted."]


@coroutine
def waits():
    """What no event loop of ours knows, as a foreign one waits."""
    yield


def test_a_coroutine_that_is_closed_awaits_nothing_more(multipart):
    log = []

    class Waiting(Recorder):
        async def write(self, chunk):
            self.note(bytes(chunk))

        async def abort(self):
            self.note("abort")
            await waits()

    request = multipart.request(b"--x\r\n" + multipart.part("f", b"1", "f"), b"2")
    receive = request.receive

    async def stuck():
        if request.chunks_left == [b"2"]:
            await waits()
        return await receive()

    request.receive = stuck
    parsing = request.parse(sink=lambda head: Waiting(head, log))
    parsing.send(None)
    parsing.close()
    assert log == [("f", b"1")]
