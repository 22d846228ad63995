"""Several lifespans as one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from asgi_types import Lifespan, is_async_callable

from .lifespan import as_lifespan
from .lifespan_state import merged_states


def combine_lifespans(*lifespans: Lifespan[Any]) -> Lifespan[Any]:
    """One lifespan of several: they are entered in this order, with the same application, and left in reverse.

    If one fails to start, those before it are left, and its exception goes on. The state is that of all together, or
    None if none has any. Raises `TypeError` for what is no lifespan function; for that of an ASGI application write
    ``lifespan_of(app)``. The same key in the states of two is a `RuntimeError` at start-up.

    >>> import asyncio
    >>> from contextlib import asynccontextmanager
    >>> def opened(name):
    ...     @asynccontextmanager
    ...     async def lifespan(app):
    ...         yield {name: app}
    ...         print("closed", name)
    ...     return lifespan
    >>> async def main():
    ...     async with combine_lifespans(opened("db"), opened("cache"))("the app") as state:
    ...         print(state)
    >>> asyncio.run(main())
    {'db': 'the app', 'cache': 'the app'}
    closed cache
    closed db
    """
    parts: list[Lifespan[Any]] = []
    for lifespan in lifespans:
        if not _is_lifespan(lifespan):
            raise TypeError(
                f"{lifespan!r} is no lifespan function, which takes the application and gives an async context "
                "manager. For the lifespan of an ASGI application write lifespan_of(app)."
            )
        parts.append(as_lifespan(lifespan))

    @asynccontextmanager
    async def combined(app: Any) -> AsyncGenerator[Any]:
        async with AsyncExitStack() as stack:
            merged: dict[str, Any] | None = None
            for part in parts:
                state: Mapping[str, Any] | None = await stack.enter_async_context(part(app))
                if state is not None:
                    merged = merged_states(merged or {}, state)
            yield merged

    return combined


def _is_lifespan(candidate: Any) -> bool:
    """Whether this could be called with an application and give a context manager, as far as can be told."""
    from inspect import isclass, signature  # a slow import, and only set-up code asks

    if is_async_callable(candidate) or (isclass(candidate) and not hasattr(candidate, "__aenter__")):
        return False
    try:
        parameters = signature(candidate)
    except ValueError:  # something made in C, which does not tell
        return True
    except TypeError:  # it cannot be called
        return False
    try:
        parameters.bind(None)
    except TypeError:
        return False
    return True
