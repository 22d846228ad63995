"""Server-sent events in a bare ASGI application: numbers that go on where a client left off, and a channel for all.

uvicorn events:app

GET /            a page that shows the numbers; /?/board shows the board
GET /numbers     1, 2, 3, ...: after the last that the client has; ``?cut=3`` ends each connection after 3
GET /board       what is posted to it, from now on, or after the last that the client has; ``?cut=3`` as above
POST /board      posts the body as text
"""

from collections.abc import AsyncGenerator, AsyncIterable
from typing import Any

import anyio

from asgi_http import (
    SHUTDOWN,
    EventChannel,
    EventSourceResponse,
    HTMLResponse,
    HTTPException,
    MemoryEventBuffer,
    PlainTextResponse,
    Request,
    Response,
    ServerSentEvent,
    request_response,
    watch_shutdown,
)

PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Events</title>
<p>Connections: <output id="connections">0</output></p>
<ol id="events"></ol>
<script>
const received = [];
let connections = 0;
const source = new EventSource(location.search.slice(1) || "/numbers");
source.onopen = () => { document.getElementById("connections").value = ++connections; };
source.onmessage = (event) => {
  received.push(event.data);
  document.getElementById("events").appendChild(document.createElement("li")).textContent = event.data;
};
</script>
"""

board = EventChannel(MemoryEventBuffer())


async def numbers(last: int) -> AsyncGenerator[ServerSentEvent, None]:
    """The numbers after ``last``; a client that loses the connection comes back after a tenth of a second."""
    yield ServerSentEvent(retry=100)
    while True:
        last += 1
        yield ServerSentEvent(last, id=last)
        await anyio.sleep(0.02)


async def first(count: int, events: AsyncIterable[ServerSentEvent]) -> AsyncGenerator[ServerSentEvent, None]:
    """The first ``count`` events that a listener hears, and then the end."""
    async for event in events:
        yield event
        count -= event.data is not None
        if count == 0:
            return


async def endpoint(request: Request) -> Response:
    if request.url.path == "/":
        return HTMLResponse(PAGE)
    if request.url.path == "/board" and request.method == "POST":
        event = await board.publish(ServerSentEvent((await request.body()).decode("utf-8", "replace"), retry=100))
        return PlainTextResponse(event.id, 201)
    last_event_id = request.headers.get("last-event-id")
    events: AsyncIterable[ServerSentEvent]
    if request.url.path == "/numbers":
        events = numbers(int(last_event_id) if last_event_id and last_event_id.isdecimal() else 0)
    elif request.url.path == "/board":
        events = board.subscribe(last_event_id)
    else:
        raise HTTPException(404)
    cut = request.query_params.get("cut", "")
    return EventSourceResponse(first(int(cut), events) if cut.isdecimal() else events, ping=5)


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """Where open streams learn of the shutdown: the server itself tells only when they have ended."""
    await receive()
    async with watch_shutdown() as shutdown:
        scope["state"][SHUTDOWN] = shutdown
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


answer = request_response(endpoint)


async def app(scope: Any, receive: Any, send: Any) -> None:
    await (lifespan if scope["type"] == "lifespan" else answer)(scope, receive, send)
