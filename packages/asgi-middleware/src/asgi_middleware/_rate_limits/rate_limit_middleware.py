"""Not more requests than are allowed get to the application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from math import ceil, inf
from typing import Any, Final

from asgi_types import ASGIApp, HTTPConnection, HTTPException, Receive, Scope, Send, refuse
from asgi_types.lifespan import lifespan_within

from .._option_function import check_function
from .connection_key import client_key
from .memory_store import MemoryRateLimitStore
from .message_limit import MessageLimit
from .rate_limit import RateLimit
from .rate_limit_fields import RateLimitFields
from .rate_limit_store import RateLimitStore
from .rate_limit_unavailable import RateLimitUnavailable
from .rate_limit_verdict import RateLimitVerdict

VERDICTS: Final = "asgi_middleware.rate_limit"
"""The scope key of the verdicts, by name of the middleware."""

Key = Callable[[HTTPConnection[Any]], "str | Awaitable[str | None] | None"]
Cost = Callable[[HTTPConnection[Any]], "int | Awaitable[int]"]


class RateLimitMiddleware:
    """Refuse with a 429 and ``Retry-After`` what is more than ``limits``, each a `RateLimit` or a text like "9/minute".

    All of them must have room, and what is refused does not count. ``store`` counts: a `MemoryRateLimitStore` of its
    own by default, so that each process counts for itself. It is entered around the lifespan of the application; where
    that does not get here, as for a single route, use ``async with store`` in a lifespan of yours.

    ``key`` gives whom a connection is counted for, or None for nobody, and may be async: `client_key` by default,
    `user_key`, or any other function. ``name`` keeps what is counted here apart from what other middleware with
    the same store count. ``cost`` is how much a connection counts, 1 by default, or a function like ``key``.

    The handshake of a WebSocket counts like a request, unless ``websockets`` is false. ``messages`` limits what a
    client may send on one WebSocket, which is closed with 1008 beyond that; it needs no store, and of the other options
    ``key`` alone concerns it: None lifts it.

    With ``headers``, the default, each response has the fields ``RateLimit-Policy`` and ``RateLimit``
    (draft-ietf-httpapi-ratelimit-headers-11). The application finds the verdicts in the scope, under
    ``asgi_middleware.rate_limit`` and ``name``.

    Raises `ValueError` for no limits, two with the same window, a cost that they never allow, or a name that is no
    printable ASCII; `TypeError` for a ``key`` or ``cost`` that is no function; and `RuntimeError` on a connection that
    middleware of the same name has counted already.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> app = RateLimitMiddleware(Response("Hello"), "1/minute", headers=False)
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> scope = {"type": "http", "method": "GET", "client": ("192.0.2.1", 50000)}
    >>> for _ in range(2):
    ...     asyncio.run(app({**scope}, None, send))  # doctest: +ELLIPSIS
    200 None
    None b'Hello'
    429 None
    None b'Too many requests. Try again in 6... seconds.'
    """

    def __init__(
        self,
        app: ASGIApp,
        *limits: RateLimit | str,
        store: RateLimitStore | None = None,
        key: Key = client_key,
        name: str = "default",
        cost: int | Cost = 1,
        messages: RateLimit | str | None = None,
        websockets: bool = True,
        headers: bool = True,
    ) -> None:
        self.app = app
        self.limits: tuple[RateLimit, ...] = tuple(_limit(limit) for limit in limits)
        self.store: RateLimitStore = MemoryRateLimitStore() if store is None else store
        self.key = key
        self.name = name
        self.cost = cost
        self.messages: RateLimit | None = None if messages is None else _limit(messages)
        self.websockets = websockets
        self._check()
        fields = RateLimitFields(name, self.limits)
        self._fields = fields if headers and self.limits else None

    def _check(self) -> None:
        if not self.limits and self.messages is None:
            raise ValueError("A RateLimitMiddleware without limits does nothing: give it some, as '100/minute'.")
        if len({limit.slice_length for limit in self.limits}) < len(self.limits):
            raise ValueError("Of two limits with the same window only the lower one counts: leave out the other.")
        if isinstance(self.cost, int) and not 0 <= self.cost <= min((limit.limit for limit in self.limits), default=1):
            raise ValueError(f"A cost of {self.cost} is never allowed: it is from 0 to the lowest limit.")
        check_function("key", self.key, "a function of the connection", may_be_async=True)
        if not isinstance(self.cost, int):
            check_function("cost", self.cost, "a function of the connection", may_be_async=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await lifespan_within(self.store, self.app, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = await self._ask_key(scope)
        if key is None:
            await self.app(scope, receive, send)
            return
        is_websocket = scope["type"] == "websocket"
        refusal: HTTPException | None = None
        if self.limits and (self.websockets or not is_websocket):
            try:
                verdicts = await self._hit(scope, key)
            except RateLimitUnavailable as unavailable:
                refusal = unavailable
            else:
                refusal = refusal_of(verdicts)
                if verdicts and self._fields is not None:
                    send = self._fields.add_to(send, verdicts)
        if refusal is not None:
            await refuse(scope, receive, send, refusal, in_place=True)
        elif is_websocket and self.messages is not None:
            limited = MessageLimit(self.messages, receive, send)
            await self.app(scope, limited.receive, limited.send)
        else:
            await self.app(scope, receive, send)

    async def _hit(self, scope: Scope, key: str) -> Sequence[RateLimitVerdict]:
        others = scope.get(VERDICTS, {})
        if self.name in others:
            raise RuntimeError(
                f"Two RateLimitMiddleware named {self.name!r} count the same connection: give one another name."
            )
        cost = self.cost if isinstance(self.cost, int) else self.cost(HTTPConnection(scope))
        if not isinstance(cost, int):
            cost = await cost
        # A name has no line feed, so no two pairs of name and key are written alike.
        verdicts = await self.store.hit(f"{self.name}\n{key}", self.limits, cost)
        scope[VERDICTS] = {**others, self.name: verdicts}
        return verdicts

    async def _ask_key(self, scope: Scope) -> str | None:
        key = self.key(HTTPConnection(scope))
        if not isinstance(key, str) and isinstance(key, Awaitable):
            key = await key
        if key is None or isinstance(key, str):
            return key
        raise TypeError(f"The key of a rate limit is text, or None for no limit, not {key!r}.")


def _limit(given: RateLimit | str) -> RateLimit:
    return given if isinstance(given, RateLimit) else RateLimit.parse(given)


def refusal_of(verdicts: Sequence[RateLimitVerdict]) -> HTTPException | None:
    """The answer to what is not allowed; None for what is."""
    waits = [verdict.retry_after for verdict in verdicts if not verdict.is_allowed]
    if not waits:
        return None
    if inf in waits:
        return HTTPException(429, "This request counts for more than is ever allowed.")
    seconds = max(ceil(max(waits)), 1)
    detail = f"Too many requests. Try again in {seconds} second{'s' if seconds > 1 else ''}."
    return HTTPException(429, detail, {"retry-after": str(seconds)})
