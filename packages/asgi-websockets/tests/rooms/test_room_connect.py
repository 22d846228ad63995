"""Being in a room with a WebSocket whose client reads in time."""

import anyio
import pytest

from asgi_websockets import Rooms, WebSocketDisconnect, websocket_session


@pytest.fixture
def here(rooms, until):
    """Waits until so many are in the rooms."""

    async def wait(count):
        await until(lambda: rooms.stats.members == count)

    return wait


async def test_clients_talk_with_each_other(rooms, chat, client_of, here):
    ann, bob, app = client_of(), client_of(), chat(rooms)
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ann.open, app)
            tasks.start_soon(bob.open, app)
            await here(2)
            ann.say("Hello")
            assert await bob.has(1) == ["Hello"]
            bob.say("Hello yourself")
            assert await ann.has(2) == ["Hello", "Hello yourself"]
            ann.leave()
            await here(1)
            bob.say("Bye")
            assert await bob.has(3) == ["Hello", "Hello yourself", "Bye"]
            bob.leave()
    assert (ann.error, bob.error, len(ann.data)) == (None, None, 2)
    assert rooms.stats == (0, 0, 5, 0, 0)


async def test_text_goes_as_text_and_bytes_as_bytes(rooms, chat, client_of, here):
    ann = client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ann.open, chat(rooms))
        await here(1)
        await rooms["lobby"].broadcast_text("")
        await rooms["lobby"].broadcast_bytes(b"")
        await rooms["lobby"].broadcast_json([1])
        await ann.has(3)
        ann.leave()
    assert ann.sent[1:] == [
        {"type": "websocket.send", "text": ""},
        {"type": "websocket.send", "bytes": b""},
        {"type": "websocket.send", "text": "[1]"},
    ]


async def test_who_comes_back_gets_what_was_missed(rooms, chat, client_of):
    for text in "abcd":
        await rooms["lobby"].broadcast_text(text)
    known = (await rooms.backend.history("lobby", 3, None)).messages[0].id
    ann, bob = client_of(), client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ann.open, chat(rooms, after=known))
        tasks.start_soon(bob.open, chat(rooms, history=1))
        assert await ann.has(2) == ["c", "d"]
        assert await bob.has(1) == ["d"]
        ann.say("e")
        assert await ann.has(3) == ["c", "d", "e"]
        assert await bob.has(2) == ["d", "e"]
        ann.leave()
        bob.leave()


async def test_the_block_has_the_member(rooms, client_of, here):
    async def endpoint(websocket):
        await websocket.accept()
        async with rooms["lobby"].connect(websocket, {"name": "Ann"}) as member:
            async for text in websocket.iter_text():
                await rooms["lobby"].broadcast_text(text, exclude=member)
                members.append((member.info, await rooms["lobby"].members()))

    members, ann = [], client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ann.open, websocket_session(endpoint))
        with rooms["lobby"].join() as other:
            await here(2)
            ann.say("Hello")
            assert (await anext(other)).data == "Hello"
            ann.leave()
            await ann.has_ended.wait()
    assert ann.data == []
    assert members == [({"name": "Ann"}, [{"name": "Ann"}])]
    assert await rooms["lobby"].members() == []


async def test_one_websocket_can_be_in_two_rooms(rooms, client_of, here):
    async def endpoint(websocket):
        await websocket.accept()
        async with rooms["lobby"].connect(websocket), rooms["bar"].connect(websocket):
            await websocket.wait_closed()

    ann = client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ann.open, websocket_session(endpoint))
        await here(2)
        await rooms["bar"].broadcast_text("bar")
        assert await ann.has(1) == ["bar"]
        await rooms["lobby"].broadcast_text("lobby")
        assert await ann.has(2) == ["bar", "lobby"]
        ann.leave()
    assert rooms.stats.members == 0


# Ends


