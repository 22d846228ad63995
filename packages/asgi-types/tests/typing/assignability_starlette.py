"""Our aliases and Starlette's are the same to a type checker: either may be given where the other is asked for.

Nothing here runs. mypy and pyright read it, and each function that returns what it was given is one statement.
"""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from typing import TypeVar

import starlette.types as theirs
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse

from asgi_types import ASGIApp, Lifespan, Message, Receive, Response, Scope, Send, StatefulLifespan, StatelessLifespan
from asgi_types.events import HTTPResponseStartEvent
from asgi_types.scopes import HTTPScope

App = TypeVar("App")


def scope(our: Scope, their: theirs.Scope) -> tuple[Scope, theirs.Scope]:
    return their, our


def message(our: Message, their: theirs.Message) -> tuple[Message, theirs.Message]:
    return their, our


def receive(our: Receive, their: theirs.Receive) -> tuple[Receive, theirs.Receive]:
    return their, our


def send(our: Send, their: theirs.Send) -> tuple[Send, theirs.Send]:
    return their, our


def app(our: ASGIApp, their: theirs.ASGIApp) -> tuple[ASGIApp, theirs.ASGIApp]:
    return their, our


def lifespan(our: Lifespan[App], their: theirs.Lifespan[App]) -> tuple[Lifespan[App], theirs.Lifespan[App]]:
    return their, our


def stateless(
    our: StatelessLifespan[App], their: theirs.StatelessLifespan[App]
) -> tuple[StatelessLifespan[App], theirs.StatelessLifespan[App]]:
    return their, our


def stateful(
    our: StatefulLifespan[App], their: theirs.StatefulLifespan[App]
) -> tuple[StatefulLifespan[App], theirs.StatefulLifespan[App]]:
    return their, our


# Applications


async def typed_with_ours(scope: Scope, receive: Receive, send: Send) -> None: ...


async def typed_with_theirs(scope: theirs.Scope, receive: theirs.Receive, send: theirs.Send) -> None: ...


async def typed_with_a_typed_dict(scope: HTTPScope, receive: Receive, send: Send) -> None: ...


ours_from: tuple[ASGIApp, ...] = (
    typed_with_ours,
    typed_with_theirs,
    Starlette(),
    PlainTextResponse("x"),
    GZipMiddleware(typed_with_ours),
)
theirs_from: tuple[theirs.ASGIApp, ...] = (typed_with_ours, typed_with_theirs, Response("x"))


async def mixed(scope: theirs.Scope, receive: theirs.Receive, send: theirs.Send) -> None:
    await Response("x", background=BackgroundTask(print, "done"))(scope, receive, send)


# Why our Send takes anything: a TypedDict is no MutableMapping, so Starlette's refuses a typed event.


async def typed_event(our: Send, their: theirs.Send, event: HTTPResponseStartEvent) -> None:
    await our(event)
    await their(event)  # type: ignore[arg-type]


def typed_scope(app: ASGIApp) -> theirs.ASGIApp:
    checked: theirs.ASGIApp = typed_with_a_typed_dict  # type: ignore[assignment]
    return checked if app is None else app
