"""Ids of requests: whose are taken, where they are seen, and what is told of them."""

from __future__ import annotations

import string
from typing import Any
from uuid import UUID

import anyio
import anyio.to_thread
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import (
    ExceptionMiddleware,
    RequestIDMiddleware,
    ServerErrorMiddleware,
    request_id,
    trace_id,
)
from asgi_middleware._request_ids.request_id_middleware import _ID
from asgi_types import HTTPException, Response, refuse

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    await Response(f"{request_id()} {trace_id()} {scope['asgi_middleware.request_id']}")(scope, receive, send)


def made() -> str:
    return "made"


def test_outside_of_a_request_there_is_none() -> None:
    assert (request_id(), trace_id()) == (None, None)


async def test_each_request_gets_a_new_id(drive) -> None:
    app = RequestIDMiddleware(echo)
    answers = [await drive.request(app) for _ in range(3)]
    for answer in answers:
        found = answer.headers["x-request-id"]
        assert answer.text == f"{found} None {found}"
        assert UUID(found).version == 7
    assert len({answer.text for answer in answers}) == 3


CLIENTS = [("10.1.2.3", 5), ("::1", 5), None]


@pytest.mark.parametrize(
    ("trusted", "client", "is_taken"),
    [
        ((), ("10.1.2.3", 5), False),
        ((), None, False),
        ("10.0.0.0/8", ("10.1.2.3", 5), True),
        (["10.0.0.0/8"], ("11.1.2.3", 5), False),
        (["10.0.0.0/8"], None, False),
        (["unix"], None, True),
        (["unix"], ("10.1.2.3", 5), False),
        ("*", ("11.1.2.3", 5), True),
        ("*", ("not an address", 5), True),
        (["::1"], ("::1", 5), True),
    ],
)
async def test_only_trusted_clients_name_their_requests(trusted, client, is_taken, drive) -> None:
    app = RequestIDMiddleware(echo, trusted=trusted, generate=made)
    answer = await drive.request(app, headers={"x-request-id": "given"}, client=client)
    assert answer.headers["x-request-id"] == ("given" if is_taken else "made")
    answer = await drive.request(app, headers={"traceparent": TRACEPARENT}, client=client)
    expected = TRACE if is_taken else "made"
    assert answer.text == f"{expected} {TRACE if is_taken else None} {expected}"


@pytest.mark.parametrize(
    "given",
    ["a", "x" * 128, "1-67891233-abcdef012345678912345678", "a+b/c==", "A.b_c~d:e@f", " spaced\t"],
)
async def test_ids_that_are_taken(given: str, drive) -> None:
    answer = await drive.request(RequestIDMiddleware(echo, trusted="*"), headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == given.strip()


@pytest.mark.parametrize(
    "given",
    ["", "x" * 129, "a b", "a,b", 'a"b', "a\\b", "<b>", "${jndi:x}", "a\tb", "a;b", "ü", "a\x1b[31m", "%0a", "a\n"],
)
async def test_ids_that_are_replaced(given: str, drive) -> None:
    app = RequestIDMiddleware(echo, trusted="*", generate=made)
    answer = await drive.request(app, headers=[(b"x-request-id", given.encode("latin-1"))])
    assert answer.headers["x-request-id"] == "made"


async def test_two_ids_are_none(drive) -> None:
    app = RequestIDMiddleware(echo, trusted="*", generate=made)
    answer = await drive.request(app, headers=[("x-request-id", "a"), ("x-request-id", "b")])
    assert answer.headers.getlist("x-request-id") == ["made"]


@pytest.mark.parametrize(
    ("headers", "takes_traceparent", "expected"),
    [
        ([("traceparent", TRACEPARENT)], True, f"{TRACE} {TRACE} {TRACE}"),
        ([("traceparent", TRACEPARENT)], False, "made None made"),
        ([("traceparent", TRACEPARENT), ("x-request-id", "given")], True, f"given {TRACE} given"),
        ([("traceparent", TRACEPARENT), ("x-request-id", "not one")], True, f"{TRACE} {TRACE} {TRACE}"),
        ([("traceparent", TRACEPARENT), ("traceparent", TRACEPARENT)], True, "made None made"),
        ([("traceparent", "00-0-0-0")], True, "made None made"),
        ([("traceparent", "00-0-0-0"), ("x-request-id", "given")], True, "given None given"),
    ],
)
async def test_the_trace_of_a_trusted_client(headers, takes_traceparent, expected, drive) -> None:
    app = RequestIDMiddleware(echo, trusted="*", generate=made, traceparent=takes_traceparent)
    assert (await drive.request(app, headers=headers)).text == expected


async def test_another_header(drive) -> None:
    app = RequestIDMiddleware(echo, header="Correlation-ID", trusted="*", generate=made)
    answer = await drive.request(app, headers={"correlation-id": "given", "x-request-id": "other"})
    assert answer.headers["correlation-id"] == "given"
    assert "x-request-id" not in answer.headers


def test_what_the_programmer_gets_wrong() -> None:
    with pytest.raises(ValueError, match="Invalid header name"):
        RequestIDMiddleware(echo, header="X Request")
    with pytest.raises(ValueError, match="Not a network"):
        RequestIDMiddleware(echo, trusted="example.org")


@pytest.mark.parametrize("given", ["", "a\r\nb: c", "x" * 129, "a\n"])
async def test_generated_ids_are_checked(given: str, drive) -> None:
    with pytest.raises(ValueError, match="Not a request id"):
        await drive.request(RequestIDMiddleware(echo, generate=lambda: given))


async def test_the_response_says_once_what_the_log_says(drive) -> None:
    headers = [(b"x-request-id", b"of the application"), (b"a", b"b"), (b"x-request-id", b"again")]

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    answer = await drive.request(RequestIDMiddleware(app, generate=made))
    assert list(answer.start["headers"]) == [(b"a", b"b"), (b"x-request-id", b"made")]
    assert len(headers) == 3  # which belong to the application


@pytest.mark.parametrize("headers", [{}, {"headers": iter([(b"a", b"b")])}, {"headers": None}])
async def test_headers_as_applications_give_them(headers, drive) -> None:
    messages = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, **headers})

    async def send(message):
        messages.append(message)

    await RequestIDMiddleware(app, generate=made)(drive.scope(), None, send)
    assert messages[0]["headers"][-1] == (b"x-request-id", b"made")


