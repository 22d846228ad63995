"""WebSockets for any ASGI application: connections with limits and heartbeats, their errors, endpoints, and rooms.

Each name is loaded with its module when it is first asked for, so that a program pays for what it uses. Rooms that
outgrow one process are in `asgi_websockets.redis`, and sessions for tests in `asgi_websockets.testing`.
"""

from typing import TYPE_CHECKING

from asgi_types import lazy_names as _lazy_names

if TYPE_CHECKING:
    from asgi_types import WebSocketException as WebSocketException
    from asgi_types.json_codec import JSONCodec as JSONCodec

    from ._close import WebSocketClose as WebSocketClose
    from ._disconnect import WebSocketDisconnect as WebSocketDisconnect
    from ._disconnect import WebSocketDisconnected as WebSocketDisconnected
    from ._heartbeat import Heartbeat as Heartbeat
    from ._message_error import JSONMessageError as JSONMessageError
    from ._origin import check_origin as check_origin
    from ._policy_middleware import WebSocketPolicyMiddleware as WebSocketPolicyMiddleware
    from ._rooms.member import Member as Member
    from ._rooms.member import MemberOptions as MemberOptions
    from ._rooms.member import Overflow as Overflow
    from ._rooms.memory_backend import MemoryBackend as MemoryBackend
    from ._rooms.room import Room as Room
    from ._rooms.room import SendingSocket as SendingSocket
    from ._rooms.room_backend import History as History
    from ._rooms.room_backend import RoomBackend as RoomBackend
    from ._rooms.room_message import RoomMessage as RoomMessage
    from ._rooms.room_message_error import RoomMessageError as RoomMessageError
    from ._rooms.rooms import Rooms as Rooms
    from ._rooms.rooms import RoomsStats as RoomsStats
    from ._session import websocket_session as websocket_session
    from ._state import WebSocketState as WebSocketState
    from ._websocket import WebSocket as WebSocket
    from ._websocket_endpoint import WebSocketEndpoint as WebSocketEndpoint

_HOMES = {
    "Heartbeat": "._heartbeat",
    "History": "._rooms.room_backend",
    "JSONCodec": "asgi_types.json_codec",
    "JSONMessageError": "._message_error",
    "Member": "._rooms.member",
    "MemberOptions": "._rooms.member",
    "MemoryBackend": "._rooms.memory_backend",
    "Overflow": "._rooms.member",
    "Room": "._rooms.room",
    "RoomBackend": "._rooms.room_backend",
    "RoomMessage": "._rooms.room_message",
    "RoomMessageError": "._rooms.room_message_error",
    "Rooms": "._rooms.rooms",
    "RoomsStats": "._rooms.rooms",
    "SendingSocket": "._rooms.room",
    "WebSocket": "._websocket",
    "WebSocketClose": "._close",
    "WebSocketDisconnect": "._disconnect",
    "WebSocketDisconnected": "._disconnect",
    "WebSocketEndpoint": "._websocket_endpoint",
    "WebSocketException": "asgi_types",
    "WebSocketPolicyMiddleware": "._policy_middleware",
    "WebSocketState": "._state",
    "check_origin": "._origin",
    "websocket_session": "._session",
}

__all__ = (
    "Heartbeat",
    "History",
    "JSONCodec",
    "JSONMessageError",
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
    "WebSocket",
    "WebSocketClose",
    "WebSocketDisconnect",
    "WebSocketDisconnected",
    "WebSocketEndpoint",
    "WebSocketException",
    "WebSocketPolicyMiddleware",
    "WebSocketState",
    "check_origin",
    "websocket_session",
)

_lazy_names(globals(), _HOMES)
