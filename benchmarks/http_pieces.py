"""Time of requests and responses of asgi-http beside the same of Starlette, in one process, interleaved round by round.

    python benchmarks/http_pieces.py [--rounds 15] [--only WORDS]

Both sides are the bare pieces: a function of a request made an ASGI application, a response called as one, middleware
around one; no router, no server. Every round times each side once, so a machine that slows down slows both. Reported
are the median rounds and their ratio. What a server says of itself matters: ASGI 2.4 raises from ``send`` when the
client has gone, older ones (uvicorn says 2.3, hypercorn 2.1) must be listened to; streams and large files are timed on
both. Files are read for real, from the page cache.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

App = Callable[[Any, Any, Any], Awaitable[None]]

KIB = 1024
MIB = 1024 * KIB


@dataclass
class Side:
    """The names of one framework that the cases use."""

    name: str
    responses: ModuleType | Any
    adapter: Callable[[Any], App]
    base_middleware: type[Any]


def ours() -> Side:
    import asgi_http

    return Side("asgi-http", asgi_http, asgi_http.request_response, asgi_http.BaseHTTPMiddleware)


def starlette() -> Side:
    import starlette.responses
    from starlette.middleware.base import BaseHTTPMiddleware
    from starlette.routing import request_response

    return Side("starlette", starlette.responses, request_response, BaseHTTPMiddleware)


@dataclass
class Case:
    """One request, and what answers it on each side."""

    title: str
    build: Callable[[Side], App]
    requests: int
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=lambda: [b""])
    extensions: dict[str, dict[str, Any]] = field(default_factory=dict)
    spec_version: str = "2.4"
    bytes_sent: int | None = None


def records(size: int) -> list[dict[str, Any]]:
    """A list of objects whose JSON is about ``size`` bytes long."""
    record = {"id": 1, "name": "Zoë", "tags": ["a", "b"], "price": 12.5, "active": True, "note": None}
    return [record] * max(1, size // len(json.dumps(record, ensure_ascii=False, separators=(",", ":"))))


def json_out(size: int) -> Callable[[Side], App]:
    value = records(size)

    def build(side: Side) -> App:
        async def endpoint(request: Any) -> Any:
            return side.responses.JSONResponse(value)

        return side.adapter(endpoint)

    return build


def json_in(side: Side) -> App:
    async def endpoint(request: Any) -> Any:
        return side.responses.Response(str(len(await request.json())))

    return side.adapter(endpoint)


def body_whole(side: Side) -> App:
    async def endpoint(request: Any) -> Any:
        return side.responses.Response(str(len(await request.body())))

    return side.adapter(endpoint)


def body_stream(side: Side) -> App:
    async def endpoint(request: Any) -> Any:
        total = 0
        async for chunk in request.stream():
            total += len(chunk)
        return side.responses.Response(str(total))

    return side.adapter(endpoint)


def stream_async(side: Side) -> App:
    chunk = b"x" * KIB

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(KIB):
            yield chunk

    async def endpoint(request: Any) -> Any:
        return side.responses.StreamingResponse(chunks())

    return side.adapter(endpoint)


def stream_sync(side: Side) -> App:
    chunk = b"x" * KIB

    def chunks() -> Iterator[bytes]:
        for _ in range(KIB):
            yield chunk

    async def endpoint(request: Any) -> Any:
        return side.responses.StreamingResponse(chunks())

    return side.adapter(endpoint)


def file(path: Path) -> Callable[[Side], App]:
    def build(side: Side) -> App:
        async def endpoint(request: Any) -> Any:
            return side.responses.FileResponse(path, media_type="application/octet-stream")

        return side.adapter(endpoint)

    return build


def five_middlewares(form: str) -> Callable[[Side], App]:
    """Five middlewares that set a header each: of the form named on our side, BaseHTTPMiddleware on the other."""

    def build(side: Side) -> App:
        async def endpoint(request: Any) -> Any:
            return side.responses.PlainTextResponse("Hello, world!")

        app = side.adapter(endpoint)
        if side.name == "starlette" or form == "BaseHTTPMiddleware":

            class Mark(side.base_middleware):  # type: ignore[name-defined,misc]
                async def dispatch(self, request: Any, call_next: Any) -> Any:
                    response = await call_next(request)
                    response.headers["x-mark"] = "1"
                    return response

            wrap: Any = Mark
        else:
            from asgi_http import http_middleware

            if form == "generator":

                @http_middleware
                async def mark(request: Any) -> Any:
                    response = yield
                    response.headers["x-mark"] = "1"
            else:

                @http_middleware
                async def mark(request: Any, call_next: Any) -> Any:
                    response = await call_next(request)
                    response.headers["x-mark"] = "1"
                    return response

            wrap = mark
        for _ in range(5):
            app = wrap(app)
        return app

    return build


def cases(folder: Path) -> Iterator[Case]:
    for name, size, requests in (("1 KiB", KIB, 1000), ("1 MiB", MIB, 5)):
        body = json.dumps(records(size), ensure_ascii=False, separators=(",", ":")).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        yield Case(f"JSON of {name} out", json_out(size), requests)
        yield Case(f"JSON of {name} in", json_in, requests, headers, [body])
    upload = [b"x" * (64 * KIB)] * 160
    yield Case("body of 10 MiB in 64 KiB chunks, body()", body_whole, 10, chunks=upload)
    yield Case("body of 10 MiB in 64 KiB chunks, stream()", body_stream, 20, chunks=upload)
    for version in ("2.4", "2.3"):
        named = f"1 MiB in 1 KiB chunks, ASGI {version}"
        yield Case(f"async stream of {named}", stream_async, 5, spec_version=version, bytes_sent=MIB)
        yield Case(f"sync stream of {named}", stream_sync, 2, spec_version=version, bytes_sent=MIB)
    for name, size, requests in (("1 KiB", KIB, 200), ("64 KiB", 64 * KIB, 100), ("10 MiB", 10 * MIB, 5)):
        path = folder / name.replace(" ", "")
        path.write_bytes(b"x" * size)
        old = time.time() - 3600
        os.utime(path, (old, old))
        part = [(b"range", f"bytes={size // 4}-{size // 4 * 3 - 1}".encode())]
        pathsend: dict[str, dict[str, Any]] = {"http.response.pathsend": {}}
        for version in ("2.4", "2.3"):
            yield Case(f"file of {name}, ASGI {version}", file(path), requests, spec_version=version, bytes_sent=size)
        yield Case(f"file of {name}, range of its half", file(path), requests, part, bytes_sent=size // 4 * 2)
        yield Case(f"file of {name}, pathsend", file(path), requests, extensions=pathsend)
    for form in ("generator", "function", "BaseHTTPMiddleware"):
        yield Case(f"five {form} middlewares", five_middlewares(form), 200)


def scope_of(case: Case) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": case.spec_version},
        "http_version": "1.1",
        "method": "POST" if case.chunks != [b""] else "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"accept", b"*/*"), *case.headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
        "extensions": case.extensions,
    }


def receiver(case: Case) -> Callable[[], Awaitable[dict[str, Any]]]:
    """The body in its chunks, and then a client that stays."""
    last = len(case.chunks) - 1
    left = iter(enumerate(case.chunks))

    async def receive() -> dict[str, Any]:
        for number, chunk in left:
            return {"type": "http.request", "body": chunk, "more_body": number < last}
        await asyncio.Event().wait()
        raise AssertionError

    return receive


async def check(case: Case, app: App) -> None:
    """The answer is a success, and all of it was sent."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(dict(message))

    await app(scope_of(case), receiver(case), send)
    assert sent[0]["status"] in (200, 206), sent[0]
    if case.bytes_sent is not None:
        count = sum(len(message.get("body", b"")) for message in sent)
        assert count == case.bytes_sent, (case.title, count)
    if case.extensions:
        assert sent[-1]["type"] == "http.response.pathsend", sent


