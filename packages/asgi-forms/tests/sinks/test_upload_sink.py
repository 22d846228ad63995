import asyncio
import io

import anyio
import pytest

from asgi_forms import FormError, MultiPartParser, PartHead, form
from asgi_forms.sinks import MemorySink, UploadSink
from asgi_types import Headers

pytestmark = pytest.mark.anyio


@pytest.fixture
def two_files(multipart):
    """A request with two files, in a chunk each, and a field after them."""
    part = multipart.part
    body = multipart.body(part("a", b"first", "a.txt"), part("b", b"second", "b.txt"), part("c", "text"))
    cut = body.index(b"second")
    return multipart.request(body[:cut], body[cut:])


async def test_a_file_is_written_and_finished_before_the_next_is_begun(two_files, recorder):
    sinks = recorder()
    fields = await two_files.parse(sink=sinks)
    assert sinks.calls == [
        ("a", "make"),
        ("a", "write", b"first"),
        ("a", "finish"),
        ("b", "make"),
        ("b", "write", b"second"),
        ("b", "finish"),
    ]
    assert [fields["a"].size, fields["b"].size, fields["c"]] == [5, 6, "text"]
    assert repr(fields["b"].sink) == "<b>"


async def test_the_factory_is_given_what_the_part_says_of_the_file(multipart):
    seen = []

    def sink(head):
        seen.append((type(head), head.name, head.filename, head.content_type, head.headers["x-more"]))
        return MemorySink()

    request = multipart(multipart.part("a", b"", "a.txt", "Content-Type: text/plain", "X-More: 1"))
    await request.parse(sink=sink)
    assert seen == [(PartHead, "a", "a.txt", "text/plain", "1")]


async def test_a_class_that_takes_the_head_is_a_factory(two_files):
    class Named(MemorySink):
        def __init__(self, head):
            super().__init__()
            self.field = head.name

    async with form(two_files.scope, two_files.receive, sink=Named) as fields:
        assert [fields["a"].sink.field, await fields["a"].read()] == ["a", b"first"]
        assert [fields["b"].sink.field, await fields["b"].read()] == ["b", b"second"]


class NoSink:
    """Has the methods of a sink and is none."""

    write = finish = abort = file = None

    def __repr__(self):
        return "<no sink>"


@pytest.mark.parametrize("made", [None, NoSink(), MemorySink, io.BytesIO])
async def test_what_is_no_sink_is_refused_with_the_fix(two_files, recorder, made):
    sinks = recorder()
    with pytest.raises(TypeError) as caught:
        await two_files.parse(sink=lambda head: sinks(head) if head.name == "a" else made)
    assert str(caught.value) == (
        f"The sink of a form made {made!r}, which is no UploadSink: give a function of the part's head, "
        "such as lambda head: MemorySink()."
    )
    assert sinks.calls[-2:] == [("a", "finish"), ("a", "abort")]


async def test_an_empty_file_is_finished_without_a_write(multipart, recorder):
    sinks = recorder()
    fields = await multipart(multipart.part("a", b"", "")).parse(sink=sinks)
    assert sinks.calls == [("a", "make"), ("a", "finish")]
    assert (fields["a"].size, fields["a"].filename) == (0, "")


async def test_the_parser_takes_a_sink_as_well(two_files, recorder):
    async def stream():
        for chunk in two_files.chunks_left:
            yield chunk

    sinks = recorder()
    fields = await MultiPartParser(Headers(scope=two_files.scope), stream(), sink=sinks).parse()
    assert [(name, call) for name, call, *_ in sinks.calls if call == "finish"] == [("a", "finish"), ("b", "finish")]
    assert repr(fields["a"].sink) == "<a>"


async def test_a_sink_without_a_write_says_what_it_needs(multipart):
    class Half(UploadSink):
        pass

    request = multipart(multipart.part("a", b"content", "a.txt"))
    with pytest.raises(NotImplementedError, match=r"^Half needs a method write\(chunk\)\.$"):
        await request.parse(sink=lambda head: Half())


async def test_a_sink_needs_a_write_only_and_leaves_nothing_to_read(multipart):
    class Counted(UploadSink):
        size = 0

        async def write(self, chunk):
            self.size += len(chunk)

    request = multipart(multipart.part("a", b"content", "a.txt"))
    async with form(request.scope, request.receive, sink=lambda head: Counted()) as fields:
        assert fields["a"].sink.size == fields["a"].size == 7
        for call in (fields["a"].read(), fields["a"].read(1), fields["a"].seek(0)):
            with pytest.raises(io.UnsupportedOperation):
                await call
        with pytest.raises(io.UnsupportedOperation, match=r"keeps no file to read; what it has is in UploadFile\.sink"):
            await fields["a"].read()


async def test_nothing_is_received_while_a_write_is_awaited(two_files):
    entered, go_on = anyio.Event(), anyio.Event()

    class Slow(UploadSink):
        async def write(self, chunk):
            entered.set()
            await go_on.wait()

    async def parse():
        await two_files.parse(sink=lambda head: Slow())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(parse)
        await entered.wait()
        await anyio.wait_all_tasks_blocked()
        assert len(two_files.chunks_left) == 1
        go_on.set()
    assert two_files.chunks_left == []