async def test_the_end_of_the_block_ends_the_sending(rooms, client_of):
    async def endpoint(websocket):
        await websocket.accept()
        async with rooms["lobby"].connect(websocket, history=1):
            await ann.has(1)
        await rooms["lobby"].broadcast_text("too late")
        await websocket.close(4000)

    await rooms["lobby"].broadcast_text("Hello")
    ann = client_of()
    with anyio.fail_after(20):
        await ann.open(websocket_session(endpoint))
    assert (ann.data, ann.close_code, ann.error) == (["Hello"], 4000, None)


async def test_the_end_of_the_block_does_not_wait_for_a_stuck_client(rooms, client_of, until):
    async def endpoint(websocket):
        await websocket.accept()
        ann.is_stuck = True
        async with rooms["lobby"].connect(websocket):
            await rooms["lobby"].broadcast_text("Hello")
            await anyio.wait_all_tasks_blocked()
        ann.is_stuck = False

    ann = client_of()
    with anyio.fail_after(20):
        await ann.open(websocket_session(endpoint))
    assert (ann.data, ann.close_code, ann.error, rooms.stats.members) == ([], 1000, None, 0)


@pytest.mark.parametrize("is_stuck", [False, True])
async def test_what_the_block_raises_is_raised_as_it_is(rooms, client_of, is_stuck):
    async def endpoint(websocket):
        await websocket.accept()
        ann.is_stuck = is_stuck
        try:
            async with rooms["lobby"].connect(websocket):
                await rooms["lobby"].broadcast_text("Hello")
                await anyio.wait_all_tasks_blocked()
                raise KeyError("name")
        finally:
            ann.is_stuck = False

    ann = client_of()
    with anyio.fail_after(20):
        await ann.open(websocket_session(endpoint))
    assert isinstance(ann.error, KeyError)
    assert (ann.data, ann.close_code) == ([] if is_stuck else ["Hello"], 1011)
    assert rooms.stats.members == 0


async def test_a_client_that_leaves_is_told_by_receiving(rooms, client_of, here):
    async def endpoint(websocket):
        await websocket.accept()
        try:
            async with rooms["lobby"].connect(websocket):
                await websocket.receive_text()
        except WebSocketDisconnect as exc:
            codes.append(exc.code)
            raise

    codes, ann = [], client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ann.open, websocket_session(endpoint))
        await here(1)
        ann.leave(4001)
    assert (codes, ann.error, rooms.stats.members) == ([4001], None, 0)


async def test_the_block_goes_on_when_sending_fails_until_receiving_tells(rooms, chat, client_of, here, until):
    def app(scope, receive, send):
        return chat(rooms)(scope, receive, counted(send))

    def counted(send):
        async def counting(message):
            sends.append(message["type"])
            await send(message)

        return counting

    sends, ann = [], client_of()
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ann.open, app)
            await here(1)
            ann.is_gone = True
            for text in "abc":
                await rooms["lobby"].broadcast_text(text)
                await anyio.wait_all_tasks_blocked()
            assert sends == ["websocket.accept", "websocket.send"]
            assert (rooms.stats.members, ann.has_ended.is_set()) == (1, False)
            ann.say("said before it went")
            ann.leave()
    assert (ann.error, rooms.stats.members) == (None, 0)
    assert rooms.stats.delivered == 4


async def test_the_block_goes_on_when_it_has_closed_the_websocket(rooms, client_of):
    async def endpoint(websocket):
        await websocket.accept()
        async with rooms["lobby"].connect(websocket):
            await websocket.close(4000)
            await rooms["lobby"].broadcast_text("too late")
            await anyio.wait_all_tasks_blocked()
            steps.append("went on")

    steps, ann = [], client_of()
    await ann.open(websocket_session(endpoint))
    assert (steps, ann.data, ann.close_code, ann.error) == (["went on"], [], 4000, None)


