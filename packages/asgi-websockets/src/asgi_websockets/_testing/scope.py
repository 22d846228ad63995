"""The scope that a server would make of a client's handshake."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import cast
from urllib.parse import quote, unquote, urlsplit

from asgi_types import Headers, RawHeaders, Scope

HeaderSource = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]

SCHEMES = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}
PORTS = {"ws": 80, "wss": 443}

# What may stand unescaped in the path and the query of a URL, RFC 3986; a percent sign is taken for an escape.
PATH_CHARACTERS = "/%:@!$&'()*+,;=~"
QUERY_CHARACTERS = PATH_CHARACTERS + "?"


def websocket_scope(
    url: str = "/",
    subprotocols: Sequence[str] = (),
    headers: HeaderSource = (),
    *,
    cookies: Mapping[str, str] | None = None,
    root_path: str = "",
    client: tuple[str, int] | None = ("testclient", 50000),
) -> Scope:
    """A complete scope of a WebSocket, as a server makes it of a client's handshake.

    ``url`` is a path with or without a query, of the host ``testserver``, or a URL; ``http`` and ``https`` stand for
    ``ws`` and ``wss``, and a fragment is left out, as clients do. ``headers`` is a mapping or an iterable of pairs,
    of strings or of bytes; they come in place of those of the same name that every handshake has. ``path`` of the
    scope is the whole path of the URL, whatever ``root_path`` is.

    The scope says that the server can send a denial response; delete ``scope["extensions"]`` for one that cannot.

    Raises `ValueError` for a URL of another scheme or without a host, and for a header that cannot be sent.

    >>> scope = websocket_scope("wss://example.com/caf%C3%A9?room=1", ["chat"], {"Origin": "https://example.com"})
    >>> scope["scheme"], scope["server"], scope["path"], scope["raw_path"], scope["query_string"]
    ('wss', ('example.com', 443), '/café', b'/caf%C3%A9', b'room=1')
    >>> [value for name, value in scope["headers"] if name in (b"host", b"origin", b"sec-websocket-protocol")]
    [b'example.com', b'chat', b'https://example.com']
    """
    scheme, host, server, path, query = _split(url)
    raw_path = quote(path or "/", PATH_CHARACTERS)
    raw_headers = _pairs(headers)
    if cookies:
        raw_headers += _pairs({"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())})
    given = {name for name, _ in raw_headers}
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "scheme": scheme,
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("ascii"),
        "query_string": quote(query, QUERY_CHARACTERS).encode("ascii"),
        "root_path": root_path,
        "headers": [*(pair for pair in _handshake(host, subprotocols) if pair[0] not in given), *raw_headers],
        "client": client,
        "server": server,
        "subprotocols": list(subprotocols),
        "state": {},
        "extensions": {"websocket.http.response": {}},
    }


def _split(url: str) -> tuple[str, str, tuple[str, int], str, str]:
    # A path may begin with two slashes, and hold a colon, so only what begins with a scheme is a URL.
    address, _, _ = url.partition("#")
    if re.match("[A-Za-z][A-Za-z0-9+.-]*://", address) is None:
        path, _, query = address.partition("?")
        return "ws", "testserver", ("testserver", 80), path if path.startswith("/") else f"/{path}", query
    parts = urlsplit(address)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"Not the URL of a WebSocket: {url!r}. Its scheme is one of ws, wss, http and https.")
    if not parts.hostname:
        raise ValueError(f"The URL has no host: {url!r}.")
    scheme = SCHEMES[parts.scheme]
    port = PORTS[scheme] if parts.port is None else parts.port
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown = host if port == PORTS[scheme] else f"{host}:{port}"
    return scheme, shown, (parts.hostname, port), parts.path, parts.query


def _handshake(host: str, subprotocols: Sequence[str]) -> RawHeaders:
    fields = {
        "host": host,
        "user-agent": "testclient",
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-key": "dGhlIHRlc3Qgc2Vzc2lvbg==",  # any 16 bytes in base64, RFC 6455 section 4.1
        "sec-websocket-version": "13",
    }
    if subprotocols:
        fields["sec-websocket-protocol"] = ", ".join(subprotocols)
    return _pairs(fields)


def _pairs(headers: HeaderSource) -> RawHeaders:
    items = cast("Mapping[str, str]", headers).items() if isinstance(headers, Mapping) else headers
    return [pair for name, value in items for pair in Headers({_text(name): _text(value)}).raw]


def _text(part: str | bytes) -> str:
    return part.decode("latin-1") if isinstance(part, bytes) else part
