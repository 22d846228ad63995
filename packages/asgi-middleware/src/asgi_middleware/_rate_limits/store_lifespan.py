"""The lifespan of an application, with a store inside."""

from __future__ import annotations

from asgi_types import ASGIApp, Message, Receive, Scope, Send

from .rate_limit_store import RateLimitStore


async def run_with_store(app: ASGIApp, store: RateLimitStore, scope: Scope, receive: Receive, send: Send) -> None:
    """Run the lifespan of ``app``, with ``store`` entered.

    An application that has none, as one of Django, raises or returns before it asks for the first event. For it the
    events are answered here, as otherwise the store would end at once.

    >>> import asyncio
    >>> from asgi_middleware import MemoryRateLimitStore
    >>> async def app(scope, receive, send):
    ...     raise ValueError("What is a lifespan?")
    >>> events = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    >>> async def receive():
    ...     return next(events)
    >>> async def send(message):
    ...     print(message)
    >>> asyncio.run(run_with_store(app, MemoryRateLimitStore(), {"type": "lifespan"}, receive, send))
    {'type': 'lifespan.startup.complete'}
    {'type': 'lifespan.shutdown.complete'}
    """
    has_asked = False

    async def noting() -> Message:
        nonlocal has_asked
        has_asked = True
        message: Message = await receive()
        return message

    async with store:
        try:
            await app(scope, noting, send)
        except Exception:
            if has_asked:
                raise
        if not has_asked:
            for _ in range(2):
                event = await receive()
                await send({"type": f"{event['type']}.complete"})
