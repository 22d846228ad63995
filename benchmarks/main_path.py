"""Time of one request through each framework, in one process, interleaved round by round.

    python benchmarks/main_path.py [--rounds 40] [--requests 2000]

Two requests are timed: ``/plain`` (a plain-text response), and ``/r99/item`` (the last of 100 parameterised routes;
only that one for peers, whose bare floor has no router). Every round times each framework once, so a machine that
slows down slows all of them; the median round is reported, and its ratio to Starlette's median.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import platform
import statistics
import time
from typing import Any

from frameworks import BUILDERS

CASES = {"plain": "/plain", "last of 100 routes": "/r99/item"}


def http_scope(path: str, method: str = "GET") -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"user-agent", b"bench"), (b"accept", b"*/*")],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
        "extensions": {},
    }


async def receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def start(app: Any) -> None:
    """Run the lifespan start-up, which some peers need before they answer; the shutdown is never sent."""
    started = asyncio.Event()
    events = iter(({"type": "lifespan.startup"},))

    async def lifespan_receive() -> dict[str, Any]:
        try:
            return next(events)
        except StopIteration:
            await asyncio.Event().wait()
            raise

    async def lifespan_send(message: dict[str, Any]) -> None:
        started.set()

    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    task = asyncio.create_task(app(scope, lifespan_receive, lifespan_send))
    await asyncio.wait([task, asyncio.create_task(started.wait())], return_when=asyncio.FIRST_COMPLETED)


async def check(app: Any, path: str, body: bytes) -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(dict(message))

    await app(http_scope(path), receive, send)
    assert sent[0]["status"] == 200, sent
    assert b"".join(bytes(message.get("body", b"")) for message in sent[1:]) == body, sent


async def timed(app: Any, path: str, requests: int) -> float:
    async def send(message: dict[str, Any]) -> None:
        return None

    scopes = [http_scope(path) for _ in range(requests)]
    gc.collect()
    gc.disable()
    begin = time.perf_counter()
    for scope in scopes:
        await app(scope, receive, send)
    elapsed = time.perf_counter() - begin
    gc.enable()
    return elapsed / requests * 1e6


async def measure(rounds: int, requests: int) -> None:
    apps: dict[str, Any] = {}
    for name, build in BUILDERS.items():
        try:
            apps[name] = build()
        except ImportError as missing:
            print(f"{name}: left out ({missing})")
            continue
        if name != "bare ASGI":
            await start(apps[name])
    for title, path in CASES.items():
        taking_part = {name: app for name, app in apps.items() if name != "bare ASGI" or path == "/plain"}
        expected = b"Hello, world!" if path == "/plain" else b"item"
        for app in taking_part.values():
            await check(app, path, expected)
            await timed(app, path, requests)
        times: dict[str, list[float]] = {name: [] for name in taking_part}
        for _ in range(rounds):
            for name, app in taking_part.items():
                times[name].append(await timed(app, path, requests))
        report(title, times)


def report(title: str, times: dict[str, list[float]]) -> None:
    print(f"\n{title}: median microseconds a request, and the ratio to Starlette's")
    reference = statistics.median(times["starlette"])
    for name, values in sorted(times.items(), key=lambda item: statistics.median(item[1])):
        median = statistics.median(values)
        print(f"  {name:12} {median:8.2f}   {median / reference:6.3f}   (min {min(values):.2f}, max {max(values):.2f})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--requests", type=int, default=2000)
    arguments = parser.parse_args()
    print(f"CPython {platform.python_version()}, {arguments.rounds} rounds of {arguments.requests} requests each")
    asyncio.run(measure(arguments.rounds, arguments.requests))
