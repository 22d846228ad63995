"""Rooms: what is sent to one goes to all who are in it, by WebSockets and by server-sent events."""

from asgi_websockets import History as History
from asgi_websockets import Member as Member
from asgi_websockets import MemberOptions as MemberOptions
from asgi_websockets import MemoryBackend as MemoryBackend
from asgi_websockets import Overflow as Overflow
from asgi_websockets import Room as Room
from asgi_websockets import RoomBackend as RoomBackend
from asgi_websockets import RoomMessage as RoomMessage
from asgi_websockets import RoomMessageError as RoomMessageError
from asgi_websockets import Rooms as Rooms
from asgi_websockets import RoomsStats as RoomsStats
from asgi_websockets import SendingSocket as SendingSocket

__all__ = (
    "History",
    "Member",
    "MemberOptions",
    "MemoryBackend",
    "Overflow",
    "Room",
    "RoomBackend",
    "RoomMessage",
    "RoomMessageError",
    "Rooms",
    "RoomsStats",
    "SendingSocket",
)
