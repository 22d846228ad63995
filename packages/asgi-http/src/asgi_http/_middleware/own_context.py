"""Context variables of a middleware and its application kept apart, though both run in one task.

A task that somebody starts has a copy of the context variables that are set then, whatever becomes of them later. What
is done here is the same for coroutines that take turns: each is entered with its own variables, step by step.
"""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from contextvars import Context, copy_context
from types import coroutine
from typing import Any, Self

from asgi_types import ASGIApp, Receive, Scope, Send


class OwnContext:
    """The context variables of one coroutine, within a block; what it has set holds outside after the block.

    >>> import asyncio
    >>> from contextvars import ContextVar
    >>> name = ContextVar("name", default="nobody")
    >>> async def work():
    ...     name.set("somebody")
    >>> async def main():
    ...     with OwnContext() as own:
    ...         await own.run(work())
    ...         print(name.get())
    ...     print(name.get())
    >>> asyncio.run(main())
    nobody
    somebody
    """

    def __enter__(self) -> Self:
        self._context = copy_context()
        return self

    def __exit__(self, *exc_info: object) -> None:
        outside = copy_context()
        for variable, value in self._context.items():
            if outside.get(variable) is not value:
                variable.set(value)

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` with these variables."""
        await _stepped(self._context, work)

    def copied_for(self, app: ASGIApp) -> ASGIApp:
        """``app``, each call of which has a copy of what the variables are by then."""

        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            await app(scope, receive, send)

        async def apart(scope: Scope, receive: Receive, send: Send) -> None:
            await _stepped(self._context.copy(), call(scope, receive, send))

        return apart


@coroutine
def _stepped(context: Context, work: Coroutine[Any, Any, None]) -> Generator[Any, Any, None]:
    try:
        signal = context.run(work.send, None)
        while True:
            try:
                value = yield signal
            except BaseException as exc:
                signal = context.run(work.throw, exc)
            else:
                signal = context.run(work.send, value)
    except StopIteration:
        return
