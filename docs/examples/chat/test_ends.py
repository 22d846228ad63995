"""How connections begin and end under every server, seen by a client that shares nothing with us.

Where servers differ:

- daphne has no denial responses: whoever is refused sees a 403 and no body. It takes a close code below 3000, but for
  1000, for an error of the application, which it logs, and closes with 1011 and no reason. It never waits in ``send``,
  so nobody is ever too slow for it. It sends no empty message.
- granian forgets a message that comes just when a `receive(timeout=)` gives up.
- daphne and granian leave out the headers of `accept()`.
- hypercorn's worker on trio ends, with all its connections, where a client closes just as the application does; so the
  client here waits for the end where the application closes.
"""

from __future__ import annotations

import json
import random
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

HERE = Path(__file__).parent

SERVERS = {
    "uvicorn": ["uvicorn"],
    "uvicorn-wsproto": ["uvicorn", "--ws=wsproto"],
    "hypercorn-asyncio": ["hypercorn-asyncio"],
    "hypercorn-trio": ["hypercorn-trio"],
    "granian": ["granian"],
    "daphne": ["daphne"],
}
WITHOUT_DENIAL = {"daphne"}
WITHOUT_CODES = {"daphne"}
WITHOUT_HEADERS = {"daphne", "granian"}
WITHOUT_EMPTY = {"daphne"}
WITHOUT_BACK_PRESSURE = {"daphne"}
FORGETFUL = {"granian"}

TOO_SLOW = b"\x88\x0b\x03\xf5Too slow."
"""The close frame: last frame and opcode 8, 11 bytes, code 1013 and the reason."""


