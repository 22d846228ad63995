"""The HTTP events of the ASGI 3 specification and its extensions as TypedDicts.

A key that asgiref requires is required here too, even where the specification gives it a default: a TypedDict is
assignable to another only when both agree on that.
"""

from collections.abc import Iterable
from typing import Any, Literal, NotRequired, TypedDict


class HTTPRequestEvent(TypedDict):
    """A part of the request body; the last one has ``more_body`` false."""

    type: Literal["http.request"]
    body: bytes
    more_body: bool


class HTTPDisconnectEvent(TypedDict):
    """The client went away, or the response is complete."""

    type: Literal["http.disconnect"]


class HTTPResponseStartEvent(TypedDict):
    """Status and headers of the response; ``trailers`` announces an `HTTPResponseTrailersEvent`."""

    type: Literal["http.response.start"]
    status: int
    headers: Iterable[tuple[bytes, bytes]]
    trailers: bool


class HTTPResponseBodyEvent(TypedDict):
    """A part of the response body; the last one has ``more_body`` false."""

    type: Literal["http.response.body"]
    body: bytes
    more_body: bool


class HTTPResponseTrailersEvent(TypedDict):
    """Extension ``http.response.trailers``: header fields after the body (RFC 9110 section 6.5)."""

    type: Literal["http.response.trailers"]
    headers: Iterable[tuple[bytes, bytes]]
    more_trailers: bool


class HTTPResponsePathsendEvent(TypedDict):
    """Extension ``http.response.pathsend``: the server sends the file at this absolute path as the body."""

    type: Literal["http.response.pathsend"]
    path: str


class HTTPResponseZeroCopySendEvent(TypedDict):
    """Extension ``http.response.zerocopysend``: the server sends from an open file, ``count`` bytes from ``offset``."""

    type: Literal["http.response.zerocopysend"]
    file: Any
    offset: NotRequired[int]
    count: NotRequired[int]
    more_body: NotRequired[bool]


class HTTPResponseEarlyHintEvent(TypedDict):
    """Extension ``http.response.early_hint``: ``Link`` values for a 103 response (RFC 8297)."""

    type: Literal["http.response.early_hint"]
    links: Iterable[bytes]


class HTTPServerPushEvent(TypedDict):
    """Extension ``http.response.push``: an HTTP/2 push promise."""

    type: Literal["http.response.push"]
    path: str
    headers: Iterable[tuple[bytes, bytes]]


class HTTPResponseDebugEvent(TypedDict):
    """Extension ``http.response.debug``: anything a test wants to see, sent before the response starts."""

    type: Literal["http.response.debug"]
    info: dict[str, object]


HTTPIncomingEvent = HTTPRequestEvent | HTTPDisconnectEvent
"""What an application may receive on an HTTP scope."""

HTTPOutgoingEvent = (
    HTTPResponseStartEvent
    | HTTPResponseBodyEvent
    | HTTPResponseTrailersEvent
    | HTTPResponsePathsendEvent
    | HTTPResponseZeroCopySendEvent
    | HTTPResponseEarlyHintEvent
    | HTTPServerPushEvent
    | HTTPResponseDebugEvent
)
"""What an application may send on an HTTP scope, extensions included."""
