"""The connection scopes of the ASGI 3 specification as TypedDicts.

They have the same keys as asgiref's, so that either is assignable to the other. A server may add keys, and middleware
does: `Scope`, the open mapping, is what applications take; these are for those who want their keys checked.
"""

from collections.abc import Iterable
from typing import Any, Literal, NotRequired, TypedDict


class ASGIVersions(TypedDict):
    """``scope["asgi"]``: the versions of the ASGI core and of the protocol's own specification."""

    spec_version: str
    version: Literal["2.0", "3.0"]


class HTTPScope(TypedDict):
    """The scope of one HTTP request (ASGI HTTP specification, "HTTP Connection Scope")."""

    type: Literal["http"]
    asgi: ASGIVersions
    http_version: str
    method: str
    scheme: str
    path: str
    raw_path: bytes
    query_string: bytes
    root_path: str
    headers: Iterable[tuple[bytes, bytes]]
    client: tuple[str, int] | None
    server: tuple[str, int | None] | None
    state: NotRequired[dict[str, Any]]
    extensions: dict[str, dict[object, object]] | None


class WebSocketScope(TypedDict):
    """The scope of one WebSocket connection (ASGI HTTP specification, "Websocket Connection Scope")."""

    type: Literal["websocket"]
    asgi: ASGIVersions
    http_version: str
    scheme: str
    path: str
    raw_path: bytes
    query_string: bytes
    root_path: str
    headers: Iterable[tuple[bytes, bytes]]
    client: tuple[str, int] | None
    server: tuple[str, int | None] | None
    subprotocols: Iterable[str]
    state: NotRequired[dict[str, Any]]
    extensions: dict[str, dict[object, object]] | None


class LifespanScope(TypedDict):
    """The scope of the application's life in one process (ASGI lifespan specification)."""

    type: Literal["lifespan"]
    asgi: ASGIVersions
    state: NotRequired[dict[str, Any]]


class TLSExtension(TypedDict):
    """``scope["extensions"]["tls"]``: what is known of the TLS connection (ASGI TLS extension 0.2)."""

    server_cert: str | None
    client_cert_chain: NotRequired[Iterable[str]]
    client_cert_name: NotRequired[str | None]
    client_cert_error: NotRequired[str | None]
    tls_version: int | None
    cipher_suite: int | None


WWWScope = HTTPScope | WebSocketScope
"""A scope that a client's connection opened."""

ConnectionScope = HTTPScope | WebSocketScope | LifespanScope
"""Any scope of the specification; asgiref's ``Scope``."""
