"""The limits around applications that know nothing of them."""

import anyio
import pytest

from asgi_types import GUARD, HTTPException
from asgi_websockets import (
    Heartbeat,
    WebSocket,
    WebSocketDisconnected,
    WebSocketPolicyMiddleware,
    _websocket,
    websocket_session,
)

EXTENSION = {"extensions": {"websocket.http.response": {}}}
LEFT = {"type": "websocket.disconnect", "code": 1001, "reason": "Page left."}
EVIL = {"headers": [(b"host", b"example.org"), (b"origin", b"https://evil.example")]}
TOO_LARGE = (1009, "Message of more than 2 bytes.")
IDLE = (1001, "The client sent nothing for 0.02 seconds.")


@pytest.fixture(autouse=True)
async def time_limit(monkeypatch):
    monkeypatch.setattr(_websocket, "END_TIMEOUT", 0.05)
    with anyio.fail_after(20):
        yield


async def echo(scope, receive, send):
    """An application that speaks ASGI, and no word of ours."""
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})
    echo.end = message


def accepting(rest):
    async def app(scope, receive, send):
        assert await receive() == {"type": "websocket.connect"}
        await send({"type": "websocket.accept"})
        await rest(receive, send)

    return app


def text(data):
    return {"type": "websocket.send", "text": data}


async def test_what_is_within_the_limits_passes_as_it_is(serve, tidy):
    server = serve("a", b"b", {"type": "websocket.receive", "text": "c", "bytes": None, "more": 1}, LEFT)
    async with tidy():
        await server.run(WebSocketPolicyMiddleware(echo))
    assert server.sent == [
        {"type": "websocket.accept"},
        text("a"),
        {"type": "websocket.send", "bytes": b"b"},
        {"type": "websocket.send", "text": "c", "bytes": None, "more": 1},
    ]
    assert echo.end == LEFT


@pytest.mark.parametrize("kind", ["http", "lifespan", "other"])
async def test_other_connections_pass_untouched(kind):
    seen = []

    async def app(*arguments):
        seen.append(arguments)

    arguments = ({"type": kind}, object(), object())
    await WebSocketPolicyMiddleware(app, allowed_origins=[], heartbeat=Heartbeat())(*arguments)
    assert all(one is other for one, other in zip(seen[0], arguments, strict=True))


# Origins


@pytest.mark.parametrize(
    ("origins", "session", "is_let_in"),
    [
        (None, {}, True),
        (None, {"session": {}}, False),
        ([], {}, False),
        (["https://evil.example"], {}, True),
        (["*"], {"session": {}}, True),
    ],
)
async def test_a_page_of_another_origin_is_refused_before_the_application_is_called(serve, origins, session, is_let_in):
    server = serve(LEFT)
    await server.run(WebSocketPolicyMiddleware(echo, allowed_origins=origins), **EVIL, **session)
    assert server.types == (["accept"] if is_let_in else ["close"])
    if not is_let_in:
        assert server.closed == (3003, "WebSockets from 'https://evil.example' are not allowed at 'example.org'.")


async def test_the_refusal_is_a_403_where_the_server_can(serve):
    server = serve()
    await server.run(WebSocketPolicyMiddleware(echo, allowed_origins=[]), **EVIL, **EXTENSION)
    assert server.sent[0]["status"] == 403
    assert b"evil.example" in server.sent[1]["body"]


async def test_below_an_error_layer_the_refusal_is_raised_to_that(serve):
    server = serve()
    with pytest.raises(HTTPException) as caught:
        await server.run(WebSocketPolicyMiddleware(echo, allowed_origins=[]), **EVIL, **{GUARD: None})
    assert caught.value.status_code == 403
    assert server.sent == []


@pytest.mark.parametrize(("own", "is_let_in"), [(None, True), ([], False)])
async def test_what_it_allows_counts_for_websockets_that_say_nothing_themselves(serve, own, is_let_in):
    class Ours(WebSocket):
        allowed_origins = own

    async def endpoint(websocket):
        await websocket.accept()

    server = serve()
    app = WebSocketPolicyMiddleware(
        websocket_session(endpoint, Ours), allowed_origins=["https://evil.example", "https://example.org"]
    )
    await server.run(app, **EVIL, session={})
    assert server.types[0] == ("accept" if is_let_in else "close")


