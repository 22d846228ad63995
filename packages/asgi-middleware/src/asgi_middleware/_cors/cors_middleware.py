"""Who may read an application's answers from pages of other origins: the CORS protocol of the Fetch standard."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection
from functools import lru_cache

from asgi_types import (
    TOKEN,
    ASGIApp,
    Headers,
    Message,
    RawHeaders,
    Receive,
    Response,
    Scope,
    Send,
    add_vary,
    is_async_callable,
    start_with,
)
from asgi_types.origin import MAX_ORIGIN, WITHOUT_HOST, parse_origin

from .._fields import Pairs
from . import cors_options
from .cors_options import SAFELISTED_HEADERS

_ALLOW_ORIGIN = b"access-control-allow-origin"
_ALLOW_CREDENTIALS = b"access-control-allow-credentials"
_ALLOW_HEADERS = b"access-control-allow-headers"
_EXPOSE_HEADERS = b"access-control-expose-headers"
_REQUEST_METHOD = b"access-control-request-method"
_REQUEST_HEADERS = b"access-control-request-headers"
_REQUEST_PRIVATE_NETWORK = b"access-control-request-private-network"

_ASKED = frozenset({b"origin", _REQUEST_METHOD, _REQUEST_HEADERS, _REQUEST_PRIVATE_NETWORK})

_MAX_KEPT = 1000
"""Bytes of a preflight's question whose answer is kept."""

_VARY = (b"vary", b"Origin")
_PREFLIGHT_VARY = (
    b"vary",
    b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network",
)
_VARY_ALONE = frozenset({b"vary"})
_NEVER_EXPOSED = frozenset({b"set-cookie", b"set-cookie2"})  # Fetch standard section 2.2.2

# Of a preflight's question nothing is made text that is not shown: the list is matched as the bytes that it came as.
_MEMBER = rf"[ \t]*+(?:{TOKEN}[ \t]*+)?+"
_TOKEN_LIST = re.compile(rf"{_MEMBER}(?:,{_MEMBER})*+".encode())


