"""A session that would be lost on its way or fill the store."""

from __future__ import annotations


class SessionTooLargeError(RuntimeError):
    """A session larger than its cookie, which browsers would refuse and so lose, or its store may be, in bytes.

    >>> error = SessionTooLargeError(5000, 4096)
    >>> error.size, error.limit
    (5000, 4096)
    """

    def __init__(self, size: int, limit: int, reason: str = "browsers refuse a cookie of more than that") -> None:
        super().__init__(f"The session takes {size} bytes of at most {limit}, as {reason}: keep less in it.")
        self.size = size
        self.limit = limit