async def test_what_could_be_no_origin_is_refused_at_once():
    with pytest.raises(ValueError, match=r"^Not an origin"):
        WebSocketPolicyMiddleware(echo, allowed_origins=["https://example.org", "example.org"])


# Limits


@pytest.mark.parametrize("data", ["abc", b"abc", "\u20ac"])
async def test_a_message_that_is_too_large_looks_like_a_client_that_closes(serve, tidy, data):
    server = serve("ab", data, "never received")
    async with tidy():
        await server.run(WebSocketPolicyMiddleware(echo, max_message_size=2))
    assert server.texts == ["ab"]
    assert server.closed == TOO_LARGE
    assert (echo.end["code"], echo.end["reason"]) == TOO_LARGE


async def test_the_default_of_the_size_is_that_of_a_websocket(serve):
    most = 16 * 1024 * 1024
    server = serve(b"x" * most, b"x" * (most + 1))
    await server.run(WebSocketPolicyMiddleware(echo))
    assert len(server.sent) == 3
    assert server.closed[0] == 1009


async def test_an_idle_client_looks_like_one_that_closes(serve, tidy):
    server = serve("a")
    async with tidy():
        await server.run(WebSocketPolicyMiddleware(echo, idle_timeout=0.02))
    assert server.texts == ["a"]
    assert server.closed == IDLE
    assert (echo.end["code"], echo.end["reason"]) == IDLE


async def test_an_application_that_reads_before_it_accepts_may_take_its_time(serve):
    got = []

    async def app(scope, receive, send):
        async def read():
            while not got or got[-1]["type"] != "websocket.disconnect":
                got.append(await receive())

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read)
            await anyio.sleep(0.06)
            assert [message["type"] for message in got] == ["websocket.connect"]
            await send({"type": "websocket.accept"})

    server = serve()
    await server.run(WebSocketPolicyMiddleware(app, idle_timeout=0.02))
    assert server.types == ["accept", "close"]


async def test_heartbeats_and_answers_are_not_the_applications(serve, tidy):
    async def client():
        while server.texts.count("ping") < 3:  # noqa: ASYNC110 - the server has no event for it
            await anyio.sleep(0.005)
        server.put("pong", "a", LEFT)

    server = serve()
    async with tidy():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client)
            await server.run(WebSocketPolicyMiddleware(echo, heartbeat=Heartbeat(0.01)))
    assert [data for data in server.texts if data != "ping"] == ["a"]
    assert server.texts.count("ping") >= 3


async def test_what_the_application_raises_is_raised_as_it_is(serve, tidy):
    async def fail(receive, send):
        raise LookupError("Gone.")

    for heartbeat in (None, Heartbeat()):
        async with tidy():
            with pytest.raises(LookupError, match="Gone"):
                await serve().run(WebSocketPolicyMiddleware(accepting(fail), heartbeat=heartbeat))


async def test_several_tasks_may_send_at_once(serve):
    async def talk(receive, send):
        async with anyio.create_task_group() as tasks:
            for number in range(5):
                tasks.start_soon(send, text(str(number)))
            await anyio.wait_all_tasks_blocked()
            server.flow()

    server = serve(stuck_on="websocket.send")
    await server.run(WebSocketPolicyMiddleware(accepting(talk)))
    assert sorted(server.texts) == ["0", "1", "2", "3", "4"]


# The end, as servers tell it


@pytest.mark.parametrize(
    ("limits", "events", "end"),
    [
        ({}, [LEFT], LEFT),
        ({"max_message_size": 2}, ["abc"], {"type": "websocket.disconnect", "code": 1009, "reason": TOO_LARGE[1]}),
        ({"idle_timeout": 0.02}, [], {"type": "websocket.disconnect", "code": 1001, "reason": IDLE[1]}),
    ],
    ids=["client", "size", "idleness"],
)
async def test_it_is_told_as_often_as_it_is_asked(serve, limits, events, end):
    async def rest(receive, send):
        for _ in range(3):
            assert await receive() == end
        for message in (text("a"), text("b"), {"type": "websocket.close"}):
            with pytest.raises(OSError, match=f"{end['code']}: "):
                await send(message)
        assert await receive() == end

    server = serve(*events)
    await server.run(WebSocketPolicyMiddleware(accepting(rest), **limits))
    assert server.types == (["accept"] if end is LEFT else ["accept", "close"])


