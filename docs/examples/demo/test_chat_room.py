"""The demo's chat: real pages in Chromium that talk through two processes and a Redis that goes away in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

HERE = Path(__file__).parent

SERVERS = ("uvicorn", "hypercorn-asyncio", "hypercorn-trio", "granian", "daphne")

SHOWN = "[...document.querySelectorAll('#messages .message .text')].map((text) => text.textContent)"
NAMES = "[...document.querySelectorAll('#members li')].map((name) => name.textContent).sort()"


def running(serve: Any, server: str = "uvicorn", redis_url: str = "", port: int | None = None) -> Any:
    return serve(server, "demo:app", HERE, port=port, env={"DEMO_REDIS": redis_url})


class Visitor:
    """A page of the chat with somebody in front of it."""

    def __init__(self, browser: Any, url: str, name: str, room: str = "lobby") -> None:
        self.page = browser.new_page(bypass_csp=True)  # for what these tests evaluate; the policy is tested below
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{url}/chat?{urlencode({'name': name, 'room': room})}")
        self.page.wait_for_selector("#state.open")

    def say(self, text: str) -> None:
        self.page.fill("#text", text)
        self.page.click("#say button")

    def wait_for_messages(self, texts: list[str]) -> None:
        """Until exactly these are shown, in this order."""
        try:
            self.page.wait_for_function(f"JSON.stringify({SHOWN}) === {json.dumps(as_in_page(texts))}", timeout=20_000)
        except Exception:  # it would only say that the time is up
            assert self.page.evaluate(SHOWN) == texts
            raise

    def wait_for_names(self, *names: str) -> None:
        expected = json.dumps(as_in_page(sorted(names)))
        self.page.wait_for_function(f"JSON.stringify({NAMES}) === {expected}", timeout=20_000)

    @property
    def connections(self) -> int:
        return int(self.page.evaluate("connections"))


def as_in_page(texts: list[str]) -> str:
    """What JSON.stringify makes of them."""
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


@pytest.fixture(name="visit")
def visit_fixture(browser: Any) -> Iterator[Any]:
    """``visit(url, name)``; the pages are closed in the end, and had no error."""
    visitors: list[Visitor] = []

    def visit(*arguments: str) -> Visitor:
        visitors.append(Visitor(browser, *arguments))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.page.close()
    assert [error for visitor in visitors for error in visitor.errors] == []


def test_two_pages_talk_through_two_processes_and_a_redis_that_is_lost(
    visit: Any, serve: Any, redis_server: Any
) -> None:
    with running(serve, redis_url=redis_server.url) as one, running(serve, redis_url=redis_server.url) as two:
        ann, zoe = visit(one.url, "Ann"), visit(two.url, "Zoë")
        ann.wait_for_names("Ann", "Zoë")
        zoe.wait_for_names("Ann", "Zoë")
        texts = ["Hello, <b>Zoë</b> & all", "Grüß Gott, <i>Ann</i> ☃ \\ \"'"]
        ann.say(texts[0])
        zoe.wait_for_messages(texts[:1])
        zoe.say(texts[1])
        for page in (ann, zoe):
            page.wait_for_messages(texts)
            assert page.page.locator("#messages b, #messages i").count() == 0

        redis_server.kill()
        for number in range(10):  # while there is no Redis
            ann.say(f"{number} of Ann")
            zoe.say(f"{number} of Zoë")
        assert ann.page.evaluate(SHOWN) == zoe.page.evaluate(SHOWN) == texts
        redis_server.start()
        arrived = wait_for_count(ann, 22)
        assert wait_for_count(zoe, 22) == arrived
        for name in ("Ann", "Zoë"):
            assert [text for text in arrived[2:] if text.endswith(name)] == [
                f"{number} of {name}" for number in range(10)
            ]
        ann.wait_for_names("Ann", "Zoë")
        zoe.say("Here again")
        ann.wait_for_messages([*arrived, "Here again"])
        assert (ann.connections, zoe.connections) == (1, 1)

        zoe.page.close()
        ann.wait_for_names("Ann")
        ann.page.wait_for_selector("#messages .left:has-text('Zoë')")
    for served in (one, two):
        assert "Traceback" not in served.log
        assert served.log.count("connection with Redis is lost") == 1


def wait_for_count(visitor: Visitor, count: int) -> list[str]:
    visitor.page.wait_for_function(f"{SHOWN}.length >= {count}", timeout=30_000)
    shown: list[str] = visitor.page.evaluate(SHOWN)
    return shown


def test_a_page_comes_back_to_a_server_that_was_restarted(visit: Any, serve: Any, redis_server: Any) -> None:
    with running(serve, redis_url=redis_server.url) as other:
        with running(serve, redis_url=redis_server.url) as first:
            ann, bob = visit(first.url, "Ann"), visit(other.url, "Bob")
            ann.say("Before")
            bob.wait_for_messages(["Before"])
            assert first.stop() < 8
            ann.page.wait_for_selector("#state:not(.open)")
            assert ann.page.is_disabled("#say button")
            ann.wait_for_names()
            bob.wait_for_names("Bob")
            bob.say("Meanwhile")
            bob.wait_for_messages(["Before", "Meanwhile"])
        with running(serve, redis_url=redis_server.url, port=first.port):
            ann.wait_for_messages(["Before", "Meanwhile"])  # from the history, and what was there is not there twice
            ann.wait_for_names("Ann", "Bob")
            assert ann.connections == 2


def test_a_page_without_a_name_asks_for_one(browser: Any, serve: Any) -> None:
    with running(serve) as served:
        page = browser.new_page()
        try:
            page.goto(served.url)
            page.click("text=Chat")
            page.fill("#enter [name=name]", "Zoë & co")
            page.fill("#enter [name=room]", "R&D? ü")
            page.click("#enter button")
            page.wait_for_selector("#state.open")
            assert page.title() == page.text_content("h1") == "Chat: R&D? ü"
            page.wait_for_selector("#members li")
            assert page.evaluate(NAMES) == ["Zoë & co"]
            with talk(served.url, "/chat/R%26D%3F%20%C3%BC?name=Ann"):
                page.wait_for_selector("#members li:has-text('Ann')")
        finally:
            page.close()


def test_a_page_follows_a_room_by_events(visit: Any, serve: Any) -> None:
    with running(serve) as served:
        ann = visit(served.url, "Ann")
        ann.say("First")
        ann.wait_for_messages(["First"])
        ann.page.evaluate("""() => {
            window.heardEvents = [];
            const source = new EventSource("/chat/lobby/events");
            source.onmessage = (event) => heardEvents.push(JSON.parse(event.data));
        }""")
        ann.page.wait_for_function("heardEvents.length === 2")  # from the history
        ann.say("Second <b>")
        ann.page.wait_for_function("heardEvents.length === 3")
        told = ann.page.evaluate("heardEvents")
        assert [event["kind"] for event in told] == ["joined", "message", "message"]
        assert told[2]["text"] == "Second <b>"
        ann.wait_for_names("Ann")  # who follows is no member that is listed
        assert served.stop() < 8


# Without a browser, on every server


def talk(url: str, path: str, **options: Any) -> AbstractContextManager[Any]:
    return connect(url.replace("http", "ws") + path, open_timeout=10, **options)


def next_told(socket: Any, kind: str) -> Any:
    """The next of what is told that is of this kind."""
    while True:
        told = json.loads(socket.recv(10))
        if told["kind"] == kind:
            return told


@pytest.mark.parametrize("server", SERVERS)
def test_chat_on_every_server(server: str, serve: Any) -> None:
    with running(serve, server) as served:
        with (
            talk(served.url, "/chat/lobby?name=Ann") as ann,
            talk(served.url, "/chat/lobby?name=Bob") as bob,
        ):
            assert next_told(ann, "joined")["name"] == "Ann"
            ann.send('{"kind": "message", "text": "Hello"}')
            assert next_told(bob, "message")["text"] == "Hello"
            bob.send('{"kind": "who"}')
            assert next_told(bob, "members")["names"] == ["Ann", "Bob"]
            bob.close()
            assert next_told(ann, "left")["name"] == "Bob"
        check_events(served.url)
        check_refusals(served.url, server)
    assert "Traceback" not in served.log


def test_processes_on_both_event_loops_share_the_rooms(serve: Any, redis_server: Any) -> None:
    servers = ("uvicorn", "hypercorn-trio", "granian")
    with ExitStack() as stack:
        sockets = []
        for server in servers:
            served = stack.enter_context(running(serve, server, redis_server.url))
            sockets.append(stack.enter_context(talk(served.url, f"/chat/lobby?name={server}")))
            next_told(sockets[-1], "joined")
        for name, socket in zip(servers, sockets, strict=True):
            socket.send(json.dumps({"kind": "message", "text": f"Hello from {name}"}))
            for each in sockets:
                assert next_told(each, "message")["text"] == f"Hello from {name}"
        sockets[0].send('{"kind": "who"}')
        assert sorted(next_told(sockets[0], "members")["names"]) == sorted(servers)
        sockets[1].close()
        assert next_told(sockets[2], "left")["name"] == servers[1]


def check_events(url: str) -> None:
    """All that are kept, and with ``Last-Event-ID`` those after it."""
    events = read_events(url, 3)
    assert [event["kind"] for _, event in events] == ["joined", "joined", "message"]
    (_, again), *_ = read_events(url, 1, {"last-event-id": events[1][0]})
    assert again == events[2][1]


def read_events(url: str, count: int, headers: dict[str, str] | None = None) -> list[tuple[str, Any]]:
    events: list[tuple[str, Any]] = []
    last_id = ""
    with httpx.stream("GET", f"{url}/chat/lobby/events", headers=headers, timeout=10) as response:
        for line in response.iter_lines():
            field, _, value = line.partition(": ")
            if field == "id":
                last_id = value
            elif field == "data":
                events.append((last_id, json.loads(value)))
                if len(events) == count:
                    break
    return events


def check_refusals(url: str, server: str) -> None:
    for path, origin, status in (
        ("/chat/lobby?name=%20", None, 422),
        (f"/chat/{'x' * 41}?name=Ann", None, 404),
        ("/chat/lobby?name=Ann", "https://evil.example", 403),
    ):
        with pytest.raises(InvalidStatus) as refused, talk(url, path, origin=origin):
            pass
        # daphne has no denial responses.
        assert refused.value.response.status_code == (403 if server == "daphne" else status), path
    if server == "daphne":  # takes codes between 1000 and 3000 for an error of the application
        return
    for message, code in (("{", 1003), ('{"kind": "message", "text": ""}', 1008), (json.dumps("x" * 9000), 1009)):
        with talk(url, "/chat/lobby?name=Ann") as socket:
            socket.send(message)
            with pytest.raises(ConnectionClosed) as closed:
                next_told(socket, "nothing")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code
