"""From a connection's scope to the text of its URL."""

from typing import Final
from urllib.parse import quote

from ._asgi import Scope
from ._host import parse_host, parse_host_name

DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}
"""The ports that a URL leaves out, by its scheme."""

# What would end the path early, or what urlsplit silently drops, so that reading the URL gives the scope's path back.
_UNSAFE_IN_PATH = {code: f"%{code:02X}" for code in (*range(0x20), 0x7F, *b"?#\\")}

_PATH_CHARACTERS = "/:@!$&'()*+,;=~"  # RFC 3986 section 3.3
_QUERY_CHARACTERS = _PATH_CHARACTERS + "?%[]"  # brackets as all browsers send them


def scope_url(scope: Scope, *, keeps_slashes: bool = False) -> str:
    """The absolute URL of a connection, or its path and query if neither header nor server tells the host.

    With ``keeps_slashes`` a path behind a host may begin with several slashes.
    """
    path: str = scope["path"]
    origin = scope_origin(scope)
    path = path.translate(_UNSAFE_IN_PATH) if keeps_slashes and origin and path[:2] == "//" else url_path(path)
    query: bytes = scope.get("query_string", b"")
    if query:
        path = f"{path}?{query.decode('utf-8', 'replace')}"
    return scope_origin(scope) + path


def scope_origin(scope: Scope) -> str:
    """``scheme://host[:port]`` of a connection, or an empty string.

    The port of the ``Host`` header stays as the client sent it; the server's is left out if it is the scheme's default.
    """
    scheme = scope.get("scheme") or ("ws" if scope.get("type") == "websocket" else "http")
    authority = _client_authority(scope) or _server(scope, DEFAULT_PORTS.get(scheme))
    return f"{scheme}://{authority}" if authority else ""


def url_path(path: str) -> str:
    """A decoded path made safe to stand in a URL: it cannot end early, nor begin or go on with an authority."""
    path = path.translate(_UNSAFE_IN_PATH)
    if path.startswith("//"):
        return f"/%2F{path[2:]}"
    return f"/{path}" if path and path[0] != "/" else path


ENCODED_SLASH: Final = "\udc2f"
"""Stands in a decoded path for a slash that was ``%2F`` and is data; decoding UTF-8 never gives a lone surrogate."""


def slash_redirect(path: str, surplus: int = 0, query_string: bytes = b"") -> str:
    """``Location`` for the same path with a slash added at its end, or with ``surplus`` of its slashes there removed.

    ``path`` is decoded, and begins with a slash or is empty; `ENCODED_SLASH` in it becomes ``%2F``. The reference is
    relative to the path itself (RFC 3986 section 4.2), so it holds behind a proxy that adds or removes a prefix. With
    empty segments, which not every client resolves alike, it is relative to the host. It never leads to another one.

    >>> slash_redirect("/menu/café", query_string=b"page=2"), slash_redirect("/a:b/", 1)
    ('./caf%C3%A9/?page=2', '../a:b')
    >>> slash_redirect("//evil.example")
    '/%2Fevil.example/'
    """
    other = path[:-surplus] if surplus else f"{path}/"
    quoted = "%2F".join(quote(part, safe=_PATH_CHARACTERS, errors="replace") for part in other.split(ENCODED_SLASH))
    if "//" in path or "//" in other:
        reference = f"/%2F{quoted[2:]}" if quoted.startswith("//") else quoted
    else:
        segment = quoted.rstrip("/").rpartition("/")[2]
        added = f"./{segment}/" if segment else "./"
        reference = f"../{segment}" if surplus else added
    return f"{reference}?{quote(query_string, safe=_QUERY_CHARACTERS)}" if query_string else reference


def scope_host(scope: Scope) -> tuple[str, int | None] | None:
    """Host and port of a connection's ``Host`` header, or None if there is none, or several, or a malformed one.

    Several are as ambiguous as none (RFC 9112 section 3.2).

    >>> scope_host({"type": "http", "headers": [(b"host", b"example.org:8000")]})
    ('example.org', 8000)
    """
    value = _host_header(scope)
    return None if value is None else parse_host(value)


def scope_host_name(scope: Scope) -> str | None:
    """The host of a connection's ``Host`` header without its port, which may be any number; None as of `scope_host`.

    >>> scope_host_name({"type": "http", "headers": [(b"host", b"example.org:8000")]})
    'example.org'
    """
    value = _host_header(scope)
    return None if value is None else parse_host_name(value)


def _host_header(scope: Scope) -> str | None:
    values = [value for name, value in scope.get("headers", ()) if name == b"host"]
    return values[0].decode("latin-1") if len(values) == 1 else None


def _client_authority(scope: Scope) -> str:
    value = _host_header(scope)
    return "" if value is None or parse_host(value) is None else value.removesuffix(":")


def _server(scope: Scope, default_port: int | None) -> str:
    server = scope.get("server")
    if server is None or server[1] is None:  # None, or the path of a Unix socket
        return ""
    host, port = server
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return _authority(host, None if port == default_port else port)


def _authority(host: str, port: int | None) -> str:
    return host if port is None else f"{host}:{port}"