async def test_while_a_limit_closes_the_connection_other_tasks_are_told_of_an_end(serve):
    ends = []

    async def rest(receive, send):
        async def one():
            ends.append(await receive())

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(one)
            await anyio.wait_all_tasks_blocked()
            await one()

    server = serve("abc", stuck_on="websocket.close")
    await server.run(WebSocketPolicyMiddleware(accepting(rest), max_message_size=2))
    assert [end["type"] for end in ends] == ["websocket.disconnect"] * 2
    assert [end["code"] for end in ends] == [1006, 1009]


async def test_a_transport_that_is_closed_is_the_servers_error_and_then_one_of_its_kind(serve):
    async def rest(receive, send):
        with pytest.raises(OSError, match=r"^The transport is closed\.$") as caught:
            await send(text("a"))
        assert caught.value.__cause__ is None
        for message in (text("b"), {"type": "websocket.close"}):
            with pytest.raises(OSError):
                await send(message)
        server.put("late", LEFT)
        assert await receive() == {"type": "websocket.receive", "text": "late"}
        assert await receive() == await receive() == LEFT

    server = serve(breaks_on="websocket.send")
    await server.run(WebSocketPolicyMiddleware(accepting(rest)))
    assert server.attempts == ["websocket.accept", "websocket.send"]


async def test_all_who_wait_for_a_send_that_fails_get_an_oserror(serve):
    failed = []

    async def rest(receive, send):
        async def one(data):
            with pytest.raises(OSError):
                await send(text(data))
            failed.append(data)

        async with anyio.create_task_group() as tasks:
            for data in "abc":
                tasks.start_soon(one, data)
            await anyio.wait_all_tasks_blocked()
            server.flow()

    server = serve(stuck_on="websocket.send", breaks_on="websocket.send")
    await server.run(WebSocketPolicyMiddleware(accepting(rest)))
    assert sorted(failed) == ["a", "b", "c"]


async def test_after_its_own_close_the_application_is_told_of_its_mistake(serve):
    async def rest(receive, send):
        await send({"type": "websocket.close"})
        for _ in range(2):
            with pytest.raises(WebSocketDisconnected):
                await send(text("a"))
        server.put(LEFT)
        assert await receive() == LEFT
        with pytest.raises(WebSocketDisconnected):
            await send(text("a"))

    server = serve()
    await server.run(WebSocketPolicyMiddleware(accepting(rest)))
    assert server.types == ["accept", "close"]


async def test_a_message_that_may_not_follow_is_a_mistake_of_the_application(serve):
    async def app(scope, receive, send):
        with pytest.raises(RuntimeError, match=r"but got 'websocket\.send'"):
            await send(text("a"))
        await send({"type": "websocket.close"})

    server = serve()
    await server.run(WebSocketPolicyMiddleware(app))
    assert server.types == ["close"]


async def test_a_denial_passes(serve):
    async def app(scope, receive, send):
        await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"No ", "more_body": True})
        await send({"type": "websocket.http.response.body", "body": b"entry"})

    server = serve()
    await server.run(WebSocketPolicyMiddleware(app), **EXTENSION)
    assert [message.get("body") for message in server.sent] == [None, b"No ", b"entry"]


async def test_our_own_websockets_run_inside_as_well(serve, tidy):
    ends = []

    async def func(websocket):
        await websocket.accept()
        async for data in websocket.iter_text():
            await websocket.send_text(data)
        ends.append(websocket.client_state.name)

    for limits, events in (({"max_message_size": 2}, ["a", "abc"]), ({"idle_timeout": 0.02}, ["a"]), ({}, ["a", LEFT])):
        server = serve(*events)
        async with tidy():
            await server.run(WebSocketPolicyMiddleware(websocket_session(func), **limits))
        assert server.texts == ["a"]
    assert ends == ["DISCONNECTED"] * 3


async def test_a_cancellation_passes(serve, tidy):
    server = serve()
    async with tidy():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.run, WebSocketPolicyMiddleware(echo, heartbeat=Heartbeat(), idle_timeout=5))
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
    assert server.types == ["accept"]
