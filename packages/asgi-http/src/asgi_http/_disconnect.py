"""The client going away: how that is noticed, without losing what the client still sends.

Servers of ASGI's HTTP specification 2.4 and later raise `OSError` from ``send`` once the client has gone. Older ones
say so through ``receive`` only, and that is also where the body comes from. So whoever listens keeps the parts of the
body that arrive meanwhile, and leaves in the scope a ``receive`` that hands them on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from asgi_types import Message, Receive, Scope

if TYPE_CHECKING:
    from anyio import CancelScope, Event

RECEIVE: Final = "asgi_http.receive"
"""The scope key of the ``receive`` that stands for the server's once somebody has listened for the client's leaving."""

MAX_KEPT: Final = 1024 * 1024
"""Bytes of an unread body that are kept while listening; with more, listening waits until some of it is read."""

PART_SIZE: Final = 256
"""What each kept part counts beyond its bytes, since a client may send them one by one."""

POLLED_TURNS: Final = 3
"""How often other tasks have their turn while somebody asks whether the client has gone."""


class ClientDisconnect(Exception):  # noqa: N818 - Starlette's name
    """The client went away before its request was read."""


def send_tells_disconnect(scope: Scope) -> bool:
    """Whether ``send`` raises `OSError` once the client has gone (ASGI HTTP specification 2.4)."""
    version: str = scope.get("asgi", {}).get("spec_version", "2.0")
    major, _, minor = version.partition(".")
    return (int(major), int(minor or 0)) >= (2, 4)


def current_receive(scope: Scope, receive: Receive) -> Receive:
    """Where who was given ``receive`` has to read now: from it, or from the listener that took it over.

    One that took over another ``receive`` is not asked. What wraps ``receive`` changes the body or counts it, and must
    not be passed by.
    """
    owner: Receive | None = scope.get(RECEIVE)
    if owner is None or (isinstance(owner, _Listener) and not owner.stands_for(receive)):
        return receive
    return owner


async def has_disconnected(scope: Scope, receive: Receive) -> bool:
    """Whether the client has gone, by what has arrived so far. Parts of the body among it are kept."""
    from anyio.lowlevel import checkpoint

    owner = current_receive(scope, receive)
    if isinstance(owner, _Listener) and (owner.is_listening or owner.is_disconnected):
        await checkpoint()  # so that who listens has a turn
        return owner.is_disconnected
    async with _listening(scope, receive) as listener:
        # A receive that has something may still take a turn or two; one that is cancelled from the start on trio never
        # gives anything.
        for _ in range(POLLED_TURNS):
            await checkpoint()
    return listener.is_disconnected


def note_disconnect(scope: Scope, receive: Receive) -> None:
    """Remember that ``receive`` told of the disconnect: not every server tells it twice."""
    listener = current_receive(scope, receive)
    if not isinstance(listener, _Listener):
        listener = scope[RECEIVE] = _Listener(listener)
    listener.is_disconnected = True


async def run_until_disconnect(work: Callable[[], Awaitable[None]], scope: Scope, receive: Receive) -> bool:
    """Await ``work()``, cancelled as soon as the client goes away; whether it was.

    What ``work`` raises is raised as it is, not in a group.
    """
    async with _listening(scope, receive) as listener:
        await work()
    return listener.has_cancelled


@asynccontextmanager
async def cancel_on_disconnect(scope: Scope, receive: Receive) -> AsyncGenerator[None, None]:
    """Cancel the block as soon as the client goes away, and raise `ClientDisconnect` after it."""
    async with _listening(scope, receive) as listener:
        yield
    if listener.has_cancelled:
        raise ClientDisconnect()


@asynccontextmanager
async def _listening(scope: Scope, receive: Receive) -> AsyncGenerator[_Listener, None]:
    from anyio import create_task_group, get_cancelled_exc_class  # only what lasts needs a task

    source = current_receive(scope, receive)
    listener = source if isinstance(source, _Listener) and not source.is_listening else _Listener(source)
    scope[RECEIVE] = listener
    failure: BaseException | None = None
    async with create_task_group() as tasks:
        listener.is_listening = True
        listener.has_cancelled = False
        tasks.start_soon(listener.listen, tasks.cancel_scope)
        try:
            yield listener
        except get_cancelled_exc_class():
            raise
        except BaseException as exc:
            failure = exc
        finally:
            listener.stop()
            tasks.cancel_scope.cancel()
    if isinstance(source, _Listener) and source is not listener and scope[RECEIVE] is listener:
        source.take_back(listener)
        scope[RECEIVE] = source
    failure, listener.failure = failure or listener.failure, None
    if failure is not None:
        try:
            raise failure
        finally:
            del failure  # its traceback refers to this frame


class _Listener:
    """Stands for a ``receive`` that it listens to now and then: called as one, it gives what arrived meanwhile."""

    def __init__(self, source: Receive) -> None:
        self._source = source
        self._parts: deque[Message] = deque()
        self._kept = 0
        self._change: Event | None = None
        self.is_listening = False
        self.is_disconnected = False
        self.has_cancelled = False
        self.failure: Exception | None = None

    def stands_for(self, receive: Receive) -> bool:
        """Whether reading from ``receive`` has to go through this listener."""
        source = self._source
        return source == receive or (isinstance(source, _Listener) and source.stands_for(receive))

    async def __call__(self) -> Message:
        """The next message that was kept, or that will arrive."""
        while not self._parts:
            if self.is_disconnected:
                return {"type": "http.disconnect"}
            if not self.is_listening:
                message: Message = await self._source()
                return message
            await self._changed()
        message = self._parts.popleft()
        self._kept -= _size(message)
        self._tell()
        return message

    async def listen(self, block: CancelScope) -> None:
        """Cancel ``block`` when the client has gone, or when listening fails."""
        from anyio.lowlevel import checkpoint

        try:
            while not self.is_disconnected:
                if self._kept > MAX_KEPT:
                    await self._changed()
                else:
                    self._take(await self._source())
                    await checkpoint()  # a receive that never waits must not stop everything else
        except Exception as exc:
            if self.is_listening:  # else it is none of the block's business, which has ended
                self.failure = exc
        self.has_cancelled = self.is_listening
        block.cancel()

    def stop(self) -> None:
        """Listen no more; who waits for a part asks for it now."""
        self.is_listening = False
        self._tell()

    def take_back(self, other: _Listener) -> None:
        """Have again what ``other`` got from here and nobody read."""
        self._parts.extendleft(reversed(other._parts))
        self._kept += other._kept
        other._parts.clear()
        other._kept = 0
        self._tell()

    def _take(self, message: Message) -> None:
        if message["type"] == "http.disconnect":
            self.is_disconnected = True
        else:
            self._parts.append(message)
            self._kept += _size(message)
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
