from contextlib import aclosing

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import ClientDisconnect, Request
from asgi_types import MAX_BODY_SIZE

pytestmark = pytest.mark.usefixtures("deadline")

MIB = 1024 * 1024
DISCONNECT = {"type": "http.disconnect"}


def part(body=b"", more_body=True):
    return {"type": "http.request", "body": body, "more_body": more_body}


async def test_a_client_that_says_nothing_is_there(looks_first, client_of):
    request = client_of(looks_first=looks_first).request()
    assert [await request.is_disconnected() for _ in range(3)] == [False] * 3


async def test_a_client_that_has_gone_stays_away(looks_first, client_of):
    client = client_of(looks_first=looks_first)
    request = client.request()
    assert not await request.is_disconnected()
    client.send(DISCONNECT)
    assert [await request.is_disconnected() for _ in range(3)] == [True] * 3


async def test_parts_that_arrive_meanwhile_are_not_lost(looks_first, client_of):
    client = client_of(part(b"1"), looks_first=looks_first)
    request = client.request()
    assert not await request.is_disconnected()
    client.send(part(b"2"))
    assert not await request.is_disconnected()
    client.send(part(b"3", more_body=False))
    assert await request.body() == b"123"
    assert not await request.is_disconnected()


async def test_a_disconnect_is_found_behind_the_body(looks_first, client_of):
    client = client_of(*[part(b"x")] * 20, part(b"y", more_body=False), DISCONNECT, looks_first=looks_first)
    request = client.request()
    for _ in range(30):
        if await request.is_disconnected():
            break
    else:
        pytest.fail("It is not found.")
    assert await request.body() == b"x" * 20 + b"y"


async def test_a_disconnect_in_the_middle_of_the_body_is_one_for_who_reads_it(client_of):
    request = client_of(part(b"x"), DISCONNECT).request()
    while not await request.is_disconnected():
        pass
    stream = request.stream()
    assert await anext(stream) == b"x"
    with pytest.raises(ClientDisconnect):
        await anext(stream)
    with pytest.raises(ClientDisconnect):
        await request.body()


async def test_who_has_read_of_the_disconnect_knows_it(client_of):
    request = client_of(part(b"x"), DISCONNECT).request()
    for _ in range(2):
        with pytest.raises(ClientDisconnect):
            await request.body()
    assert await request.is_disconnected()


async def test_a_disconnect_that_is_read_after_asking_is_known(client_of):
    client = client_of(part(b"x"))
    request = client.request()
    assert not await request.is_disconnected()
    client.send(DISCONNECT)
    for _ in range(2):
        with pytest.raises(ClientDisconnect):
            await request.body()
    assert await request.is_disconnected()


async def test_kept_parts_are_bounded(client_of):
    client = client_of(*[part(b"x" * MIB)] * 10, part(more_body=False), DISCONNECT)
    request = client.request()
    for _ in range(10):
        assert not await request.is_disconnected()
    assert len(client.events) >= 9
    async with aclosing(request.stream()) as stream:
        assert sum([len(chunk) async for chunk in stream]) == 10 * MIB
    assert await request.is_disconnected()


@pytest.mark.parametrize("body", [b"", b"x"])
async def test_kept_parts_are_bounded_in_number(body):
    taken = 0

    async def receive():
        nonlocal taken
        taken += 1
        return part(body)

    request = Request({"type": "http"}, receive)
    async with request.cancel_on_disconnect():
        for _ in range(10_000):
            await checkpoint()
    assert not await request.is_disconnected()
    assert 1000 < taken < 5000


async def test_kept_parts_count_for_the_limit(client_of):
    client = client_of(part(b"123"), part(b"45", more_body=False))
    client.scope[MAX_BODY_SIZE] = 5
    request = client.request()
    assert not await request.is_disconnected()
    assert await request.body() == b"12345"


async def test_asking_that_is_cancelled_loses_nothing(client_of):
    client = client_of(part(b"x", more_body=False))
    request = client.request()
    with anyio.CancelScope() as cancel:
        cancel.cancel()
        await request.is_disconnected()
    assert cancel.cancelled_caught
    assert await request.body() == b"x"


async def test_another_request_on_the_scope_has_the_kept_parts(client_of):
    client = client_of(part(b"1"), part(b"2", more_body=False))
    assert not await client.request().is_disconnected()
    assert await client.request().body() == b"12"


async def test_receive_has_the_kept_parts(client_of):
    client = client_of(part(b"1"))
    request = client.request()
    assert request.receive == client.receive
    assert not await request.is_disconnected()
    client.send(part(b"2", more_body=False))
    inner = Request(client.scope, request.receive)
    assert not await inner.is_disconnected()
    assert [(await request.receive())["body"] for _ in range(2)] == [b"1", b"2"]


async def test_what_wraps_receive_is_not_passed_by(client_of):
    client = client_of()
    assert not await client.request().is_disconnected()

    async def upper():
        message = await client.receive()
        return {**message, "body": message["body"].upper()}

    client.send(part(b"x", more_body=False))
    assert await Request(client.scope, upper).body() == b"X"


async def test_any_callable_in_the_scope_is_read_from(client_of):
    async def receive():
        return part(b"x", more_body=False)

    client = client_of()
    client.scope["asgi_http.receive"] = receive
    assert await client.request().body() == b"x"


async def test_what_receive_raises_is_raised():
    async def receive():
        raise LookupError("of receive")

    with pytest.raises(LookupError, match=r"^of receive$"):
        await Request({"type": "http"}, receive).is_disconnected()
    with pytest.raises(RuntimeError, match=r"^Receive channel has not been made available$"):
        await Request({"type": "http"}).is_disconnected()
