"""From a connection's scope to the text of its URL."""

from urllib.parse import quote

from ._asgi import Scope
from ._host import parse_host

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}

# What would end the path early, or what urlsplit silently drops, so that reading the URL gives the scope's path back.
_UNSAFE_IN_PATH = {code: f"%{code:02X}" for code in (*range(0x20), 0x7F, *b"?#\\")}

_PATH_CHARACTERS = "/:@!$&'()*+,;=~"  # RFC 3986 section 3.3
_QUERY_CHARACTERS = _PATH_CHARACTERS + "?%[]"  # brackets as all browsers send them


def scope_url(scope: Scope) -> str:
    """The absolute URL of a connection, or its path and query if neither header nor server tells the host."""
    path = url_path(scope["path"])
    query: bytes = scope.get("query_string", b"")
    if query:
        path = f"{path}?{query.decode('utf-8', 'replace')}"
    return scope_origin(scope) + path


def scope_origin(scope: Scope) -> str:
    """``scheme://host[:port]`` of a connection, or an empty string.

    The port of the ``Host`` header stays as the client sent it; the server's is left out if it is the scheme's default.
    """
    scheme = scope.get("scheme") or ("ws" if scope["type"] == "websocket" else "http")
    authority = _host_header(scope) or _server(scope, _DEFAULT_PORTS.get(scheme))
    return f"{scheme}://{authority}" if authority else ""


def url_path(path: str) -> str:
    """A decoded path made safe to stand in a URL: it cannot end early, nor begin or go on with an authority."""
    path = path.translate(_UNSAFE_IN_PATH)
    if path.startswith("//"):
        return f"/%2F{path[2:]}"
    return f"/{path}" if path and path[0] != "/" else path


def redirect_target(path: str, query_string: bytes = b"") -> str:
    """``Location`` for another path of the same host, with the query kept.

    It is relative, so that it holds behind any proxy, and never leads to another host, which two slashes at its
    beginning would (RFC 3986 section 4.2). ``path`` is decoded and begins with a slash.

    >>> redirect_target("/café/", b"page=2"), redirect_target("//evil.example/")
    ('/caf%C3%A9/?page=2', '/%2Fevil.example/')
    """
    location = quote(path, safe=_PATH_CHARACTERS, errors="replace")
    if location.startswith("//"):
        location = f"/%2F{location[2:]}"
    return f"{location}?{quote(query_string, safe=_QUERY_CHARACTERS)}" if query_string else location


def _host_header(scope: Scope) -> str:
    values = [value for name, value in scope.get("headers", ()) if name == b"host"]
    if len(values) != 1:  # several are as ambiguous as none (RFC 9112 section 3.2)
        return ""
    found = parse_host(values[0].decode("latin-1"))
    return "" if found is None else _authority(*found)


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
