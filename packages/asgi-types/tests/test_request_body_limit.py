"""The limit on a body, for applications that know nothing of it: they read with bare ASGI."""

from __future__ import annotations

import gc
import inspect
import math
import weakref
from contextlib import suppress

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import GUARD, MAX_BODY_SIZE, ContentTooLarge, HTTPException, Response
from asgi_types.request_body_limit import RequestBodyLimitMiddleware

TEXT = "The body is larger than the limit of 4 bytes."


async def body_of(receive):
    body, more = b"", True
    while more:
        message = await receive()
        assert message["type"] == "http.request"
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def echo(scope, receive, send):
    await Response(await body_of(receive))(scope, receive, send)


async def rewriting(scope, receive, send):
    """As a decompression does: the length that is declared is not that of what it hands on."""
    scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
    await echo(scope, receive, send)


async def deaf(scope, receive, send):
    await Response("I do not listen.")(scope, receive, send)


def limited(limit, app=echo):
    return RequestBodyLimitMiddleware(app, max_body_size=limit)


def copying(app):
    """An application in between that hands on a copy of the scope."""

    async def copy(scope, receive, send):
        await app({**scope}, receive, send)

    return copy


def foreign(app, status=500, reraise=True):
    """An error layer that does not know what it catches."""

    async def layer(scope, receive, send):
        try:
            await app(scope, receive, send)
        except Exception:
            await Response("Oh.", status)(scope, receive, send)
            if reraise:
                raise

    return layer


async def guard(app, scope, receive, send):
    """The promise to answer what is raised, and the page of who made it."""
    try:
        await app(scope, receive, send)
    except HTTPException as exc:
        await Response(f"A page for {exc.status_code}", exc.status_code)(scope, receive, send)


def guarded(app):
    async def layer(scope, receive, send):
        scope[GUARD] = guard
        await guard(app, scope, receive, send)

    return layer


async def post(drive, app, *chunks, declared=None, **scope):
    headers = {} if declared is None else {"content-length": str(declared)}
    return await drive.request(app, "/", "POST", list(chunks or [b""]), headers=headers, **scope)


# One limit


async def test_a_body_as_large_as_the_limit_passes(drive):
    assert (await post(drive, limited(4), b"12", b"34", declared=4)).body == b"1234"
    assert (await post(drive, limited(0), b"", declared=0)).body == b""


@pytest.mark.parametrize("chunks", [[b"12345"], [b"123", b"", b"45", b"67"], [b"1"] * 9])
async def test_a_larger_body_is_a_413(drive, chunks):
    answer = await post(drive, limited(4), *chunks)
    assert (answer.status, answer.text) == (413, TEXT)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_the_chunk_that_is_too_much_is_not_handed_on(drive):
    seen = []

    async def app(scope, receive, send):
        while True:
            seen.append((await receive())["body"])

    events = iter([{"type": "http.request", "body": body, "more_body": True} for body in (b"123", b"45", b"6", b"7")])
    assert (await drive.events(limited(4, app), drive.scope(method="POST"), events)).status == 413
    assert seen == [b"123"]
    assert [event["body"] for event in events] == [b"6", b"7"]


@pytest.mark.parametrize("app", [echo, rewriting], ids=["plain", "rewriting"])
async def test_a_body_that_is_announced_too_large_is_refused_before_it_is_received(drive, app):
    events = iter([{"type": "http.request", "body": b"12345"}])
    answer = await drive.events(limited(4, app), drive.scope(method="POST", headers={"content-length": "5"}), events)
    assert (answer.status, answer.text) == (413, TEXT)
    assert [*events]


@pytest.mark.parametrize("length", ["", "-9", "nine", "9_9"])
async def test_a_malformed_length_announces_nothing(drive, length):
    assert (await post(drive, limited(4), b"1234", declared=length)).body == b"1234"


async def test_who_does_not_read_is_not_refused(drive):
    assert (await post(drive, limited(4, deaf), b"12345", declared=5)).text == "I do not listen."


async def test_messages_may_lack_their_keys(drive):
    events = [{"type": "http.request", "more_body": True}, {"type": "http.request", "body": b"1"}]
    assert (await drive.events(limited(1), drive.scope(method="POST"), events)).body == b"1"


