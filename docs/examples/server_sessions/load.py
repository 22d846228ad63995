"""Clients that do everything at the same time with the sessions of server_sessions.py, and check what is promised.

    python load.py [--seconds 60] [--clients 64] http://127.0.0.1:8001 http://127.0.0.1:8002 ...

All addresses are of processes with one store. Each client has one session, and a task for each process that writes a
counter of its own there, as fast as it is answered. Every other client signs out after a while, in the middle of all
writing, and begins anew. Of each answer is checked that nothing is missing in it which any process had confirmed to
this client before the request was sent, that each counter went up by one, and that nothing is there of anybody else.

A 503 leaves open whether it was done: the next answer tells. The last line that is printed is what was found, as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import Counter
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

ITEM = "tea"


class Answer(NamedTuple):
    """What came back: the new id, if the cookie was set, and the body if it is JSON."""

    status: int
    session_id: str | None
    body: Any


class Found:
    """What all clients have found."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    def broken(self, promise: str, example: object) -> None:
        """Note that something is not as it should be."""
        self.counts[promise] += 1
        self.examples.setdefault(promise, str(example)[:500])

    def as_json(self) -> str:
        seconds = sorted(self.seconds)
        return json.dumps(
            {
                "statuses": self.statuses,
                "median": seconds[len(seconds) // 2],
                "longest": seconds[-1],
                "counts": self.counts,
                "examples": self.examples,
            }
        )


class Connection:
    """One connection with one process, kept open; one request at a time."""

    def __init__(self, url: str, found: Found) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname, parts.port
        self._found = found
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn = asyncio.Lock()

    async def ask(self, method: str, path: str, session_id: str | None) -> Answer:
        async with self._turn:
            if self._streams is None:
                self._streams = await asyncio.open_connection(*self._address)
            reader, writer = self._streams
            begin = time.monotonic()
            cookie = "" if session_id is None else f"cookie: session={session_id}\r\n"
            writer.write(f"{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n{cookie}\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
            body = await reader.readexactly(int(fields["content-length"]))
            set_cookie = next((line for line in head if line.lower().startswith("set-cookie: session=")), None)
            answer = Answer(
                int(head[0].split()[1]),
                None if set_cookie is None else set_cookie.partition("=")[2].partition(";")[0],
                json.loads(body) if fields.get("content-type", "").startswith("application/json") else None,
            )
            if fields.get("connection") == "close":
                self.close()
            self._found.seconds.append(time.monotonic() - begin)
            self._found.statuses[answer.status] += 1
            return answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Client:
    """One session after the other, each used by several requests at a time."""

    def __init__(self, number: int, urls: list[str], found: Found, deadline: float) -> None:
        self.name = f"user{number}"
        self.signs_out = number % 2 == 1
        self.connections = [Connection(url, found) for url in urls]
        self.found = found
        self.deadline = deadline
        self.session_id: str | None = None
        self.confirmed: dict[str, int] = {}  # by counter, what was answered with 200
        self.open: Counter[str] = Counter()  # by counter, how many may have been done since
        self.ending = False  # the request to sign out was sent
        self.ended = False  # and answered
        self.dead: list[str] = []

    async def run(self) -> None:
        while time.monotonic() < self.deadline:
            if not await self.begin():
                continue
            stay = random.uniform(0.5, 3) if self.signs_out else self.deadline
            end = min(time.monotonic() + stay, self.deadline)
            async with asyncio.TaskGroup() as tasks:
                for number, connection in enumerate(self.connections):
                    tasks.create_task(self.write(f"{self.name}.{number}", connection, end))
                if self.signs_out:
                    tasks.create_task(self.sign_out(end))

    def is_over(self, end: float) -> bool:
        return self.ended or time.monotonic() > (end + 0.2 if self.signs_out else end)

    async def begin(self) -> bool:
        """Have a session with something in it, then another id for it; False if that has to be tried again."""
        connection = random.choice(self.connections)
        answer = await connection.ask("POST", f"/cart/{ITEM}", None)
        if answer.status != 200:
            await asyncio.sleep(0.1)
            return False
        before = answer.session_id
        answer = await random.choice(self.connections).ask("POST", f"/sign-in/{self.name}", before)
        if answer.status != 200:
            # The session may have its new id already, which nobody knows then: the client begins anew.
            self.found.counts["sign-ins that were refused"] += 1
            await asyncio.sleep(0.1)
            return False
        if answer.session_id in (None, before) or before is None or answer.body["cart"] != {ITEM: 1}:
            self.found.broken("sessions lost", ("sign-in", before, answer))
        self.session_id, self.ending, self.ended = answer.session_id, False, False
        self.confirmed, self.open = {}, Counter()
        self.found.counts["sessions"] += 1
        self.dead.append(str(before))
        return True

    async def write(self, name: str, connection: Connection, end: float) -> None:
        while not self.is_over(end):
            await self.count(name, connection)

    async def count(self, name: str, connection: Connection) -> None:
        was_ended, before = self.ended, dict(self.confirmed)
        answer = await connection.ask("POST", f"/counters/{name}", self.session_id)
        if answer.status == 200:
            if was_ended:
                self.found.broken("sessions that came back after their end", (self.name, answer))
            self.check(answer.body, before)
            self.check_count(name, answer.body["counters"].get(name, [0, 0])[0])
        elif answer.status == 503:
            self.open[name] += 1
            await asyncio.sleep(0.05)
        elif answer.status != 401:
            self.found.broken("answers of other kinds", answer)
        elif not self.ending:
            self.found.broken("sessions lost", (self.name, answer))

    def check(self, body: Any, before: dict[str, int]) -> None:
        """Nothing is missing that was confirmed before, and nothing is half there or somebody else's."""
        if body["cart"] != {ITEM: 1}:
            self.found.broken("sessions lost", (self.name, body))
        if body["user"] != self.name or not all(name.startswith(f"{self.name}.") for name in body["counters"]):
            self.found.broken("sessions mixed up", (self.name, body))
        if any(double != 2 * count for count, double in body["counters"].values()):
            self.found.broken("updates half done", (self.name, body))
        for name, count in before.items():
            if body["counters"].get(name, [0, 0])[0] < count:
                self.found.broken("updates lost", (self.name, name, count, body))

    def check_count(self, name: str, count: int) -> None:
        last = self.confirmed.get(name, 0)
        if count <= last:
            self.found.broken("updates lost", (name, last, count))
        elif count > last + 1 + self.open[name]:
            self.found.broken("updates done twice", (name, last, self.open[name], count))
        self.found.counts["refused, but done"] += max(count - last - 1, 0)
        self.confirmed[name] = count
        self.open[name] = 0

    async def sign_out(self, end: float) -> None:
        await asyncio.sleep(max(end - time.monotonic(), 0))
        self.ending = True
        while True:
            answer = await random.choice(self.connections).ask("POST", "/sign-out", self.session_id)
            if answer.status == 200:
                break
            await asyncio.sleep(0.05)
        self.ended = True
        self.found.counts["sign-outs"] += 1
        self.dead.append(str(self.session_id))
        for number, connection in enumerate(self.connections):  # though answers to others may be on their way yet
            await self.count(f"{self.name}.{number}", connection)

    async def check_at_the_end(self) -> None:
        """Every process knows the same of a session that goes on, and nothing of those that have ended."""
        if not self.signs_out and self.session_id is not None:
            bodies = [(await self.asked(connection, self.session_id)).body for connection in self.connections]
            for name in bodies[0]["counters"]:
                self.check_last(name, bodies[0]["counters"][name][0])
            for body in bodies:
                body.pop("messages")
                self.check(body, self.confirmed)
                if body != bodies[0]:
                    self.found.broken("processes that know other things", (body, bodies[0]))
        for session_id in self.dead:
            self.found.counts["ids that are over"] += 1
            body = (await self.asked(random.choice(self.connections), session_id)).body
            if body["user"] is not None or body["cart"] or body["counters"]:
                self.found.broken("sessions that came back after their end", (self.name, session_id, body))

    def check_last(self, name: str, count: int) -> None:
        if not 0 <= count - self.confirmed.get(name, 0) <= self.open[name]:
            self.found.broken("updates lost", ("at the end", name, self.confirmed.get(name), self.open[name], count))

    async def asked(self, connection: Connection, session_id: str | None) -> Answer:
        while True:
            answer = await connection.ask("GET", "/", session_id)
            if answer.status == 200:
                return answer
            if answer.status != 503:
                self.found.broken("answers of other kinds", answer)
            await asyncio.sleep(0.1)


async def load(urls: list[str], seconds: float, count: int) -> Found:
    """Let so many clients work for so many seconds."""
    found = Found()
    deadline = time.monotonic() + seconds
    clients = [Client(number, urls, found, deadline) for number in range(count)]
    async with asyncio.TaskGroup() as tasks:
        for client in clients:
            tasks.create_task(client.run())
    found.counts["open at the end"] = sum(sum(client.open.values()) for client in clients)
    async with asyncio.TaskGroup() as tasks:
        for client in clients:
            tasks.create_task(client.check_at_the_end())
    for client in clients:
        for connection in client.connections:
            connection.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=64)
    options = parser.parse_args()
    with suppress(KeyboardInterrupt):
        print(asyncio.run(load(options.urls, options.seconds, options.clients)).as_json())


if __name__ == "__main__":
    main()
