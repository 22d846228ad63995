"""Types of the ASGI callables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from asgi_middleware import ExceptionHandler as ExceptionHandler
from asgi_types import AppType as AppType
from asgi_types import ASGIApp as ASGIApp
from asgi_types import Lifespan as Lifespan
from asgi_types import Message as Message
from asgi_types import Receive as Receive
from asgi_types import Scope as Scope
from asgi_types import Send as Send
from asgi_types import StatefulLifespan as StatefulLifespan
from asgi_types import StatelessLifespan as StatelessLifespan

if TYPE_CHECKING:
    from .requests import Request
    from .responses import Response
    from .websockets import WebSocket

__all__ = (
    "ASGIApp",
    "AppType",
    "ExceptionHandler",
    "HTTPExceptionHandler",
    "Lifespan",
    "Message",
    "Receive",
    "Scope",
    "Send",
    "StatefulLifespan",
    "StatelessLifespan",
    "WebSocketExceptionHandler",
)

HTTPExceptionHandler = Callable[["Request[Any]", Any], "Response | Awaitable[Response]"]
WebSocketExceptionHandler = Callable[["WebSocket[Any]", Any], Awaitable[None]]
