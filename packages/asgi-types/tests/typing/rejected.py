"""Mistakes that type checkers must find: each commented line is an error, and the file fails if it stops being one.

Nothing here runs. mypy reads it (`warn_unused_ignores`, part of strict) and so does pyright, for which the next line
makes a comment that suppresses nothing an error; it takes mypy's comments for its own.
"""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import AsyncIterator

from asgi_types import (
    Address,
    ASGIApp,
    BackgroundWork,
    HTTPConnection,
    HTTPException,
    Lifespan,
    Receive,
    Response,
    Scope,
    Send,
    WebSocketException,
    is_async_callable,
    refuse,
)
from asgi_types.events import HTTPOutgoingEvent, HTTPResponseBodyEvent, HTTPResponseStartEvent, WebSocketCloseEvent
from asgi_types.scopes import HTTPScope, WebSocketScope

# Applications


def not_async(scope: Scope, receive: Receive, send: Send) -> None: ...


async def two_arguments(scope: Scope, receive: Receive) -> None: ...


async def answering(scope: Scope, receive: Receive, send: Send) -> int:
    return 1


class NoCall: ...


app: ASGIApp
app = not_async  # type: ignore[assignment]
app = two_arguments  # type: ignore[assignment]
app = answering  # type: ignore[assignment]
app = NoCall()  # type: ignore[assignment]
app = Response  # type: ignore[assignment]

# Lifespans


async def no_context_manager(app: ASGIApp) -> AsyncIterator[None]:
    yield


lifespan: Lifespan[ASGIApp] = no_context_manager  # type: ignore[assignment]

# Responses

work: BackgroundWork = print  # type: ignore[assignment]
Response("x", "200")  # type: ignore[arg-type]
Response("x", headers={"a": 1})  # type: ignore[dict-item]
Response("x", headers=[("a", "b")])  # type: ignore[arg-type]
Response("x", background=print)  # type: ignore[arg-type]
Response("x").headers = {}  # type: ignore[assignment, misc]
Response("x").set_cookie("a", samesite="sometimes")  # type: ignore[arg-type]
Response("x").set_cookie("a", max_age="5")  # type: ignore[arg-type]

# Connections


def connection(view: HTTPConnection) -> None:
    view["path"] = "/"  # type: ignore[index]
    view.headers["a"] = "b"  # type: ignore[index]
    view.query_params["a"] = "b"  # type: ignore[index]
    view.url = "/"  # type: ignore[assignment, misc]
    print(view.client.host)  # type: ignore[union-attr]
    view.url_for(name="a")  # type: ignore[call-arg]
    HTTPConnection("/")  # type: ignore[arg-type]


def state(view: HTTPConnection[int]) -> None: ...  # type: ignore[type-var]


Address("localhost")  # type: ignore[call-arg]
Address("localhost", "80")  # type: ignore[arg-type]

# Refusals


async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
    await refuse(scope, receive, send, ValueError())  # type: ignore[arg-type]
    await refuse(scope, receive, send, WebSocketException(1008))  # type: ignore[arg-type]


HTTPException("404")  # type: ignore[arg-type]
HTTPException(404, headers={"a": 1})  # type: ignore[dict-item]
WebSocketException()  # type: ignore[call-arg]
is_async_callable()  # type: ignore[call-arg]

# Scopes and events


def scopes(http: HTTPScope, websocket: WebSocketScope) -> Scope:
    http = websocket  # type: ignore[assignment]
    http["missing"]  # type: ignore[typeddict-item]
    http["method"] = b"GET"  # type: ignore[typeddict-item]
    return websocket  # type: ignore[return-value]  # a TypedDict is no MutableMapping


start: HTTPResponseStartEvent
start = {"type": "http.response.start", "status": 200}  # type: ignore[typeddict-item]
body: HTTPResponseBodyEvent
body = {"type": "http.response.start", "body": b"", "more_body": False}  # type: ignore[typeddict-item]
body = {"type": "http.response.body", "body": "text", "more_body": False}  # type: ignore[typeddict-item]
body = {"type": "http.response.body", "body": b"", "more_body": False, "x": 1}  # type: ignore[typeddict-unknown-key]


def outgoing(close: WebSocketCloseEvent) -> HTTPOutgoingEvent:
    return close  # type: ignore[return-value]
