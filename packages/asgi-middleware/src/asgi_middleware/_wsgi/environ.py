"""The environment of a WSGI application, from a scope."""

from __future__ import annotations

import io
import sys
from typing import Any, BinaryIO, cast

from asgi_types import RawHeaders, Scope, get_route_path


def build_environ(scope: Scope, body: bytes | io.BufferedIOBase) -> dict[str, Any]:
    """What PEP 3333 and RFC 3875 want to know of a request; ``body`` is bytes, or a file to read them from.

    Text is as WSGI wants it: bytes decoded as Latin-1. Fields of one name are joined, by commas or as cookies are.
    Left out are fields whose name has an underscore, which would pass for another one with a hyphen, and ``Proxy``,
    which libraries take for a setting of the process (CVE-2016-5385).

    >>> scope = {"type": "http", "method": "GET", "path": "/app/x", "root_path": "/app", "headers": [(b"x-id", b"7")]}
    >>> environ = build_environ(scope, b"")
    >>> [environ[name] for name in ("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_X_ID")]
    ['/app', '/x', '', '7']
    """
    root_path = scope.get("root_path", "").rstrip("/")
    server = scope.get("server") or ("localhost", None)
    default_port = 443 if scope.get("scheme") == "https" else 80
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": _as_wsgi(root_path),
        "PATH_INFO": _as_wsgi(get_route_path({**scope, "root_path": root_path})),
        "QUERY_STRING": (scope.get("query_string") or b"").decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or default_port),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme") or "http",
        "wsgi.input": io.BytesIO(body) if isinstance(body, bytes) else cast(BinaryIO, body),
        "wsgi.input_terminated": True,  # reading ends with the body, whether or not its length is known
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    client = scope.get("client")
    if client:
        environ["REMOTE_ADDR"] = client[0]
        environ["REMOTE_PORT"] = str(client[1])
    _add_fields(environ, scope["headers"])
    return environ


def _add_fields(environ: dict[str, Any], headers: RawHeaders) -> None:
    found: dict[str, list[str]] = {}
    for field, value in headers:
        if b"_" not in field and field != b"proxy":
            name = field.decode("latin-1").upper().replace("-", "_")
            found.setdefault(name, []).append(value.decode("latin-1"))
    for name, values in found.items():
        if name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            environ[name] = values[0]
        else:
            environ[f"HTTP_{name}"] = ("; " if name == "COOKIE" else ", ").join(values)


def _as_wsgi(text: str) -> str:
    return text.encode("utf-8", "replace").decode("latin-1")
