"""How long others wait while one client uploads 500 MiB as a form: ours beside Starlette's.

    python benchmarks/form_latency.py [--mib 500] [--rounds 3] [--seconds 5]

Each figure is one uvicorn of its own with a bare ASGI application that reads the form of ``/upload``, spooling it to
disk, and answers ``/ping``. One process uploads over loopback, at a lower priority, so that it takes no time from the
others; another sends a ping every 2 ms over a connection that stays open. Pings are measured where they are sent, and
include what three processes on few cores wait for each other. So the loop is measured from inside as well: a task of
the server sleeps for 1 ms over and over, and notes by how much each sleep is late, which ``/loop`` answers.

Printed are median, 99th percentile and worst of both, for some seconds without an upload and for as long as one takes.
Figures of all rounds are put together; the order of the two frameworks changes from round to round.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from serving import serving

READERS = {
    "asgi-forms": """
import asgi_forms

async def read(scope, receive):
    async with asgi_forms.form(scope, receive, max_file_size=float("inf")) as form:
        return form["file"].size
""",
    "Starlette": """
from starlette.requests import Request

async def read(scope, receive):
    async with Request(scope, receive).form() as form:
        return form["file"].size
""",
}
APP = """
import asyncio, json, time
{reader}
late = []

async def watch_loop():
    while True:
        begin = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append(time.perf_counter() - begin - 0.001)

async def lifespan(receive, send):
    await receive()
    task = asyncio.create_task(watch_loop())
    await send({{"type": "lifespan.startup.complete"}})
    await receive()
    task.cancel()
    await send({{"type": "lifespan.shutdown.complete"}})

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return await lifespan(receive, send)
    if scope["path"] == "/upload":
        body = str(await read(scope, receive)).encode()
    elif scope["path"] == "/loop":
        body = json.dumps(late).encode()
        late.clear()
    else:
        body = b"pong"
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({{"type": "http.response.start", "status": 200, "headers": headers}})
    await send({{"type": "http.response.body", "body": body}})
"""
MIB = 1024 * 1024
CHUNK = bytes(range(256)) * 256
HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
TAIL = b"\r\n--x--\r\n"
PERIOD = 0.002


def upload(port: int, mib: int) -> None:
    """In a process of its own: send a form with a file of that size."""
    if hasattr(os, "nice"):
        os.nice(10)
    count = mib * MIB // len(CHUNK)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    size = count * len(CHUNK) + len(HEAD) + len(TAIL)
    headers = {"content-type": "multipart/form-data; boundary=x", "content-length": str(size)}

    def body() -> Iterator[bytes]:
        yield HEAD
        for _ in range(count):
            yield CHUNK
        yield TAIL

    connection.request("POST", "/upload", body=body(), headers=headers)
    answer = connection.getresponse().read()
    assert int(answer) == count * len(CHUNK), answer


def pings(port: int, goes_on: Callable[[], bool]) -> list[float]:
    """Seconds from each request to its answer, as long as it goes on."""
    request = b"GET /ping HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
    found = []
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        due = time.perf_counter()
        while goes_on():
            begin = time.perf_counter()
            connection.sendall(request)
            answer = b""
            while not answer.endswith(b"pong"):
                answer += connection.recv(4096)
            end = time.perf_counter()
            found.append(end - begin)
            due = max(due + PERIOD, end)
            time.sleep(max(0.0, due - time.perf_counter()))
    return found


def lateness(port: int) -> list[float]:
    """What the server's loop has noted since it was asked last."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/loop")
    found: list[float] = json.loads(connection.getresponse().read())
    connection.close()
    return found


Figures = dict[tuple[str, str, str], list[float]]


def measure(folder: Path, name: str, mib: int, seconds: float, figures: Figures) -> float:
    """Add the figures of one server; returns the seconds of the upload."""
    with serving(folder, APP.format(reader=READERS[name])) as (port, _):
        upload_command = [sys.executable, __file__, "--uploads-to", str(port), "--mib"]
        subprocess.run([*upload_command, "2"], check=True)  # what is loaded at the first form is not counted
        lateness(port)
        until = time.monotonic() + seconds
        figures[name, "ping", "alone"] += pings(port, lambda: time.monotonic() < until)
        figures[name, "loop", "alone"] += lateness(port)
        lateness(port)  # making a long answer is what the loop was late by
        begin = time.monotonic()
        with subprocess.Popen([*upload_command, str(mib)]) as process:
            figures[name, "ping", "upload"] += pings(port, lambda: process.poll() is None)
        assert process.returncode == 0
        figures[name, "loop", "upload"] += lateness(port)
        return time.monotonic() - begin


def row(values: list[float]) -> str:
    ordered = sorted(values)
    shown = (statistics.median(ordered), ordered[int(len(ordered) * 0.99)], ordered[-1])
    return " | ".join(f"{value * 1000:.2f}" for value in shown)


def report(figures: Figures, seconds: dict[str, list[float]]) -> None:
    print("\n| ms | | alone: median | p99 | worst | upload: median | p99 | worst | worst, more |\n" + "|---" * 9 + "|")
    for kind in ("ping", "loop"):
        for name in READERS:
            alone, during = figures[name, kind, "alone"], figures[name, kind, "upload"]
            more = (max(during) - max(alone)) * 1000
            print(f"| {kind} | {name} | {row(alone)} | {row(during)} | {more:.2f} |")
    print()
    for name, taken in seconds.items():
        count = len(figures[name, "ping", "upload"])
        print(f"{name}: an upload takes {statistics.median(taken):.1f} s; {count} pings during uploads")


def main(mib: int, rounds: int, seconds: float) -> None:
    print(f"CPython {platform.python_version()}, {rounds} rounds, {mib} MiB spooled to {tempfile.gettempdir()}")
    figures: Figures = defaultdict(list)
    taken: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            for name in list(READERS) if number % 2 == 0 else list(reversed(READERS)):
                taken[name].append(measure(Path(folder), name, mib, seconds, figures))
    report(figures, taken)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="of each time without an upload")
    parser.add_argument("--uploads-to", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.uploads_to is not None:
        upload(arguments.uploads_to, arguments.mib)
    else:
        main(arguments.mib, arguments.rounds, arguments.seconds)