async def test_leaving_within_the_block_ends_the_sending_only(rooms, client_of):
    async def endpoint(websocket):
        await websocket.accept()
        async with rooms["lobby"].connect(websocket) as member:
            await rooms["lobby"].broadcast_text("a")
            member.leave()
            await rooms["lobby"].broadcast_text("b")
            await websocket.receive_text()
            await websocket.send_text("answer")

    ann = client_of()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ann.open, websocket_session(endpoint))
        assert await ann.has(1) == ["a"]
        await anyio.wait_all_tasks_blocked()
        assert not ann.has_ended.is_set()
        ann.say("Are you there?")
    assert (ann.data, ann.close_code) == (["a", "answer"], 1000)


async def test_cancelling_from_outside_ends_all_of_it(rooms, chat, client_of, here):
    for is_stuck in (False, True):
        ann = client_of()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ann.open, chat(rooms, info="Ann"))
            await here(1)
            ann.is_stuck = is_stuck
            await rooms["lobby"].broadcast_text("Hello")
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        assert (rooms.stats.members, await rooms["lobby"].members()) == (0, [])
        assert ann.close_code is None


async def test_a_websocket_has_to_be_accepted_first(rooms, client_of):
    async def endpoint(websocket):
        async with rooms["lobby"].connect(websocket):
            await rooms["lobby"].broadcast_text("Hello")
            await anyio.sleep_forever()

    ann = client_of()
    with anyio.fail_after(20):
        await ann.open(websocket_session(endpoint))
    assert "websocket.accept" in str(ann.error)
    assert rooms.stats.members == 0


# Sockets of others


class Socket:
    """Is sent to, and raises what it is told to; before that it may be stuck."""

    def __init__(self, error=None, close_error=None, *, is_stuck=False):
        self.sent = []
        self.error = error
        self.close_error = close_error
        self.is_stuck = is_stuck

    async def send_text(self, data):
        try:
            if self.is_stuck:
                await anyio.sleep_forever()
        finally:
            if self.error is not None:
                raise self.error
        self.sent.append(data)

    send_bytes = send_text

    async def close(self, code=1000, reason=None):
        self.sent.append((code, reason))
        if self.close_error is not None:
            raise self.close_error


class OtherDisconnectError(Exception):
    pass


async def test_any_socket_will_do(rooms):
    socket = Socket()
    async with rooms["lobby"].connect(socket):
        await rooms["lobby"].broadcast_text("Hello")
        await rooms["lobby"].broadcast_bytes(b"Hello")
        await anyio.wait_all_tasks_blocked()
    assert socket.sent == ["Hello", b"Hello"]


async def test_what_another_socket_raises_ends_the_block_and_is_raised(rooms):
    async def serve():
        async with rooms["lobby"].connect(Socket(error)):
            await rooms["lobby"].broadcast_text("Hello")
            await anyio.sleep_forever()

    error = OtherDisconnectError()
    with anyio.fail_after(20), pytest.raises(OtherDisconnectError) as caught:
        await serve()
    assert caught.value is error
    assert rooms.stats.members == 0


async def test_what_the_block_raises_first_is_what_is_raised(rooms):
    async def serve():
        async with rooms["lobby"].connect(Socket(OtherDisconnectError(), is_stuck=True)):
            await rooms["lobby"].broadcast_text("Hello")
            await anyio.wait_all_tasks_blocked()
            raise KeyError("name")

    with pytest.raises(KeyError):
        await serve()
    assert rooms.stats.members == 0


@pytest.mark.parametrize(
    "close_error", [None, OtherDisconnectError(), WebSocketDisconnect(1006), RuntimeError("closed")]
)
async def test_being_too_slow_is_told_whatever_closing_raises(close_error):
    async def serve():
        async with rooms["lobby"].connect(socket):
            for text in "abc":
                await rooms["lobby"].broadcast_text(text)
                await anyio.wait_all_tasks_blocked()

    rooms = Rooms(queue_size=1)
    socket = Socket(close_error=close_error, is_stuck=True)
    with anyio.fail_after(20), pytest.raises(WebSocketDisconnect) as caught:
        await serve()
    assert (caught.value.code, caught.value.reason) == (1013, "Too slow.")
    assert socket.sent == [(1013, "Too slow.")]
    assert rooms.stats == (0, 0, 2, 0, 1)
