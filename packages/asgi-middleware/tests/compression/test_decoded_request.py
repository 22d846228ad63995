"""Refusals, by whatever an application makes of them, and what else passes between it and the server."""

import gc
import gzip
import random
import weakref
from contextlib import suppress

import anyio
import pytest

from asgi_middleware import DecompressionMiddleware, ExceptionMiddleware, RequestBodyLimitMiddleware
from asgi_types import ContentTooLarge, HTTPException, Response

BAD = b"nonsense"
SENTENCE = "The body is not what its Content-Encoding says."


@pytest.fixture
def post(drive):
    async def post(app, body=BAD, wrap=lambda app: app, **options):
        app = wrap(DecompressionMiddleware(app, **options))
        return await drive.request(app, method="POST", body=body, headers={"content-encoding": "gzip"})

    return post


def answering(text, status=200):
    async def answer(send):
        await Response(text, status)({"type": "http"}, None, send)

    return answer


async def raises_on(scope, receive, send):
    await receive()


async def turns_it_into_a_400(scope, receive, send):
    try:
        await receive()
    except Exception:
        await answering("There was an error parsing the body", 422)(send)


async def forgets_it(scope, receive, send):
    with suppress(HTTPException):
        await receive()


async def reads_in_a_task_group(scope, receive, send):
    async with anyio.create_task_group() as group:
        group.start_soon(receive)


async def reads_twice(scope, receive, send):
    with pytest.raises(HTTPException) as first:
        await receive()
    with pytest.raises(HTTPException) as second:
        await receive()
    assert first.value is second.value
    raise first.value


@pytest.mark.parametrize(
    "app",
    [raises_on, turns_it_into_a_400, forgets_it, reads_in_a_task_group, reads_twice],
    ids=lambda app: app.__name__,
)
@pytest.mark.parametrize("wrap", [lambda app: app, ExceptionMiddleware], ids=["alone", "guarded"])
async def test_the_answer_is_the_refusal(post, app, wrap):
    answer = await post(app, wrap=wrap)
    assert (answer.status, answer.text) == (400, SENTENCE)
    assert len(answer.messages) == 2


async def test_handlers_above_answer_in_place(post):
    async def handler(connection, exc):
        return Response(f"Handled: {exc.detail}", exc.status_code)

    answer = await post(raises_on, wrap=lambda app: ExceptionMiddleware(app, {400: handler}))
    assert (answer.status, answer.text) == (400, f"Handled: {SENTENCE}")


@pytest.mark.parametrize("app", [forgets_it, turns_it_into_a_400], ids=lambda app: app.__name__)
async def test_handlers_further_in_do_not_answer_for_those_above(post, app):
    async def handler(connection, exc):
        raise AssertionError

    answer = await post(ExceptionMiddleware(app, {400: handler}))
    assert (answer.status, answer.text) == (400, SENTENCE)


async def test_an_answer_of_the_same_status_is_the_applications(post):
    async def app(scope, receive, send):
        try:
            await receive()
        except HTTPException:
            await answering("Mine", 400)(send)

    assert (await post(app)).text == "Mine"


async def test_another_error_is_raised_on_after_the_answer(drive):
    async def app(scope, receive, send):
        try:
            await receive()
        except HTTPException as exc:
            raise KeyError("own") from exc

    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": BAD, "more_body": False}

    scope = drive.scope(method="POST", headers={"content-encoding": "gzip"})
    with pytest.raises(KeyError):
        await DecompressionMiddleware(app)(scope, receive, send)
    assert [message.get("status") for message in sent] == [400, None]


async def test_a_group_of_more_than_the_refusal_is_raised_on(drive):
    async def fails():
        raise KeyError

    async def app(scope, receive, send):
        async with anyio.create_task_group() as group:
            group.start_soon(receive)
            group.start_soon(fails)

    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": BAD, "more_body": False}

    scope = drive.scope(method="POST", headers={"content-encoding": "gzip"})
    with pytest.raises(ExceptionGroup):
        await DecompressionMiddleware(app)(scope, receive, send)
    assert sent[0]["status"] == 400


async def test_errors_of_the_application_are_raised_on(post):
    async def app(scope, receive, send):
        await receive()
        raise KeyError

    with pytest.raises(KeyError):
        await post(app, gzip.compress(b"fine"))


async def test_who_does_not_read_is_not_refused(post):
    async def app(scope, receive, send):
        await answering("Not found", 404)(send)

    assert (await post(app)).status == 404
    assert (await post(app, encodings=("deflate",))).status == 404