async def timed(case: Case, app: App) -> float:
    """Microseconds a request."""

    async def send(message: dict[str, Any]) -> None:
        return None

    calls = [(scope_of(case), receiver(case)) for _ in range(case.requests)]
    gc.collect()
    gc.disable()
    begin = time.perf_counter()
    for scope, receive in calls:
        await app(scope, receive, send)
    elapsed = time.perf_counter() - begin
    gc.enable()
    return elapsed / case.requests * 1e6


async def measure(rounds: int, only: str) -> None:
    sides = (ours(), starlette())
    print(f"{'':58}{'asgi-http':>12}{'starlette':>12}{'ratio':>8}   of pairs")
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(Path(folder)):
            if only not in case.title:
                continue
            apps = [case.build(side) for side in sides]
            for app in apps:
                await check(case, app)
                await timed(case, app)
            times = [[await timed(case, app) for app in apps] for _ in range(rounds)]
            mine, theirs = (statistics.median(column) for column in zip(*times, strict=True))
            pairs = sorted(first / second for first, second in times)
            low, high = pairs[len(pairs) // 10], pairs[-1 - len(pairs) // 10]
            print(f"{case.title:58}{mine:9.1f} µs{theirs:9.1f} µs{mine / theirs:8.3f}   {low:.2f} to {high:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="cases with these words in their title")
    arguments = parser.parse_args()
    print(f"CPython {platform.python_version()}, {arguments.rounds} rounds")
    asyncio.run(measure(arguments.rounds, arguments.only))
