"""One connection with Redis, for as long as it lasts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, Final

from .scripts import ALL, Script

if TYPE_CHECKING:
    from anyio import CancelScope
    from coredis.connection import BaseConnection

GRACE: Final = 0.5
"""Seconds more for an answer that is late: where the event loop stood still it may be here and only not read yet."""

DELIVERED_AT_ONCE: Final = 8
"""Messages, before others have a turn: a burst must not fill the queue of a member who would have taken it in time."""

MOST_UNREAD_BYTES: Final = 32 << 20


class Link:
    """Sends commands and waits for their answers, at most ``seconds`` for each; one failure is the end of it.

    Commands, answers and messages of channels share the connection (RESP3), so Redis keeps all of them in order.
    """

    def __init__(self, connection: BaseConnection, seconds: float, on_ready: Callable[[], None]) -> None:
        self._connection = connection
        self._seconds = seconds
        self._on_ready = on_ready
        self._awaited: set[str] = set()
        self.failure: BaseException | None = None
        self.scope: CancelScope | None = None

    async def prepare(self, own_channel: bytes) -> None:
        """Load the scripts, and see that subscribing is allowed at all.

        A refusal of SUBSCRIBE is no answer of its own and would be taken for that to the next command. Here the next
        one is ours.
        """
        self._connection.send_command(b"SUBSCRIBE", own_channel)
        await self.answer(self.request(b"PING"))
        requests = [self.request(b"SCRIPT LOAD", script.source) for script in ALL]
        for request in requests:
            await self.answer(request)

    def request(self, command: bytes, *arguments: bytes | int) -> Any:
        """Send a command; its answer is had by `answer`."""
        return self._connection.create_request(command, *arguments, decode=False)

    def call(self, script: Script, keys: Iterable[bytes], *arguments: bytes | int) -> Any:
        """Send the call of a script."""
        names = tuple(keys)
        return self.request(b"EVALSHA", script.digest, len(names), *names, *arguments)

    def subscribe(self, channels: Iterable[bytes]) -> None:
        """Send a subscription; Redis carries out what is sent after it later."""
        self._connection.send_command(b"SUBSCRIBE", *channels)

    def unsubscribe(self, channels: Iterable[bytes]) -> None:
        """Send the end of subscriptions."""
        self._connection.send_command(b"UNSUBSCRIBE", *channels)

    async def answer(self, request: Any) -> Any:
        """The answer; the end of the link, and `Exception`, if it is an error or does not come in time."""
        from anyio import move_on_after
        from coredis.exceptions import WrongTypeError

        try:
            for seconds in (self._seconds, GRACE):
                with move_on_after(seconds):
                    return await request
            raise TimeoutError(f"Redis has not answered within {self._seconds:g} seconds.")
        except WrongTypeError:  # of one key, and so of one room
            raise
        except Exception as error:
            self.fail(error)
            raise

    async def ask(self, script: Script, keys: Iterable[bytes], *arguments: bytes | int) -> Any:
        """The answer to a script for whoever cannot do anything about a failure: None instead."""
        try:
            return await self.answer(self.call(script, keys, *arguments))
        except Exception:  # it has ended the link, which is reported
            return None

    async def read_messages(self, take: Callable[[bytes, bytes], None]) -> None:
        """Give channel and content of what is published to ``take``, until the connection ends, which raises.

        The client would keep without limit what has arrived. So all of it is taken over, which is quick, and counted;
        more than may wait ends the link, as Redis itself does with a subscriber that is too slow.
        """
        from anyio.lowlevel import checkpoint

        unread: deque[tuple[bytes, bytes]] = deque()
        size = 0
        async with aclosing(self._connection.push_messages) as pushes:
            async for push in pushes:
                size += keep_message(push, unread)
                while unread:
                    for further in self._arrived():
                        size += keep_message(further, unread)
                    if size > MOST_UNREAD_BYTES:
                        raise ConnectionError("Messages come faster than this process can deliver them.")
                    for _ in range(min(len(unread), DELIVERED_AT_ONCE)):
                        channel, content = unread.popleft()
                        size -= len(content)
                        take(channel, content)
                    await checkpoint()

    def _arrived(self) -> Iterator[Any]:
        """What the client has besides, without waiting. It is not public there, and so not relied upon."""
        from anyio import ClosedResourceError, EndOfStream, WouldBlock

        arrived = getattr(self._connection, "_push_message_buffer_out", None)
        with suppress(WouldBlock, EndOfStream, ClosedResourceError):
            while arrived is not None:
                yield arrived.receive_nowait()

    def expect(self, names: Iterable[str]) -> None:
        """The link is ready when each of these has said so."""
        self._awaited.update(names)

    def note_ready(self, name: str) -> None:
        """Say that something is as it should be."""
        if name in self._awaited:
            self._awaited.discard(name)
            if not self._awaited:
                self._on_ready()

    def fail(self, error: BaseException) -> None:
        """End the link, because of the first error that is given."""
        if self.failure is None:
            self.failure = error
        if self.scope is not None:
            self.scope.cancel()


def keep_message(push: Any, unread: deque[tuple[bytes, bytes]]) -> int:
    """Append a message of a channel, and give its size; what else Redis tells of itself is passed over."""
    kind, *rest = push
    if kind != b"message":
        return 0
    channel, content = rest
    unread.append((channel, content))
    return len(content)
