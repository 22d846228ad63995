"""Time of reading a form beside the same by Starlette, in one process, interleaved round by round.

    python benchmarks/forms.py [--rounds 15] [--only WORDS]

Both sides make a request of a scope and of the chunks a server would give, read its form and leave its block, which
closes the files: ``async with request.form()``. Our request is composed of asgi-http's and asgi-forms' as shine's is.
Every round times each side once, so a machine that slows down slows both. Printed is a table of the median rounds, of
their ratio, and of the ratios of four in five pairs of rounds. Files beyond 1 MiB go to disk on both sides.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import platform
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

KIB = 1024
MIB = 1024 * KIB
CHUNK = 64 * KIB
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gWE"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"

RequestClass = Callable[[Any, Any], Any]


def ours() -> RequestClass:
    import asgi_forms
    import asgi_http

    class Request(asgi_forms.FormMixin, asgi_http.Request):
        pass

    return Request


def starlette() -> RequestClass:
    from starlette.requests import Request

    return Request


SIDES = {"asgi-forms": ours, "Starlette": starlette}


@dataclass
class Case:
    """One form, as often as it is read in a round, and what is in it."""

    title: str
    content_type: str
    body: bytes
    requests: int
    fields: int
    file_bytes: int = 0

    @property
    def chunks(self) -> list[bytes]:
        return [self.body[start : start + CHUNK] for start in range(0, len(self.body), CHUNK)]


def urlencoded(pairs: list[tuple[str, str]]) -> bytes:
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()


def multipart(*parts: tuple[str, str | bytes]) -> bytes:
    """Fields of text, and files of bytes, as a browser sends them."""
    lines = []
    for name, value in parts:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(value, bytes):
            head += f'; filename="{name}.bin"\r\nContent-Type: application/octet-stream'
        content = value if isinstance(value, bytes) else value.encode()
        lines += [head.encode() + b"\r\n\r\n" + content + b"\r\n"]
    return b"".join(lines) + f"--{BOUNDARY}--\r\n".encode()


def binary(size: int) -> bytes:
    """Content with line ends in it, as any compressed file has."""
    return bytes(number * 167 % 256 for number in range(4 * KIB)) * (size // (4 * KIB)) + b"x" * (size % (4 * KIB))


def cases() -> Iterator[Case]:
    yield Case(
        "1,000 multipart fields", MULTIPART, multipart(*((f"field{n}", "a value") for n in range(1000))), 20, 1000
    )
    values = ("plain", "two words", "Zoë + co", "a/b?c", "")
    plain = [(f"field{n}", values[n % 5]) for n in range(1000)]
    yield Case("1,000 urlencoded fields", URLENCODED, urlencoded(plain), 100, 1000)
    signs = [(f"field{n}", "x=1&y=2" if n % 10 == 0 else value) for n, (_, value) in enumerate(plain)]
    yield Case("1,000 urlencoded fields, an & in every tenth", URLENCODED, urlencoded(signs), 100, 1000)
    yield Case("file of 10 MiB in 64 KiB chunks", MULTIPART, multipart(("file", binary(10 * MIB))), 3, 1, 10 * MIB)
    fields = [(f"field{n}", values[n % 5]) for n in range(40)]
    files = [("photo", binary(200 * KIB)), ("notes", b"Hello\r\n" * 500)]
    mixed = multipart(*fields[:20], *files, *fields[20:])
    yield Case("40 fields and two files", MULTIPART, mixed, 100, 42, 200 * KIB + 3500)
    login = [("username", "zoe@example.org"), ("password", "correct horse battery staple"), ("next", "/inbox?page=2")]
    yield Case("login form of 3 urlencoded fields", URLENCODED, urlencoded(login), 2000, 3)
    yield Case("one file of 2 KiB", MULTIPART, multipart(("file", binary(2 * KIB))), 500, 1, 2 * KIB)


def scope_of(case: Case) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"content-type", case.content_type.encode()),
            (b"content-length", str(len(case.body)).encode()),
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


def receiver(chunks: list[bytes]) -> Callable[[], Awaitable[dict[str, Any]]]:
    left = iter(enumerate(chunks, 1))
    count = len(chunks)

    async def receive() -> dict[str, Any]:
        for number, chunk in left:
            return {"type": "http.request", "body": chunk, "more_body": number < count}
        raise AssertionError("Something was received after the end.")

    return receive


async def check(case: Case, request_class: RequestClass) -> None:
    """All of the form is there."""
    async with request_class(scope_of(case), receiver(case.chunks)).form() as form:
        values = [value for _, value in form.multi_items()]
        read = [len(await value.read()) for value in values if not isinstance(value, str)]
    assert len(values) == case.fields, (case.title, len(values))
    assert sum(read) == case.file_bytes, (case.title, read)


async def timed(case: Case, request_class: RequestClass) -> float:
    """Microseconds a form."""
    chunks = case.chunks
    calls = [(scope_of(case), receiver(chunks)) for _ in range(case.requests)]
    gc.collect()
    gc.disable()
    begin = time.perf_counter()
    for scope, receive in calls:
        async with request_class(scope, receive).form():
            pass
    elapsed = time.perf_counter() - begin
    gc.enable()
    return elapsed / case.requests * 1e6


async def measure(rounds: int, only: str) -> None:
    sides = [side() for side in SIDES.values()]
    print("| | asgi-forms, µs | Starlette, µs | ratio | pairs |\n|---|---|---|---|---|")
    for case in cases():
        if only not in case.title:
            continue
        for side in sides:
            await check(case, side)
            await timed(case, side)
        times = [[await timed(case, side) for side in sides] for _ in range(rounds)]
        mine, theirs = (statistics.median(column) for column in zip(*times, strict=True))
        pairs = sorted(first / second for first, second in times)
        low, high = pairs[len(pairs) // 10], pairs[-1 - len(pairs) // 10]
        print(
            f"| {case.title} | {mine:.1f} | {theirs:.1f} | {mine / theirs:.2f} | {low:.2f} to {high:.2f} |", flush=True
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="cases with these words in their title")
    arguments = parser.parse_args()
    print(f"CPython {platform.python_version()}, {arguments.rounds} rounds\n")
    asyncio.run(measure(arguments.rounds, arguments.only))
