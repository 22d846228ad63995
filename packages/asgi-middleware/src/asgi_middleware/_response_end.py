"""Which message is the last of an HTTP response."""

from __future__ import annotations

from typing import Final

from asgi_types import Message

BODIES: Final = frozenset({"http.response.body", "http.response.pathsend", "http.response.zerocopysend"})


def is_last(message: Message, has_trailers: bool) -> bool:
    """Whether a response is complete with this message; its start says whether it has trailers.

    >>> is_last({"type": "http.response.body", "body": b"", "more_body": True}, False)
    False
    >>> is_last({"type": "http.response.trailers", "headers": []}, True)
    True
    """
    if message["type"] in BODIES:
        return not (has_trailers or message.get("more_body", False))
    return message["type"] == "http.response.trailers" and not message.get("more_trailers", False)
