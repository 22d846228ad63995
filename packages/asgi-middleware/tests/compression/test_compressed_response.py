"""The messages of a compressed response: bodies in parts, files, hints, trailers, failures, cancellation."""

import random

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_middleware import CompressionMiddleware

BODY = b"Hello, world! " * 100
LARGE = b"Hello, world! " * 20_000
GZIP = {"accept-encoding": "gzip"}
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}


def part(body, more_body=False):
    return {"type": "http.response.body", "body": body, "more_body": more_body}


@pytest.fixture
def ask(drive, sends):
    async def ask(*bodies, coding="gzip", app=None, **options):
        app = CompressionMiddleware(sends(*bodies) if app is None else app, **options)
        return await drive.request(app, headers={"accept-encoding": coding})

    return ask


async def test_a_whole_body(ask, decoded, coding):
    answer = await ask(BODY, coding=coding)
    assert answer.headers["content-encoding"] == coding
    assert answer.headers["content-length"] == str(len(answer.body))
    assert len(answer.body) < 100
    assert decoded(answer) == BODY
    assert len(answer.messages) == 2


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
async def test_all_kinds_of_bytes(ask, decoded, coding, kind):
    assert decoded(await ask(kind(BODY), coding=coding)) == BODY
    assert decoded(await ask(kind(BODY), kind(BODY), kind(b""), coding=coding)) == BODY * 2


@pytest.mark.parametrize("size", [0, 1, 499])
async def test_small_bodies_are_left_alone(ask, size):
    answer = await ask(b"x" * size)
    assert answer.headers.raw == START["headers"]
    assert answer.body == b"x" * size


async def test_the_minimum_size_is_compressed(ask):
    assert "content-encoding" in (await ask(b"x" * 500)).headers
    assert "content-encoding" in (await ask(b"x" * 100, minimum_size=100)).headers
    assert "content-encoding" not in (await ask(b"x" * 999, minimum_size=1000)).headers


async def test_what_does_not_get_smaller_is_left_alone(ask, coding):
    body = random.Random(1).randbytes(600)
    answer = await ask(body, coding=coding, minimum_size=1)
    assert answer.headers.raw == [*START["headers"], (b"vary", b"Accept-Encoding")]
    assert answer.body == body


async def test_without_a_minimum_size_all_is_compressed_that_has_a_byte(ask, coding, decoded):
    answer = await ask(b"x", coding=coding, minimum_size=0)
    assert answer.headers["content-encoding"] == coding
    assert int(answer.headers["content-length"]) == len(answer.body) > 1
    assert decoded(answer) == b"x"
    assert (await ask(b"", coding=coding, minimum_size=0)).body == b""


async def test_a_scope_without_a_method_is_that_of_no_head(drive, sends, decoded):
    scope = drive.scope(headers=GZIP)
    del scope["method"]
    app = CompressionMiddleware(sends(BODY, headers=[(b"content-length", b"%d" % len(BODY))]))
    assert decoded(await drive.events(app, scope, [])) == BODY


async def test_a_message_without_body(drive, sends_messages):
    app = CompressionMiddleware(sends_messages(START, {"type": "http.response.body"}))
    answer = await drive.request(app, headers=GZIP)
    assert answer.headers.raw == START["headers"]


async def test_without_a_coding_nothing_changes_but_vary(ask):
    for bodies in ((BODY,), (b"a", b"b")):
        answer = await ask(*bodies, coding="identity")
        assert answer.headers.raw == [*START["headers"], (b"vary", b"Accept-Encoding")]
        assert answer.body == b"".join(bodies)
    assert (await ask(b"small", coding="identity")).headers.raw == START["headers"]


@pytest.mark.parametrize(("length", "varies"), [(b"499", False), (b"500", True)])
async def test_with_a_length_a_start_is_not_kept_back(drive, sends_messages, length, varies):
    start = {**START, "headers": [(b"content-length", length)]}
    answer = await drive.request(CompressionMiddleware(sends_messages(start)))
    assert len(answer.messages) == 1
    assert ("vary" in answer.headers) is varies


async def test_a_stream(ask, decoded, coding):
    bodies = [b"%d " % number * 100 for number in range(50)]
    answer = await ask(*bodies, b"", coding=coding)
    assert answer.headers["content-encoding"] == coding
    assert "content-length" not in answer.headers
    assert [message["more_body"] for message in answer.messages[1:-1]] == [True] * 50
    assert decoded(answer) == b"".join(bodies)


async def test_a_stream_of_a_declared_small_size_is_left_alone(drive, sends):
    app = CompressionMiddleware(sends(b"12", b"34", headers=[(b"content-length", b"4")]))
    answer = await drive.request(app, headers=GZIP)
    assert answer.headers.raw == [(b"content-length", b"4")]
    assert answer.body == b"1234"