async def test_other_messages_pass(drive):
    seen = []

    async def app(scope, receive, send):
        seen.extend([await receive(), await receive(), await receive()])
        await send({"type": "http.response.early_hint", "links": []})
        await deaf(scope, receive, send)

    events = [{"type": "http.request", "body": b"1", "more_body": True}, {"type": "http.odd", "body": b"12345"}]
    answer = await drive.events(limited(4, app), drive.scope(), events)
    assert [message["type"] for message in seen] == ["http.request", "http.odd", "http.disconnect"]
    assert answer.messages[0]["type"] == "http.response.early_hint"
    assert answer.status == 200


async def test_no_body_is_sent_in_answer_to_head(drive):
    answer = await drive.request(limited(4), "/", "HEAD", b"12345")
    assert (answer.status, answer.body) == (413, b"")


async def test_who_reads_on_after_the_refusal_is_refused_again(drive):
    refusals = []

    async def app(scope, receive, send):
        for _ in range(3):
            try:
                await receive()
            except ContentTooLarge as exc:
                refusals.append(exc.limit)

    events = iter([{"type": "http.request", "body": b"12345", "more_body": True}] * 3)
    await drive.events(limited(4, app), drive.scope(method="POST"), events)
    assert refusals == [4, 4, 4]
    assert len([*events]) == 2


@given(st.lists(st.binary(max_size=5), min_size=1), st.just(math.inf) | st.integers(0, 12))
def test_a_body_is_read_if_it_is_not_larger_than_the_limit(chunks, limit):
    left, sent = list(chunks), []

    async def receive():
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": []}
    with pytest.raises(StopIteration):
        limited(limit)(scope, receive, send).__await__().send(None)
    body = b"".join(chunks)
    refused = len(body) > limit
    assert sent[0]["status"] == (413 if refused else 200)
    assert refused or sent[1]["body"] == body


# What is in the scope


@pytest.mark.parametrize(("limit", "found"), [(4, 4), (0, 0), (math.inf, None)])
async def test_the_limit_is_in_the_scope_as_long_as_it_holds(drive, limit, found):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope[MAX_BODY_SIZE])

    assert MAX_BODY_SIZE not in (await drive.request(limited(limit, app))).scope
    assert (await drive.request(limited(limit, app), **{MAX_BODY_SIZE: None})).scope[MAX_BODY_SIZE] is None
    assert (await drive.request(limited(limit, app), **{MAX_BODY_SIZE: 7})).scope[MAX_BODY_SIZE] == 7
    assert seen == [found] * 3


async def test_the_scope_is_as_before_after_a_failure(drive):
    async def app(scope, receive, send):
        del scope[MAX_BODY_SIZE]
        raise ZeroDivisionError

    scope = drive.scope()
    before = dict(scope)
    with pytest.raises(ZeroDivisionError):
        await drive.events(limited(4, app), scope, [])
    assert scope == before


@pytest.mark.parametrize("limit", [6, None])
async def test_a_limit_that_an_application_writes_holds(drive, limit):
    async def app(scope, receive, send):
        scope[MAX_BODY_SIZE] = limit
        await echo(scope, receive, send)

    assert (await post(drive, limited(4, app), b"123456", declared=6)).body == b"123456"


async def in_a_group(scope, receive, send):
    try:
        await receive()
    except ContentTooLarge as exc:
        refusal = exc
    try:
        raise ExceptionGroup("", [refusal])
    finally:
        del refusal


@pytest.mark.parametrize("app", [echo, in_a_group])
async def test_a_refusal_leaves_nothing_to_the_garbage_collector(drive, app):
    class Part(bytearray):
        pass

    parts = [Part(b"12345")]
    part = weakref.ref(parts[0])

    async def receive():
        return {"type": "http.request", "body": parts.pop()}

    async def send(message):
        pass

    gc.disable()
    try:
        await limited(4, app)(drive.scope(), receive, send)
        assert part() is None
    finally:
        gc.enable()


# Other scopes


async def test_a_websocket_is_left_alone(drive):
    async def app(scope, receive, send):
        assert MAX_BODY_SIZE not in scope
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": (await receive())["text"]})

    answer = await drive.websocket(limited(4, app), "/", ["longer than four"], headers={"content-length": "99"})
    assert answer.messages[1]["text"] == "longer than four"


