"""The lifespan events of the ASGI 3 specification as TypedDicts."""

from typing import Literal, TypedDict


class LifespanStartupEvent(TypedDict):
    """The server is about to accept connections."""

    type: Literal["lifespan.startup"]


class LifespanShutdownEvent(TypedDict):
    """The server has stopped accepting connections."""

    type: Literal["lifespan.shutdown"]


class LifespanStartupCompleteEvent(TypedDict):
    """The application is ready."""

    type: Literal["lifespan.startup.complete"]


class LifespanStartupFailedEvent(TypedDict):
    """The application cannot start; the server logs ``message`` and exits."""

    type: Literal["lifespan.startup.failed"]
    message: str


class LifespanShutdownCompleteEvent(TypedDict):
    """The application has cleaned up."""

    type: Literal["lifespan.shutdown.complete"]


class LifespanShutdownFailedEvent(TypedDict):
    """The application failed to clean up; the server logs ``message``."""

    type: Literal["lifespan.shutdown.failed"]
    message: str


LifespanIncomingEvent = LifespanStartupEvent | LifespanShutdownEvent
"""What an application may receive on a lifespan scope."""

LifespanOutgoingEvent = (
    LifespanStartupCompleteEvent
    | LifespanStartupFailedEvent
    | LifespanShutdownCompleteEvent
    | LifespanShutdownFailedEvent
)
"""What an application may send on a lifespan scope."""
