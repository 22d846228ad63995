"""A page on its way from whoever renders it, piece by piece, to whoever sends it, chunk by chunk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from asgi_types import Receive

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

PATIENCE: Final = 0.001
"""Seconds for which more is awaited behind a chunk that was sent: what is quick to render comes in few chunks."""


class PageStream(ABC):
    """The pieces that are rendered and not sent yet, encoded with ``charset``: ``most`` bytes and one piece of them.

    `run` renders, and meanwhile `next_chunk` gives what has come. Where and how is said by the subclasses.
    """

    is_complete: bool = False
    """Whether `next_chunk` has given the last of the page."""
    has_left: bool = False
    """Whether the client has left, as ``receive`` says: whatever is awaited next is cancelled."""

    def __init__(self, charset: str, most: int) -> None:
        self._charset = charset
        self._most = most
        self._pieces: deque[bytes] = deque()
        # A thread writes the one, the event loop the other: neither waits for the other with a lock.
        self._put_size = 0
        self._taken_size = 0
        self._is_finished = False
        self._has_begun = False
        self._is_undisturbed = False
        self._error: BaseException | None = None

    async def run(self, work: Callable[[], Awaitable[None]], receive: Receive | None = None) -> None:
        """Await ``work()``, and have the page rendered meanwhile; both end when the client leaves, as ``receive`` says.

        An error of any of them is raised as it is, not in a group. Rendering has ended, and its iterator is closed,
        when this returns: a thread cannot be cancelled, and is waited for until it has made its next piece.
        """
        from anyio import create_task_group

        failure: BaseException | None = None
        try:
            async with create_task_group() as tasks:
                if receive is not None:
                    tasks.start_soon(self._cancel_on_disconnect, receive)
                self._tasks: TaskGroup = tasks
                self._start()
                try:
                    await work()
                except BaseException as exc:
                    if is_cancellation(exc):
                        raise
                    failure = exc
                finally:
                    self._stop()
                    tasks.cancel_scope.cancel()
        finally:
            await self._close()
        if failure is None:
            failure, self._error = self._error, None
        if failure is not None:
            try:
                raise failure
            finally:
                del failure  # its traceback refers to this frame

    async def next_chunk(self) -> bytes:
        """What was rendered since the last time, as soon as there is something; at the end what is left, or nothing.

        Raises what rendering raised: at first in place of what came before it, and later behind that.
        """
        from anyio import move_on_after

        if self._has_begun:
            with move_on_after(PATIENCE):
                await self._wait_for(self._most)
        await self._wait_for(1)
        is_finished = self._is_finished  # asked before the pieces are taken: a thread may add some in between
        if self._error is not None and not (self._has_begun and self._pieces):
            error, self._error = self._error, None
            try:
                raise error
            finally:
                del error
        self._has_begun = True
        chunk = self._take()
        self.is_complete = is_finished and self._error is None
        if not is_finished:
            self._go_on()
        return chunk

    async def undisturbed(self, sending: Awaitable[None]) -> None:
        """Await ``sending``; if the client leaves meanwhile, only what comes behind is cancelled."""
        self._is_undisturbed = True
        try:
            await sending
        finally:
            self._is_undisturbed = False
            if self.has_left:
                self._tasks.cancel_scope.cancel()

    @abstractmethod
    def _start(self) -> None:
        """Begin to render."""

    @abstractmethod
    async def _wait_for(self, size: int) -> None:
        """Return when so many bytes are there, or none will come."""

    @abstractmethod
    def _go_on(self) -> None:
        """Render on, since there is room again."""

    @abstractmethod
    def _stop(self) -> None:
        """Render no more than the piece that is being made."""

    @abstractmethod
    async def _close(self) -> None:
        """Close what the pieces come from, cancelled or not."""

    @property
    def _size(self) -> int:
        return self._put_size - self._taken_size

    def _put(self, piece: str) -> None:
        encoded = piece.encode(self._charset)
        if encoded:
            self._put_size += len(encoded)
            self._pieces.append(encoded)

    def _take(self) -> bytes:
        taken: list[bytes] = []
        while self._pieces:
            taken.append(self._pieces.popleft())
        chunk = taken[0] if len(taken) == 1 else b"".join(taken)
        self._taken_size += len(chunk)
        return chunk

    async def _cancel_on_disconnect(self, receive: Receive) -> None:
        from anyio.lowlevel import checkpoint

        try:
            while (await receive())["type"] != "http.disconnect":
                await checkpoint()  # a receive that never waits must not stop everything else
        except Exception as exc:
            self._error = exc
        self.has_left = True
        if not self._is_undisturbed:
            self._tasks.cancel_scope.cancel()


def is_cancellation(exc: BaseException) -> bool:
    """Whether ``exc`` is the cancellation of a scope that the running code is in.

    Asyncio raises the same class where what a task waits for was cancelled, which is a failure like any other.
    """
    from anyio import current_effective_deadline, get_cancelled_exc_class

    return isinstance(exc, get_cancelled_exc_class()) and current_effective_deadline() == float("-inf")
