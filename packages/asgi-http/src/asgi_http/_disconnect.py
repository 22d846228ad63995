"""The client going away: how that is noticed, without losing what the client still sends.

Servers of ASGI's HTTP specification 2.4 and later raise `OSError` from ``send`` once the client has gone. Older ones
say so through ``receive`` only, and that is also where the body comes from. So whoever listens keeps the parts of the
body that arrive meanwhile, and leaves in the scope a ``receive`` that hands them on. There is one for each ``receive``
that was listened to, however many listen: they take turns.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from asgi_types import Message, Receive, Scope

from ._task_scope import TaskScope, task_scope

if TYPE_CHECKING:
    from anyio import Event

RECEIVE: Final = "asgi_http.receive"
"""The scope key of the ``receive`` that stands for the server's once somebody has listened for the client's leaving."""

MAX_KEPT: Final = 1024 * 1024
"""Bytes of an unread body that are kept while listening; with more, listening waits until some of it is read."""

PATIENCE: Final = 10.0
"""Seconds for which it waits if nobody has read anything; then the body is dropped, and listening goes on."""

PART_SIZE: Final = 256
"""What each kept part counts beyond its bytes, since a client may send them one by one."""

POLLED_TURNS: Final = 3
"""How often other tasks have their turn while somebody asks whether the client has gone."""


class ClientDisconnect(Exception):  # noqa: N818 - Starlette's name
    """The client went away before its request was read."""


def current_receive(scope: Scope, receive: Receive) -> Receive:
    """Where who was given ``receive`` has to read now: from it, or from the listener that took it over.

    One that took over another ``receive`` is not asked. What wraps ``receive`` changes the body or counts it, and must
    not be passed by.
    """
    owner: Receive | None = scope.get(RECEIVE)
    while isinstance(owner, Listener):
        if owner.stands_for(receive):
            return owner
        owner = owner.previous
    return receive if owner is None else owner


async def has_disconnected(scope: Scope, receive: Receive, *, is_read: bool = False) -> bool:
    """Whether the client has gone, by what has arrived so far. Parts of the body among it are kept.

    ``is_read`` says that somebody is reading the body, so that it must not be dropped.
    """
    from anyio.lowlevel import checkpoint

    listener = listener_for(scope, receive, is_read=is_read)
    if listener.is_receiving or listener.is_disconnected:
        await checkpoint()  # so that who listens has a turn
        return listener.is_disconnected
    async with _listening(listener):
        # A receive that has something may still take a turn or two; one that is cancelled from the start on trio never
        # gives anything.
        for _ in range(POLLED_TURNS):
            await checkpoint()
    return listener.is_disconnected


def note_disconnect(scope: Scope, receive: Receive) -> None:
    """Remember that ``receive`` told of the disconnect: not every server tells it twice."""
    listener_for(scope, receive).note_disconnect()


async def run_until_disconnect(
    work: Callable[[], Awaitable[None]], scope: Scope, receive: Receive, watch: ClientWatch | None = None
) -> bool:
    """Await ``work()``, cancelled as soon as the client goes away; whether it was. It may end ``watch`` before that.

    What ``work`` raises is raised as it is, not in a group. A body of more than 1 MiB, of which it reads nothing for 10
    seconds, is dropped.
    """
    listener = listener_for(scope, receive)
    listener.is_read = False  # who has read so far may have had enough of it
    async with _listening(listener, watch) as block:
        await work()
    return block.was_cancelled


@asynccontextmanager
async def cancel_on_disconnect(scope: Scope, receive: Receive, *, is_read: bool = False) -> AsyncGenerator[None, None]:
    """Cancel the block as soon as the client goes away, and raise `ClientDisconnect` after it.

    ``is_read`` is that of `has_disconnected`.
    """
    async with _listening(listener_for(scope, receive, is_read=is_read)) as block:
        yield
    if block.was_cancelled:
        raise ClientDisconnect()


@asynccontextmanager
async def _listening(listener: Listener, watch: ClientWatch | None = None) -> AsyncGenerator[ClientWatch, None]:
    block = watch or ClientWatch()
    async with task_scope() as tasks:
        tasks.start_soon(block.watch, listener, tasks)
        try:
            yield block
        finally:
            block.end()
        tasks.cancel()


class ClientWatch:
    """Cancels a block when the client goes away."""

    has_ended = False
    was_cancelled = False

    def end(self) -> None:
        """From now on the client may go: nothing is cancelled for it.

        To be called before the last message is sent. Some servers tell of the disconnect while they send that, since
        they close the connection behind it; one that is cancelled then (hypercorn on trio) never closes it.
        """
        self.has_ended = True

    async def watch(self, listener: Listener, tasks: TaskScope) -> None:
        """Cancel ``tasks``, the block among them, when the client has gone; fail if listening does."""
        try:
            await listener.listen()
        except Exception:
            if not self.has_ended:  # else it is none of the block's business
                raise
        if not self.has_ended:
            self.was_cancelled = True
            tasks.cancel()


def listener_for(scope: Scope, receive: Receive, *, is_read: bool = False) -> Listener:
    """The listener that stands for ``receive``, made where there is none; ``is_read`` is that of `has_disconnected`."""
    listener = current_receive(scope, receive)
    if not isinstance(listener, Listener):
        listener = scope[RECEIVE] = Listener(receive, listener, scope.get(RECEIVE))
    listener.is_read = listener.is_read or is_read
    return listener


class Listener:
    """Stands for a ``receive`` that is listened to now and then: called as one, it gives what arrived meanwhile."""

    def __init__(self, receive: Receive, source: Receive, previous: Receive | None) -> None:
        self.previous = previous
        self.is_read = False
        self.is_receiving = False
        self.is_disconnected = False
        self._receive = receive
        self._source = source
        self._parts: deque[Message] = deque()
        self._kept = 0
        self._full_since: float | None = None
        self._is_dropped = False
        self._change: Event | None = None

    def stands_for(self, receive: Receive) -> bool:
        """Whether reading from ``receive`` has to go through this listener."""
        return receive in (self, self._receive, self._source)

    async def __call__(self) -> Message:
        """The next message that was kept, or that will arrive."""
        self.is_read = True
        while not self._parts:
            if self.is_disconnected:
                return {"type": "http.disconnect"}
            if self._is_dropped:
                raise RuntimeError(
                    f"The request's body is gone: nobody read it for {PATIENCE:g} seconds while the client's leaving "
                    "was looked for. Read it before, such as with 'await request.body()' in the endpoint."
                )
            await self._next_change()
        message = self._parts.popleft()
        self._kept -= _size(message)
        self._full_since = None
        self._tell()
        return message

    async def listen(self) -> None:
        """Return when the client has gone; what it sends meanwhile is kept."""
        from anyio.lowlevel import checkpoint

        while not self.is_disconnected:
            if self._kept > MAX_KEPT:
                await self._wait_for_reader()
            else:
                await self._next_change()
                await checkpoint()  # a receive that never waits must not stop everything else

    def note_disconnect(self) -> None:
        """Know that the client has gone, and tell who waits for that."""
        self.is_disconnected = True
        self._tell()

    async def _next_change(self) -> None:
        """Receive a message, or wait while somebody else does."""
        if self.is_receiving:
            await self._changed()
            return
        self.is_receiving = True
        try:
            message = await self._source()
            if message["type"] == "http.disconnect":
                self.is_disconnected = True
            elif not self._is_dropped:
                self._parts.append(message)
                self._kept += _size(message)
        finally:
            self.is_receiving = False
            self._tell()

    async def _wait_for_reader(self) -> None:
        """Wait until some of what is kept is read; drop it if nobody reads, so that the end behind it is found."""
        from anyio import current_time, move_on_after

        if self.is_read:
            await self._changed()
            return
        if self._full_since is None:
            self._full_since = current_time()
        left = self._full_since + PATIENCE - current_time()
        if left > 0:
            with move_on_after(left):
                await self._changed()
        else:
            self._is_dropped = True
            self._parts.clear()
            self._kept = 0
            self._tell()

    async def _changed(self) -> None:
        from anyio import Event

        if self._change is None:
            self._change = Event()
        await self._change.wait()

    def _tell(self) -> None:
        if self._change is not None:
            self._change.set()
            self._change = None


def _size(message: Message) -> int:
    return len(message.get("body", b"")) + PART_SIZE