async def test_the_lifespan_passes(drive):
    async def app(scope, receive, send):
        assert await receive() == {"type": "lifespan.startup"}
        await send({"type": "lifespan.startup.complete"})

    answer = await drive.events(limited(4, app), {"type": "lifespan"}, [{"type": "lifespan.startup"}])
    assert answer.scope == {"type": "lifespan"}


# Several limits

BETWEEN = pytest.mark.parametrize("between", [lambda app: app, copying], ids=["direct", "copied"])


@BETWEEN
@pytest.mark.parametrize("outer", [2, 4, 9, math.inf])
@pytest.mark.parametrize("declared", [None, 5])
async def test_the_inner_limit_replaces_the_outer_one(drive, between, outer, declared):
    for limit in (5, 6, math.inf):
        app = limited(outer, between(limited(limit)))
        assert (await post(drive, app, b"123", b"45", declared=declared)).text == "12345"
    answer = await post(drive, limited(outer, between(limited(4))), b"123", b"45", declared=declared)
    assert (answer.status, answer.text) == (413, TEXT)


@BETWEEN
async def test_of_three_the_innermost_holds(drive, between):
    app = limited(3, between(limited(1, between(limited(4)))))
    assert (await post(drive, app, b"1234")).text == "1234"
    assert (await post(drive, app, b"12345")).text == TEXT


@BETWEEN
@pytest.mark.parametrize("inner", [2, math.inf])
async def test_the_outer_limit_holds_again_outside(drive, between, inner):
    async def nothing(scope, receive, send):
        pass

    async def app(scope, receive, send):
        await between(limited(inner, nothing))(scope, receive, send)
        assert scope[MAX_BODY_SIZE] == 4
        await echo(scope, receive, send)

    assert (await post(drive, limited(4, app), b"1234")).text == "1234"
    assert (await post(drive, limited(4, app), b"12345")).text == TEXT


@BETWEEN
async def test_what_was_read_outside_counts_inside(drive, between):
    def reading(app):
        async def read(scope, receive, send):
            await receive()
            await between(limited(4, app))(scope, receive, send)

        return limited(9, read)

    assert (await post(drive, reading(echo), b"123", b"4")).text == "4"
    assert (await post(drive, reading(echo), b"12345", b"6")).text == TEXT
    assert (await post(drive, reading(deaf), b"12345", b"6")).text == "I do not listen."


@BETWEEN
async def test_another_body_in_between_is_counted_by_itself(drive, between):
    def inflating(app):
        async def inflate(scope, receive, send):
            async def inflated():
                message = await receive()
                return {**message, "body": message["body"] * 3}

            await app(scope, inflated, send)

        return inflate

    app = limited(4, inflating(between(limited(6, limited(5)))))
    assert (await post(drive, app, b"1")).text == "111"
    assert (await post(drive, app, b"1", b"2")).text == "The body is larger than the limit of 5 bytes."
    app = limited(4, inflating(between(limited(6))))
    assert (await post(drive, app, b"1", b"2")).text == "111222"


# Who answers


async def test_the_refusal_is_raised_where_its_answer_is_promised(drive):
    with pytest.raises(ContentTooLarge) as caught:
        await post(drive, limited(4), b"12345", **{GUARD: guard})
    assert caught.value.limit == 4
    assert (await post(drive, guarded(limited(4)), b"12345")).text == "A page for 413"


async def test_a_promise_inside_is_none_outside(drive):
    async def failing(scope, receive, send):
        scope[GUARD] = "a layer that does not handle it"
        await echo(scope, receive, send)

    assert (await post(drive, limited(4, failing), b"12345")).text == TEXT


@BETWEEN
@pytest.mark.parametrize("reraise", [True, False])
@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(("layer", "text"), [(lambda app: app, TEXT), (guarded, "A page for 413")])
async def test_a_413_takes_the_place_of_another_answer(drive, between, reraise, status, layer, text):
    for app in (echo, limited(4)):
        app = layer(limited(4, foreign(between(app), status, reraise)))
        answer = await post(drive, app, b"12345")
        assert (answer.status, answer.text) == (413, text)
        assert len(answer.messages) == 2


