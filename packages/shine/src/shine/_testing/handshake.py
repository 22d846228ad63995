"""The request of a client that wants a WebSocket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

from asgi_types import Scope

from .http_scope import connection_scope

if TYPE_CHECKING:
    import httpx
else:
    from .http_library import httpx

SCHEMES: Final = {"http": "ws", "https": "wss"}


def handshake_url(base_url: httpx.URL, url: str) -> str:
    """``url`` of the host of ``base_url``, whose path counts for nothing, as in Starlette's client.

    One of ``http`` or ``https`` is one of ``ws`` or ``wss``, as for a browser.
    """
    joined = urlsplit(urljoin(f"{base_url.scheme}://{base_url.netloc.decode('ascii')}/", url))
    return joined._replace(scheme=SCHEMES.get(joined.scheme, joined.scheme)).geturl()


def handshake_headers(headers: Any, subprotocols: Sequence[str] | None) -> httpx.Headers:
    """``headers`` and those that Starlette's client has in each handshake."""
    complete = httpx.Headers(headers)
    complete.setdefault("connection", "upgrade")
    complete.setdefault("sec-websocket-key", "testserver==")
    complete.setdefault("sec-websocket-version", "13")
    if subprotocols is not None:
        complete.setdefault("sec-websocket-protocol", ", ".join(subprotocols))
    return complete


def handshake_scope(
    request: httpx.Request, root_path: str, client: tuple[str, int] | None, state: dict[str, Any]
) -> Scope:
    """The scope that a server would make of ``request``."""
    offered = request.headers.get("sec-websocket-protocol", "")
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        **connection_scope(request, root_path, client, state),
        "subprotocols": [each.strip() for each in offered.split(",") if each.strip()],
        "extensions": {"websocket.http.response": {}},
    }