async def test_a_stream_loses_its_declared_length(drive, sends, decoded):
    app = CompressionMiddleware(sends(BODY, BODY, headers=[(b"content-length", b"2800")]))
    answer = await drive.request(app, headers=GZIP)
    assert "content-length" not in answer.headers
    assert decoded(answer) == BODY * 2


async def test_each_part_can_be_read_when_it_is_sent(ask, partial, coding):
    bodies = [b"tick %d\n" % number for number in range(20)]
    answer = await ask(*bodies, b"", coding=coding)
    sent = b""
    for number, message in enumerate(answer.messages[1:-1]):
        sent += message["body"]
        assert partial(coding, sent) == b"".join(bodies[: number + 1])


async def test_an_empty_part_adds_nothing(ask, decoded, coding):
    answer = await ask(b"", b"one", b"", b"", b"two", coding=coding)
    assert [len(message["body"]) > 0 for message in answer.messages[1:]] == [False, True, False, False, True]
    assert decoded(answer) == b"onetwo"


async def test_without_flush_the_coder_keeps_back_what_it_can_use(ask, decoded, coding):
    bodies = [b"tick %d\n" % number for number in range(200)]
    flushed, kept = [await ask(*bodies, coding=coding, flush=flush) for flush in (True, False)]
    assert decoded(kept) == decoded(flushed) == b"".join(bodies)
    assert len(kept.messages) == len(flushed.messages)
    assert len(kept.body) < len(flushed.body) / 2
    assert sum(len(message["body"]) for message in kept.messages[1:100]) < 20


async def test_events_are_left_alone_unless_asked_for(drive, sends, partial, coding):
    events = [b"data: %d\n\n" % number for number in range(5)]
    headers = [(b"content-type", b"text/event-stream")]
    accepting = {"accept-encoding": coding}
    plain = await drive.request(CompressionMiddleware(sends(*events, headers=headers)), headers=accepting)
    assert [message["body"] for message in plain.messages[1:]] == events
    app = CompressionMiddleware(sends(*events, headers=headers), exclude_content_types=())
    answer = await drive.request(app, headers=accepting)
    assert partial(coding, answer.messages[1]["body"]) == events[0]


PARTS = st.lists(
    st.binary(max_size=40) | st.builds(lambda part, n: part * n, st.binary(max_size=5), st.integers(0, 99))
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=PARTS.filter(bool), minimum_size=st.integers(0, 60), flush=st.booleans(), thread=st.integers(0, 60))
async def test_any_parts_of_any_body_arrive(drive, sends, decoded, coding, bodies, minimum_size, flush, thread):
    app = CompressionMiddleware(sends(*bodies), minimum_size, flush=flush, thread_minimum_size=1000 + thread)
    answer = await drive.request(app, headers={"accept-encoding": coding})
    assert decoded(answer) == b"".join(bodies)
    assert int(answer.headers.get("content-length", len(answer.body))) == len(answer.body)


async def test_large_parts_are_compressed_in_threads(ask, decoded, coding, threads):
    assert decoded(await ask(LARGE, coding=coding)) == LARGE
    assert len(threads) == 1
    assert decoded(await ask(LARGE, b"small", LARGE, coding=coding)) == LARGE + b"small" + LARGE
    assert len(threads) == 3
    assert decoded(await ask(BODY, BODY, coding=coding)) == BODY * 2
    assert len(threads) == 3
    assert decoded(await ask(BODY, coding=coding, thread_minimum_size=1400)) == BODY
    assert len(threads) == 4
    assert decoded(await ask(BODY, b"", coding=coding, thread_minimum_size=1400)) == BODY
    assert len(threads) == 5
    assert decoded(await ask(BODY, b"", coding=coding, thread_minimum_size=1401)) == BODY
    assert decoded(await ask(BODY, coding=coding, thread_minimum_size=1401)) == BODY
    assert len(threads) == 5


FILES = [
    {"type": "http.response.pathsend", "path": "/etc/hostname"},
    {"type": "http.response.zerocopysend", "file": 3, "count": 10},
]


@pytest.mark.parametrize("message", FILES)
@pytest.mark.parametrize("headers", [GZIP, {}])
async def test_files_that_the_server_sends_are_left_alone(drive, sends_messages, message, headers):
    start = {**START, "headers": [(b"etag", b'"1"'), (b"content-length", b"9999")]}
    answer = await drive.request(CompressionMiddleware(sends_messages(start, message)), headers=headers)
    assert answer.headers.raw == [*start["headers"], (b"vary", b"Accept-Encoding")]
    assert answer.messages[1] == message


async def test_parts_after_a_file_are_left_alone(drive, sends_messages):
    file = {"type": "http.response.zerocopysend", "file": 3, "more_body": True}
    answer = await drive.request(CompressionMiddleware(sends_messages(START, file, part(BODY))), headers=GZIP)
    assert answer.messages[1:] == [file, part(BODY)]


@pytest.mark.parametrize("message", FILES)
async def test_a_file_cannot_go_on_a_compressed_body(drive, sends_messages, message):
    app = CompressionMiddleware(sends_messages(START, part(BODY, more_body=True), message))
    with pytest.raises(RuntimeError, match="cannot go on a body that is being compressed"):
        await drive.request(app, headers=GZIP)