@pytest.mark.parametrize("layer", [lambda app: app, guarded])
async def test_an_answer_with_413_stays(drive, layer):
    app = layer(limited(4, foreign(echo, 413, reraise=False)))
    assert (await post(drive, app, b"12345")).text == "Oh."


async def test_the_refusal_of_a_reader_counts_as_one(drive):
    async def reader(scope, receive, send):
        raise ContentTooLarge(scope[MAX_BODY_SIZE])

    assert (await post(drive, limited(4, reader))).text == TEXT
    assert (await post(drive, limited(9, foreign(limited(4, reader))))).text == TEXT


async def test_other_errors_are_raised_on(drive):
    async def failing(scope, receive, send):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await post(drive, limited(4, failing), b"12345")
    answer = await post(drive, limited(4, foreign(failing, reraise=False)), b"12345")
    assert (answer.status, answer.text) == (500, "Oh.")


@pytest.mark.parametrize("layer", [lambda app: app, foreign])
async def test_an_error_that_follows_is_answered_and_raised_on(drive, layer):
    async def failing(scope, receive, send):
        try:
            await receive()
        except ContentTooLarge:
            raise ZeroDivisionError from None

    sent = []

    async def receive():
        pytest.fail("A body that is announced too large was received.")

    async def send(message):
        sent.append(message)

    scope = drive.scope(headers={"content-length": "5"})
    with pytest.raises(ZeroDivisionError):
        await limited(4, layer(failing))(scope, receive, send)
    assert [message.get("status") for message in sent] == [413, None]


async def test_an_error_that_follows_is_left_to_who_promised(drive):
    async def failing(scope, receive, send):
        try:
            await receive()
        except ContentTooLarge:
            raise HTTPException(400) from None

    answer = await post(drive, guarded(limited(4, failing)), declared=5)
    assert answer.text == "A page for 400"


@BETWEEN
@pytest.mark.parametrize("declared", [None, 5])
@pytest.mark.parametrize(("layer", "text"), [(lambda app: app, TEXT), (guarded, "A page for 413")])
async def test_who_swallows_the_refusal_and_does_not_answer_gets_it_answered(drive, between, declared, layer, text):
    async def swallowing(scope, receive, send):
        with suppress(ContentTooLarge):
            await body_of(receive)

    for app in (swallowing, limited(4, swallowing)):
        answer = await post(drive, layer(limited(4, between(app))), b"12345", declared=declared)
        assert (answer.status, answer.text) == (413, text)
        assert len(answer.messages) == 2


async def test_who_does_not_answer_without_a_refusal_is_left_alone(drive):
    async def silent(scope, receive, send):
        await receive()

    assert (await post(drive, limited(4, silent), b"1234")).messages == []


# Exception groups, as task groups raise them


def grouped(make, app=echo):
    """An application whose errors come back as what ``make`` makes of them."""

    async def group(scope, receive, send):
        try:
            await app(scope, receive, send)
        except Exception as exc:
            raise make(exc) from None

    return group


def twice(exc):
    return ExceptionGroup("outer", [ExceptionGroup("inner", [exc]), ContentTooLarge(5)])


@BETWEEN
@pytest.mark.parametrize("make", [lambda exc: ExceptionGroup("one", [exc]), twice])
@pytest.mark.parametrize(("layer", "text"), [(lambda app: app, TEXT), (guarded, "A page for 413")])
async def test_a_group_of_refusals_is_a_refusal(drive, between, make, layer, text):
    for app in (echo, limited(4)):
        answer = await post(drive, layer(limited(4, between(grouped(make, app)))), b"12345")
        assert (answer.status, answer.text) == (413, text)


async def test_a_group_of_a_reader_s_refusals_is_one(drive):
    async def reader(scope, receive, send):
        raise ContentTooLarge(scope[MAX_BODY_SIZE])

    assert (await post(drive, limited(4, grouped(twice, reader)))).text == TEXT