class Server:
    """The application behind a server of this name."""

    def __init__(self, name: str, served: Any) -> None:
        self.name = name
        self.served = served

    def connect(self, path: str, **options: Any) -> AbstractContextManager[Any]:
        # No pings of the client's, which would hide a connection that is left open.
        return connect(f"ws://127.0.0.1:{self.served.port}{path}", open_timeout=20, ping_interval=None, **options)

    @contextmanager
    def connect_raw(self, path: str) -> Iterator[socket.socket]:
        """A bare socket after the handshake."""
        with socket.create_connection(("127.0.0.1", self.served.port), timeout=20) as raw:
            raw.sendall(
                f"GET {path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += raw.recv(1)
            assert b" 101 " in head
            yield raw

    @contextmanager
    def logs_no_error(self) -> Iterator[None]:
        before = len(self.served.log)
        yield
        time.sleep(0.1)
        if self.name not in WITHOUT_CODES:
            assert "Traceback" not in self.served.log[before:]


@pytest.fixture(name="server", scope="module", params=SERVERS)
def server_fixture(request: pytest.FixtureRequest, serve: Any) -> Iterator[Server]:
    name, *options = SERVERS[request.param]
    with serve(name, "ends:app", HERE, *options) as served:
        yield Server(request.param, served)


def refusal(server: Server, path: str, **options: Any) -> tuple[int, str, Any]:
    """Status, body and headers that a client sees who is refused."""
    with pytest.raises(InvalidStatus) as refused, server.connect(path, **options):
        pass
    response = refused.value.response
    return response.status_code, bytes(response.body or b"").decode(), response.headers


def end(websocket: Any) -> tuple[int, str]:
    """Code and reason of the close frame, which has to come next."""
    with pytest.raises(ConnectionClosed) as closed:
        websocket.recv(20)
    received = closed.value.rcvd
    assert received is not None, "There was no close frame."
    return int(received.code), received.reason


def told_end(server: Server, code: int, reason: str) -> tuple[int, str]:
    """What `end` gives on this server where we close with this."""
    return (1011, "") if server.name in WITHOUT_CODES else (code, reason)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_echo(server: Server) -> None:
    with server.connect("/echo", subprotocols=["first", "second"]) as websocket:
        for message in ("Zoë ☃", b"\x00\xff", "x" * 200_000, "", b""):
            websocket.send(message)
            if message or server.name not in WITHOUT_EMPTY:
                assert websocket.recv(20) == message
        assert websocket.subprotocol == "second"
        assert websocket.response is not None
        expected = None if server.name in WITHOUT_HEADERS else "echo"
        assert websocket.response.headers.get("x-room") == expected


def test_refusals_before_the_connection_is_accepted(server: Server) -> None:
    status, body, headers = refusal(server, "/refused")
    if server.name in WITHOUT_DENIAL:
        assert (status, body) == (403, "")
    else:
        assert (status, body, headers["www-authenticate"]) == (401, "Sign in first.", "Basic")
    assert refusal(server, "/closed")[0] == 403  # there is no close frame before a connection, on any server
    assert refusal(server, "/failed")[0] == 500
    assert refusal(server, "/nowhere")[0] == 403


def test_origins(server: Server) -> None:
    status, body, _ = refusal(server, "/foreign", origin="https://evil.example")
    assert status == 403
    if server.name not in WITHOUT_DENIAL:
        assert body.startswith("WebSockets from 'https://evil.example' are not allowed")
    own = f"http://127.0.0.1:{server.served.port}"
    for origin in ("https://friend.example", own, None):
        with server.connect("/foreign", origin=origin) as websocket:
            websocket.send("Hello")
            assert websocket.recv(20) == "Hello"


def test_an_error_is_told_and_logged_once(server: Server) -> None:
    told = "RuntimeError: This always fails."
    before = server.served.log.count(told)
    with server.connect("/error") as websocket:
        assert end(websocket) == told_end(server, 1011, "Internal Server Error")
    wait_until(lambda: server.served.log.count(told) > before)
    time.sleep(0.1)
    assert server.served.log.count(told) == before + 1


def test_a_message_that_is_too_large(server: Server) -> None:
    with server.logs_no_error(), server.connect("/large") as websocket:
        websocket.send("ü" * 500)
        assert websocket.recv(20) == "ü" * 500
        websocket.send("ü" * 501)
        assert end(websocket) == told_end(server, 1009, "Message of more than 1000 bytes.")


def test_a_client_that_is_idle(server: Server) -> None:
    with server.logs_no_error(), server.connect("/idle") as websocket:
        for _ in range(3):
            time.sleep(0.1)
            websocket.send("Hello")
            assert websocket.recv(20) == "Hello"
        began = time.monotonic()
        assert end(websocket) == told_end(server, 1001, "The client sent nothing for 0.3 seconds.")
        assert 0.2 < time.monotonic() - began < 5


def test_receiving_with_a_timeout_loses_nothing(server: Server) -> None:
    sent = [str(number) for number in range(150)]
    gaps = random.Random(1)
    with server.connect("/patient") as websocket:
        for text in sent:
            websocket.send(text)
            time.sleep(gaps.random() * 0.02)
        answer = None
        while answer is None:  # the end may get lost as well
            websocket.send("end")
            try:
                answer = json.loads(websocket.recv(2))
            except TimeoutError:
                assert server.name in FORGETFUL
        assert end(websocket) == (1000, "")
    received = answer["received"][:-1]
    assert answer["timeouts"] > 10
    if server.name in FORGETFUL:
        assert received == sorted(set(received), key=int)
    else:
        assert received == sent


def test_tasks_that_send_at_once(server: Server) -> None:
    # The client answers the end before the test has read all: daphne waits for the answer for one second, not longer.
    with server.connect("/crowd", max_queue=None) as websocket:
        received = [websocket.recv(20).split() for _ in range(1000)]
        assert end(websocket) == (1000, "")
    assert all(text == chr(97 + int(sender)) * 2000 for sender, _, text in received)
    for sender in range(20):
        assert [int(number) for name, number, _ in received if int(name) == sender] == list(range(50))


# Rooms


def ask(members: Any) -> list[int]:
    """How many are in the room, and how many were disconnected for being too slow."""
    members.send("?")
    answer: list[int] = json.loads(members.recv(20))
    return answer


@pytest.mark.parametrize("is_sent_to", [False, True], ids=["quiet", "sent-to"])
@pytest.mark.parametrize("way", ["end", "reset"])
def test_a_client_that_vanishes_leaves_its_room(server: Server, way: str, is_sent_to: bool) -> None:
    with server.logs_no_error(), server.connect("/members") as members, server.connect("/flood") as flood:
        assert ask(members)[0] == 0
        with server.connect_raw("/room") as raw:
            wait_until(lambda: ask(members)[0] == 1)
            if is_sent_to:
                flood.send("20")
                raw.recv(100)
            if way == "reset":
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wait_until(lambda: ask(members)[0] == 0)
        if is_sent_to:
            assert flood.recv(20) == "sent"


def test_a_client_that_is_too_slow_is_sent_away_and_holds_nobody_up(server: Server) -> None:
    with (
        server.logs_no_error(),
        server.connect("/members") as members,
        server.connect("/flood") as flood,
        server.connect("/room", max_size=None) as fast,
        server.connect_raw("/room") as slow,
    ):
        wait_until(lambda: ask(members)[0] == 2)
        disconnected = ask(members)[1]
        for _ in range(20):  # 24 MB, of which the sockets hold a part
            flood.send("20")
            for number in range(20):
                assert fast.recv(20)[:4] == number.to_bytes(4, "big")
            assert flood.recv(20) == "sent"
        if server.name in WITHOUT_BACK_PRESSURE:
            assert ask(members) == [2, disconnected]
            return
        assert ask(members) == [1, disconnected + 1]
        tail = b""
        while not tail.endswith(TOO_SLOW):
            received = slow.recv(1 << 20)
            assert received, "There was no close frame."
            tail = (tail + received)[-100:]
