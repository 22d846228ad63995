"""What lasts, and what is left of it when its client leaves half-way.

LARGE_FILE=path uvicorn leaving:app

``/stream``, ``/sync``, ``/lines``, ``/events`` and ``/file`` send without end, or nearly; ``/body`` waits for a body.
``/left`` tells what the process still holds.
"""

import os
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any

import anyio

from asgi_http import (
    ClientDisconnect,
    EventSourceResponse,
    FileResponse,
    JSONLinesResponse,
    JSONResponse,
    Request,
    Response,
    StreamingResponse,
    request_response,
)

LARGE_FILE = os.environ.get("LARGE_FILE", "/dev/null")

under_way: list[str] = []
ended: list[str] = []


@contextmanager
def noted(name: str) -> Iterator[None]:
    under_way.append(name)
    try:
        yield
    finally:
        under_way.remove(name)
        ended.append(name)


async def numbers(name: str) -> AsyncGenerator[str, None]:
    with noted(name):
        while True:
            yield "x" * 1000
            await anyio.sleep(0.001)


def sync_numbers() -> Iterator[str]:
    with noted("/sync"):
        while True:
            yield "x" * 1000
            time.sleep(0.001)


async def answer(request: Request) -> Any:
    async def background() -> None:
        ended.append(f"background of {path}")

    path = request.url.path
    match path:
        case "/stream":
            return StreamingResponse(numbers(path), background=background)
        case "/sync":
            return StreamingResponse(sync_numbers(), background=background)
        case "/lines":
            return JSONLinesResponse(numbers(path), background=background)
        case "/events":
            return EventSourceResponse(numbers(path), background=background)
        case "/file":
            return FileResponse(LARGE_FILE, background=background)
        case "/body":
            return await read(request)
    return JSONResponse(
        {
            "under_way": under_way,
            "ended": ended,
            "tasks": tasks(),
            "files": await anyio.to_thread.run_sync(open_files),
        }
    )


async def read(request: Request) -> Response:
    with noted("/body"):
        size = 0
        try:
            async for chunk in request.stream():
                size += len(chunk)
        except ClientDisconnect:
            ended.append("disconnect of /body")
            raise
    return Response(str(size))


# What hypercorn and trio keep for a connection without a request, and for a while after it.
IDLE_CONNECTION = (
    "TCPServer._idle_timeout",
    "EventWrapper.wait",
    "worker_serve.<locals>._server_callback",
    "_run_handler",
)


def tasks() -> list[str]:
    """The coroutines that run, but for those of connections without a request."""
    running = [getattr(task.coro, "__qualname__", "") for task in anyio.get_running_tasks()]
    return sorted(name for name in running if name not in IDLE_CONNECTION)


def open_files() -> int:
    """How many descriptors of the large file the process has."""
    found = 0
    for entry in os.listdir("/proc/self/fd"):  # noqa: PTH208 - the descriptor of the listing itself is gone by then
        try:
            found += os.readlink(f"/proc/self/fd/{entry}") == LARGE_FILE  # noqa: PTH115
        except FileNotFoundError:
            continue
    return found


app = request_response(answer)