async def test_other_messages_are_left_alone(drive) -> None:
    hint = {"type": "http.response.early_hint", "links": [b"</a.css>"]}

    async def app(scope, receive, send):
        await send(hint)
        await Response("body")(scope, receive, send)

    answer = await drive.request(RequestIDMiddleware(app))
    assert answer.messages[0] is hint
    assert "headers" not in answer.messages[2]


async def test_it_is_seen_in_threads_tasks_and_background_work(drive) -> None:
    seen = []

    async def note() -> None:
        seen.append(request_id())

    async def app(scope, receive, send):
        seen.append(await anyio.to_thread.run_sync(request_id))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(note)
        await Response("", background=note)(scope, receive, send)

    await drive.request(RequestIDMiddleware(app, generate=made))
    assert seen == ["made"] * 3


async def test_requests_at_the_same_time_have_their_own(drive) -> None:
    async def app(scope, receive, send):
        before = request_id()
        await anyio.sleep(0.01)
        assert request_id() == before
        await echo(scope, receive, send)

    wrapped = RequestIDMiddleware(app, trusted="*")
    answers = {}

    async def ask(name: str) -> None:
        answers[name] = await drive.request(wrapped, headers={"x-request-id": name})

    async with anyio.create_task_group() as tasks:
        for name in "abcdef":
            tasks.start_soon(ask, name)
    assert {name: answer.text for name, answer in answers.items()} == {name: f"{name} None {name}" for name in "abcdef"}
    assert request_id() is None  # here, which is none of them


async def test_it_stays_for_the_server_that_logs_the_exception(drive) -> None:
    async def app(scope, receive, send):
        raise LookupError

    seen = []

    async def server() -> None:
        try:
            await drive.request(RequestIDMiddleware(app, generate=made))
        except LookupError:
            seen.append(request_id())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server)
    assert seen == ["made"]
    assert request_id() is None


async def test_errors_that_are_answered_inside_have_it(drive) -> None:
    async def app(scope, receive, send):
        raise HTTPException(404) if scope["path"] == "/missing" else LookupError

    inner = ExceptionMiddleware(app, server_errors=ServerErrorMiddleware(app))
    wrapped = RequestIDMiddleware(inner, generate=made)
    answer = await drive.request(wrapped, "/missing")
    assert (answer.status, answer.headers["x-request-id"]) == (404, "made")
    messages = []

    async def send(message):
        messages.append(message)

    with pytest.raises(LookupError):
        await wrapped(drive.scope("/"), None, send)
    assert (messages[0]["status"], messages[0]["headers"][-1]) == (500, (b"x-request-id", b"made"))


async def test_inside_of_another_it_does_nothing(drive) -> None:
    inner = RequestIDMiddleware(echo, header="Inner-ID", trusted="*", generate=lambda: "inner")
    answer = await drive.request(RequestIDMiddleware(inner, generate=made), headers={"inner-id": "given"})
    assert answer.text == "made None made"
    assert "inner-id" not in answer.headers


async def test_websockets_get_it_with_the_handshake(drive) -> None:
    seen = []

    async def app(scope, receive, send):
        seen.append((request_id(), scope["asgi_middleware.request_id"]))
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})

    answer = await drive.websocket(RequestIDMiddleware(app, generate=made))
    assert seen == [("made", "made")]
    assert answer.messages == [
        {"type": "websocket.accept", "headers": [(b"x-request-id", b"made")]},
        {"type": "websocket.close"},
    ]


async def test_websockets_that_are_denied_get_it(drive) -> None:
    async def app(scope, receive, send):
        await refuse(scope, receive, send, HTTPException(403))

    answer = await drive.websocket(RequestIDMiddleware(app, generate=made), extensions={"websocket.http.response": {}})
    assert (answer.status, answer.headers["x-request-id"]) == (403, "made")


async def test_other_scopes_pass_through() -> None:
    calls = []

    async def app(*arguments):
        calls.append((arguments, request_id()))

    arguments = ({"type": "lifespan"}, object(), object())
    wrapped = RequestIDMiddleware(app, generate=made)
    await wrapped(*arguments)
    assert calls == [(arguments, None)]
    assert calls[0][0][0] == {"type": "lifespan"}
    assert wrapped.app is app


SAFE = string.ascii_letters + string.digits + "+-./:=@_~"


@given(st.text(alphabet=SAFE, min_size=1, max_size=128))
def test_every_safe_id_is_one(text: str) -> None:
    assert _ID.fullmatch(text)


@given(st.text())
def test_no_other_is_one(text: str) -> None:
    assert bool(_ID.fullmatch(text)) == (1 <= len(text) <= 128 and all(character in SAFE for character in text))


def test_linear(assert_linear) -> None:
    assert_linear(_ID.fullmatch, lambda n: "a" * n, 100_000)