@pytest.mark.parametrize(
    ("fails", "calls"),
    [
        (("b", "make"), ["a abort"]),
        (("b", "write"), ["a abort", "b abort"]),
        (("b", "finish"), ["a abort", "b abort"]),
    ],
)
async def test_what_a_sink_raises_fails_the_form_and_all_sinks_are_aborted(two_files, recorder, fails, calls):
    sinks = recorder(fails)
    with pytest.raises(OSError, match=rf"^No {fails[1]} of b\.$"):
        await two_files.parse(sink=sinks)
    assert [f"{name} {call}" for name, call, *_ in sinks.calls if call == "abort"] == calls
    assert sinks.calls.count(("b", "finish")) == (fails[1] == "finish")


async def test_what_a_sink_raises_stops_before_the_next_receive(two_files, recorder):
    with pytest.raises(OSError):
        await two_files.parse(sink=recorder(("a", "write")))
    assert len(two_files.chunks_left) == 1


async def test_a_sink_that_cannot_be_aborted_is_told_of_in_a_note_and_the_others_are_aborted(two_files, recorder):
    sinks = recorder(("b", "write"), ("a", "abort"))
    with pytest.raises(OSError, match="No write of b") as caught:
        await two_files.parse(sink=sinks)
    assert caught.value.__notes__ == ["<a> could not be aborted: OSError('No abort of a.')"]
    assert sinks.calls[-2:] == [("a", "abort"), ("b", "abort")]


async def test_a_limit_that_a_later_part_breaks_aborts_the_sinks(two_files, recorder):
    sinks = recorder()
    with pytest.raises(FormError, match="413: Part exceeded maximum size of 3 bytes"):
        await two_files.parse(sink=sinks, max_part_size=3)
    assert sinks.calls[-2:] == [("a", "abort"), ("b", "abort")]


async def test_a_form_that_is_cut_off_aborts_the_sinks(multipart, recorder):
    sinks = recorder()
    request = multipart.request(multipart.body(multipart.part("a", b"content", "a.txt"))[:-6])
    with pytest.raises(FormError, match="cut off"):
        await request.parse(sink=sinks)
    assert sinks.calls[-1] == ("a", "abort")


async def test_a_client_that_leaves_aborts_the_sinks(two_files, recorder):
    sinks = recorder()
    two_files.left[1] = {"type": "http.disconnect"}
    with pytest.raises(FormError, match="The client disconnected"):
        await two_files.parse(sink=sinks)
    assert sinks.calls[-2:] == [("a", "abort"), ("b", "abort")]


async def test_what_receive_raises_aborts_the_sinks(two_files, recorder):
    sinks = recorder()
    left = iter(two_files.left)

    async def receive():
        message = next(left)
        if b"second" in message["body"]:
            raise OSError("connection reset")
        return message

    with pytest.raises(OSError, match="connection reset"):
        async with form(two_files.scope, receive, sink=sinks):
            raise AssertionError("There is no form.")
    assert sinks.calls[-2:] == [("a", "abort"), ("b", "abort")]


async def test_a_request_that_is_cancelled_waits_for_its_sinks_to_abort(two_files, recorder):
    aborted = []
    two_files.receive = waits_after(two_files.receive, 1)

    class Slow(MemorySink):
        async def abort(self):
            await anyio.sleep(0.01)
            await super().abort()
            aborted.append(self.file.closed)

    with anyio.move_on_after(0.05) as scope:
        await two_files.parse(sink=lambda head: Slow())
    assert scope.cancelled_caught
    assert aborted == [True, True]


async def test_a_sink_that_does_not_end_to_abort_is_left_behind(two_files, monkeypatch):
    monkeypatch.setattr("asgi_forms._multipart.collector.ABORT_TIMEOUT", 0.05)

    class Stuck(MemorySink):
        async def abort(self):
            await anyio.sleep_forever()

    two_files.left[1] = {"type": "http.disconnect"}
    with anyio.fail_after(5), pytest.raises(FormError, match="The client disconnected"):
        await two_files.parse(sink=lambda head: Stuck())


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_task_that_asyncio_cancels_while_a_sink_aborts_has_the_others_aborted(two_files):
    aborted, is_aborting = [], asyncio.Event()

    class Slow(MemorySink):
        async def abort(self):
            is_aborting.set()
            aborted.append("begun")
            await anyio.sleep(0.01)
            aborted.append("ended")

    two_files.left[1] = {"type": "http.disconnect"}
    task = asyncio.create_task(two_files.parse(sink=lambda head: Slow()))
    await is_aborting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert aborted == ["begun", "begun", "ended"]


def waits_after(receive, count):
    """A ``receive`` that gives so many messages, and then none."""
    left = count

    async def received():
        nonlocal left
        if not left:
            await anyio.sleep_forever()
        left -= 1
        return await receive()

    return received
