"""A room of 2,000 open WebSockets under one uvicorn, 200 of them slow: what the others notice, and what it costs.

    python benchmarks/rooms_load.py [--sockets 2000] [--slow 200] [--seconds 20] [--rate 4] [--kib 16]

The server is a uvicorn of its own with a room to which a task broadcasts a text of ``--kib`` KiB ``--rate`` times a
second, with the time in it. This process opens all sockets over loopback, with the least client there can be: a fast
one reads at once and notes how old each message is, by the clock that both processes share; a slow one never reads, and
has a small receive buffer, so that it soon stands in the way. Age includes what the server needs to write to all others
first, and what two processes on few cores wait for each other.

Measured are: nobody slow; some slow, for each policy; and, to compare, the loop that tutorials show, which awaits
``send`` for one socket after the other. Memory is the server's resident size, before and at its highest.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import socket
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from serving import serving

APP = """
import asyncio, json, time
from contextlib import suppress
from asgi_websockets import Rooms, websocket_session

MODE, RATE, SIZE = {mode!r}, {rate}, {size}
rooms = Rooms(overflow="disconnect" if MODE == "loop" else MODE, history=0, max_message_size=2 * SIZE + 100)
room = rooms["load"]
sockets, sent, start = set(), 0, asyncio.Event()

async def member(websocket):
    await websocket.accept()
    if MODE == "loop":
        sockets.add(websocket)
        try:
            await websocket.wait_closed()
        finally:
            sockets.discard(websocket)
    else:
        async with room.connect(websocket):
            await websocket.wait_closed()

async def broadcast():
    global sent
    await start.wait()
    while True:
        begin = time.monotonic()
        data = f"{{time.monotonic_ns():020d}}" + "x" * SIZE
        if MODE == "loop":
            for websocket in tuple(sockets):
                with suppress(Exception):
                    await websocket.send_text(data)
        else:
            await room.broadcast_text(data)
        sent += 1
        await asyncio.sleep(max(0, begin + 1 / RATE - time.monotonic()))

serve_member = websocket_session(member)

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        task = asyncio.create_task(broadcast())
        await send({{"type": "lifespan.startup.complete"}})
        await receive()
        task.cancel()
        await send({{"type": "lifespan.shutdown.complete"}})
    elif scope["type"] == "websocket":
        await serve_member(scope, receive, send)
    else:
        if scope["path"] == "/start":
            start.set()
        body = json.dumps({{"sent": sent, "members": len(sockets), **rooms.stats._asdict()}}).encode()
        await send({{"type": "http.response.start", "status": 200, "headers": []}})
        await send({{"type": "http.response.body", "body": body}})
"""

HANDSHAKE = (
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


SEND_BUFFER = 64 * 1024
"""Of each connection on the server's side. By itself Linux takes up to 4 MiB before one that does not read shows."""


class Fast(asyncio.Protocol):
    """Reads all, and notes the age of each message; frames of a server have no mask."""

    def __init__(self, ages: list[float]) -> None:
        self.ages = ages
        self.opened = asyncio.get_running_loop().create_future()
        self.left = b""

    def connection_made(self, transport: Any) -> None:
        transport.write(HANDSHAKE.encode())

    def data_received(self, data: bytes) -> None:
        self.left += data
        if not self.opened.done():
            _, end, self.left = self.left.partition(b"\r\n\r\n")
            if not end:
                return
            self.opened.set_result(None)
        while (size := frame_size(self.left)) is not None and len(self.left) >= sum(size):
            head, length = size
            if self.left[0] == 0x81:  # text in one frame, and no ping
                sent_at = int(self.left[head : head + 20])
                self.ages.append((time.monotonic_ns() - sent_at) / 1e6)
            self.left = self.left[head + length :]


def frame_size(data: bytes) -> tuple[int, int] | None:
    """Bytes of the head and of the payload of the frame that begins here, if they are known yet."""
    if len(data) < 4:
        return None
    length = data[1]
    if length == 126:
        return 4, int.from_bytes(data[2:4], "big")
    return (10, int.from_bytes(data[2:10], "big")) if length == 127 else (2, length)


def open_slow(port: int) -> socket.socket:
    """A connection with a small receive buffer that is opened, and never read from again."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    connection.sendall(HANDSHAKE.encode())
    connection.recv(100)
    return connection


def resident_mib(process: int) -> float:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def asked(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        return json.load(answer)


async def measure(mode: str, slow: int, arguments: argparse.Namespace, folder: Path) -> str:
    source = APP.format(mode=mode, rate=arguments.rate, size=arguments.kib * 1024)
    with serving(folder, source, "--ws-ping-interval=0.0", send_buffer=SEND_BUFFER) as (port, process):
        loop = asyncio.get_running_loop()
        ages: list[float] = []
        transports = []
        for _ in range(arguments.sockets - slow):
            transport, protocol = await loop.create_connection(lambda: Fast(ages), "127.0.0.1", port)
            transports.append(transport)
            await protocol.opened
        held = [await loop.run_in_executor(None, open_slow, port) for _ in range(slow)]
        before = highest = resident_mib(process)
        await loop.run_in_executor(None, asked, port, "/start")
        end = time.monotonic() + arguments.seconds
        while time.monotonic() < end:
            await asyncio.sleep(0.25)
            highest = max(highest, resident_mib(process))
        stats = await loop.run_in_executor(None, asked, port, "/stats")
        for transport in transports:
            transport.abort()
        for connection in held:
            connection.close()
    ages.sort()
    cuts = statistics.quantiles(ages, n=100) if len(ages) > 1 else [float("nan")] * 99
    title = {"loop": "loop of sends"}.get(mode, mode)
    return (
        f"{title:<15}{slow:>6}{stats['sent']:>11}{len(ages):>10}{cuts[49]:>10.0f}{cuts[98]:>8.0f}{ages[-1]:>8.0f}"
        f"{before:>9.0f}{highest:>9.0f}{stats['disconnected']:>8}{stats['dropped']:>9}"
    )


async def run(arguments: argparse.Namespace) -> None:
    print(f"{'':<15}{'slow':>6}{'broadcasts':>11}{'received':>10}{'age, ms':>10}{'p99':>8}{'worst':>8}", end="")
    print(f"{'MiB':>9}{'highest':>9}{'closed':>8}{'dropped':>9}")
    cases = [(mode, slow) for mode in ("disconnect", "drop_oldest") for slow in (0, arguments.slow)]
    for mode, slow in [*cases, ("loop", 0), ("loop", arguments.slow)]:
        with tempfile.TemporaryDirectory() as folder:
            print(await measure(mode, slow, arguments, Path(folder)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sockets", type=int, default=2000)
    parser.add_argument("--slow", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=4)
    parser.add_argument("--kib", type=int, default=16)
    arguments = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2 * arguments.sockets + 500)), hard))
    print(f"CPython {platform.python_version()}, {arguments.sockets} sockets, {arguments.kib} KiB a message")
    asyncio.run(run(arguments))


if __name__ == "__main__":
    main()
