"""The types that users of the package see, of every public name.

Nothing here runs. mypy and pyright read it.
"""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal, TypedDict, assert_type

from asgi_types import (
    GUARD,
    URL,
    Address,
    ASGIApp,
    BackgroundWork,
    Guard,
    Headers,
    HTTPConnection,
    HTTPException,
    ImmutableMultiDict,
    Lifespan,
    Message,
    MultiDict,
    MutableHeaders,
    QueryParams,
    RawHeaders,
    Receive,
    Response,
    SameSite,
    Scope,
    Send,
    State,
    WebSocketException,
    answer,
    get_route_path,
    is_async_callable,
    parse_cookies,
    parse_host,
    refuse,
)
from asgi_types.events import (
    HTTPDisconnectEvent,
    HTTPIncomingEvent,
    HTTPOutgoingEvent,
    HTTPRequestEvent,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
)
from asgi_types.scopes import ConnectionScope, HTTPScope, LifespanScope, WebSocketScope


def aliases(scope: Scope, message: Message, samesite: SameSite, raw: RawHeaders) -> None:
    assert_type(scope["path"], Any)
    assert_type(message["type"], Any)
    assert_type(samesite, Literal["lax", "strict", "none"])
    assert_type(raw, list[tuple[bytes, bytes]])
    key: str = GUARD
    assert_type(scope.get(key), Any | None)


async def callables(app: ASGIApp, scope: Scope, receive: Receive, send: Send, guard: Guard) -> None:
    assert_type(await receive(), Any)
    assert_type(send({"type": "websocket.accept"}), Awaitable[None])
    assert_type(app(scope, receive, send), Awaitable[None])
    assert_type(guard(app, scope, receive, send), Awaitable[None])
    assert_type(refuse(scope, receive, send, HTTPException(404)), Awaitable[None])
    assert_type(answer(scope, receive, send, HTTPException(404)), Awaitable[None])


# A response


def response(work: BackgroundWork) -> None:
    made = Response("x", 200, {"a": "b"}, "text/plain", work)
    assert_type(made.status_code, int)
    assert_type(made.media_type, str | None)
    assert_type(made.charset, str)
    assert_type(made.background, Callable[[], Awaitable[None]] | None)
    assert_type(made.body, bytes | bytearray | memoryview)
    assert_type(made.headers, MutableHeaders)
    assert_type(made.raw_headers, list[tuple[bytes, bytes]])
    assert_type(made.render("x"), bytes | bytearray | memoryview)
    made.set_cookie("a", samesite="strict")
    made.delete_cookie("a")
    app: ASGIApp = made
    app = Response()
    assert_type(app, Response)


# A connection


class LifespanState(TypedDict):
    pool: str


class AppState(State):
    pool: str


def connection(scope: Scope, receive: Receive, send: Send) -> None:
    view = HTTPConnection(scope, receive, send)
    assert_type(view, HTTPConnection[State])
    assert_type(view.scope["path"], Any)
    assert_type(view["path"], Any)
    assert_type(view.get("path"), Any | None)
    assert_type(iter(view), Iterator[str])
    assert_type(len(view), int)
    assert_type(hash(view), int)
    assert_type(view.app, Any)
    assert_type(view.url, URL)
    assert_type(view.base_url, URL)
    assert_type(view.headers, Headers)
    assert_type(view.query_params, QueryParams)
    assert_type(view.path_params, dict[str, Any])
    assert_type(view.cookies, dict[str, str])
    assert_type(view.client, Address | None)
    assert_type(view.session, dict[str, Any])
    assert_type(view.auth, Any)
    assert_type(view.user, Any)
    assert_type(view.state, State)
    assert_type(view.state.anything, Any)
    assert_type(view.url_for("name", id=5), URL)
    mapping: Mapping[str, Any] = view
    assert_type(mapping["path"], Any)


