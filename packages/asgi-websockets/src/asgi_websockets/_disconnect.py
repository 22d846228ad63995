"""The two errors of a connection that is gone: one is the client's doing, the other the program's."""

from typing import Final


class WebSocketDisconnect(Exception):  # noqa: N818 - Starlette's name
    """The client closed the connection or was lost; ``code`` is its close code (RFC 6455 section 7.4).

    Code 1006 says that there was no closing handshake, and 1005 that the client gave no code.

    >>> str(WebSocketDisconnect(1001, "Page left."))
    '1001: Page left.'
    """

    def __init__(self, code: int = 1000, reason: str | None = None) -> None:
        self.code = code
        self.reason: str = reason or ""

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}(code={self.code!r}, reason={self.reason!r})"


class WebSocketDisconnected(RuntimeError):  # noqa: N818 - Starlette's name
    """The program used a connection that is closed or was never accepted.

    >>> isinstance(WebSocketDisconnected("Closed."), RuntimeError)
    True
    """


END_TIMEOUT: Final = 1.0
"""Seconds that a client has to take the end of a connection, where waiting longer would keep something."""

GONE: Final = (WebSocketDisconnect, WebSocketDisconnected)
"""What a WebSocket raises that can no longer be sent to, for whoever does not mind."""