class CORSMiddleware:
    """Let pages of other origins read the answers, and send what needs a preflight request first.

    ``allow_origins`` are origins as ``"https://example.org"``, without a path, ``"https://*.example.org"`` for all
    below a domain, or ``"*"`` for all there are; ``"null"``, which sandboxed pages and files send, counts only if it is
    listed, as does ``"file://"`` of web views. ``allow_origin_regex`` matches whole origins.
    ``allow_methods`` (``"*"``: `ALL_METHODS`) and ``allow_headers`` (``"*"``: any) are what a preflight may ask for,
    ``expose_headers`` what pages may read of an answer (``"*"``: all), and ``max_age`` the seconds, 600 by default, for
    which a browser keeps a preflight's answer. With ``allow_credentials`` requests with cookies are answered too, with
    the origin itself and lists in place of ``*``, which browsers then do not take; with ``"*"`` as origin this trusts
    every page there is. ``allow_private_network`` allows pages of the public network to ask a private one. For a
    decision of your own override `is_allowed_origin`.

    A preflight is answered here: ``OK``, or a 400 that says what is not allowed. All other requests go through, those
    of foreign origins as well: CORS protects what is read, not what is done; for that see `CSRFMiddleware`. The
    headers are on every answer that comes from inside, errors included, and take the place of the application's own,
    which stay in an answer to an origin that is not allowed.
    WebSockets pass: browsers ask for no permission there.

    Raises `ValueError` for what is no origin, no method or no header name, though an empty origin is passed over, and
    for a ``max_age`` that is no whole number from 0 on; `TypeError` for an async `is_allowed_origin` and an origin that
    is no text. A subclass whose ``refuses_useless`` is false logs such options as warnings, and does without.

    >>> import asyncio
    >>> app = CORSMiddleware(Response("Hello"), allow_origins=["https://example.org"])
    >>> async def send(message):
    ...     print(*message.get("headers", ()))
    >>> scope = {"type": "http", "method": "GET", "headers": [(b"origin", b"https://example.org")]}
    >>> asyncio.run(app(scope, None, send))  # doctest: +ELLIPSIS
    (b'content-length', b'5') (b'access-control-allow-origin', b'https://example.org') (b'vary', b'Origin')...
    """

    refuses_useless: bool = True
    """Whether options that can have no effect are a `ValueError`, or logged as a warning and left out."""

    def __init__(
        self,
        app: ASGIApp,
        allow_origins: Collection[str] = (),
        allow_methods: Collection[str] = ("GET",),
        allow_headers: Collection[str] = (),
        allow_credentials: bool = False,
        allow_origin_regex: str | None = None,
        allow_private_network: bool = False,
        expose_headers: Collection[str] = (),
        max_age: int = 600,
    ) -> None:
        strictly = self.refuses_useless
        max_age = cors_options.age(max_age, refuses_useless=strictly)
        request_headers = {*SAFELISTED_HEADERS, *cors_options.names(allow_headers, refuses_useless=strictly)}
        exposed = cors_options.names(expose_headers, refuses_useless=strictly)
        self.app = app
        self._origins = cors_options.origins(allow_origins, refuses_useless=strictly)
        self.allow_origins: tuple[str, ...] = self._origins.origins
        self.allow_methods: tuple[str, ...] = cors_options.methods(allow_methods, refuses_useless=strictly)
        self.allow_headers: list[str] = sorted(name.lower() for name in request_headers)
        self.allow_all_origins: bool = self._origins.has_all
        self.allow_all_headers: bool = "*" in request_headers
        self.allow_credentials = allow_credentials
        self.allow_origin_regex: re.Pattern[str] | None = (
            None if allow_origin_regex is None else re.compile(allow_origin_regex)
        )
        self.allow_private_network = allow_private_network
        self.max_age = max_age
        self._methods = frozenset(method.encode() for method in self.allow_methods)
        self._names = frozenset(name.encode() for name in self.allow_headers)
        self._is_open = self.allow_all_origins and not allow_credentials
        self._credentials = ((_ALLOW_CREDENTIALS, b"true"),) if allow_credentials else ()
        self._exposes_all = "*" in exposed and allow_credentials  # where "*" means nothing, the names are listed
        self._exposed: Pairs = ()
        if exposed and not self._exposes_all:
            self._exposed = ((_EXPOSE_HEADERS, b"*" if "*" in exposed else ", ".join(exposed).encode()),)
        replaced = {_ALLOW_ORIGIN, _ALLOW_CREDENTIALS, b"vary"}
        self._replaced = frozenset({*replaced, _EXPOSE_HEADERS} if exposed else replaced)
        self._preflight = self._preflight_pairs(sorted(request_headers))
        self._sharing: Callable[[bytes], Pairs] = self._share
        self._answer: Callable[..., tuple[int, str, RawHeaders]] = self._preflight_answer
        if type(self).is_allowed_origin is CORSMiddleware.is_allowed_origin:  # the same question has the same answer
            self._sharing = lru_cache(maxsize=256)(self._share)
            self._answer = lru_cache(maxsize=256)(self._preflight_answer)
        elif is_async_callable(self.is_allowed_origin):
            raise TypeError("is_allowed_origin cannot be async: its coroutine would count as True. Write 'def'.")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        origin = _origin_field(scope["headers"])
        if origin is None:
            sharing: Pairs = ()
        elif scope["method"] == "OPTIONS" and _REQUEST_METHOD in dict(scope["headers"]):
            await self.preflight_response(Headers(raw=list(scope["headers"])))(scope, receive, send)
            return
        else:
            sharing = self._sharing(origin)

        def sharing_send(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message = start_with(message, self._shared(message.get("headers", ()), sharing))
            return send(message)

        await self.app(scope, receive, sharing_send)

    def is_allowed_origin(self, origin: str) -> bool:
        """Whether pages of this origin may read the answers; override it for a decision of your own.

        An override gets what may be an origin, ``null`` or ``file://``, and is asked for each request.
        """
        if self._is_open or origin in self._origins:
            return True
        if parse_origin(origin) is None:
            return False
        return self.allow_all_origins or (
            self.allow_origin_regex is not None and self.allow_origin_regex.fullmatch(origin) is not None
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """The answer to a preflight request with these headers: what is allowed, or a 400 that says what is not."""
        fields = [field for field in request_headers.raw if field[0] in _ASKED]
        asked = dict(fields)
        if len(asked) != len(fields):
            asked = {name: b", ".join(value for found, value in fields if found == name) for name in asked}
        origin, method = asked.get(b"origin", b""), asked.get(_REQUEST_METHOD, b"")
        wanted = asked.get(_REQUEST_HEADERS, b"")
        is_short = len(origin) + len(method) + len(wanted) <= _MAX_KEPT
        decide = self._answer if is_short else self._preflight_answer
        status, text, headers = decide(origin, method, wanted, _REQUEST_PRIVATE_NETWORK in asked)
        response = Response(text, status, media_type="text/plain")
        response.raw_headers = [*headers]
        return response

    def _preflight_answer(
        self, origin: bytes, method: bytes, wanted: bytes, is_private: bool
    ) -> tuple[int, str, RawHeaders]:
        sharing = self._share(origin)
        conditions = {
            "origin": bool(sharing),
            "method": method in self._methods,
            "headers": self._allows_headers(wanted),
            "private-network": self.allow_private_network or not is_private,
        }
        failures = [name for name, is_met in conditions.items() if not is_met]
        status, text = (400, f"Disallowed CORS {', '.join(failures)}") if failures else (200, "OK")
        headers = Response(text, media_type="text/plain").raw_headers
        headers.append(_PREFLIGHT_VARY)
        if sharing:
            headers += (*sharing, *self._preflight)
            if self.allow_all_headers and conditions["headers"] and wanted.strip(b" \t,"):
                headers.append((_ALLOW_HEADERS, wanted))
            if is_private and self.allow_private_network:
                headers.append((b"access-control-allow-private-network", b"true"))
        return status, text, headers

    def _preflight_pairs(self, request_headers: list[str]) -> Pairs:
        pairs = [
            (b"access-control-allow-methods", ", ".join(self.allow_methods).encode()),
            (b"access-control-max-age", b"%d" % self.max_age),
        ]
        if not self.allow_all_headers:
            pairs.append((_ALLOW_HEADERS, ", ".join(request_headers).encode()))
        return tuple(pairs)

    def _share(self, origin: bytes) -> Pairs:
        """The headers that share an answer with this origin, or none."""
        text = origin.decode("latin-1")
        may_be_echoed = self._is_open or text in WITHOUT_HOST or text in self._origins or parse_origin(text) is not None
        if not may_be_echoed or not self.is_allowed_origin(text):
            return ()
        return ((_ALLOW_ORIGIN, b"*" if self._is_open else origin), *self._credentials)

    def _allows_headers(self, wanted: bytes) -> bool:
        if self.allow_all_headers:
            return _TOKEN_LIST.fullmatch(wanted) is not None
        listed = [name.strip(b" \t") for name in wanted.lower().split(b",")]
        return all(name in self._names for name in listed if name)

    def _shared(self, headers: Pairs, sharing: Pairs) -> RawHeaders:
        """The headers of an answer with those that share it, in place of its own of these names."""
        given = list(headers)
        replaced = self._replaced if sharing else _VARY_ALONE
        kept = [pair for pair in given if pair[0] not in replaced]
        exposed = self._exposed if sharing else ()
        if self._exposes_all and sharing:
            listed = dict.fromkeys(name for name, _ in kept if name not in _NEVER_EXPOSED)
            exposed = ((_EXPOSE_HEADERS, b", ".join((*listed, b"vary"))),)
        if len(kept) == len(given):
            return [*kept, *sharing, *exposed, _VARY]
        kept = [pair for pair in given if pair[0] == b"vary" or pair[0] not in replaced]
        kept += (*sharing, *exposed)
        add_vary(kept, b"Origin")
        return kept


def _origin_field(headers: Pairs) -> bytes | None:
    """The origin that a request names, or None. Several of them are as good as one that is malformed, and so empty."""
    origin: bytes | None = None
    for name, value in headers:
        if name == b"origin":
            origin = value if origin is None and len(value) <= MAX_ORIGIN else b""
    return origin