@pytest.mark.parametrize("at", [0, 1])
async def test_a_group_with_another_error_is_raised_on(drive, at):
    def mixed(exc):
        errors = [ContentTooLarge(4), ContentTooLarge(4)]
        errors[at] = ExceptionGroup("inner", [ContentTooLarge(4), ZeroDivisionError()])
        return ExceptionGroup("outer", [exc, *errors])

    sent = []

    async def receive():
        return {"type": "http.request", "body": b"12345"}

    async def send(message):
        sent.append(message)

    with pytest.raises(ExceptionGroup) as caught:
        await limited(4, grouped(mixed))(drive.scope(), receive, send)
    assert caught.value.subgroup(ZeroDivisionError)
    assert [message.get("status") for message in sent] == [413, None]


async def test_a_group_of_other_errors_alone_is_raised_on(drive):
    async def failing(scope, receive, send):
        raise ExceptionGroup("failed", [ZeroDivisionError()])

    with pytest.raises(ExceptionGroup, match="failed"):
        await post(drive, limited(4, failing))


async def test_a_refusal_out_of_a_task_group_is_answered(drive):
    async def app(scope, receive, send):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(echo, scope, receive, send)
            await anyio.sleep_forever()

    assert (await post(drive, limited(4, app), b"12345")).text == TEXT


async def test_a_group_after_the_response_has_begun_is_raised_as_the_refusal(drive):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()

    with pytest.raises(ContentTooLarge):
        await post(drive, limited(4, grouped(twice, app)), b"123", b"45")


# A response that has begun


@pytest.mark.parametrize("scope", [{}, {GUARD: guard}])
async def test_a_response_that_has_begun_is_broken_off(drive, scope):
    sent = []

    async def app(scope, receive, send):
        message = await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": message["body"], "more_body": True})
            message = await receive()

    events = iter([{"type": "http.request", "body": body, "more_body": True} for body in (b"123", b"45")])

    async def receive():
        return next(events)

    async def send(message):
        sent.append(message)

    with pytest.raises(ContentTooLarge):
        await limited(4, app)(drive.scope(**scope), receive, send)
    assert [message.get("body") for message in sent] == [None, b"123"]


async def listening(scope, receive, send):
    """Stream while listening for the client's leaving, which is all that is wanted of the body."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while (await receive())["type"] != "http.disconnect":
        await send({"type": "http.response.body", "body": b".", "more_body": True})
    await send({"type": "http.response.body", "body": b"!"})


@pytest.mark.parametrize("declared", [None, 5])
async def test_who_answers_and_then_listens_gets_a_disconnect_for_what_is_too_much(drive, declared):
    answer = await post(drive, limited(4, listening), b"1", b"23", b"45", b"67", declared=declared)
    assert answer.text == "..!"


class Uploading:
    """A client that has sent a part of its body and then waits for the response, as one does that sees it begin."""

    def __init__(self, *chunks, declared=None):
        headers = [] if declared is None else [(b"content-length", b"%d" % declared)]
        self.scope = {"type": "http", "method": "POST", "headers": headers}
        self.chunks = list(chunks)
        self.sent = []

    async def receive(self):
        if not self.chunks:
            await anyio.sleep_forever()
        return {"type": "http.request", "body": self.chunks.pop(0), "more_body": True}

    async def send(self, message):
        self.sent.append(message)

    async def ask(self, app):
        with anyio.fail_after(5):
            await app(self.scope, self.receive, self.send)
        return b"".join(message.get("body", b"") for message in self.sent)


async def start_then_read(scope, receive, send):
    """Send back each chunk as it comes, and how the body ended."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while (message := await receive())["type"] == "http.request":
        await send({"type": "http.response.body", "body": message["body"], "more_body": True})
    await send({"type": "http.response.body", "body": message["type"].encode()})


BEFORE = pytest.mark.parametrize("layer", [lambda app: app, guarded, lambda app: limited(2, copying(app))])


@BEFORE
@pytest.mark.parametrize("declared", [None, 6])
@pytest.mark.parametrize("chunks", [[b"1", b"234", b"56"], [b"1", b"234", b"5", b"6"], [b"1234", b"56"]])
async def test_who_begins_to_read_after_the_response_sees_the_client_leave(layer, declared, chunks):
    client = Uploading(*chunks, declared=declared)
    assert await client.ask(layer(limited(4, start_then_read))) == b"1234http.disconnect"


class Strict(RequestBodyLimitMiddleware):
    refuses_unread = True


