"""The limit on the size of a request's body: where it is found and given, and the refusal of a larger body."""

from typing import Final

from ._asgi import Scope
from ._exceptions import HTTPException

MAX_BODY_SIZE: Final = "asgi_types.max_body_size"
"""The scope key of the limit: an int is bytes, None is no limit.

Applications, middleware and routes write it, each replacing what one further out wrote, and whoever reads the body
keeps to it. Without the key each reader has a default of its own.
"""


def body_limit(max_body_size: float) -> int | None:
    """What the scope has as `MAX_BODY_SIZE` for a parameter ``max_body_size``, where `math.inf` is no limit.

    None is for whoever takes the parameter: it leaves the limit of what is around. Raises `ValueError` for that and
    whatever else is neither an int of at least 0 nor `math.inf`.

    >>> body_limit(1_000_000), body_limit(float("inf"))
    (1000000, None)
    """
    given: object = max_body_size
    if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
        return given
    if isinstance(given, float) and given == float("inf"):
        return None
    raise ValueError(f"max_body_size is {given!r}: give a number of bytes, or math.inf for no limit.")


class ContentTooLarge(HTTPException):
    """A request body larger than its limit: a 413 (RFC 9110 section 15.5.14).

    ``limit`` is that limit in bytes.

    >>> error = ContentTooLarge(1_000_000)
    >>> error.status_code, error.detail, error.limit
    (413, 'The body is larger than the limit of 1000000 bytes.', 1000000)
    """

    message: str = "The body is larger than the limit of {limit} bytes."
    """What the client is told; ``{limit}`` in it stands for the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, self.message.format(limit=limit))
        self.limit = limit


def declares_more(scope: Scope, limit: int) -> bool:
    """Whether ``Content-Length`` announces a body of more than ``limit`` bytes; a malformed one announces nothing.

    >>> declares_more({"type": "http", "headers": [(b"content-length", b"5")]}, 4)
    True
    """
    for name, value in scope.get("headers", ()):
        if name == b"content-length":
            # Nobody sends what takes thirty digits to count, and int() refuses thousands of them.
            return value.isdigit() and (len(value.lstrip(b"0")) > 30 or int(value[-30:]) > limit)
    return False
