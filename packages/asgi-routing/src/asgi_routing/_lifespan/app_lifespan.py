"""The lifespan of any ASGI application, as a lifespan function."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

from asgi_types import ASGIApp, Lifespan

_EXITS: Final = (KeyboardInterrupt, SystemExit)


def lifespan_of(app: ASGIApp) -> Lifespan[Any]:
    """The lifespan of an ASGI application, for an application around it that does not run it by itself.

    Entering the context manager starts ``app`` up by the messages of the ASGI lifespan specification, and leaving it
    shuts ``app`` down. It gives the mapping that ``app`` put into the state of its scope, or None if that is empty; the
    application around it is the ``app`` of that scope, if there is one. What ``app`` does runs in a task of its own, on
    asyncio and trio.

    An application that does not speak lifespan is left alone: one that raises before it takes ``lifespan.startup``,
    which is logged as INFO, that returns without an answer to it, or that answers as if it were a request. An
    application that has `routes` and `url_path_for`, of ours, of Starlette or of FastAPI, does speak it. Otherwise a
    start-up or shutdown fails with the exception that ``app`` raised, or a `RuntimeError` with the message that it
    sent. What it raises in between, `SystemExit` too, is kept until the shutdown.

    An exception in the block goes on as it is, after the shutdown. If the block is cancelled, so is ``app``, which gets
    no ``lifespan.shutdown`` then. An application has shut down when it says so, or when the task it was called in asks
    for another message after ``lifespan.shutdown``. What it does after ``lifespan.shutdown.complete`` has one second.

    The context manager is left in the task that has entered it.

    >>> import asyncio
    >>> from contextlib import asynccontextmanager
    >>> from asgi_routing import Router
    >>> @asynccontextmanager
    ... async def pool(app):
    ...     print("open")
    ...     yield {"pool": 1}
    ...     print("closed")
    >>> async def main():
    ...     async with lifespan_of(Router(lifespan=pool))(None) as state:
    ...         print(state)
    >>> asyncio.run(main())
    open
    {'pool': 1}
    closed
    """

    def lifespan(outer_app: Any) -> AbstractAsyncContextManager[Any]:
        return app_lifespan(app, outer_app, {})

    return lifespan


@asynccontextmanager
async def app_lifespan(app: ASGIApp, outer_app: Any, more_scope: Mapping[str, Any]) -> AsyncGenerator[Any]:
    """What `lifespan_of` gives, with more keys in the scope of ``app``."""
    from anyio import create_task_group  # only what lasts needs a task

    from .conversation import Conversation  # which is of use only here

    conversation = Conversation(app, outer_app, more_scope)
    thrown: BaseException | None = None
    # Failures are raised behind the task group, which would put them into an exception group.
    async with create_task_group() as tasks:
        tasks.start_soon(conversation.run)
        if await conversation.start_up():
            try:
                yield conversation.state or None
            except (Exception, GeneratorExit, *_EXITS) as exc:  # all but a cancellation
                thrown = exc
        await conversation.shut_down()
    failure = _decide(thrown, conversation.failure)
    if failure is not None:
        raise failure


def _decide(thrown: BaseException | None, failure: BaseException | None) -> BaseException | None:
    """Which of two failures goes on: that of the block, with a note of how the shutdown failed after it."""
    if thrown is None or isinstance(failure, _EXITS):
        return failure
    if failure is None:
        return thrown
    if isinstance(thrown, GeneratorExit):  # which nobody sees
        return failure
    from traceback import format_exception  # nothing else here needs it

    thrown.add_note(f"The shutdown after it failed as well:\n\n{''.join(format_exception(failure))}")
    return thrown
