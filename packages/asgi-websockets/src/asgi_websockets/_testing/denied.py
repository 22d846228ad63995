"""The application refused the connection with an HTTP response."""

from __future__ import annotations

import json
from typing import Any

from asgi_types import Headers

from .._disconnect import WebSocketDisconnect


class WebSocketDenied(WebSocketDisconnect):
    """A denial response (the ASGI extension ``websocket.http.response``) instead of a connection; ``code`` is 1000.

    >>> denied = WebSocketDenied(403, [(b"content-type", b"application/json")], b'{"detail":"Sign in first."}')
    >>> denied.status_code, denied.headers["content-type"], denied.json()
    (403, 'application/json', {'detail': 'Sign in first.'})
    >>> str(denied)
    'The application refused the connection with status 403: {"detail":"Sign in first."}'
    """

    def __init__(self, status_code: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        super().__init__(1000)
        self.status_code = status_code
        self.headers: Headers = Headers(raw=headers)
        self.body = body

    @property
    def text(self) -> str:
        """The body in the charset that ``content-type`` names, or in UTF-8; what cannot be decoded is replaced."""
        from email.message import Message  # reads the parameters of a content type

        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        charset = message.get_content_charset("utf-8")
        try:
            return self.body.decode(charset, "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The value of the body; raises `ValueError` for what is no JSON."""
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"The application refused the connection with status {self.status_code}: {self.text:.500}"

    def __repr__(self) -> str:
        return f"WebSocketDenied(status_code={self.status_code!r}, body={self.body[:500]!r})"
