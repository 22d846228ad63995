"""A page and its data, compressed for every client as it likes best.

    uvicorn compressed:app

The page asks for ``/data``, five hundred records as JSON, and for ``/lines``, which are made while they are sent.
``/events`` are left alone by default, and compressed one by one here. ``/picture`` is compressed already, as its type
says. What is posted to ``/count`` may be compressed as well.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from anyio import sleep

from asgi_http import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Request,
    Response,
    StreamingResponse,
    request_response,
)
from asgi_middleware import DEFAULT_EXCLUDED_CONTENT_TYPES, CompressionMiddleware, DecompressionMiddleware

PAGE = (
    """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Compression</title>
<h1>Compression</h1>
<p id="data">Loading …</p>
<p id="lines">Loading …</p>
<ol id="events"></ol>
<script>
  const show = (id, text) => (document.getElementById(id).textContent = text);
  fetch("/data").then((response) => response.json()).then((records) => show("data", `${records.length} records`));
  fetch("/lines").then((response) => response.text()).then((text) => show("lines", `${text.length} characters`));
  const source = new EventSource("/events");
  source.onmessage = (event) => {
    document.getElementById("events").append(Object.assign(document.createElement("li"), { textContent: event.data }));
  };
</script>
"""
    + "<!-- What follows is long enough to be worth compressing. -->\n" * 20
)

RECORDS = [
    {"id": number, "name": f"Record {number}", "price": number * 1.25, "tags": ["a", "b"]} for number in range(500)
]
LINES = [f"line {number}\n" for number in range(20_000)]
PICTURE = bytes(10_000)


async def lines() -> AsyncIterator[str]:
    for start in range(0, len(LINES), 1000):
        yield "".join(LINES[start : start + 1000])


async def events() -> AsyncIterator[str]:
    number = 0
    while True:
        yield f"data: event {number}\n\n"
        number += 1
        await sleep(0.1)


async def count(request: Request) -> Response:
    """How long the body is, and whether it says that it is compressed."""
    length = len(await request.body())
    return PlainTextResponse(json.dumps([length, request.headers.get("content-encoding")]))


async def answer(request: Request) -> Response:
    match request.url.path:
        case "/":
            return HTMLResponse(PAGE, headers={"etag": '"page-1"'})
        case "/data":
            return JSONResponse(RECORDS)
        case "/lines":
            return StreamingResponse(lines(), media_type="text/plain")
        case "/events":
            return StreamingResponse(events(), media_type="text/event-stream", headers={"cache-control": "no-cache"})
        case "/picture":
            return Response(PICTURE, media_type="image/png")
        case "/count":
            return await count(request)
    return PlainTextResponse("There is no such page.", 404)


app = CompressionMiddleware(
    DecompressionMiddleware(request_response(answer), encodings=("gzip", "deflate", "br", "zstd")),
    exclude_content_types=tuple(name for name in DEFAULT_EXCLUDED_CONTENT_TYPES if name != "text/event-stream"),
)