async def test_a_strict_limit_refuses_what_nobody_reads(drive):
    for app in (deaf, Response("Too much.", 413)):
        answer = await post(drive, Strict(app, 4), b"12345", declared=5)
        assert (answer.status, answer.text) == (413, TEXT if app is deaf else "Too much.")
        assert (await post(drive, Strict(app, 4), b"1234", declared=4)).text != TEXT
        assert (await post(drive, Strict(app, math.inf), b"12345", declared=5)).text != TEXT
    assert (await post(drive, Strict(limited(8, deaf), 4), b"12345", declared=5)).text == "I do not listen."
    assert (await post(drive, guarded(Strict(deaf, 4)), b"12345", declared=5)).text == "A page for 413"


async def test_a_strict_limit_fails_who_begins_to_read_after_the_response():
    client = Uploading(b"1", b"234", b"56")
    with pytest.raises(ContentTooLarge):
        await client.ask(Strict(start_then_read, 4))
    assert [message.get("body") for message in client.sent] == [None, b"1", b"234"]


@pytest.mark.parametrize("declared", [None, 5])
async def test_who_reads_on_after_the_disconnect_gets_it_again(declared):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        types = [(await receive())["type"] for _ in range(3)]
        await send({"type": "http.response.body", "body": " ".join(types).encode()})

    client = Uploading(b"12345", b"6", declared=declared)
    assert await client.ask(limited(4, app)) == b"http.disconnect http.disconnect http.disconnect"
    assert client.chunks == [b"6"]


@BEFORE
@pytest.mark.parametrize("declared", [None, 6])
async def test_a_stream_that_only_listens_ends_where_the_limit_is_passed(layer, declared):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

        async def listen():
            while (await receive())["type"] != "http.disconnect":
                pass
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen)
            while True:
                await send({"type": "http.response.body", "body": b".", "more_body": True})
                await anyio.sleep(0.001)

    client = Uploading(b"123", b"456", declared=declared)
    assert set(await client.ask(layer(limited(4, app)))) == set(b".")
    assert client.chunks == []


@pytest.mark.parametrize("declared", [None, 4])
async def test_a_stream_that_only_listens_goes_on_within_the_limit(declared):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(2):
            assert (await receive())["type"] == "http.request"
        with anyio.move_on_after(0.01):
            pytest.fail(f"Received {await receive()}.")
        await send({"type": "http.response.body", "body": b"all"})

    assert await Uploading(b"12", b"34", declared=declared).ask(limited(4, app)) == b"all"


async def test_who_began_to_read_before_the_response_is_refused_again_and_again():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        refused = 0
        for _ in range(3):
            try:
                await receive()
            except ContentTooLarge:
                refused += 1
        await send({"type": "http.response.body", "body": b"%d" % refused})

    assert await Uploading(b"123", b"45").ask(limited(4, app)) == b"3"


@pytest.mark.parametrize("declared", [None, 5])
async def test_who_answers_with_413_may_listen(declared):
    async def app(scope, receive, send):
        try:
            await body_of(receive)
        except ContentTooLarge:
            await send({"type": "http.response.start", "status": 413, "headers": []})
            assert (await receive())["type"] == "http.disconnect"
            await send({"type": "http.response.body", "body": b"My page."})

    assert await Uploading(b"12345", declared=declared).ask(limited(4, app)) == b"My page."


async def test_whose_answer_was_replaced_may_listen():
    async def app(scope, receive, send):
        try:
            await body_of(receive)
        except ContentTooLarge:
            await listening(scope, receive, send)
            ended.append(True)

    ended = []
    assert await Uploading(b"12345", declared=5).ask(limited(4, app)) == TEXT.encode()
    assert ended


# The limit itself


@pytest.mark.parametrize("limit", [None, -1, 1.5, math.nan, -math.inf, "4", b"4", True, ...])
def test_what_is_no_limit_is_refused(limit):
    with pytest.raises(ValueError, match=r"^max_body_size is .*: give a number of bytes, or math\.inf for no limit\.$"):
        limited(limit)


def test_the_call_is_a_coroutine_function():
    """What is none is an application of ASGI 2 to servers and test clients."""
    assert inspect.iscoroutinefunction(RequestBodyLimitMiddleware.__call__)