async def test_who_was_reading_when_the_response_began_gets_the_error(post, drive):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()

    with pytest.raises(HTTPException) as caught:
        await post(app, [gzip.compress(b"Hello"), b"nonsense"])
    assert caught.value.status_code == 400


async def test_who_listens_for_the_clients_leaving_gets_that(post):
    messages = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        messages.extend([await receive(), await receive()])
        await send({"type": "http.response.body", "body": b"done"})

    answer = await post(app)
    assert (answer.status, answer.text) == (200, "done")
    assert messages == [{"type": "http.disconnect"}] * 2


async def test_who_listens_and_still_gets_a_body(post):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": (await receive())["body"]})

    assert (await post(app, gzip.compress(b"Hello"))).text == "Hello"


async def test_a_second_start_goes_on(post):
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        with pytest.raises(AssertionError):
            await send({"type": "http.response.start", "status": 500, "headers": []})
        sent.append(True)

    await post(app)
    assert sent


async def test_a_client_that_leaves(drive):
    messages = []

    async def app(scope, receive, send):
        messages.extend([await receive(), await receive()])

    scope = drive.scope(method="POST", headers={"content-encoding": "gzip"})
    event = {"type": "http.request", "body": gzip.compress(b"Hello", mtime=0)[:15], "more_body": True}
    await drive.events(DecompressionMiddleware(app), scope, [event])
    assert messages[-1]["type"] == "http.disconnect"


async def test_after_the_body_the_server_is_asked(post):
    messages = []

    async def app(scope, receive, send):
        messages.extend([await receive(), await receive()])

    await post(app, gzip.compress(b"Hello"))
    assert messages[0] == {"type": "http.request", "body": b"Hello", "more_body": False}
    assert messages[1]["type"] == "http.disconnect"


async def test_a_message_without_keys_is_an_empty_last_one(drive):
    messages = []

    async def app(scope, receive, send):
        messages.append(await receive())

    scope = drive.scope(method="POST", headers={"content-encoding": "gzip"})
    await drive.events(DecompressionMiddleware(app), scope, [{"type": "http.request"}])
    assert messages == [{"type": "http.request", "body": b"", "more_body": False}]


@pytest.mark.parametrize("size", [1000, 1001])
@pytest.mark.parametrize("is_inside", [True, False])
async def test_body_limits_inside_count_expanded_bytes(post, size, is_inside):
    async def app(scope, receive, send):
        while (await receive())["more_body"]:
            pass
        await answering("fine")(send)

    body = gzip.compress(b"x" * size)
    if is_inside:
        answer = await post(RequestBodyLimitMiddleware(app, 1000), body)
        assert answer.status == (200 if size == 1000 else 413)
    else:
        answer = await post(app, body, wrap=lambda app: RequestBodyLimitMiddleware(app, 1000))
        assert answer.status == 200


async def test_too_large_is_the_cores_refusal(post):
    errors = []

    async def app(scope, receive, send):
        try:
            await receive()
        except ContentTooLarge as exc:
            errors.append(exc.limit)
            raise

    answer = await post(app, gzip.compress(b"x" * 1000), max_size=999)
    assert (answer.status, errors) == (413, [999])


@pytest.mark.parametrize("size", [2000, 200_000], ids=["on the loop", "in a thread"])
async def test_a_refusal_leaves_no_cycle(post, size):
    refusals = []

    async def app(scope, receive, send):
        try:
            await receive()
        except HTTPException as exc:
            refusals.append(weakref.ref(exc))
            raise

    body = gzip.compress(random.Random(1).randbytes(size))
    gc.collect()
    gc.disable()
    try:
        assert (await post(app, body, max_size=size * 0.9)).status == 413
        assert refusals[0]() is None
    finally:
        gc.enable()


async def test_a_cancelled_part_cannot_be_gone_past(post, monkeypatch):
    from asgi_middleware._compression import decoded_request

    async def never(*args):
        await anyio.sleep_forever()

    monkeypatch.setattr(decoded_request, "run_in_thread", never)

    async def app(scope, receive, send):
        with anyio.move_on_after(0.01):
            await receive()
        with pytest.raises(RuntimeError, match="cannot be read on"):
            await receive()
        await answering("fine")(send)

    assert (await post(app, gzip.compress(random.Random(1).randbytes(200_000)))).text == "fine"
