"""What the client is sent and what is raised, for each way in which a function can end and each state it can end in."""

import gc
import weakref
from contextlib import suppress

import anyio
import pytest

from asgi_types import GUARD, VIEW, HTTPException
from asgi_websockets import (
    Heartbeat,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
    WebSocketState,
    websocket_session,
)

EXTENSION = {"extensions": {"websocket.http.response": {}}}


class Beating(WebSocket):
    heartbeat = Heartbeat()


def grouped(*exceptions):
    return ExceptionGroup("Two tasks.", [WebSocketDisconnect(1001), *exceptions])


def nested(*exceptions):
    return ExceptionGroup("One task.", [ExceptionGroup("Two tasks.", [*exceptions, WebSocketDisconnect(1001)])])


# What a function can end with, made anew for each test. The last two of a kind are groups, as task groups make them.
CLEAN = {
    "return": lambda: None,
}
ELSEWHERE = {  # where the client is still there, it is another one that has gone
    "disconnect": lambda: WebSocketDisconnect(1001),
    "group of disconnects": lambda: nested(WebSocketDisconnect(1006)),
}
CLOSES = {
    "WebSocketException": lambda: WebSocketException(1013, "Later."),
    "group of WebSocketException": lambda: grouped(WebSocketException(1013, "Later.")),
    "groups of WebSocketException": lambda: nested(WebSocketException(1013, "Later.")),
}
REFUSALS = {
    "HTTPException": lambda: HTTPException(404, "No room.", {"x-room": "1"}),
    "group of HTTPException": lambda: grouped(HTTPException(404, "No room.", {"x-room": "1"})),
    "groups of HTTPException": lambda: nested(HTTPException(404, "No room.", {"x-room": "1"})),
}
FAULTS = {
    "fault": lambda: LookupError("Gone."),
    "group of a fault": lambda: grouped(LookupError("Gone.")),
    "groups of a fault": lambda: nested(LookupError("Gone.")),
}
ALL = CLEAN | ELSEWHERE | CLOSES | REFUSALS | FAULTS


async def connected(websocket):
    await websocket.receive()


async def accepted(websocket):
    await websocket.accept()


async def closed(websocket):
    await websocket.accept()
    await websocket.close(4000)


async def refused(websocket):
    await websocket.close(4000)


async def denying(websocket):
    await websocket.send({"type": "websocket.http.response.start", "status": 403, "headers": []})


async def nothing(websocket):
    pass


BEFORE = [nothing, connected]
AFTER = [closed, refused, denying]


def ending(stage, make):
    async def func(websocket):
        await stage(websocket)
        error = make()
        if error is not None:
            raise error

    return websocket_session(func)


def each(table):
    return pytest.mark.parametrize("make", table.values(), ids=table)


@each(CLEAN)
async def test_a_connection_that_is_open_is_closed(serve, tidy, make):
    server = serve()
    async with tidy():
        await server.run(ending(accepted, make))
    assert server.types == ["accept", "close"]
    assert server.closed == (1000, "")


@each(CLEAN)
@pytest.mark.parametrize("scope", [{}, EXTENSION], ids=["", "denials"])
@pytest.mark.parametrize("stage", BEFORE)
async def test_a_connection_that_was_not_accepted_is_refused(serve, stage, scope, make):
    server = serve()
    await server.run(ending(stage, make), **scope)
    assert server.sent == [{"type": "websocket.close", "code": 1000, "reason": ""}]


@each(CLOSES)
@pytest.mark.parametrize("scope", [{}, EXTENSION], ids=["", "denials"])
@pytest.mark.parametrize("stage", [*BEFORE, accepted])
async def test_a_websocket_exception_closes(serve, tidy, stage, scope, make):
    server = serve()
    async with tidy():
        await server.run(ending(stage, make), **scope)
    assert server.closed == (1013, "Later.")


@each(REFUSALS)
@pytest.mark.parametrize("stage", BEFORE)
async def test_an_http_exception_before_accept_is_a_denial_where_the_server_can(serve, stage, make):
    server = serve()
    await server.run(ending(stage, make), **EXTENSION)
    start, body = server.sent
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 404)
    assert dict(start["headers"])[b"x-room"] == b"1"
    assert (body["type"], body["body"]) == ("websocket.http.response.body", b"No room.")


@each(REFUSALS)
@pytest.mark.parametrize("stage", BEFORE)
async def test_an_http_exception_before_accept_is_else_the_code_that_says_the_same(serve, stage, make):
    server = serve()
    await server.run(ending(stage, make))
    assert server.sent == [{"type": "websocket.close", "code": 1008, "reason": "No room."}]