def typed_state(by_item: HTTPConnection[LifespanState], by_attribute: HTTPConnection[AppState]) -> None:
    assert_type(by_item.state, LifespanState)
    assert_type(by_item.state["pool"], str)
    assert_type(by_attribute.state.pool, str)


def address(found: Address) -> None:
    host, port = found
    assert_type(host, str)
    assert_type(port, int)
    assert_type(found.host, str)
    assert_type(found.port, int)


def state(entries: State) -> None:
    assert_type(entries.anything, Any)
    assert_type(entries["anything"], Any)
    assert_type(list(entries), list[str])
    entries.anything = 5
    entries["anything"] = 5
    del entries["anything"], entries.anything


# Headers, query, URL


def headers(read: Headers, changed: MutableHeaders) -> None:
    assert_type(read["a"], str)
    assert_type(read.getlist("a"), list[str])
    assert_type(read.keys(), list[str])
    assert_type(read.items(), list[tuple[str, str]])
    assert_type(read.raw, list[tuple[bytes, bytes]])
    assert_type(read.mutablecopy(), MutableHeaders)
    changed["a"] = "b"
    del changed["a"]
    assert_type(changed.setdefault("a", "b"), str)
    mapping: Mapping[str, str] = read
    assert_type(mapping["a"], str)


def multi_dicts(query: QueryParams, fixed: ImmutableMultiDict[str, int], changed: MultiDict) -> None:
    assert_type(query["a"], str)
    assert_type(query.getlist("a"), list[str])
    assert_type(query.multi_items(), list[tuple[str, str]])
    assert_type(fixed["a"], int)
    assert_type(fixed.getlist("a"), list[int])
    changed["a"] = 5
    changed.append("a", 6)


def url(found: URL) -> None:
    assert_type(found.path, str)
    assert_type(found.hostname, str | None)
    assert_type(found.port, int | None)
    assert_type(found.is_secure, bool)
    assert_type(found.replace(path="/"), URL)


def functions(scope: Scope, either: Callable[[], Any]) -> None:
    assert_type(get_route_path(scope), str)
    assert_type(parse_cookies("a=b"), dict[str, str])
    assert_type(parse_host("a"), tuple[str, int | None] | None)
    if is_async_callable(either):
        assert_type(either(), Awaitable[Any])


def exceptions(http: HTTPException, websocket: WebSocketException) -> None:
    assert_type(http.status_code, int)
    assert_type(http.detail, str)
    assert_type(http.headers, Mapping[str, str] | None)
    assert_type(websocket.code, int)
    assert_type(websocket.reason, str)


# Lifespans


@asynccontextmanager
async def without_state(app: ASGIApp) -> AsyncGenerator[None, None]:
    yield


@asynccontextmanager
async def with_state(app: ASGIApp) -> AsyncGenerator[LifespanState, None]:
    yield {"pool": "a pool"}


lifespans: tuple[Lifespan[ASGIApp], ...] = (without_state, with_state)


# TypedDicts: the type of a scope or event decides which it is


def scopes(scope: ConnectionScope) -> None:
    if scope["type"] == "http":
        assert_type(scope, HTTPScope)
        assert_type(scope["method"], str)
    elif scope["type"] == "websocket":
        assert_type(scope, WebSocketScope)
    else:
        assert_type(scope, LifespanScope)


def incoming(event: HTTPIncomingEvent) -> None:
    if event["type"] == "http.request":
        assert_type(event, HTTPRequestEvent)
        assert_type(event["body"], bytes)
    else:
        assert_type(event, HTTPDisconnectEvent)


async def outgoing(scope: HTTPScope, receive: Receive, send: Send) -> None:
    start: HTTPOutgoingEvent = HTTPResponseStartEvent(
        type="http.response.start", status=200, headers=[], trailers=False
    )
    await send(start)
    await send(HTTPResponseBodyEvent(type="http.response.body", body=b"", more_body=False))


typed_app: ASGIApp = outgoing
