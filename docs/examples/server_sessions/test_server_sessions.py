"""Sessions under real servers: four processes with one store, and Redis killed meanwhile; and each server with a file.

The load takes seconds here. With SHINE_LOAD_SECONDS and SHINE_LOAD_CLIENTS it takes what they say, and its figures are
printed: `python3 noxfile.py load_sessions`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent

SECONDS = float(os.environ.get("SHINE_LOAD_SECONDS", "4"))
CLIENTS = int(os.environ.get("SHINE_LOAD_CLIENTS", "16"))
PROCESSES = 4

BROKEN = [
    "updates lost",
    "updates half done",
    "updates done twice",
    "sessions lost",
    "sessions mixed up",
    "sessions that came back after their end",
    "processes that know other things",
    "answers of other kinds",
]


@pytest.fixture(name="durable_redis")
def durable_redis_fixture(redis_server: Any) -> Any:
    """A Redis that knows after a crash what it has confirmed."""
    redis_server.kill()
    redis_server.command_line += ["--appendonly", "yes", "--appendfsync", "always"]
    redis_server.start()
    return redis_server


@pytest.fixture(name="load")
def load_fixture(serve: Any) -> Any:
    """Let clients work at four processes with one store, and give what they have found; ``meanwhile`` runs then."""

    def load(sessions: str, meanwhile: Callable[[], None]) -> dict[str, Any]:
        with ExitStack() as stack:
            servers = [
                stack.enter_context(
                    serve("uvicorn", "server_sessions:app", HERE, "--no-access-log", env={"SESSIONS": sessions})
                )
                for _ in range(PROCESSES)
            ]
            command = [sys.executable, "load.py", f"--seconds={SECONDS}", f"--clients={CLIENTS}"]
            clients = subprocess.Popen(
                [*command, *(served.url for served in servers)], cwd=HERE, stdout=subprocess.PIPE
            )
            try:
                meanwhile()
                printed, _ = clients.communicate(timeout=SECONDS + 120)
            finally:
                clients.kill()
                clients.wait()
        assert clients.returncode == 0
        found: dict[str, Any] = json.loads(printed)
        found["log"] = "".join(served.log for served in servers)
        print(table(sessions.partition(":")[0], found))
        assert "Traceback" not in found["log"]
        return found

    return load


def table(store: str, found: dict[str, Any]) -> str:
    """What was found, for people."""
    counts = found["counts"]
    names = [*BROKEN, *sorted(counts.keys() - BROKEN)]
    rows: list[tuple[str, object]] = [
        ("store", store),
        ("processes, clients, requests at a time", f"{PROCESSES}, {CLIENTS}, {PROCESSES * CLIENTS}"),
        ("requests", sum(found["statuses"].values())),
        *((f"answered {status}", number) for status, number in sorted(found["statuses"].items())),
        ("median request", f"{found['median'] * 1000:.0f} ms"),
        ("longest request", f"{found['longest'] * 1000:.0f} ms"),
        *((name, counts.get(name, 0)) for name in names),
    ]
    return "\n" + "\n".join(f"{name:<42} {value:>12}" for name, value in rows)


def assert_promises(found: dict[str, Any]) -> None:
    assert {name: found["counts"].get(name, 0) for name in BROKEN} == dict.fromkeys(BROKEN, 0), found["examples"]
    assert found["counts"]["sessions"] > CLIENTS
    assert found["counts"]["sign-outs"] >= CLIENTS / 2
    assert found["counts"]["ids that are over"] == found["counts"]["sessions"] + found["counts"]["sign-outs"]


def test_load_with_a_file(load: Any, tmp_path: Path) -> None:
    found = load(f"sqlite:{tmp_path / 'sessions.sqlite3'}", lambda: None)
    assert_promises(found)
    assert set(found["statuses"]) == {"200", "401"}  # those who have signed out


def test_load_with_redis_which_is_killed_twice(load: Any, durable_redis: Any) -> None:
    def kill_twice() -> None:
        for _ in range(2):
            time.sleep(SECONDS / 4)
            durable_redis.kill()
            time.sleep(SECONDS / 20)
            durable_redis.start()

    found = load(f"redis:{durable_redis.url}", kill_twice)
    assert_promises(found)
    assert set(found["statuses"]) == {"200", "401", "503"}
    for message in ("Sessions cannot be reached, as Redis has failed: ", "Sessions are kept by Redis again."):
        assert PROCESSES <= found["log"].count(message) <= 2 * PROCESSES


# Each server with a file


@pytest.fixture(
    name="client", scope="module", params=["uvicorn", "hypercorn-asyncio", "hypercorn-trio", "granian", "daphne"]
)
def client_fixture(
    request: pytest.FixtureRequest, serve: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    env = {"SESSIONS": f"sqlite:{tmp_path_factory.mktemp('sessions') / 'sessions.sqlite3'}"}
    with serve(request.param, "server_sessions:app", HERE, env=env) as served:
        with httpx.Client(base_url=served.url, timeout=20) as client:
            yield client
        assert "Traceback" not in served.log


def test_from_the_cart_to_the_end(client: httpx.Client) -> None:
    client.cookies.clear()
    assert client.get("/").json() == {"user": None, "cart": {}, "counters": {}, "messages": []}
    assert client.post("/counters/a").status_code == 401
    assert not client.cookies

    client.post("/cart/tea")
    client.post("/cart/tea")
    before = client.cookies["session"]
    assert client.post("/sign-in/ann").json()["cart"] == {"tea": 2}
    after = client.cookies["session"]
    assert client.get("/").json() == {"user": "ann", "cart": {"tea": 2}, "counters": {}, "messages": ["Welcome, ann!"]}
    assert client.post("/counters/a").json()["counters"] == {"a": [1, 2]}
    assert client.get("/").json()["messages"] == []

    client.post("/sign-out")
    assert not client.cookies
    assert before != after
    for session_id in (before, after, "x" * 43):
        answer = client.post("/counters/a", headers={"cookie": f"session={session_id}"})
        assert answer.status_code == 401
        assert client.get("/", headers={"cookie": f"session={session_id}"}).json()["cart"] == {}


def test_a_restart_keeps_what_is_in_a_file(serve: Any, tmp_path: Path) -> None:
    env = {"SESSIONS": f"sqlite:{tmp_path / 'sessions.sqlite3'}"}
    with httpx.Client(timeout=20) as client:
        for count in (1, 2):
            with serve("uvicorn", "server_sessions:app", HERE, env=env) as served:
                assert client.post(f"{served.url}/cart/tea").json()["cart"] == {"tea": count}


def test_in_memory(serve: Any) -> None:
    with (
        serve("uvicorn", "server_sessions:app", HERE, env={"SESSIONS": "memory"}) as served,
        httpx.Client(base_url=served.url, timeout=20) as client,
    ):
        client.post("/cart/tea")
        assert client.post("/sign-in/ann").json() == {"user": "ann", "cart": {"tea": 1}, "counters": {}}


def test_redis_that_is_gone(serve: Any, redis_server: Any) -> None:
    with serve("uvicorn", "server_sessions:app", HERE, env={"SESSIONS": f"redis:{redis_server.url}"}) as served:
        with httpx.Client(base_url=served.url, timeout=20) as client:
            client.post("/cart/tea")
            redis_server.kill()
            for path in ("/cart/tea", "/sign-out"):
                answer = client.post(path)
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
                assert answer.text == "Sessions cannot be reached at the moment. Try again later."
                assert "set-cookie" not in answer.headers
            assert client.get("/", headers={"cookie": ""}).status_code == 200  # without a session nothing is read
        assert "Traceback" not in served.log
