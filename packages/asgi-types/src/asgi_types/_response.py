"""The one base response: a fixed body with its status, headers and cookies, which is an ASGI application itself.

Most responses are sent as they were made, so the header list of one that nobody looks at is never kept: it is put
together from cached pairs when it is sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from ._asgi import Receive, Scope, Send
from ._content_headers import content_headers
from ._field import field_name, field_value
from ._headers import RawHeaders
from ._mutable_headers import MutableHeaders
from ._response_messages import denial_send, may_have_body, response_start
from ._set_cookie import SameSite, format_set_cookie

if TYPE_CHECKING:
    from datetime import datetime

BackgroundWork = Callable[[], Awaitable[None]]


class Response:
    """A complete response, sent by calling it as an ASGI application.

    ``content`` is ``None`` (no bytes), ``str`` (encoded in `charset`), ``bytes``, ``bytearray`` or ``memoryview``;
    subclasses take more by overriding `render`. ``content-length`` and, if there is a media type, ``content-type`` are
    added unless given; ``text/*`` gets a ``charset`` parameter. ``background`` is awaited after the last byte.

    A response to HEAD, and one with status 1xx, 204 or 304, sends no body (RFC 9110 sections 9.3.2 and 6.4.1). On a
    ``websocket`` scope the messages are those of a denial response.

    Raises `ValueError` for header names that are no tokens and values with CR, LF, NUL or non-latin-1 characters, and
    `TypeError` for content it cannot render.

    >>> response = Response("Hello", media_type="text/plain")
    >>> response.headers["content-type"], response.headers["content-length"]
    ('text/plain; charset=utf-8', '5')
    """

    media_type: str | None = None
    charset: str = "utf-8"
    may_partition: bool = True
    """Whether cookies can be ``Partitioned``; it is a `ValueError` else."""
    # Attributes that keep their default are read from the class: setting them for every response costs more.
    status_code: int = 200
    background: BackgroundWork | None = None
    body: bytes | bytearray | memoryview = b""
    _raw: RawHeaders | None = None
    _headers: MutableHeaders | None = None
    _makes_headers_eagerly: bool = False

    def __init__(
        self,
        content: Any = None,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
    ) -> None:
        if status_code != 200:
            self.status_code = status_code
        if media_type is not None:
            self.media_type = media_type
        if background is not None:
            self.background = background
        self.body = self.render(content)
        if headers is not None or self._makes_headers_eagerly:
            self.init_headers(headers)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._makes_headers_eagerly = cls.init_headers is not Response.init_headers

    def render(self, content: Any) -> bytes | bytearray | memoryview:
        """The bytes of the body for ``content``."""
        if isinstance(content, str):
            return content.encode(self.charset)
        if content is None:
            return b""
        if isinstance(content, (bytes, bytearray)):
            return content
        if isinstance(content, memoryview):
            return content.cast("B") if content.c_contiguous else content.tobytes()
        raise TypeError(
            f"{type(self).__name__} cannot send content of type {type(content).__name__}: give str or bytes, "
            "or use a response class that renders it, such as JSONResponse."
        )

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Make `raw_headers` from those given and the automatic ones; for subclasses that skip ``__init__``."""
        given = () if headers is None else headers.items()
        raw = [(field_name(name), field_value(value)) for name, value in given]
        names = {name for name, _ in raw}
        # A subclass that streams has no body at all, and so no length that could be known.
        length = len(self.body) if "body" in self.__dict__ and may_have_body(self.status_code) else None
        automatic = content_headers(length, self.media_type, self.charset)
        self.raw_headers = [*raw, *(pair for pair in automatic if pair[0] not in names)]

    @property
    def raw_headers(self) -> RawHeaders:
        """The live list of header pairs as bytes."""
        if self._raw is None:
            self.init_headers()
        return self._raw  # type: ignore[return-value]

    @raw_headers.setter
    def raw_headers(self, raw: RawHeaders) -> None:
        self._raw = raw
        self._headers = None

    @property
    def headers(self) -> MutableHeaders:
        """The headers, to be read and changed."""
        if self._headers is None:
            self._headers = MutableHeaders(raw=self.raw_headers)
        return self._headers

    def set_cookie(
        self,
        key: str,
        value: str = "",
        max_age: int | None = None,
        expires: datetime | str | int | None = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: SameSite | None = "lax",
        partitioned: bool = False,
    ) -> None:
        """Add a ``Set-Cookie`` header (RFC 6265 section 4.1).

        ``max_age`` and an ``expires`` of type int are seconds from now. A value with spaces or other special
        characters is quoted as the standard library does. Raises `ValueError` for a name that is no token, for an
        ``expires`` without a time zone, and for CR, LF, NUL or non-latin-1 characters anywhere.
        """
        if partitioned and not self.may_partition:
            raise ValueError("Partitioned cookies are only supported in Python 3.14 and above.")
        cookie = format_set_cookie(
            key,
            value,
            max_age=max_age,
            expires=expires,
            path=path,
            domain=domain,
            secure=secure,
            httponly=httponly,
            samesite=samesite,
            partitioned=partitioned,
        )
        self.raw_headers.append((b"set-cookie", field_value(cookie)))

    def delete_cookie(
        self,
        key: str,
        path: str = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: SameSite | None = "lax",
        partitioned: bool = False,
    ) -> None:
        """Make the browser forget a cookie; ``path`` and ``domain`` must be those it was set with."""
        self.set_cookie(key, "", 0, 0, path, domain, secure, httponly, samesite, partitioned)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        if scope["type"] == "websocket":
            send = denial_send(send)
        status = self.status_code
        has_body = status == 200 or may_have_body(status)
        if self._raw is None:
            headers = [*content_headers(len(self.body) if has_body else None, self.media_type, self.charset)]
            await send({"type": "http.response.start", "status": status, "headers": headers})
        else:
            await send(response_start(status, self._raw))
        body = self.body if has_body and scope.get("method") != "HEAD" else b""
        await send({"type": "http.response.body", "body": body})
        if self.background is not None:
            await self.background()
