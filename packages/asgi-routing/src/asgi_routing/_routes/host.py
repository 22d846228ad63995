"""An application behind a host name."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from asgi_types import ASGIApp, Scope, parse_host, scope_host_name

from .._patterns.convertors import Convertor
from .._patterns.path_pattern import PARAM_REGEX, compile_path, replace_params
from .._patterns.path_reader import PathReader, path_reader
from .._url_path import URLPath
from .base_route import Match
from .middleware_stack import MiddlewareTriple, wrapped
from .mounted_app import MountedApp


class Host(MountedApp):
    """Hand all connections for one host, or for the hosts of a pattern, to an application.

    The host is that of the ``Host`` header, in lower case and without its port, whatever number that is; a malformed
    header is of no host.
    Parameters, as in ``{customer}.example.org``, are found in ``scope["path_params"]``. A port in the pattern is only
    for the URLs made of it.

    ``middleware`` and ``max_body_size`` are around the application; see `Route`. Its lifespan runs within the router's,
    unless ``lifespan`` is false; None is what the class attribute says, which is True. ``name`` is the first part of
    the names of its routes, ``name:route``.

    Raises `AssertionError` for a host that begins with a slash. Its URLs raise `ValueError` for parameters that make no
    host.

    >>> from asgi_routing import Route, Router
    >>> async def home(connection): ...
    >>> host = Host("{customer}.example.org", Router([Route("/", home)]), name="site")
    >>> url = host.url_path_for("site:home", customer="acme")
    >>> str(url.make_absolute_url("https://example.org"))
    'https://acme.example.org/'
    """

    host: str
    host_regex: re.Pattern[str]
    host_format: str
    param_convertors: dict[str, Convertor[Any]]
    _read_host: PathReader | None = None  # made at the first host, of the attributes there are then

    def __init__(
        self,
        host: str,
        app: ASGIApp,
        name: str | None = None,
        *,
        middleware: Sequence[MiddlewareTriple] | None = None,
        max_body_size: float | None = None,
        lifespan: bool | None = None,
    ) -> None:
        assert not host.startswith("/"), "Host must not start with '/'"
        self.host = host
        self.base_app: ASGIApp = app
        self.app: ASGIApp = wrapped(app, middleware, max_body_size)
        self.name = name
        if lifespan is not None:
            self.lifespan = lifespan
        self.host_regex, self.host_format, self.param_convertors = compile_path(_lower(host))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] not in ("http", "websocket"):
            return Match.NONE, {}
        host = scope_host_name(scope)
        params = None if host is None else self._read(host.lower())
        if params is None:
            return Match.NONE, {}
        return Match.FULL, {"path_params": {**scope.get("path_params", {}), **params}, "endpoint": self.app}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Host) and self.host == other.host and self.app == other.app

    def __repr__(self) -> str:
        return f"{type(self).__name__}(host={self.host!r}, name={self.name or ''!r}, app={self.app!r})"

    def _own_params(self) -> Collection[str]:
        return self.param_convertors.keys()

    def _outside(self, url: URLPath, own_params: dict[str, Any]) -> URLPath:
        host, _ = replace_params(self.host_format, self.param_convertors, own_params)
        if parse_host(host) is None:  # with a slash in it, say, it would lead to another one
            raise ValueError(f"{host!r} is no host, made of {self.host!r} and {own_params!r}.")
        return URLPath(url, url.protocol, host)

    def _read(self, host: str) -> dict[str, Any] | None:
        if self._read_host is None:
            self._read_host = path_reader(self.host_regex, self.host_format, self.param_convertors)
        return self._read_host(host)


def _lower(host: str) -> str:
    """A host pattern whose literal text is in lower case, as hosts are compared (RFC 9110 section 4.2.3)."""
    end = 0
    lower = ""
    for parameter in PARAM_REGEX.finditer(host):
        lower += host[end : parameter.start()].lower() + parameter[0]
        end = parameter.end()
    return lower + host[end:].lower()
