"""Refusing a connection: raised where somebody promised to answer, answered on the spot where nobody did."""

from __future__ import annotations

from typing import Any

import pytest

from asgi_types import GUARD, Guard, HTTPException, answer, refuse

REFUSAL = HTTPException(405, "Not here.", headers={"Allow": "GET"})
CLOSE = {"type": "websocket.close", "code": 1008, "reason": "Not here."}
DENIABLE = {"websocket.http.response": {}}


async def refusing(scope: Any, receive: Any, send: Any) -> None:
    await refuse(scope, receive, send, REFUSAL)


async def answering(scope: Any, receive: Any, send: Any) -> None:
    await answer(scope, receive, send, REFUSAL)


async def keeping(app: Any, scope: Any, receive: Any, send: Any) -> None:
    """The smallest guard."""
    try:
        await app(scope, receive, send)
    except HTTPException as refusal:
        await answer(scope, receive, send, refusal)


def test_the_key_of_the_promise_is_fixed() -> None:
    assert GUARD == "asgi_types.guard"


@pytest.mark.parametrize("connect", ["request", "websocket"])
async def test_the_promise_makes_a_refusal_an_exception(drive: Any, connect: str) -> None:
    with pytest.raises(HTTPException) as caught:
        await getattr(drive, connect)(refusing, "/", **{GUARD: keeping})
    assert caught.value is REFUSAL


@pytest.mark.parametrize("app", [refusing, answering])
async def test_without_the_promise_it_is_plain_text(drive: Any, app: Any) -> None:
    sent = await drive.request(app)
    assert sent.messages == [
        {
            "type": "http.response.start",
            "status": 405,
            "headers": [
                (b"allow", b"GET"),
                (b"content-length", b"9"),
                (b"content-type", b"text/plain; charset=utf-8"),
            ],
        },
        {"type": "http.response.body", "body": b"Not here."},
    ]


@pytest.mark.parametrize("connect", ["request", "websocket"])
async def test_in_place_the_promise_is_kept_where_the_refusal_is(drive: Any, connect: str) -> None:
    kept: list[Any] = []

    async def guard(app: Any, scope: Any, receive: Any, send: Any) -> None:
        kept.append(scope)
        await keeping(app, scope, receive, send)

    async def middleware(scope: Any, receive: Any, send: Any) -> None:
        await refuse(scope, receive, send, REFUSAL, in_place=True)

    sent = await getattr(drive, connect)(middleware, "/", extensions=DENIABLE, **{GUARD: guard})
    assert (sent.status, sent.text, kept) == (405, "Not here.", [sent.scope])


async def test_in_place_without_the_promise_it_is_the_same_answer(drive: Any) -> None:
    async def middleware(scope: Any, receive: Any, send: Any) -> None:
        await refuse(scope, receive, send, REFUSAL, in_place=True)

    assert (await drive.request(middleware)).messages == (await drive.request(refusing)).messages


async def test_answer_does_not_look_at_the_promise(drive: Any) -> None:
    assert (await drive.request(answering, **{GUARD: keeping})).status == 405


async def test_a_refused_head_request_gets_no_body(drive: Any) -> None:
    sent = await drive.request(refusing, method="HEAD")
    assert (sent.status, sent.headers["content-length"], sent.body) == (405, "9", b"")


async def test_a_refusal_without_content_has_none(drive: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await refuse(scope, receive, send, HTTPException(304, headers={"ETag": '"1"'}))

    sent = await drive.request(app)
    assert (sent.status, sent.headers["etag"], sent.body) == (304, '"1"', b"")
    assert "content-length" not in sent.headers


@pytest.mark.parametrize("extensions", [{}, None, {"tls": {}}])
async def test_a_websocket_is_closed_by_a_server_that_cannot_deny(drive: Any, extensions: Any) -> None:
    sent = await drive.websocket(refusing, extensions=extensions)
    assert sent.messages == [CLOSE]


async def test_a_websocket_is_closed_where_the_scope_has_no_extensions(drive: Any) -> None:
    scope = drive.websocket_scope()
    del scope["extensions"]
    sent = await drive.events(refusing, scope, [{"type": "websocket.connect"}])
    assert sent.messages == [CLOSE]


async def test_a_websocket_is_denied_by_a_server_that_can(drive: Any) -> None:
    sent = await drive.websocket(refusing, extensions=DENIABLE)
    assert sent.messages == [
        {
            "type": "websocket.http.response.start",
            "status": 405,
            "headers": [
                (b"allow", b"GET"),
                (b"content-length", b"9"),
                (b"content-type", b"text/plain; charset=utf-8"),
            ],
        },
        {"type": "websocket.http.response.body", "body": b"Not here."},
    ]


@pytest.mark.parametrize(
    ("refusal", "code", "reason"),
    [
        (HTTPException(401, "Sign in."), 3000, "Sign in."),
        (HTTPException(403), 3003, "Forbidden"),
        (HTTPException(500), 1011, "Internal Server Error"),
        (HTTPException(204), 1000, "No Content"),
        (HTTPException(404, ""), 1008, ""),
        (HTTPException(404, "\u2603" * 50), 1008, "\u2603" * 41),
    ],
)
async def test_a_websocket_is_closed_with_the_code_of_the_status(
    drive: Any, refusal: HTTPException, code: int, reason: str
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await refuse(scope, receive, send, refusal)

    assert (await drive.websocket(app)).messages == [{"type": "websocket.close", "code": code, "reason": reason}]


@pytest.mark.parametrize("extensions", [{}, DENIABLE])
async def test_an_accepted_websocket_is_closed(drive: Any, extensions: Any) -> None:
    accept = {"type": "websocket.accept"}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(accept)
        await answer(scope, receive, send, REFUSAL, is_accepted=True)

    assert (await drive.websocket(app, extensions=extensions)).messages == [accept, CLOSE]


async def test_a_request_is_never_accepted(drive: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer(scope, receive, send, REFUSAL, is_accepted=True)

    assert (await drive.request(app)).status == 405


async def test_a_guard_keeps_the_promise_right_where_it_is_called(drive: Any) -> None:
    async def middleware_of_a_route(scope: Any, receive: Any, send: Any) -> None:
        seen: list[int] = []

        async def counted(message: Any) -> None:
            seen.append(message.get("status", 0))
            await send(message)

        guard: Guard = scope[GUARD]
        await guard(refusing, scope, receive, counted)
        assert seen == [405, 0]

    assert (await drive.request(middleware_of_a_route, **{GUARD: keeping})).text == "Not here."


@pytest.mark.parametrize("status", [204, 304])
async def test_a_refusal_without_content_has_no_type_of_content(drive: Any, status: int) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await refuse(scope, receive, send, HTTPException(status))

    sent = await drive.request(app)
    assert (sent.status, sent.start["headers"], sent.body) == (status, [], b"")
