"""The chats under real servers: bare, in FastAPI and in Quart, in each way that there is."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

HERE = Path(__file__).parent

SERVERS = ("uvicorn", "hypercorn-asyncio", "hypercorn-trio", "granian", "daphne")
WAYS = (
    ("chat:app", "/chat"),
    ("fastapi_chat:app", "/chat"),
    ("fastapi_chat:app", "/ours"),
    ("quart_chat:app", "/chat"),
    ("quart_chat:app", "/ours"),
)

# Quart runs on asyncio only, and needs the scheme of a WebSocket, which daphne does not tell.
IMPOSSIBLE = {
    ("quart_chat:app", "/chat", "hypercorn-trio"),
    ("quart_chat:app", "/ours", "hypercorn-trio"),
    ("quart_chat:app", "/chat", "daphne"),
}


class Chat:
    """One of the chats behind a server."""

    def __init__(self, app: str, path: str, server: str, served: Any) -> None:
        self.is_foreign = not app.startswith("chat") and path == "/chat"  # an endpoint of the other framework
        self.app = app
        self.path = path
        self.server = server
        self.served = served

    def enter(self, room: str, name: str | None, **options: Any) -> AbstractContextManager[Any]:
        query = f"?{urlencode({'name': name})}" if name else ""
        url = f"{self.served.url}{self.path}/{room}{query}".replace("http", "ws")
        return connect(url, open_timeout=20, ping_interval=None, **options)

    def names(self, room: str) -> list[str]:
        names: list[str] = httpx.get(f"{self.served.url}/chat/{room}", timeout=20).json()
        return names

    def wait_for_names(self, room: str, *names: str) -> None:
        deadline = time.monotonic() + 20
        while self.names(room) != list(names):
            assert time.monotonic() < deadline, self.names(room)
            time.sleep(0.01)

    def status_of_refusal(self, name: str | None, **options: Any) -> int:
        with pytest.raises(InvalidStatus) as refused, self.enter("lobby", name, **options):
            pass
        return int(refused.value.response.status_code)


@pytest.fixture(
    name="chat",
    scope="module",
    params=[(*way, server) for way in WAYS for server in SERVERS if (*way, server) not in IMPOSSIBLE],
    ids=lambda param: f"{param[0].removesuffix(':app')}{param[1].replace('/', '-')}-{param[2]}",
)
def chat_fixture(request: pytest.FixtureRequest, serve: Any) -> Iterator[Chat]:
    app, path, server = request.param
    with serve(server, app, HERE, env={"CHAT_IDLE": "2"}) as served:
        yield Chat(app, path, server, served)


def end(websocket: Any) -> int | None:
    """The code of the close frame, which has to come next; None without one."""
    with pytest.raises(ConnectionClosed) as closed:
        websocket.recv(20)
    return None if closed.value.rcvd is None else int(closed.value.rcvd.code)


def test_two_clients_talk_and_a_third_gets_the_history(chat: Chat) -> None:
    said = ["Ann: Hello, Zoë ☃", "Zoë: Hello"]
    with chat.enter("lobby", "Ann") as ann, chat.enter("lobby", "Zoë") as zoe:
        ann.send("Hello, Zoë ☃")
        assert (ann.recv(20), zoe.recv(20)) == (said[0], said[0])
        zoe.send("Hello")
        assert (ann.recv(20), zoe.recv(20)) == (said[1], said[1])
        assert chat.names("lobby") == ["Ann", "Zoë"]
        assert chat.names("elsewhere") == []
        with chat.enter("lobby", "Eve") as eve:
            assert [eve.recv(20), eve.recv(20)] == said
    chat.wait_for_names("lobby")


def test_who_is_refused(chat: Chat) -> None:
    foreign = chat.status_of_refusal("Ann", origin="https://evil.example")
    assert foreign == 403
    # FastAPI refuses what is not valid by closing; denial responses have a status, but daphne has none, and granian
    # takes those only that come in one piece, as Quart's do not.
    says_403 = (
        chat.server == "daphne"
        or (chat.is_foreign and chat.app.startswith("fastapi"))
        or (chat.is_foreign and chat.server == "granian")
    )
    assert chat.status_of_refusal(None) == (403 if says_403 else 401)
    with chat.enter("lobby", "Ann", origin="https://friend.example"):
        pass


def test_an_error_ends_the_connection_and_is_logged_once(chat: Chat) -> None:
    with chat.enter("broken", "Ann") as ann:
        ann.send("fail")
        code = end(ann)
    chat.wait_for_names("broken")
    if not chat.is_foreign:
        assert code == 1011
    elif chat.app.startswith("quart"):
        assert code == 1000  # Quart's own, which tells nobody
    else:  # the server's own, after an application that has raised
        assert code == {"uvicorn": None, "granian": 1005}.get(chat.server, 1011)
    time.sleep(0.1)
    assert chat.served.log.count("RuntimeError: As you wish.") == 1


@pytest.mark.parametrize(("text", "code"), [("ü" * 501, 1009), (None, 1001)], ids=["too-large", "idle"])
def test_limits(chat: Chat, text: str | None, code: int) -> None:
    before = len(chat.served.log)
    with chat.enter("limits", "Ann") as ann:
        if text is not None:
            ann.send(text)
        assert end(ann) == (1011 if chat.server == "daphne" else code)  # it takes such codes for an error
    chat.wait_for_names("limits")
    if chat.server != "daphne":
        time.sleep(0.1)
        assert "Traceback" not in chat.served.log[before:]


def test_a_client_that_vanishes_leaves_its_room(chat: Chat) -> None:
    with chat.enter("open", "Ann") as ann, chat.enter("open", "Zoë") as zoe:
        chat.wait_for_names("open", "Ann", "Zoë")
        ann.socket.shutdown(socket.SHUT_RDWR)  # without a close frame
        chat.wait_for_names("open", "Zoë")
        zoe.send("Alone")
        assert zoe.recv(20) == "Zoë: Alone"


@pytest.mark.parametrize(("app", "path"), WAYS)
def test_a_client_that_is_too_slow_is_sent_away(app: str, path: str, serve: Any) -> None:
    with serve("uvicorn", app, HERE) as served:
        chat = Chat(app, path, "uvicorn", served)
        with chat.enter("flood", "Fast") as fast, connect_raw(served.port, f"{path}/flood?name=Slow") as slow:
            chat.wait_for_names("flood", "Fast", "Slow")
            sent = 0
            while chat.names("flood") != ["Fast"]:
                assert sent < 20_000
                for _ in range(500):
                    fast.send("x" * 1000)
                    assert len(fast.recv(20)) == 1006
                sent += 500
            tail = b""
            while not tail.endswith(b"\x03\xf5Too slow."):  # 1013 and the reason
                received = slow.recv(1 << 20)
                assert received, "There was no close frame."
                tail = (tail + received)[-100:]
    assert "Traceback" not in served.log


@contextmanager
def connect_raw(port: int, path: str) -> Iterator[socket.socket]:
    """A bare socket, which is read from by nobody else, after it has asked for a WebSocket."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as raw:
        raw.sendall(
            f"GET {path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        yield raw
