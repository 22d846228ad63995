"""The two exceptions that stand for an answer: a layer above turns them into a response or a close frame."""

from collections.abc import Mapping
from functools import lru_cache


class HTTPException(Exception):  # noqa: N818 - Starlette's name
    """End the request with this status, a plain-text detail and extra headers.

    ``detail`` defaults to the reason phrase of the status code, or to an empty string for a code without one.

    >>> str(HTTPException(404))
    '404: Not Found'
    >>> HTTPException(401, "Sign in first.", headers={"WWW-Authenticate": "Bearer"}).headers
    {'WWW-Authenticate': 'Bearer'}
    """

    status_code: int
    detail: str
    headers: Mapping[str, str] | None

    def __init__(self, status_code: int, detail: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        self.status_code = status_code
        self.detail = _reason_phrase(status_code) if detail is None else detail
        self.headers = headers

    def __str__(self) -> str:
        return f"{self.status_code}: {self.detail}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}(status_code={self.status_code!r}, detail={self.detail!r})"


class WebSocketException(Exception):  # noqa: N818 - Starlette's name
    """Close the WebSocket with this code (RFC 6455 section 7.4) and reason.

    >>> str(WebSocketException(1008, "Sign in first."))
    '1008: Sign in first.'
    """

    code: int
    reason: str

    def __init__(self, code: int, reason: str | None = None) -> None:
        self.code = code
        self.reason = reason or ""

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}(code={self.code!r}, reason={self.reason!r})"


@lru_cache(maxsize=64)  # making a member of an enumeration of a number takes as long as the rest of a refusal
def _reason_phrase(status_code: int) -> str:
    from http import HTTPStatus  # builds some sixty enum members, and many programs never need one

    try:
        return HTTPStatus(status_code).phrase
    except ValueError:
        return ""