async def test_hints_come_before_the_response_in_their_order(drive, sends_messages):
    hint = {"type": "http.response.early_hint", "links": [b"</a>; rel=preload"]}
    push = {"type": "http.response.push", "path": "/a", "headers": []}
    debug = {"type": "http.response.debug", "info": {}}
    answer = await drive.request(
        CompressionMiddleware(sends_messages(debug, hint, START, push, part(BODY))), headers=GZIP
    )
    assert [message["type"].rpartition(".")[2] for message in answer.messages] == [
        *("debug", "early_hint", "push", "start", "body")
    ]


@pytest.mark.parametrize("bodies", [[part(BODY)], [part(BODY, more_body=True), part(b"")]])
async def test_trailers_come_last(drive, sends_messages, decoded, bodies):
    trailers = {"type": "http.response.trailers", "headers": [(b"x-sum", b"1")], "more_trailers": False}
    app = CompressionMiddleware(sends_messages({**START, "trailers": True}, *bodies, trailers))
    answer = await drive.request(app, headers=GZIP)
    assert answer.messages[-1] == trailers
    assert decoded(answer) == BODY


async def test_messages_between_the_parts_go_on(drive, sends_messages, decoded):
    hint = {"type": "http.response.push", "path": "/a", "headers": []}
    app = CompressionMiddleware(sends_messages(START, part(BODY, more_body=True), hint, part(BODY)))
    answer = await drive.request(app, headers=GZIP)
    assert answer.messages[2] == hint
    assert decoded(answer) == BODY * 2


async def collect(app, scope):
    """All that an application sends, out of order as it may be."""
    sent = []

    async def send(message):
        sent.append(message)

    await app(scope, None, send)
    return sent


async def test_an_unknown_message_ends_waiting_for_the_body(drive, sends_messages):
    unknown = {"type": "http.response.other"}
    app = CompressionMiddleware(sends_messages(START, unknown, part(BODY)))
    sent = await collect(app, drive.scope(headers=GZIP))
    assert [message["type"].rpartition(".")[2] for message in sent] == ["start", "other", "body"]
    assert sent[2]["body"] == BODY


@pytest.mark.parametrize("bodies", [[], [part(BODY)], [part(BODY, more_body=True)]])
async def test_a_second_start_is_the_servers_to_refuse(drive, sends_messages, bodies):
    sent = await collect(CompressionMiddleware(sends_messages(START, *bodies, START)), drive.scope(headers=GZIP))
    assert sent[-1] == START
    assert [message["type"] for message in sent].count("http.response.start") == 2


@pytest.mark.parametrize("last", [b"", LARGE])
async def test_a_part_after_the_end_is_the_servers_to_refuse(drive, sends_messages, last):
    app = CompressionMiddleware(sends_messages(START, part(BODY, more_body=True), part(last), part(BODY)))
    sent = await collect(app, drive.scope(headers=GZIP))
    assert sent[-1] == part(BODY)


async def test_a_failure_in_the_middle_does_not_look_complete(drive, partial, coding):
    async def app(scope, receive, send):
        await send(START)
        await send(part(BODY, more_body=True))
        raise ValueError

    sent = []

    async def send(message):
        sent.append(message)

    with pytest.raises(ValueError):
        await CompressionMiddleware(app)(drive.scope(headers={"accept-encoding": coding}), None, send)
    assert [message.get("more_body") for message in sent] == [None, True]
    assert partial(coding, sent[1]["body"]) == BODY
    if coding == "gzip":
        import gzip

        with pytest.raises(EOFError):
            gzip.decompress(sent[1]["body"])


async def test_a_failure_before_the_body_sends_nothing(drive):
    async def app(scope, receive, send):
        await send(START)
        raise ValueError

    sent = []
    with pytest.raises(ValueError):
        await CompressionMiddleware(app)(drive.scope(headers=GZIP), None, sent.append)
    assert sent == []


async def test_a_cancelled_part_cannot_be_gone_past(drive, sends_messages):
    async def app(scope, receive, send):
        await send(START)
        await send(part(BODY, more_body=True))
        with anyio.CancelScope() as cancelled:
            cancelled.cancel()
            await send(part(LARGE, more_body=True))
        assert cancelled.cancelled_caught
        with pytest.raises(RuntimeError, match="cannot go on"):
            await send(part(b"more"))

    answer = await drive.request(CompressionMiddleware(app), headers=GZIP)
    assert len(answer.messages) == 2


async def test_two_requests_at_once_do_not_meet(drive, sends, decoded):
    app = CompressionMiddleware(sends(LARGE, BODY, LARGE))
    answers = []

    async def ask():
        answers.append(await drive.request(app, headers=GZIP))

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(ask)
    assert [decoded(answer) for answer in answers] == [LARGE + BODY + LARGE] * 5
