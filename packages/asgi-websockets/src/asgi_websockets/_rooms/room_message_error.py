"""What cannot be sent to a room, whoever tries: the function of a WebSocket or one of a request."""

from asgi_types import HTTPException, WebSocketException


class RoomMessageError(HTTPException, WebSocketException):
    """A message that is too large for a room, or no Unicode text: the client's fault, however it came.

    A WebSocket is closed with ``code``, 1009 or 1008, and a request answered with ``status_code``, 413 or 400.

    >>> error = RoomMessageError(413, 1009, "A message to a room has at most 65536 bytes.")
    >>> error.status_code, error.code, error.detail == error.reason
    (413, 1009, True)
    """

    def __init__(self, status_code: int, code: int, told: str) -> None:
        HTTPException.__init__(self, status_code, told)
        WebSocketException.__init__(self, code, told)