@pytest.mark.parametrize("scope", [{}, EXTENSION], ids=["", "denials"])
@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((200, 1000), (400, 1008), (401, 3000), (403, 3003), (404, 1008), (408, 3008), (413, 1009), (415, 1003)),
        *((429, 1013), (500, 1011), (502, 1014), (503, 1013), (504, 1014)),
    ],
)
async def test_an_http_exception_after_accept_is_the_code_that_says_the_same(serve, scope, status, code):
    server = serve()
    await server.run(ending(accepted, lambda: HTTPException(status, "Why.")), **scope)
    assert server.types == ["accept", "close"]
    assert server.closed == (code, "Why.")


@each(FAULTS)
@pytest.mark.parametrize("scope", [{}, EXTENSION], ids=["", "denials"])
async def test_a_fault_closes_with_1011_and_is_raised(serve, tidy, scope, make):
    server = serve()
    async with tidy():
        with pytest.raises(LookupError, match="Gone"):
            await server.run(ending(accepted, make), **scope)
    assert server.closed == (1011, "Internal Server Error")


@each(FAULTS)
@pytest.mark.parametrize("stage", BEFORE)
async def test_a_fault_before_accept_is_a_500_where_the_server_can(serve, stage, make):
    server = serve()
    with pytest.raises(LookupError, match="Gone"):
        await server.run(ending(stage, make), **EXTENSION)
    assert server.types == ["http.response.start", "http.response.body"]
    assert server.sent[0]["status"] == 500
    assert server.sent[1]["body"] == b"Internal Server Error"


@each(FAULTS)
@pytest.mark.parametrize("stage", BEFORE)
async def test_a_fault_before_accept_is_else_left_to_the_server(serve, stage, make):
    server = serve()
    with pytest.raises(LookupError, match="Gone"):
        await server.run(ending(stage, make))
    assert server.sent == []


@each(CLEAN | ELSEWHERE | CLOSES | REFUSALS)
@pytest.mark.parametrize("stage", AFTER)
async def test_after_the_end_nothing_more_is_sent(serve, stage, make):
    server = serve()
    await server.run(ending(stage, make), **EXTENSION)
    assert server.types == {closed: ["accept", "close"], refused: ["close"], denying: ["http.response.start"]}[stage]


def is_of(make):
    """Looks at whether an exception is what ``make`` makes."""
    wanted = make()
    return lambda error: (type(error), str(error)) == (type(wanted), str(wanted))


@each(ELSEWHERE)
@pytest.mark.parametrize("scope", [{}, EXTENSION], ids=["", "denials"])
async def test_the_disconnect_of_another_connection_is_a_fault(serve, tidy, scope, make):
    server = serve()
    async with tidy():
        with pytest.raises((WebSocketDisconnect, ExceptionGroup), check=is_of(make)):
            await server.run(ending(accepted, make), **scope)
    assert server.closed == (1011, "Internal Server Error")


@each(ELSEWHERE)
@pytest.mark.parametrize("stage", BEFORE)
async def test_the_disconnect_of_another_connection_is_a_fault_before_accept(serve, stage, make):
    for scope, types in ((EXTENSION, ["http.response.start", "http.response.body"]), ({}, [])):
        server = serve()
        with pytest.raises((WebSocketDisconnect, ExceptionGroup), check=is_of(make)):
            await server.run(ending(stage, make), **scope)
        assert server.types == types


@each(FAULTS)
@pytest.mark.parametrize("stage", AFTER)
async def test_a_fault_after_the_end_is_raised(serve, stage, make):
    server = serve()
    with pytest.raises(LookupError, match="Gone"):
        await server.run(ending(stage, make), **EXTENSION)
    assert server.types == {closed: ["accept", "close"], refused: ["close"], denying: ["http.response.start"]}[stage]


async def test_several_failures_stay_a_group(serve):
    server = serve()
    with pytest.raises(ExceptionGroup) as caught:
        await server.run(ending(accepted, lambda: nested(LookupError(), HTTPException(404))))
    assert caught.group_contains(LookupError)
    assert caught.group_contains(HTTPException)
    assert not caught.group_contains(WebSocketDisconnect)
    assert server.closed == (1011, "Internal Server Error")


async def test_what_a_task_group_raises_is_taken_out_of_it(serve):
    async def lose():
        raise WebSocketException(4001, "No partner.")

    async def func(websocket):
        await websocket.accept()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lose)
            await websocket.receive_text()

    server = serve()
    await server.run(websocket_session(func))
    assert server.closed == (4001, "No partner.")


