"""The header fields that tell a client where it stands (draft-ietf-httpapi-ratelimit-headers-11)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence
from math import ceil
from typing import Final

from asgi_types import START_MESSAGES, Message, RawHeaders, Send, start_with

from .rate_limit import RateLimit
from .rate_limit_verdict import RateLimitVerdict

_NAME: Final = re.compile(r"[ !#-\[\]-~]{1,64}")  # a structured field's String without escapes (RFC 9651 section 3.3.3)


class RateLimitFields:
    """``RateLimit-Policy`` and ``RateLimit`` for the limits of one name.

    A window is told in whole seconds, rounded up, as the draft has no others.

    Raises `ValueError` for a name that is not 1 to 64 characters of printable ASCII without quotes and backslashes.

    >>> limit = RateLimit(100, per=60)
    >>> fields = RateLimitFields("default", [limit])
    >>> fields.pairs([RateLimitVerdict(limit, True, 50, 29.5, 0.0)])
    [(b'ratelimit-policy', b'"default";q=100;w=60'), (b'ratelimit', b'"default";r=50;t=30')]
    """

    def __init__(self, name: str, limits: Sequence[RateLimit]) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"A name is 1 to 64 characters of ASCII without quotes and backslashes, not {name!r}.")
        self._names = [name] if len(limits) == 1 else [f"{name}:{limit}" for limit in limits]
        policies = [
            f'"{policy}";q={limit.limit};w={ceil(limit.per)}' for policy, limit in zip(self._names, limits, strict=True)
        ]
        self._policy = (b"ratelimit-policy", ", ".join(policies).encode())

    def pairs(self, verdicts: Sequence[RateLimitVerdict]) -> RawHeaders:
        """Both fields."""
        items = [
            f'"{name}";r={verdict.remaining};t={ceil(verdict.reset)}'
            for name, verdict in zip(self._names, verdicts, strict=True)
        ]
        return [self._policy, (b"ratelimit", ", ".join(items).encode())]

    def add_to(self, send: Send, verdicts: Sequence[RateLimitVerdict]) -> Send:
        """A ``send`` that adds the fields to what begins a response, or accepts a WebSocket."""
        pairs = self.pairs(verdicts)

        def adding(message: Message) -> Awaitable[None]:
            if message["type"] in START_MESSAGES:
                message = start_with(message, [*message.get("headers", ()), *pairs])
            return send(message)

        return adding
