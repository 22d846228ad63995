"""Sizes and times of the content codings of asgi-middleware, and gzip beside Starlette's, interleaved round by round.

    python benchmarks/content_codings.py [--rounds 15] [--only WORDS]

Each case is one response through the whole middleware, called as an ASGI application: no router, no server. A size is
that of the body as it is sent, in percent of what it was. Every round times each coding once, so a machine that slows
down slows all of them. Reported are the median rounds. The first table has the codings at their defaults and at some
other levels, for a body in one part and for the same in parts of 8 KiB, each of which is flushed. The second has
`GZipMiddleware` beside that of Starlette, at the level that both have by default.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import platform
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from asgi_middleware import CompressionMiddleware, GZipMiddleware

App = Callable[[Any, Any, Any], Awaitable[None]]

KIB = 1024
MIB = 1024 * KIB
WORDS = (
    *("the", "order", "of", "and", "to", "in", "is", "you", "that", "it", "was", "for", "on", "are", "with", "his"),
    *("they", "at", "be", "this", "have", "from", "one", "had", "by", "word", "but", "not", "what", "all", "were"),
    *("when", "your", "can", "said", "there", "use", "each", "which", "she", "how", "their", "will", "other", "about"),
)


def records(size: int) -> bytes:
    """A list of objects as JSON, cut off at ``size`` bytes, as different from each other as rows of a table are."""
    source = random.Random(1)
    rows = [
        {
            "id": number,
            "uuid": f"{source.getrandbits(128):032x}",
            "name": " ".join(source.choices(WORDS, k=3)).title(),
            "email": f"{source.choice(WORDS)}.{source.choice(WORDS)}{source.randrange(100)}@example.org",
            "price": round(source.uniform(1, 1000), 2),
            "created": f"2026-{source.randrange(1, 13):02}-{source.randrange(1, 29):02}T12:00:00Z",
            "tags": source.sample(WORDS, 3),
            "active": source.random() < 0.5,
            "note": None,
        }
        for number in range(size // 200)
    ]
    return json.dumps(rows, separators=(",", ":")).encode()[:size]


def page(size: int) -> bytes:
    """A page of HTML with a table of ``size`` bytes in all."""
    source = random.Random(2)
    head = "<!DOCTYPE html>\n<html lang=en>\n<head><meta charset=utf-8><title>Orders</title></head>\n<body>\n<table>\n"
    rows: list[str] = []
    length = len(head)
    while length < size:
        cells = (source.randrange(10**6), " ".join(source.choices(WORDS, k=12)), f"{source.uniform(1, 500):.2f}")
        row = "".join(f'  <td class="cell cell-{index}">{cell}</td>\n' for index, cell in enumerate(cells))
        rows.append(f'<tr class="row">\n{row}</tr>\n')
        length += len(rows[-1])
    return (head + "".join(rows)).encode()[:size]


@dataclass
class Payload:
    """What is sent, and how many times in a round."""

    title: str
    body: bytes
    requests: int
    media_type: bytes = b"application/json"
    parts: list[bytes] = field(default_factory=list)


def payloads() -> Iterator[Payload]:
    large, middle = records(MIB), page(100 * KIB)
    yield Payload("JSON of 1 MiB", large, 1)
    yield Payload("HTML of 100 KiB", middle, 4, b"text/html")
    yield Payload("JSON of 2 KiB", records(2 * KIB), 100)
    parts = [large[start : start + 8 * KIB] for start in range(0, MIB, 8 * KIB)]
    yield Payload("JSON of 1 MiB in 8 KiB parts", large, 1, parts=parts)


def sends(payload: Payload) -> App:
    """An application that sends the payload."""
    parts = payload.parts or [payload.body]
    headers = [(b"content-length", b"%d" % len(payload.body)), (b"content-type", payload.media_type)]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [*headers]})
        for part in parts[:-1]:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": parts[-1]})

    return app


# The defaults first, each with the option that sets its level.
LEVELS = (
    *(("zstd", "zstd_level", 3), ("br", "brotli_quality", 4), ("gzip", "gzip_level", 6)),
    *(("zstd", "zstd_level", 1), ("zstd", "zstd_level", 9), ("br", "brotli_quality", 1), ("br", "brotli_quality", 6)),
    *(("gzip", "gzip_level", 1), ("gzip", "gzip_level", 9)),
)


def coded(payload: Payload, coding: str, option: str, level: int) -> App:
    options: dict[str, Any] = {option: level}
    return CompressionMiddleware(sends(payload), encodings=(coding,), **options)


def scope_of(accepted: bytes | None) -> dict[str, Any]:
    headers = [(b"host", b"127.0.0.1:8000"), (b"accept", b"*/*")]
    if accepted is not None:
        headers.append((b"accept-encoding", accepted))
    return {"type": "http", "method": "GET", "path": "/", "headers": headers, "extensions": {}}


async def size_of(app: App, accepted: bytes | None) -> int:
    """Bytes of the body as it is sent."""
    sizes: list[int] = []

    async def send(message: dict[str, Any]) -> None:
        sizes.append(len(message.get("body", b"")))

    await app(scope_of(accepted), None, send)
    return sum(sizes)


async def timed(app: App, accepted: bytes | None, requests: int) -> float:
    """Milliseconds a response."""

    async def send(message: dict[str, Any]) -> None:
        return None

    scope = scope_of(accepted)
    gc.collect()
    gc.disable()
    begin = time.perf_counter()
    for _ in range(requests):
        await app(scope, None, send)
    elapsed = time.perf_counter() - begin
    gc.enable()
    return elapsed / requests * 1e3


async def measure_codings(rounds: int, only: str) -> None:
    for payload in payloads():
        if only not in payload.title:
            continue
        apps = [(coding.encode(), coded(payload, coding, option, level)) for coding, option, level in LEVELS]
        sizes = [await size_of(app, coding) for coding, app in apps]
        times = [[await timed(app, coding, payload.requests) for coding, app in apps] for _ in range(rounds)]
        medians = [statistics.median(column) for column in zip(*times, strict=True)]
        print(f"\n{payload.title:34}{'bytes':>12}{'of it':>9}{'time':>12}")
        for index, ((coding, _, level), size, median) in enumerate(zip(LEVELS, sizes, medians, strict=True)):
            title = f"{coding} {level}" + (", the default" if index < 3 else "")
            print(f"{title:34}{size:12}{size / len(payload.body):9.1%}{median:9.3f} ms")


async def measure_gzip(rounds: int, only: str) -> None:
    from starlette.middleware.gzip import GZipMiddleware as Peer

    small, large = records(2 * KIB), records(MIB)
    cases: tuple[tuple[str, bytes, bytes | None, int], ...] = (
        ("gzip 9, bypass: small body", b"x" * 100, b"gzip", 2000),
        ("gzip 9, bypass: no Accept-Encoding", small, None, 2000),
        ("gzip 9, JSON of 2 KiB", small, b"gzip", 200),
        ("gzip 9, JSON of 1 MiB", large, b"gzip", 1),
    )
    print(f"\n{'':46}{'asgi-middleware':>16}{'starlette':>14}{'ratio':>8}   of pairs")
    for title, body, accepted, requests in cases:
        if only not in title:
            continue
        app = sends(Payload(title, body, requests))
        sides: list[Any] = [GZipMiddleware(app), Peer(app)]
        for side in sides:
            await timed(side, accepted, requests)
        times = [[await timed(side, accepted, requests) for side in sides] for _ in range(rounds)]
        mine, theirs = (statistics.median(column) for column in zip(*times, strict=True))
        pairs = sorted(first / second for first, second in times)
        low, high = pairs[len(pairs) // 10], pairs[-1 - len(pairs) // 10]
        print(f"{title:46}{mine * 1e3:13.1f} µs{theirs * 1e3:11.1f} µs{mine / theirs:8.3f}   {low:.2f} to {high:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="cases with these words in their title")
    arguments = parser.parse_args()
    print(f"CPython {platform.python_version()}, {arguments.rounds} rounds")
    asyncio.run(measure_codings(arguments.rounds, arguments.only))
    asyncio.run(measure_gzip(arguments.rounds, arguments.only))
