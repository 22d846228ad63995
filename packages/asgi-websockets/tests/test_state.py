"""Which message may follow which, from either side, for every state and type."""

import copy
import pickle
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_websockets import WebSocketDisconnect, WebSocketDisconnected, WebSocketState

CONNECTING, CONNECTED, DISCONNECTED, RESPONSE = WebSocketState

INCOMING = ["websocket.connect", "websocket.receive", "websocket.disconnect"]
OUTGOING = [
    "websocket.accept",
    "websocket.send",
    "websocket.close",
    "websocket.http.response.start",
    "websocket.http.response.body",
]
STRANGE = ["http.request", "http.response.start", "", "websocket"]

# Messages that bring a side into a state, the messages allowed in it, and where each leads.
CLIENT = {
    CONNECTING: ([], {"websocket.connect": CONNECTED}),
    CONNECTED: (INCOMING[:1], {"websocket.receive": CONNECTED, "websocket.disconnect": DISCONNECTED}),
    DISCONNECTED: (["websocket.connect", "websocket.disconnect"], {}),
}
APPLICATION = {
    CONNECTING: (
        [],
        {
            "websocket.accept": CONNECTED,
            "websocket.close": DISCONNECTED,
            "websocket.http.response.start": RESPONSE,
        },
    ),
    CONNECTED: (["websocket.accept"], {"websocket.send": CONNECTED, "websocket.close": DISCONNECTED}),
    RESPONSE: (["websocket.http.response.start"], {"websocket.http.response.body": DISCONNECTED}),
    DISCONNECTED: (["websocket.close"], {}),
}


def test_the_states_are_starlettes():
    assert {state.name: state.value for state in WebSocketState} == {
        "CONNECTING": 0,
        "CONNECTED": 1,
        "DISCONNECTED": 2,
        "RESPONSE": 3,
    }


@pytest.mark.parametrize("state", WebSocketState)
def test_a_state_is_one_object_however_it_is_got(state):
    for same in (WebSocketState(state.value), copy.deepcopy(state), pickle.loads(pickle.dumps(state))):
        assert same is state
        assert hash(same) == hash(state)
    assert len(set(WebSocketState)) == 4


@pytest.mark.parametrize("kind", [*INCOMING, *STRANGE])
@pytest.mark.parametrize("state", CLIENT, ids=lambda state: state.name)
async def test_what_may_be_received(bare_serve, state, kind):
    before, allowed = CLIENT[state]
    server = bare_serve(*({"type": name} for name in [*before, kind]))
    websocket = server.websocket()
    for _ in before:
        await websocket.receive()
    assert websocket.client_state is state
    if kind in allowed:
        assert await websocket.receive() == {"type": kind}
    elif allowed:
        expected = " or ".join(f'"{name}"' for name in allowed)
        with pytest.raises(RuntimeError, match=f"^Expected ASGI message {expected}, but got '{kind}'$"):
            await websocket.receive()
    else:
        with pytest.raises(WebSocketDisconnected, match=r'^Cannot call "receive" once a disconnect message has been'):
            await websocket.receive()
        assert list(server.left) == [{"type": kind}]
    assert websocket.client_state is allowed.get(kind, state)


@pytest.mark.parametrize("kind", [*OUTGOING, *STRANGE])
@pytest.mark.parametrize("state", APPLICATION, ids=lambda state: state.name)
async def test_what_may_be_sent(serve, state, kind):
    before, allowed = APPLICATION[state]
    server = serve()
    websocket = server.websocket()
    for name in before:
        await websocket.send({"type": name})
    assert websocket.application_state is state
    if kind in allowed:
        await websocket.send({"type": kind})
    elif allowed:
        expected = " or ".join(f'"{name}"' for name in allowed)
        with pytest.raises(RuntimeError, match=f"^Expected ASGI message {expected}, but got '{kind}'$"):
            await websocket.send({"type": kind})
    else:
        with pytest.raises(WebSocketDisconnected, match=r'^Cannot call "send" once a close message has been sent'):
            await websocket.send({"type": kind})
    assert websocket.application_state is allowed.get(kind, state)
    assert [message["type"] for message in server.sent] == ([*before, kind] if kind in allowed else before)


@pytest.mark.parametrize("kind", OUTGOING)
@pytest.mark.parametrize("before", [[], ["websocket.accept"], ["websocket.http.response.start"]], ids=str)
async def test_nothing_may_be_sent_when_the_client_has_gone(serve, left, before, kind):
    server = serve(left)
    websocket = server.websocket()
    for name in before:
        await websocket.send({"type": name})
    await websocket.wait_closed()
    with pytest.raises(WebSocketDisconnect) as caught:
        await websocket.send({"type": kind})
    assert (caught.value.code, caught.value.reason) == (1001, "Page left.")
    assert server.attempts == before


async def test_a_denial_goes_on_until_its_last_part(serve):
    websocket = serve().websocket()
    await websocket.send({"type": "websocket.http.response.start", "status": 403, "headers": []})
    for _ in range(2):
        await websocket.send({"type": "websocket.http.response.body", "body": b"No", "more_body": True})
        assert websocket.application_state is RESPONSE
    await websocket.send({"type": "websocket.http.response.body", "body": b".", "more_body": False})
    assert websocket.application_state is DISCONNECTED


@given(kinds=st.lists(st.sampled_from([*OUTGOING, *INCOMING, *STRANGE])), more_body=st.booleans())
def test_no_sequence_reaches_the_server_but_legal_ones(serve, kinds, more_body):
    server = serve()
    websocket = server.websocket()
    for kind in kinds:
        with suppress(StopIteration, RuntimeError):
            # Nothing in it waits, so one step runs it to its end.
            websocket.send({"type": kind, "more_body": more_body}).send(None)
    state = CONNECTING
    for message in server.sent:
        following = APPLICATION[state][1][message["type"]]
        state = state if state is RESPONSE and more_body else following
    assert websocket.application_state is state


@given(kinds=st.lists(st.sampled_from([*INCOMING, *OUTGOING, *STRANGE])))
def test_no_sequence_is_received_but_legal_ones(bare_serve, kinds):
    server = bare_serve(*({"type": kind} for kind in kinds))
    websocket = server.websocket()
    got = []
    while server.left and websocket.client_state is not DISCONNECTED:
        try:
            websocket.receive().send(None)
        except StopIteration as received:
            got.append(received.value["type"])
        except RuntimeError:
            break
    assert got == kinds[: len(got)]
    state = CONNECTING
    for kind in got:
        state = CLIENT[state][1][kind]
    assert websocket.client_state is state
    if len(got) < len(kinds):  # it stopped where the next message is not allowed
        assert kinds[len(got)] not in CLIENT[state][1]
