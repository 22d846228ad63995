"""Types of the ASGI callables."""

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

__all__ = (
    "ASGIApp",
    "AppType",
    "ExceptionHandler",
    "Lifespan",
    "Message",
    "Receive",
    "Scope",
    "Send",
    "StatefulLifespan",
    "StatelessLifespan",
)
