"""From a connection's scope to the text of its URL."""

from ._asgi import Scope
from ._host import parse_host

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}

# What would end the path early, or what urlsplit silently drops, so that reading the URL gives the scope's path back.
_UNSAFE_IN_PATH = {code: f"%{code:02X}" for code in (*range(0x20), 0x7F, *b"?#\\")}


def scope_url(scope: Scope) -> str:
    """The absolute URL of a connection, or its path and query if neither header nor server tells the host."""
    path = url_path(scope["path"])
    query: bytes = scope.get("query_string", b"")
    if query:
        path = f"{path}?{query.decode('latin-1')}"
    return scope_origin(scope) + path


def scope_origin(scope: Scope) -> str:
    """``scheme://host[:port]`` of a connection without the scheme's default port, or an empty string."""
    scheme = scope.get("scheme", "http")
    found = _host_header(scope) or _server(scope)
    if found is None:
        return ""
    host, port = found
    if port is None or port == _DEFAULT_PORTS.get(scheme):
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{port}"


def url_path(path: str) -> str:
    """A decoded path made safe to stand in a URL: it cannot end early, nor begin an authority."""
    path = path.translate(_UNSAFE_IN_PATH)
    return f"/%2F{path[2:]}" if path.startswith("//") else path


def _host_header(scope: Scope) -> tuple[str, int | None] | None:
    values = [value for name, value in scope.get("headers", ()) if name == b"host"]
    if len(values) != 1:  # several are as ambiguous as none (RFC 9112 section 3.2)
        return None
    return parse_host(values[0].decode("latin-1"))


def _server(scope: Scope) -> tuple[str, int | None] | None:
    server = scope.get("server")
    if server is None or server[1] is None:  # None, or the path of a Unix socket
        return None
    host, port = server
    return (f"[{host}]" if ":" in host and not host.startswith("[") else host), port
