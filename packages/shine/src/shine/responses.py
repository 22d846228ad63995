"""Responses."""

from asgi_http import AsyncContentStream as AsyncContentStream
from asgi_http import Content as Content
from asgi_http import ContentStream as ContentStream
from asgi_http import FileResponse as FileResponse
from asgi_http import HTMLResponse as HTMLResponse
from asgi_http import JSONCodec as JSONCodec
from asgi_http import JSONLinesResponse as JSONLinesResponse
from asgi_http import JSONResponse as JSONResponse
from asgi_http import MalformedRangeHeader as MalformedRangeHeader
from asgi_http import PlainTextResponse as PlainTextResponse
from asgi_http import RangeNotSatisfiable as RangeNotSatisfiable
from asgi_http import RedirectResponse as RedirectResponse
from asgi_http import Response as Response
from asgi_http import StreamingResponse as StreamingResponse
from asgi_http import SyncContentStream as SyncContentStream
from asgi_types import lazy_names as _lazy_names

__all__ = (
    "AsyncContentStream",
    "Content",
    "ContentStream",
    "FileResponse",
    "HTMLResponse",
    "JSONCodec",
    "JSONLinesResponse",
    "JSONResponse",
    "MalformedRangeHeader",
    "PlainTextResponse",
    "RangeNotSatisfiable",
    "RedirectResponse",
    "Response",
    "StreamingResponse",
    "SyncContentStream",
)

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "BackgroundTask": "shine.background",
        "ClientDisconnect": "shine.requests",
        "Headers": "shine.datastructures",
        "MutableHeaders": "shine.datastructures",
        "URL": "shine.datastructures",
        "iterate_in_threadpool": "shine.concurrency",
    },
)
