"""Shine: a web framework made of small ASGI packages.

Every public module has Starlette's name and place. The names most applications need are here as well, each loaded
with its module when it is first asked for, so that a program pays for what it uses.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._drop_in.install import install_as_starlette as install_as_starlette
    from ._version import __version__ as __version__
    from .applications import Shine as Shine
    from .background import BackgroundTask as BackgroundTask
    from .background import BackgroundTasks as BackgroundTasks
    from .datastructures import FormData as FormData
    from .datastructures import UploadFile as UploadFile
    from .endpoints import HTTPEndpoint as HTTPEndpoint
    from .endpoints import WebSocketEndpoint as WebSocketEndpoint
    from .events import EventSourceResponse as EventSourceResponse
    from .events import ServerSentEvent as ServerSentEvent
    from .exceptions import HTTPException as HTTPException
    from .exceptions import WebSocketException as WebSocketException
    from .middleware import Middleware as Middleware
    from .middleware.base import http_middleware as http_middleware
    from .requests import Request as Request
    from .responses import FileResponse as FileResponse
    from .responses import HTMLResponse as HTMLResponse
    from .responses import JSONLinesResponse as JSONLinesResponse
    from .responses import JSONResponse as JSONResponse
    from .responses import PlainTextResponse as PlainTextResponse
    from .responses import RedirectResponse as RedirectResponse
    from .responses import Response as Response
    from .responses import StreamingResponse as StreamingResponse
    from .rooms import Rooms as Rooms
    from .routing import Host as Host
    from .routing import Mount as Mount
    from .routing import Route as Route
    from .routing import Router as Router
    from .routing import WebSocketRoute as WebSocketRoute
    from .staticfiles import StaticFiles as StaticFiles
    from .templating import Jinja2Templates as Jinja2Templates
    from .websockets import WebSocket as WebSocket
    from .websockets import WebSocketDisconnect as WebSocketDisconnect

_HOMES = {
    "BackgroundTask": ".background",
    "BackgroundTasks": ".background",
    "EventSourceResponse": ".events",
    "FileResponse": ".responses",
    "FormData": ".datastructures",
    "HTMLResponse": ".responses",
    "HTTPEndpoint": ".endpoints",
    "HTTPException": ".exceptions",
    "Host": ".routing",
    "JSONLinesResponse": ".responses",
    "JSONResponse": ".responses",
    "Jinja2Templates": ".templating",
    "Middleware": ".middleware",
    "Mount": ".routing",
    "PlainTextResponse": ".responses",
    "RedirectResponse": ".responses",
    "Request": ".requests",
    "Response": ".responses",
    "Rooms": ".rooms",
    "Route": ".routing",
    "Router": ".routing",
    "ServerSentEvent": ".events",
    "Shine": ".applications",
    "StaticFiles": ".staticfiles",
    "StreamingResponse": ".responses",
    "UploadFile": ".datastructures",
    "WebSocket": ".websockets",
    "WebSocketDisconnect": ".websockets",
    "WebSocketEndpoint": ".endpoints",
    "WebSocketException": ".exceptions",
    "WebSocketRoute": ".routing",
    "__version__": "._version",
    "http_middleware": ".middleware.base",
    "install_as_starlette": "._drop_in.install",
}

# As in Starlette, whose modules load each other, `shine.routing` is there whichever of them was imported.
_MODULES = frozenset(
    {
        *("applications", "authentication", "background", "concurrency", "config", "convertors", "datastructures"),
        *("endpoints", "events", "exceptions", "formparsers", "forms", "middleware", "requests", "responses", "rooms"),
        *("routing", "schemas", "staticfiles", "status", "templating", "testclient", "types", "websockets"),
    }
)

__all__ = (
    "BackgroundTask",
    "BackgroundTasks",
    "EventSourceResponse",
    "FileResponse",
    "FormData",
    "HTMLResponse",
    "HTTPEndpoint",
    "HTTPException",
    "Host",
    "JSONLinesResponse",
    "JSONResponse",
    "Jinja2Templates",
    "Middleware",
    "Mount",
    "PlainTextResponse",
    "RedirectResponse",
    "Request",
    "Response",
    "Rooms",
    "Route",
    "Router",
    "ServerSentEvent",
    "Shine",
    "StaticFiles",
    "StreamingResponse",
    "UploadFile",
    "WebSocket",
    "WebSocketDisconnect",
    "WebSocketEndpoint",
    "WebSocketException",
    "WebSocketRoute",
    "__version__",
    "http_middleware",
    "install_as_starlette",
)


def __getattr__(name: str) -> Any:
    # What `asgi_types.lazy_names` makes, which would load the whole core for whoever wants less, as the command line.
    from importlib import import_module

    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name], __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
