"""The answer while nobody knows how much was let through."""

from __future__ import annotations

from math import ceil

from asgi_types import HTTPException


class RateLimitUnavailable(HTTPException):
    """Raised by a store that cannot count and must not let anything through: a 503 with ``Retry-After``.

    >>> RateLimitUnavailable(retry_after=0.4)
    RateLimitUnavailable(status_code=503, detail='Rate limits cannot be checked at the moment. Try again later.')
    """

    def __init__(self, retry_after: float = 1.0) -> None:
        headers = {"retry-after": str(max(ceil(retry_after), 1))}
        super().__init__(503, "Rate limits cannot be checked at the moment. Try again later.", headers)
