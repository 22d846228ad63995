"""Requests a second of a FastAPI application under uvicorn, on shine and on Starlette, interleaved round by round.

    python benchmarks/fastapi_on_shine.py [--rounds 15] [--requests 1500] [--connections 8]

The application is ``docs/examples/fastapi_on_shine``: more than 100 routes, seven middleware, dependencies. It is the
same in both servers; one of them is started by ``SHINE_APP``. One process of uvicorn each, without an access log, and
one client that keeps its connections and has one request on each of them. Every round asks each server once for each
kind of request, so a machine that slows down slows both. Reported are the median rounds and their ratio: above 1 means
that shine answers more.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from serving import ended_by_interrupt

FOLDER = Path(__file__).parent.parent / "docs" / "examples" / "fastapi_on_shine"

JSON = b'{"title": "An apple", "price": 2.5, "tags": ["new"]}'
FORM = b"name=Ann&remember=on"
FILE = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
    + b"some content\n" * 100
    + b"\r\n--b--\r\n"
)


def request(method: str, path: str, body: bytes = b"", kind: str = "application/json") -> bytes:
    fields = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if body:
        fields += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*fields, "", ""]).encode() + body


CASES = {
    "JSON": request("GET", "/"),
    "path parameter": request("GET", "/numbers/7"),
    "list with a page": request("GET", "/jars?page=1&size=5"),
    "validated body": request("POST", "/spans", b'[{"first": 1, "last": 3}]'),
    "refused body": request("POST", "/apples", JSON.replace(b"2.5", b"-1")),
    "dependencies": request("GET", "/dependencies"),
    "form": request("POST", "/forms/plain", FORM, "application/x-www-form-urlencoded"),
    "file upload": request("POST", "/forms/file", FILE, "multipart/form-data; boundary=b"),
    "function in a thread": request("GET", "/text"),
    "stream": request("GET", "/streams/async"),
    "static file": request("GET", "/static/letters.txt"),
    "route of Starlette": request("GET", "/plain/41"),
    "missing": request("GET", "/nowhere"),
}


@contextmanager
def served(app: str, **environment: str) -> Iterator[int]:
    """The port of a uvicorn that serves the application."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    command = [sys.executable, "-m", "uvicorn", app, f"--port={port}", "--no-access-log", "--log-level=warning"]
    process = subprocess.Popen(command, cwd=FOLDER, env={**os.environ, **environment})
    with ended_by_interrupt(process, port):
        yield port


async def answer(reader: asyncio.StreamReader) -> int:
    """Read one response to its end; its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    fields = head.lower()
    if b"transfer-encoding: chunked" in fields:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    elif b"content-length: " in fields:
        await reader.readexactly(int(fields.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
    return int(head[9:12])


async def timed(port: int, sent: bytes, requests: int, connections: int) -> tuple[float, set[int]]:
    """Requests a second, and the statuses of the answers."""
    statuses: set[int] = set()

    async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(requests // connections):
            writer.write(sent)
            statuses.add(await answer(reader))

    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    begin = time.perf_counter()
    await asyncio.gather(*(ask(*connection) for connection in opened))
    elapsed = time.perf_counter() - begin
    for _, writer in opened:
        writer.close()
        await writer.wait_closed()
    return requests // connections * connections / elapsed, statuses


async def measure(ports: dict[str, int], rounds: int, requests: int, connections: int) -> None:
    for title, sent in CASES.items():
        rates: dict[str, list[float]] = {name: [] for name in ports}
        warm_up = max(requests // 5, connections)
        statuses = [(await timed(port, sent, warm_up, connections))[1] for port in ports.values()]
        assert statuses[0] == statuses[1], (title, statuses)
        for _ in range(rounds):
            for name, port in ports.items():
                rates[name].append((await timed(port, sent, requests, connections))[0])
        shine, starlette = (statistics.median(rates[name]) for name in ("shine", "starlette"))
        print(f"  {title:22} {shine:8.0f} {starlette:10.0f}   {shine / starlette:6.3f}", flush=True)


def run(rounds: int, requests: int, connections: int) -> None:
    print(
        f"CPython {platform.python_version()}, {rounds} rounds of {requests} requests on {connections} connections each"
    )
    print(f"  {'requests a second':22} {'shine':>8} {'starlette':>10}   {'ratio':>6}")
    with ExitStack() as stack:
        ports = {
            "shine": stack.enter_context(served("shine.run_as_starlette:app", SHINE_APP="fastapi_on_shine:app")),
            "starlette": stack.enter_context(served("fastapi_on_shine:app")),
        }
        asyncio.run(measure(ports, rounds, requests, connections))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--requests", type=int, default=1500)
    parser.add_argument("--connections", type=int, default=8)
    arguments = parser.parse_args()
    run(arguments.rounds, arguments.requests, arguments.connections)
