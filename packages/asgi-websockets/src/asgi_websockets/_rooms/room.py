"""A room: what is sent to it goes to all who are in it, in every process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack

from .._beside import beside
from .._disconnect import END_TIMEOUT, GONE, WebSocketDisconnect
from .._websocket import WebSocket
from .member import Member, MemberOptions

if TYPE_CHECKING:
    from .rooms import Rooms

TOO_SLOW: Final = 1013
"""The close code of a member who was too slow: "try again later", so that a page connects anew."""


class SendingSocket(Protocol):
    """What the messages of a room are sent to: our WebSocket, Starlette's, FastAPI's."""

    def send_text(self, data: str, /) -> Awaitable[object]: ...
    def send_bytes(self, data: bytes, /) -> Awaitable[object]: ...
    def close(self, code: int = 1000, reason: str | None = None) -> Awaitable[object]: ...


class Room:
    """One of `Rooms`, by its name; it takes nothing to have one, and nothing to give it up.

    >>> import anyio
    >>> from asgi_websockets import Rooms
    >>> async def main():
    ...     lobby = Rooms()["lobby"]
    ...     with lobby.join({"name": "Ann"}) as ann, lobby.join({"name": "Bob"}) as bob:
    ...         await lobby.broadcast_text("Hello")
    ...         return [message.data async for message in ending(ann)], await lobby.members()
    >>> async def ending(member):
    ...     yield await anext(member)
    >>> anyio.run(main)
    (['Hello'], [{'name': 'Ann'}, {'name': 'Bob'}])
    """

    __slots__ = ("name", "rooms")

    def __init__(self, rooms: Rooms, name: str) -> None:
        self.rooms: Rooms = rooms
        self.name: str = name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    async def broadcast_text(self, data: str, *, exclude: Member | None = None) -> None:
        """Send text to all members, but not to ``exclude``, as who has sent it.

        It goes into the members' queues and does not wait for any of them. Raises `RoomMessageError` for more than the
        ``max_message_size`` of the `Rooms`, and for text with lone surrogates, which no client could be sent.
        """
        await self.rooms.publish(self.name, data, exclude)

    async def broadcast_bytes(self, data: bytes, *, exclude: Member | None = None) -> None:
        """Send bytes to all members, as `broadcast_text` does text."""
        await self.rooms.publish(self.name, bytes(data), exclude)

    async def broadcast_json(self, data: Any, *, exclude: Member | None = None) -> None:
        """Send a value as JSON text to all members, as `broadcast_text` does; raises what the codec raises."""
        await self.rooms.publish(self.name, self.rooms.encode(data), exclude)

    def join(self, info: Any = None, **options: Unpack[MemberOptions]) -> Member:
        """A place in the room, to be entered by ``with`` and iterated over.

        ``info`` is what `members` lists this one as, any value that JSON has a form for, in at most 4 KiB; None is not
        listed.
        ``history`` is how many of the last messages come first, and ``after`` the id of a message, as of
        ``Last-Event-ID``: then those after it come first, ``history`` at most, or else all that are kept.
        ``queue_size`` and ``overflow`` are those of the `Rooms` unless given here.

        Raises `ValueError` for a ``queue_size`` below 1, a negative ``history`` and an unknown ``overflow``. To enter
        with an ``info`` that JSON has no form for raises what the codec does, and with a larger one `ValueError`.
        """
        return Member(self, info, **options)

    @asynccontextmanager
    async def connect(
        self, websocket: SendingSocket, info: Any = None, **options: Unpack[MemberOptions]
    ) -> AsyncGenerator[Member, None]:
        """Be in the room with a WebSocket, which is sent what is sent to the room, while the block receives from it.

        The arguments are those of `join`. With ``overflow="disconnect"`` a client that is too slow ends the block:
        it is cancelled, the connection is closed with code 1013, and `WebSocketDisconnect` is raised. If sending fails
        because the client is gone, the block goes on, since receiving tells that as well; what else sending raises ends
        it and is raised.
        """
        with self.join(info, **options) as member:
            async with beside(lambda: _forward(member, websocket)) as scope:
                member.call_on_overrun(scope.cancel)
                yield member
        if member.is_overrun:
            await _end(websocket)
            raise WebSocketDisconnect(TOO_SLOW, "Too slow.")

    async def members(self) -> list[Any]:
        """The ``info`` of those who are in the room, in all processes, except None."""
        decode = self.rooms.json_codec.decode
        return [decode(info) for info in await self.rooms.backend.members(self.name)]


async def _end(websocket: SendingSocket) -> None:
    if isinstance(websocket, WebSocket):
        await websocket.abort(TOO_SLOW, "Too slow.")
        return
    from anyio import move_on_after

    with move_on_after(END_TIMEOUT, shield=True), suppress(Exception):  # whatever is the matter, it is gone
        await websocket.close(TOO_SLOW, "Too slow.")


async def _forward(member: Member, websocket: SendingSocket) -> None:
    with suppress(*GONE):
        async for message in member:
            if isinstance(message.data, str):
                await websocket.send_text(message.data)
            else:
                await websocket.send_bytes(message.data)
