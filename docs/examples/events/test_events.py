"""The events under real servers and in a real browser, which loses its connection and comes back."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent

SERVERS = ("uvicorn", "hypercorn-asyncio", "hypercorn-trio", "granian", "daphne")


@pytest.fixture(name="page")
def page_fixture(browser: Any) -> Iterator[Any]:
    page = browser.new_page()
    yield page
    page.close()


def wait_for_events(page: Any, count: int) -> list[Any]:
    page.wait_for_function(f"received.length >= {count}", timeout=20_000)
    received: list[Any] = page.evaluate("received")
    return received


def test_a_browser_that_is_cut_off_comes_back_and_misses_nothing(page: Any, serve: Any) -> None:
    with serve("uvicorn", "events:app", HERE) as server:
        page.goto(f"{server.url}/?/numbers?cut=4")
        received = wait_for_events(page, 18)
        assert page.evaluate("connections") >= 5
        assert page.locator("li").all_text_contents()[:18] == received[:18]
    assert received == [str(number + 1) for number in range(len(received))]


def test_a_browser_comes_back_to_a_server_that_was_restarted(page: Any, serve: Any) -> None:
    with serve("uvicorn", "events:app", HERE) as first:
        page.goto(first.url)
        before = len(wait_for_events(page, 10))
        assert first.stop(signal.SIGTERM) < 5
    with serve("uvicorn", "events:app", HERE, port=first.port):
        received = wait_for_events(page, before + 30)
        assert page.evaluate("connections") == 2
    assert received == [str(number + 1) for number in range(len(received))]


def test_a_browser_gets_from_the_buffer_what_was_posted_while_it_was_away(page: Any, serve: Any) -> None:
    with serve("uvicorn", "events:app", HERE) as server:
        page.goto(f"{server.url}/?/board?cut=3")
        page.wait_for_function("connections == 1")
        posts = [f"Post {number}\nby ☃" for number in range(40)]
        for post in posts:
            assert httpx.post(f"{server.url}/board", content=post.encode()).status_code == 201
            time.sleep(0.01)
        assert wait_for_events(page, 40) == posts
        assert page.evaluate("connections") >= 10


# At shutdown


def read_to_the_end(client: httpx.Client, path: str, begun: list[str]) -> bytes:
    """The body of a stream, which has to come to its end: httpx raises if it is cut off."""
    chunks: list[bytes] = []
    with client.stream("GET", path) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        begun.append(path)
        chunks.extend(response.iter_bytes())
    return b"".join(chunks)


# hypercorn tells workers of the shutdown in a way of its own, and not by a signal; without any it gets it itself.
WITHOUT_WORKERS = {"hypercorn-asyncio": ["--workers=0"], "hypercorn-trio": ["--workers=0"]}


# hypercorn on trio has no handler of SIGTERM, which ends it where it stands.
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("uvicorn", signal.SIGTERM),
        ("uvicorn", signal.SIGINT),
        ("hypercorn-asyncio", signal.SIGTERM),
        ("hypercorn-trio", signal.SIGINT),
        ("granian", signal.SIGTERM),
    ],
)
def test_open_streams_end_in_good_order_when_the_server_is_stopped(name: str, number: int, serve: Any) -> None:
    paths = ["/numbers", "/numbers", "/board", "/board"]
    begun: list[str] = []
    options = WITHOUT_WORKERS.get(name, [])
    with serve(name, "events:app", HERE, *options) as server, ThreadPoolExecutor(len(paths)) as threads:
        client = httpx.Client(base_url=server.url, timeout=10)
        streams = [threads.submit(read_to_the_end, client, path, begun) for path in paths]
        deadline = time.monotonic() + 10
        while len(begun) < len(paths) and time.monotonic() < deadline:  # also those that have nothing to send yet
            time.sleep(0.01)
        time.sleep(0.1)
        began = time.monotonic()
        server.process.send_signal(number)
        bodies = [stream.result(2) for stream in streams]
        client.close()  # hypercorn on trio waits three seconds for connections that are idle
        server.process.wait(10)
        assert time.monotonic() - began < 3, server.log
    assert bodies[0].startswith(b"retry: 100\r\n\r\nid: 1\r\ndata: 1\r\n\r\n")
    assert all(body.endswith(b"\r\n\r\n") for body in bodies[:2])
    assert bodies[2:] == [b"", b""]
    assert "Traceback" not in server.log


@pytest.mark.parametrize("name", SERVERS)
def test_a_stream_begins_before_it_has_an_event(name: str, serve: Any) -> None:
    with (
        serve(name, "events:app", HERE) as server,
        httpx.stream("GET", f"{server.url}/board?cut=1", timeout=3) as response,
    ):
        assert httpx.post(f"{server.url}/board", content=b"Hello").status_code == 201
        assert b"data: Hello\r\n" in response.read()


# In applications of other frameworks


@pytest.mark.parametrize(
    ("app", "path"),
    [
        ("fastapi_events:app", "/returned?last={last}"),
        ("fastapi_events:app", "/mounted/?last={last}"),
        ("fastapi_events:app", "/routed/{last}"),
        ("quart_events:app", "/events?last={last}"),
    ],
)
def test_events_of_other_frameworks(app: str, path: str, serve: Any) -> None:
    events = b"".join(b'id: %d\r\ndata: {"count":%d}\r\n\r\n' % (number, number) for number in (1, 2, 3))
    with serve("uvicorn", app, HERE) as server, httpx.Client(base_url=server.url) as client:
        answer = client.get(path.format(last=3))
        assert (answer.headers["content-type"], answer.content) == ("text/event-stream; charset=utf-8", events)
        endless = path.format(last=1_000_000)
        with client.stream("GET", endless) as response:
            chunks = response.iter_bytes()
            begin = next(chunks)
            assert server.stop(signal.SIGTERM) < 3, server.log
            assert (begin + b"".join(chunks)).endswith(b"\r\n\r\n")  # with its end, or httpx would raise
    assert "Traceback" not in server.log


def test_fastapi_still_checks_parameters_and_calls_dependencies(serve: Any) -> None:
    with serve("uvicorn", "fastapi_events:app", HERE) as server, httpx.Client(base_url=server.url) as client:
        assert client.get("/returned?last=0").status_code == 422
        assert client.get("/returned?last=1").headers["x-user"] == "somebody"
        described = client.get("/openapi.json").json()["paths"]["/returned"]["get"]
        assert list(described["responses"]["200"]["content"]) == ["text/event-stream"]
