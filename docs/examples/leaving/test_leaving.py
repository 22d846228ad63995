"""Clients that leave half-way, from real servers on both event loops: nothing of their requests stays."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent
PATHS = ("/stream", "/sync", "/lines", "/events", "/file")


@pytest.fixture(params=["uvicorn", "hypercorn-asyncio", "hypercorn-trio"])
def served(request: pytest.FixtureRequest, serve: Any, tmp_path: Path) -> Iterator[Any]:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        os.truncate(file.fileno(), 2**30)
    # Whatever is noticed only when an object is thrown away is a warning, and on the server's log.
    env = {"LARGE_FILE": str(large), "PYTHONWARNINGS": "always", "PYTHONDEVMODE": "1"}
    with serve(request.param, "leaving:app", HERE, env=env) as served:
        yield served
    for trouble in ("Traceback", "Warning", "never retrieved", "never awaited", "Exception ignored"):
        assert trouble not in served.log, served.log


def left(served: Any) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{served.url}/left", timeout=10).json()
    return found


def leave(served: Any, request: bytes, received: int) -> None:
    """Send a request, read that many bytes of the answer, and hang up."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        connection.sendall(request)
        while received > 0:
            part = connection.recv(min(received, 65536))
            assert part, served.log
            received -= len(part)


def wait_for(served: Any, *ended: str) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while True:
        found = left(served)
        if set(ended) <= set(found["ended"]) and not found["under_way"] and not found["files"]:
            return found
        assert time.monotonic() < deadline, (found, served.log)
        time.sleep(0.05)


def test_clients_that_leave_half_way(served: Any) -> None:
    before = left(served)["tasks"]
    for path in PATHS:
        for _ in range(5):
            leave(served, f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode(), 100_000 if path == "/file" else 5000)
    for _ in range(5):
        leave(served, b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1000, 0)
    backgrounds = [f"background of {path}" for path in PATHS]
    found = wait_for(served, *backgrounds, "/stream", "/sync", "/lines", "/events", "disconnect of /body")
    assert [found["ended"].count(name) for name in backgrounds] == [5] * len(PATHS)
    assert found["ended"].count("disconnect of /body") == 5
    deadline = time.monotonic() + 5
    while left(served)["tasks"] != before and time.monotonic() < deadline:  # the server's own end a little later
        time.sleep(0.05)
    assert left(served)["tasks"] == before
