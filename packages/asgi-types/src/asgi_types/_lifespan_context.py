"""The lifespan of an application, with something entered around it, such as the store of a middleware."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from ._asgi import ASGIApp, Message, Receive, Scope, Send


async def lifespan_within(
    context: AbstractAsyncContextManager[object], app: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    """Run the lifespan of ``app`` inside ``async with context``.

    An application that has none, as one of Django, raises or returns before it asks for the first event. For it the
    events are answered here, as otherwise the context would end at once.

    >>> import asyncio
    >>> from contextlib import nullcontext
    >>> async def app(scope, receive, send):
    ...     raise ValueError("What is a lifespan?")
    >>> events = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    >>> async def receive():
    ...     return next(events)
    >>> async def send(message):
    ...     print(message)
    >>> asyncio.run(lifespan_within(nullcontext(), app, {"type": "lifespan"}, receive, send))
    {'type': 'lifespan.startup.complete'}
    {'type': 'lifespan.shutdown.complete'}
    """
    has_asked = False

    async def noting() -> Message:
        nonlocal has_asked
        has_asked = True
        message: Message = await receive()
        return message

    async with context:
        try:
            await app(scope, noting, send)
        except Exception:
            if has_asked:
                raise
        if not has_asked:
            for _ in range(2):
                event = await receive()
                await send({"type": f"{event['type']}.complete"})
