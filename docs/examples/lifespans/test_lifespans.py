"""Lifespans under real servers, on both event loops: what is mounted starts in order and stops in reverse."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent

SERVERS = {
    "uvicorn": "uvicorn {app} --port=0",
    "hypercorn-asyncio": "hypercorn {app} --bind=127.0.0.1:0",
    "hypercorn-trio": "hypercorn {app} --bind=127.0.0.1:0 --worker-class=trio",
    "granian": "granian {app} --interface=asgi --port=0",
}


def told(log: str) -> list[str]:
    """What the lifespans printed, among what the server did."""
    return [line for line in log.splitlines() if line.endswith((" started", " stopped")) and line.count(" ") == 1]


@pytest.mark.parametrize("server", SERVERS)
def test_a_router_runs_the_lifespans_of_what_is_mounted_in_it(server: str, serve: Any) -> None:
    started = ["outer started", "ours started", "deep started", "fastapi started"]
    states = {
        "/ours/": "ours",
        "/ours/deep/": "deep",
        "/fastapi/": "fastapi",
        "/bare/": "outer",
        "/off/": "outer",
    }
    with serve(server, "lifespans:app", HERE) as served, httpx.Client(base_url=served.url, timeout=10) as client:
        assert client.get("/order").text.splitlines() == started
        for path, state in states.items():
            assert client.get(path).text == state
    assert told(served.log) == [*started, "fastapi stopped", "deep stopped", "ours stopped", "outer stopped"]
    assert "Traceback" not in served.log


@pytest.mark.parametrize("server", SERVERS)
def test_what_is_mounted_more_than_once_is_started_once(server: str, serve: Any) -> None:
    states = {
        "/": "there",
        "/deep/": "deep",
        "/back/": "back",
        "/back/deep/": "deep",
        "/back/there/": "there",
        "/back/there/back/": "back",
    }
    with serve(server, "lifespans:shared", HERE) as served, httpx.Client(base_url=served.url, timeout=10) as client:
        for path, state in states.items():
            assert client.get(path).text == state
    assert told(served.log) == [
        *("there started", "deep started", "back started"),
        *("back stopped", "deep stopped", "there stopped"),
    ]
    assert "Traceback" not in served.log


@pytest.mark.parametrize("server", SERVERS)
def test_fastapi_runs_the_lifespans_that_it_is_given(server: str, serve: Any) -> None:
    states = {"/": "outer", "/ours/": "outer ours", "/ours/deep/": "deep ours"}
    app = "fastapi_lifespans:app"
    with serve(server, app, HERE) as served, httpx.Client(base_url=served.url, timeout=10) as client:
        for path, state in states.items():
            assert client.get(path).text == state
    assert told(served.log) == [
        *("outer started", "ours started", "deep started"),
        *("deep stopped", "ours stopped", "outer stopped"),
    ]
    assert "Traceback" not in served.log


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize(
    ("app", "expected"),
    [
        ("lifespans:failing", ["first started", "second started", "second stopped", "first stopped"]),
        (
            "fastapi_lifespans:failing",
            [
                *("first started", "ours started", "deep started"),
                *("deep stopped", "ours stopped", "first stopped"),
            ],
        ),
    ],
)
def test_a_server_does_not_start_where_one_fails(server: str, app: str, expected: list[str]) -> None:
    command = [sys.executable, "-m", *SERVERS[server].format(app=app).split()]
    ended = subprocess.run(
        command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, check=False, text=True
    )
    assert told(ended.stdout) == expected
    assert "OSError: The database does not answer." in ended.stdout
