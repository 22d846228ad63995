"""The scope that a server would make of a client's request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from asgi_types import Scope

from .http_library import httpx as library

if TYPE_CHECKING:
    import httpx

PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def http_scope(
    request: httpx.Request,
    root_path: str,
    client: tuple[str, int] | None,
    state: dict[str, Any],
    extensions: Iterable[str],
) -> Scope:
    """A complete scope of ``request``, with ``extensions`` as those of the server; ``state`` is copied, not its values.

    ``path`` is the whole path of the URL, whatever ``root_path`` is.
    """
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        **connection_scope(request, root_path, client, state),
        "extensions": {name: {} for name in extensions},
    }


def connection_scope(
    request: httpx.Request, root_path: str, client: tuple[str, int] | None, state: dict[str, Any]
) -> Scope:
    """What the scopes of requests and of WebSockets have in common."""
    url = request.url
    raw_path, _, query = url.raw_path.partition(b"?")
    if url.scheme not in PORTS:
        raise library.UnsupportedProtocol(f"A test client knows the schemes {', '.join(PORTS)}, and not: {url}")
    port = PORTS[url.scheme] if url.port is None else url.port
    return {
        "scheme": url.scheme,
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": root_path,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": client,
        "server": (url.host, port),
        "state": state.copy(),
    }
