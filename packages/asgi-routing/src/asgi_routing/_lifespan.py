"""The lifespan protocol for a context manager."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgi_types import Lifespan, Receive, Scope, Send


@asynccontextmanager
async def no_lifespan(app: Any) -> AsyncIterator[None]:
    """The lifespan of an application that needs none."""
    yield


async def run_lifespan(lifespan: Lifespan[Any], app: Any, scope: Scope, receive: Receive, send: Send) -> None:
    """Enter ``lifespan(app)`` at start-up and leave it at shutdown (ASGI lifespan specification).

    A mapping that it yields is put into ``scope["state"]``, whose copy every request gets; a server without that is a
    `RuntimeError`. What it raises is sent to the server with its traceback, and raised.
    """
    started = False
    await receive()
    try:
        async with lifespan(app) as state:
            if state is not None:
                if "state" not in scope:
                    raise RuntimeError('The server does not support "state" in the lifespan scope.')
                scope["state"].update(state)
            await send({"type": "lifespan.startup.complete"})
            started = True
            await receive()
    except Exception:
        import traceback  # nothing else here needs it

        failed = "lifespan.shutdown.failed" if started else "lifespan.startup.failed"
        await send({"type": failed, "message": traceback.format_exc()})
        raise
    await send({"type": "lifespan.shutdown.complete"})
