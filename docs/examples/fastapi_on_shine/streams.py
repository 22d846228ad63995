"""What is sent in parts, and what is done behind it."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Header
from fastapi.responses import FileResponse, StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

router = APIRouter()

done: list[str] = []
FILE = Path(__file__).parent / "static" / "letters.txt"


class Tick(BaseModel):
    """One of several."""

    number: int


@router.get("/async")
async def in_parts() -> StreamingResponse:
    async def parts() -> AsyncIterator[str]:
        for number in range(5):
            yield f"part {number}\n"
            await asyncio.sleep(0)

    return StreamingResponse(parts(), media_type="text/plain", headers={"x-parts": "5"})


@router.get("/sync")
def in_a_thread() -> StreamingResponse:
    def parts() -> Iterator[bytes]:
        for number in range(300):
            yield b"%d," % number

    return StreamingResponse(parts(), 201, media_type="text/csv")


@router.get("/broken")
async def broken() -> StreamingResponse:
    async def parts() -> AsyncIterator[str]:
        yield "before"
        raise LookupError("in the middle")

    return StreamingResponse(parts())


@router.get("/events", response_class=EventSourceResponse)
async def events(last_event_id: Annotated[int, Header()] = 0) -> AsyncIterable[ServerSentEvent]:
    for number in range(last_event_id, 3):
        yield ServerSentEvent(data=Tick(number=number), event="tick", id=str(number + 1))
    yield ServerSentEvent(raw_data="the end", comment="last")


@router.get("/lines")
async def lines() -> AsyncIterable[Tick]:
    for number in range(3):
        yield Tick(number=number)


@router.get("/endless")
async def endless() -> StreamingResponse:
    async def parts() -> AsyncIterator[str]:
        try:
            while True:
                yield "again\n"
                await asyncio.sleep(0.01)
        finally:
            done.append("endless ended")

    return StreamingResponse(parts(), media_type="text/plain")


@router.get("/file")
async def file() -> FileResponse:
    return FileResponse(FILE, filename="letters of ä.txt")


async def later(name: str) -> None:
    done.append(f"async {name}")


def in_thread(name: str) -> None:
    done.append(f"sync {name}")


def noting(tasks: BackgroundTasks, name: str) -> None:
    tasks.add_task(in_thread, f"dependency {name}")


@router.post("/background/{name}", dependencies=[Depends(noting)])
async def background(name: str, tasks: BackgroundTasks) -> dict[str, int]:
    tasks.add_task(later, name)
    tasks.add_task(in_thread, name=name)
    return {"done": len([each for each in done if each.endswith(name)])}


@router.get("/done")
async def what_is_done() -> list[str]:
    return sorted(done)
