"""The answer while the store of the sessions cannot be reached."""

from __future__ import annotations

from math import ceil

from asgi_types import HTTPException


class SessionStoreUnavailable(HTTPException):
    """Raised by a store that cannot be reached, or has not answered in time: a 503 with ``Retry-After``.

    >>> SessionStoreUnavailable()
    SessionStoreUnavailable(status_code=503, detail='Sessions cannot be reached at the moment. Try again later.')
    """

    def __init__(self, retry_after: float = 1.0) -> None:
        headers = {"retry-after": str(max(ceil(retry_after), 1))}
        super().__init__(503, "Sessions cannot be reached at the moment. Try again later.", headers)
