"""Our TypedDicts and asgiref's are the same to a type checker, and an application typed with either is the other's.

Nothing here runs. mypy and pyright read it, and each function that returns what it was given is one statement.
"""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

import asgiref.typing as theirs

from asgi_types import ASGIApp, Receive, Response, Scope, Send, events, scopes

# Every scope and event of one name


def asgi_versions(
    our: scopes.ASGIVersions, their: theirs.ASGIVersions
) -> tuple[scopes.ASGIVersions, theirs.ASGIVersions]:
    return their, our


def http_scope(our: scopes.HTTPScope, their: theirs.HTTPScope) -> tuple[scopes.HTTPScope, theirs.HTTPScope]:
    return their, our


def websocket_scope(
    our: scopes.WebSocketScope, their: theirs.WebSocketScope
) -> tuple[scopes.WebSocketScope, theirs.WebSocketScope]:
    return their, our


def lifespan_scope(
    our: scopes.LifespanScope, their: theirs.LifespanScope
) -> tuple[scopes.LifespanScope, theirs.LifespanScope]:
    return their, our


def www_scope(our: scopes.WWWScope, their: theirs.WWWScope) -> tuple[scopes.WWWScope, theirs.WWWScope]:
    return their, our


def http_request_event(
    our: events.HTTPRequestEvent, their: theirs.HTTPRequestEvent
) -> tuple[events.HTTPRequestEvent, theirs.HTTPRequestEvent]:
    return their, our


def http_disconnect_event(
    our: events.HTTPDisconnectEvent, their: theirs.HTTPDisconnectEvent
) -> tuple[events.HTTPDisconnectEvent, theirs.HTTPDisconnectEvent]:
    return their, our


def http_response_start_event(
    our: events.HTTPResponseStartEvent, their: theirs.HTTPResponseStartEvent
) -> tuple[events.HTTPResponseStartEvent, theirs.HTTPResponseStartEvent]:
    return their, our


def http_response_body_event(
    our: events.HTTPResponseBodyEvent, their: theirs.HTTPResponseBodyEvent
) -> tuple[events.HTTPResponseBodyEvent, theirs.HTTPResponseBodyEvent]:
    return their, our


def http_response_trailers_event(
    our: events.HTTPResponseTrailersEvent, their: theirs.HTTPResponseTrailersEvent
) -> tuple[events.HTTPResponseTrailersEvent, theirs.HTTPResponseTrailersEvent]:
    return their, our


def http_response_pathsend_event(
    our: events.HTTPResponsePathsendEvent, their: theirs.HTTPResponsePathsendEvent
) -> tuple[events.HTTPResponsePathsendEvent, theirs.HTTPResponsePathsendEvent]:
    return their, our


def http_server_push_event(
    our: events.HTTPServerPushEvent, their: theirs.HTTPServerPushEvent
) -> tuple[events.HTTPServerPushEvent, theirs.HTTPServerPushEvent]:
    return their, our


def http_response_debug_event(
    our: events.HTTPResponseDebugEvent, their: theirs.HTTPResponseDebugEvent
) -> tuple[events.HTTPResponseDebugEvent, theirs.HTTPResponseDebugEvent]:
    return their, our


def websocket_connect_event(
    our: events.WebSocketConnectEvent, their: theirs.WebSocketConnectEvent
) -> tuple[events.WebSocketConnectEvent, theirs.WebSocketConnectEvent]:
    return their, our


def websocket_accept_event(
    our: events.WebSocketAcceptEvent, their: theirs.WebSocketAcceptEvent
) -> tuple[events.WebSocketAcceptEvent, theirs.WebSocketAcceptEvent]:
    return their, our


def websocket_receive_event(
    our: events.WebSocketReceiveEvent, their: theirs.WebSocketReceiveEvent
) -> tuple[events.WebSocketReceiveEvent, theirs.WebSocketReceiveEvent]:
    return their, our


def websocket_send_event(
    our: events.WebSocketSendEvent, their: theirs.WebSocketSendEvent
) -> tuple[events.WebSocketSendEvent, theirs.WebSocketSendEvent]:
    return their, our


def websocket_disconnect_event(
    our: events.WebSocketDisconnectEvent, their: theirs.WebSocketDisconnectEvent
) -> tuple[events.WebSocketDisconnectEvent, theirs.WebSocketDisconnectEvent]:
    return their, our


def websocket_close_event(
    our: events.WebSocketCloseEvent, their: theirs.WebSocketCloseEvent
) -> tuple[events.WebSocketCloseEvent, theirs.WebSocketCloseEvent]:
    return their, our


def websocket_response_start_event(
    our: events.WebSocketResponseStartEvent, their: theirs.WebSocketResponseStartEvent
) -> tuple[events.WebSocketResponseStartEvent, theirs.WebSocketResponseStartEvent]:
    return their, our


