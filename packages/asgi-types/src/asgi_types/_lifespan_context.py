"""The lifespan of an application, with something entered around it, such as the store of a middleware."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AsyncExitStack

from ._asgi import ASGIApp, Message, Receive, Scope, Send


async def lifespan_within(
    context: AbstractAsyncContextManager[object], app: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    """Run the lifespan of ``app`` inside ``async with context``, which has ended when the server is told of the end.

    If that cannot begin, the start has failed: the server is told why, and the exception is raised. Otherwise a server
    may take it for an application without a lifespan, and serve it all the same.

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
    end: Message | None = None

    async def noting() -> Message:
        nonlocal has_asked
        has_asked = True
        message: Message = await receive()
        return message

    async def holding(message: Message) -> None:
        nonlocal end
        if message["type"] == "lifespan.shutdown.complete":
            end = message  # a server that has this waits for nothing more
        else:
            await send(message)

    async with AsyncExitStack() as stack:
        await _enter(context, stack, receive, send)
        try:
            await app(scope, noting, holding)
        except Exception:
            if has_asked:
                raise
        end = end if has_asked else await _answer_all(receive, send)
    if end is not None:
        await send(end)


async def _enter(
    context: AbstractAsyncContextManager[object], stack: AsyncExitStack, receive: Receive, send: Send
) -> None:
    try:
        await stack.enter_async_context(context)
    except Exception as error:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
        raise


async def _answer_all(receive: Receive, send: Send) -> Message:
    """Answer the first event, wait for the last, and give the answer to that."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    return {"type": "lifespan.shutdown.complete"}
