"""The id of the request that is being served, for whatever runs on its behalf."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final, NamedTuple

REQUEST_ID: Final = "asgi_middleware.request_id"
"""The scope key of the request's id."""


class Identity(NamedTuple):
    """What a request is known by."""

    request_id: str
    trace_id: str | None


CURRENT: ContextVar[Identity | None] = ContextVar("asgi_middleware.request_identity", default=None)


def request_id() -> str | None:
    """The id that `RequestIDMiddleware` gave the request or WebSocket which is being served; None outside of one.

    It is a context variable, so endpoints, functions in threads, tasks that are started, background work and other
    middleware all see it.

    >>> request_id() is None
    True
    """
    identity = CURRENT.get()
    return None if identity is None else identity.request_id


def trace_id() -> str | None:
    """The id of the trace that the request belongs to, if a trusted ``traceparent`` told one; else None.

    >>> trace_id() is None
    True
    """
    identity = CURRENT.get()
    return None if identity is None else identity.trace_id