def websocket_response_body_event(
    our: events.WebSocketResponseBodyEvent, their: theirs.WebSocketResponseBodyEvent
) -> tuple[events.WebSocketResponseBodyEvent, theirs.WebSocketResponseBodyEvent]:
    return their, our


def lifespan_startup_event(
    our: events.LifespanStartupEvent, their: theirs.LifespanStartupEvent
) -> tuple[events.LifespanStartupEvent, theirs.LifespanStartupEvent]:
    return their, our


def lifespan_shutdown_event(
    our: events.LifespanShutdownEvent, their: theirs.LifespanShutdownEvent
) -> tuple[events.LifespanShutdownEvent, theirs.LifespanShutdownEvent]:
    return their, our


def lifespan_startup_complete_event(
    our: events.LifespanStartupCompleteEvent, their: theirs.LifespanStartupCompleteEvent
) -> tuple[events.LifespanStartupCompleteEvent, theirs.LifespanStartupCompleteEvent]:
    return their, our


def lifespan_startup_failed_event(
    our: events.LifespanStartupFailedEvent, their: theirs.LifespanStartupFailedEvent
) -> tuple[events.LifespanStartupFailedEvent, theirs.LifespanStartupFailedEvent]:
    return their, our


def lifespan_shutdown_complete_event(
    our: events.LifespanShutdownCompleteEvent, their: theirs.LifespanShutdownCompleteEvent
) -> tuple[events.LifespanShutdownCompleteEvent, theirs.LifespanShutdownCompleteEvent]:
    return their, our


def lifespan_shutdown_failed_event(
    our: events.LifespanShutdownFailedEvent, their: theirs.LifespanShutdownFailedEvent
) -> tuple[events.LifespanShutdownFailedEvent, theirs.LifespanShutdownFailedEvent]:
    return their, our


def connection_scope(our: scopes.ConnectionScope, their: theirs.Scope) -> tuple[scopes.ConnectionScope, theirs.Scope]:
    return their, our


def received(
    our: events.HTTPIncomingEvent | events.WebSocketIncomingEvent | events.LifespanIncomingEvent,
    their: theirs.ASGIReceiveEvent,
) -> tuple[
    events.HTTPIncomingEvent | events.WebSocketIncomingEvent | events.LifespanIncomingEvent, theirs.ASGIReceiveEvent
]:
    return their, our


def sent(our: events.WebSocketOutgoingEvent | events.LifespanOutgoingEvent) -> theirs.ASGISendEvent:
    return our


# The callables


def app(our: ASGIApp, their: theirs.ASGI3Application) -> tuple[ASGIApp, theirs.ASGI3Application]:
    return their, our


def receive(our: Receive, their: theirs.ASGIReceiveCallable) -> tuple[Receive, theirs.ASGIReceiveCallable]:
    return their, our


def send(our: Send, their: theirs.ASGISendCallable) -> tuple[Send, theirs.ASGISendCallable]:
    return their, our


async def typed_with_ours(scope: Scope, receive: Receive, send: Send) -> None: ...


async def typed_with_theirs(
    scope: theirs.Scope, receive: theirs.ASGIReceiveCallable, send: theirs.ASGISendCallable
) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": False})


async def typed_with_our_typed_dicts(
    scope: scopes.HTTPScope, receive: theirs.ASGIReceiveCallable, send: theirs.ASGISendCallable
) -> None:
    start: events.HTTPResponseStartEvent = {
        "type": "http.response.start",
        "status": 200,
        "headers": [],
        "trailers": False,
    }
    await send(start)


ours_from: tuple[ASGIApp, ...] = (typed_with_ours, typed_with_theirs, typed_with_our_typed_dicts)


async def typed_event(send: Send, our: events.HTTPResponseBodyEvent, their: theirs.HTTPResponseBodyEvent) -> None:
    await send(our)
    await send(their)


# What must be an error


def open_scope(their: theirs.HTTPScope) -> Scope:
    return their  # type: ignore[return-value]  # a TypedDict is no MutableMapping


def closed_scope(our: Scope) -> theirs.HTTPScope:
    return our  # type: ignore[return-value]


def response_as_theirs() -> theirs.ASGI3Application:
    return Response("x")  # type: ignore[return-value]  # it takes an open scope


def other_scope(our: scopes.HTTPScope) -> theirs.WebSocketScope:
    return our  # type: ignore[return-value]


def other_event(our: events.WebSocketCloseEvent) -> theirs.WebSocketDisconnectEvent:
    return our  # type: ignore[return-value]


def extension_that_asgiref_does_not_send(our: events.HTTPResponseZeroCopySendEvent) -> theirs.ASGISendEvent:
    return our  # type: ignore[return-value]