@pytest.mark.parametrize("code", [0, 200, 403, 1005, 1006, 1016, 70000])
async def test_a_code_that_no_frame_may_have_is_a_fault_after_accept(serve, code):
    server = serve()
    with pytest.raises(ValueError, match=f"^A close frame cannot have the code {code}"):
        await server.run(ending(accepted, lambda: WebSocketException(code)), **EXTENSION)
    assert server.closed == (1011, "Internal Server Error")


@pytest.mark.parametrize("code", [0, 200, 403, 1005, 1006, 1016, 70000])
async def test_before_accept_any_code_refuses(serve, code):
    server = serve()
    await server.run(ending(connected, lambda: WebSocketException(code, "No.")), **EXTENSION)
    assert server.sent == [{"type": "websocket.close", "code": code, "reason": "No."}]


async def test_headers_that_no_response_may_have_are_a_fault(serve):
    server = serve()
    with pytest.raises(ValueError):
        await server.run(ending(connected, lambda: HTTPException(401, headers={"x": "a\r\nb"})), **EXTENSION)
    assert server.sent[0]["status"] == 500


# Below an error layer


@each(CLOSES | REFUSALS | FAULTS)
@pytest.mark.parametrize("stage", [*BEFORE, accepted, *AFTER])
async def test_below_an_error_layer_all_goes_to_that_with_the_view(serve, error_layer, stage, make):
    server = serve()
    seen = []

    async def keep(websocket):
        seen.append(websocket)
        await stage(websocket)

    layer = error_layer(ending(keep, make))
    await server.run(layer, **EXTENSION)
    wanted = make()
    while isinstance(wanted, ExceptionGroup):
        wanted = next(exc for exc in wanted.exceptions if str(exc) != "1001: ")
    assert (type(layer.caught), str(layer.caught)) == (type(wanted), str(wanted))
    assert layer.view is seen[0]
    if stage in BEFORE and make not in CLOSES.values():
        assert server.types == ["http.response.start", "http.response.body"]
    elif stage is not denying:
        assert server.types.count("close") == 1


@each(CLEAN)
@pytest.mark.parametrize("stage", [*BEFORE, accepted])
async def test_below_an_error_layer_a_clean_end_is_the_same(serve, error_layer, stage, make):
    server = serve()
    layer = error_layer(ending(stage, make))
    await server.run(layer)
    assert layer.caught is None
    assert server.closed == (1000, "")


@each(ELSEWHERE)
@pytest.mark.parametrize("stage", [*BEFORE, accepted, *AFTER])
async def test_below_an_error_layer_the_disconnect_of_another_connection_goes_to_that(serve, error_layer, stage, make):
    layer = error_layer(ending(stage, make))
    await serve().run(layer)
    assert layer.caught is None if stage in AFTER else is_of(make)(layer.caught)


# With a heartbeat


@each(ALL)
@pytest.mark.parametrize("stage", [*BEFORE, accepted, *AFTER])
async def test_a_heartbeat_changes_nothing_of_that(serve, stage, make):
    outcomes = []
    for websocket_class in (WebSocket, Beating):
        server = serve()

        async def func(websocket):
            await stage(websocket)
            if (error := make()) is not None:
                raise error

        try:
            await server.run(websocket_session(func, websocket_class), **EXTENSION)
        except Exception as exc:
            outcomes.append((server.sent, type(exc), str(exc)))
        else:
            outcomes.append((server.sent, None, None))
    assert outcomes[0] == outcomes[1]


# What is left


@each(ALL)
@pytest.mark.parametrize("guard", [{}, {GUARD: None}], ids=["", "guard"])
@pytest.mark.parametrize("stage", [connected, accepted])
async def test_nothing_waits_for_the_garbage_collector(serve, stage, guard, make):
    kept = []

    async def func(websocket):
        kept.append(weakref.ref(websocket))
        await stage(websocket)
        if (error := make()) is not None:
            try:
                raise error
            finally:
                del error  # as careful programs do; what they keep is theirs

    server = serve()
    scope = server.scope(**guard)
    gc.disable()
    try:
        with suppress(Exception):
            await websocket_session(func)(scope, server.receive, server.send)
        scope.pop(VIEW, None)  # as the error layer does
        assert kept[0]() is None
    finally:
        gc.enable()


async def test_the_function_is_given_a_websocket_that_both_know(serve):
    async def func(websocket):
        assert websocket.client_state is websocket.application_state is WebSocketState.CONNECTING
        await websocket.accept()

    await serve().run(websocket_session(func))
