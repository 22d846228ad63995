"""Time of an echo over a WebSocket beside the same of Starlette, in one process, interleaved round by round.

    python benchmarks/websocket_echo.py [--rounds 15] [--only WORDS]

Both sides are a function made an ASGI application by ``websocket_session``, or, where it says so, an application with
that one route and its layers of errors; no server. The other side of the connection is the least there can be:
``receive`` gives the next message of a list, and ``send`` counts. Every round times each side once, so a machine that
slows down slows both. Reported are the median rounds, in microseconds of one exchange (a message in and the same out),
and their ratio. "connection" is one from connect to close, with one exchange.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import platform
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

App = Callable[[Any, Any, Any], Awaitable[None]]

SMALL = {"type": "message", "from": "Zoë", "text": "Hello, world!", "id": 17}
LARGE = [SMALL] * 40


@dataclass
class Case:
    """One kind of exchange: the function that serves it on both sides, and the message."""

    title: str
    serve: Callable[[Any], Awaitable[None]]
    message: dict[str, Any]
    exchanges: int = 2000
    connections: int = 1
    is_whole: bool = False


async def text(websocket: Any) -> None:
    await websocket.accept()
    for _ in range(2000):
        await websocket.send_text(await websocket.receive_text())


async def text_iterated(websocket: Any) -> None:
    await websocket.accept()
    async for data in websocket.iter_text():
        await websocket.send_text(data)


async def binary(websocket: Any) -> None:
    await websocket.accept()
    for _ in range(2000):
        await websocket.send_bytes(await websocket.receive_bytes())


async def as_json(websocket: Any) -> None:
    await websocket.accept()
    for _ in range(2000):
        await websocket.send_json(await websocket.receive_json())


async def once(websocket: Any) -> None:
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()


def text_message(data: str) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": data}


def as_text(value: Any) -> dict[str, Any]:
    return text_message(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


CASES = [
    Case("text", text, text_message("Hello, world!")),
    Case("text, iter_text", text_iterated, text_message("Hello, world!")),
    Case("bytes", binary, {"type": "websocket.receive", "bytes": b"Hello, world!"}),
    Case("JSON of 70 bytes", as_json, as_text(SMALL)),
    Case("JSON of 2.8 KiB", as_json, as_text(LARGE)),
    Case("text, application", text, text_message("Hello, world!"), is_whole=True),
    Case("connection", once, text_message("Hello, world!"), exchanges=1, connections=500),
    Case("connection, application", once, text_message("Hello, world!"), exchanges=1, connections=500, is_whole=True),
]


def sides(is_whole: bool) -> Iterator[tuple[str, Callable[[Any], App]]]:
    import starlette.applications
    import starlette.routing

    import asgi_websockets
    import shine

    if is_whole:
        yield "ours", lambda serve: shine.Shine(routes=[shine.WebSocketRoute("/", serve)])
        starlette_route = starlette.routing.WebSocketRoute
        yield "Starlette", lambda serve: starlette.applications.Starlette(routes=[starlette_route("/", serve)])
    else:
        yield "ours", asgi_websockets.websocket_session
        yield "Starlette", starlette.routing.websocket_session


async def exchange(app: App, case: Case) -> float:
    """Microseconds of one exchange, or of one connection where there is but one exchange in it."""
    sent = 0
    messages: Any = iter(())

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        nonlocal sent
        sent += 1

    scopes = [
        {"type": "websocket", "path": "/", "headers": [], "extensions": {}, "state": {}}
        for _ in range(case.connections)
    ]
    ends = ({"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000})
    one_connection = [ends[0], *[case.message] * case.exchanges, ends[1]]
    begin = time.perf_counter()
    for scope in scopes:
        messages = iter(one_connection)
        await app(scope, receive, send)
    elapsed = time.perf_counter() - begin
    expected = (1 + case.exchanges) * case.connections  # an acceptance each; a close is one more
    assert sent - expected in (0, case.connections), f"{case.title}: {sent} messages were sent."
    return elapsed / (case.exchanges * case.connections) * 1_000_000


async def measure(rounds: int, only: str) -> None:
    print(f"{'µs':<24}{'ours':>10}{'Starlette':>12}{'ratio':>8}")
    for case in CASES:
        if only not in case.title:
            continue
        apps = [(name, adapter(case.serve)) for name, adapter in sides(case.is_whole)]
        times: dict[str, list[float]] = {name: [] for name, _ in apps}
        for number in range(rounds):
            for name, app in apps if number % 2 else apps[::-1]:
                gc.collect()
                times[name].append(await exchange(app, case))
        ours, starlette = (statistics.median(times[name]) for name in ("ours", "Starlette"))
        print(f"{case.title:<24}{ours:>10.2f}{starlette:>12.2f}{ours / starlette:>8.2f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    print(f"CPython {platform.python_version()}, {arguments.rounds} rounds")
    asyncio.run(measure(arguments.rounds, arguments.only))


if __name__ == "__main__":
    main()
