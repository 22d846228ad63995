"""The aliases at run time, where frameworks that read annotations see them; their meaning is in tests/typing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any, get_type_hints

from asgi_types import (
    AppType,
    ASGIApp,
    BackgroundWork,
    Lifespan,
    Message,
    RawHeaders,
    Receive,
    Scope,
    Send,
    StatefulLifespan,
    StatelessLifespan,
)


def test_scopes_and_messages_are_open_mappings() -> None:
    assert Scope == Message == MutableMapping[str, Any]
    assert RawHeaders == list[tuple[bytes, bytes]]


def test_the_callables() -> None:
    assert Receive == Callable[[], Awaitable[Any]]
    assert Send == Callable[[Any], Awaitable[None]]
    assert ASGIApp == Callable[[Any, Any, Any], Awaitable[None]]
    assert BackgroundWork == Callable[[], Awaitable[None]]


def test_a_lifespan_is_of_an_application_and_may_yield_a_state() -> None:
    assert StatelessLifespan[int] == Callable[[int], AbstractAsyncContextManager[None]]
    assert StatefulLifespan[int] == Callable[[int], AbstractAsyncContextManager[Mapping[str, Any]]]
    assert Lifespan[int] == StatelessLifespan[int] | StatefulLifespan[int]
    assert AppType.__name__ == "AppType"


def test_annotations_with_them_can_be_read_at_run_time() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None: ...

    assert get_type_hints(app)["scope"] == MutableMapping[str, Any]
