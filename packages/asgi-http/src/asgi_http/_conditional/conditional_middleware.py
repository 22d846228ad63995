"""Conditional requests for a whole application: a client that has what it asks for is told so, not sent it again.

It saves the transfer, not the work: the application has answered before the answer is compared. `check_preconditions`
saves both, and is the one for requests that change something.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, cast

from asgi_types import ASGIApp, Message, RawHeaders, Receive, Scope, Send, send_tells_disconnect

from .http_date import parse_http_date
from .preconditions import conditional_fields, evaluate_preconditions, not_modified_headers

MAX_SIZE: Final = 1024 * 1024
"""Bytes of a body that gets an entity tag, unless told otherwise: about a millisecond of work."""

_BEFORE_THE_BODY = ("http.response.early_hint", "http.response.push")
_FOR_CACHES = (b"cache-control", b"expires")  # which speak of the 200, and would have a 412 stored


class ConditionalMiddleware:
    """Answer GET and HEAD with 304 or 412 where the request's preconditions ask for it (RFC 9110 section 13).

    It looks at responses with status 200. Those with an ``ETag`` or ``Last-Modified`` of their own are compared by
    these. With ``etag``, others get a strong ``ETag`` made of their bytes if they come whole: in one message, with
    their ``Content-Length``, of at most ``max_size`` bytes, and without ``Cache-Control: no-store``. Streams are never
    held back.

    A 304 keeps all headers but those that describe the body, so that cookies and policies arrive. What the application
    sends of a body that nobody needs is dropped; if it goes on to send, it is told that the client has gone.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> app = ConditionalMiddleware(Response("Hello"))
    >>> async def send(message):
    ...     print(message)
    >>> scope = {"type": "http", "method": "GET", "headers": [(b"if-none-match", b"*")]}
    >>> asyncio.run(app(scope, None, send))
    {'type': 'http.response.start', 'status': 304, 'headers': [(b'etag', b'"185f8db32271fe25f561a6fc938b2e26"')]}
    {'type': 'http.response.body', 'body': b''}
    """

    def __init__(self, app: ASGIApp, *, etag: bool = True, max_size: int = MAX_SIZE) -> None:
        self.app = app
        self.etag = etag
        self.max_size = max_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        fields = conditional_fields(_listed_headers(scope))
        makes_etag = self.etag and scope["method"] == "GET"
        if not fields and not makes_etag:
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(scope, send, fields, self.max_size if makes_etag else -1)
        try:
            await self.app(scope, receive, exchange.send)
        except Exception as exc:
            if not exchange.has_caused(exc):
                raise
        await exchange.finish()


class _Exchange:
    """One response on its way through."""

    __slots__ = ("_fields", "_goodbye", "_held", "_is_answered", "_is_passing", "_max_size", "_scope", "_send")

    def __init__(self, scope: Scope, send: Send, fields: Mapping[bytes, str], max_size: int) -> None:
        self._scope = scope
        self._send = send
        self._fields = fields
        self._max_size = max_size  # of what gets a tag; -1: nothing does
        self._held: Message | None = None
        self._is_passing = False
        self._is_answered = False
        self._goodbye: OSError | None = None

    async def send(self, message: Message) -> None:
        """What the application sends by."""
        if self._is_passing:
            await self._send(message)
        elif self._is_answered:
            self._drop(message)
        elif message["type"] == "http.response.start":
            await self._start(message)
        elif self._held is not None and message["type"] not in _BEFORE_THE_BODY:
            await self._complete(self._held, message)
        else:
            await self._send(message)

    async def finish(self) -> None:
        """After the application: what it left unfinished is the server's to judge."""
        if self._held is not None:
            await self._send(self._held)

    def has_caused(self, error: BaseException | None) -> bool:
        """Whether this error is what became of telling the application that the client has gone.

        A group of errors is, if all of its members are.
        """
        while error is not None and self._goodbye is not None:
            if error is self._goodbye:
                return True
            if isinstance(error, BaseExceptionGroup):
                group = cast("BaseExceptionGroup[BaseException]", error)
                return all(map(self.has_caused, group.exceptions))
            error = error.__cause__ or error.__context__
        return False

    async def _start(self, message: Message) -> None:
        headers: RawHeaders = list(message.get("headers", ()))
        message = {**message, "headers": headers}  # they may have been readable once
        if message["status"] == 200:
            # Servers take names as applications write them, and so some do not write them in lower case.
            headers[:] = [(name.lower(), value) for name, value in headers]
            etag, modified = _value(headers, b"etag"), _value(headers, b"last-modified")
            if etag is not None or modified is not None:
                if await self._answered(headers, etag, modified):
                    return
            elif self._may_get_tag(message):
                self._held = message
                return
        self._is_passing = True
        await self._send(message)

    def _may_get_tag(self, message: Message) -> bool:
        length = _value(message["headers"], b"content-length") or ""
        return (
            length.isdecimal()
            and len(length) < 16
            and int(length) <= self._max_size
            and "no-store" not in (_value(message["headers"], b"cache-control") or "").lower()
            and not message.get("trailers", False)
        )

    async def _complete(self, start: Message, message: Message) -> None:
        """The first part of the body, by which a whole one can be told."""
        self._held = None
        body = message.get("body", b"")
        is_whole = message["type"] == "http.response.body" and not message.get("more_body", False)
        if is_whole and len(body) <= self._max_size:
            etag = body_etag(body)
            headers = start["headers"]
            headers.append((b"etag", etag.encode("latin-1")))
            if await self._answered(headers, etag, None):
                return
        self._is_passing = True
        await self._send(start)
        await self._send(message)

    async def _answered(self, headers: RawHeaders, etag: str | None, modified: str | None) -> bool:
        """Answer with what the preconditions ask for, if anything."""
        verdict = evaluate_preconditions(
            self._scope["method"], self._fields, etag, None if modified is None else parse_http_date(modified)
        )
        if verdict is None:
            return False
        self._is_answered = True
        body = b""
        headers = not_modified_headers(headers)
        if verdict == 412:
            headers = [pair for pair in headers if pair[0] not in _FOR_CACHES]
            headers += [(b"content-length", b"19"), (b"content-type", b"text/plain; charset=utf-8")]
            body = b"Precondition Failed" if self._scope["method"] == "GET" else b""
        await self._send({"type": "http.response.start", "status": verdict, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})
        return True

    def _drop(self, message: Message) -> None:
        if message.get("more_body", False) and send_tells_disconnect(self._scope):
            # A stream may go on for ever. It need not, if the client has all it wanted; on older servers, `receive`
            # tells it that the response is complete.
            self._goodbye = self._goodbye or OSError("The client has what the rest of this body would tell it.")
            raise self._goodbye


def _listed_headers(scope: Scope) -> RawHeaders:
    """The headers of the request, which a server may give as what can be read once."""
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    if not isinstance(headers, list):
        headers = scope["headers"] = list(headers)
    return headers


def body_etag(body: bytes | bytearray | memoryview) -> str:
    """A strong entity tag of these bytes: 128 bits of their SHA-256.

    >>> body_etag(b"Hello")
    '"185f8db32271fe25f561a6fc938b2e26"'
    """
    from hashlib import sha256  # loads OpenSSL

    return f'"{sha256(body, usedforsecurity=False).hexdigest()[:32]}"'


def _value(headers: RawHeaders, wanted: bytes) -> str | None:
    return next((value.decode("latin-1") for name, value in headers if name == wanted), None)
