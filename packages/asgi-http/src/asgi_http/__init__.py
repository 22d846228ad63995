"""Requests and responses for any ASGI application."""

from asgi_types import ContentTooLarge as ContentTooLarge
from asgi_types import HTTPException as HTTPException
from asgi_types import Response as Response
from asgi_types.json_codec import JSONCodec as JSONCodec

from ._background.background_task import BackgroundTask as BackgroundTask
from ._background.background_task import BackgroundTasks as BackgroundTasks
from ._background.task_group import BackgroundTaskGroup as BackgroundTaskGroup
from ._background.thread_limiters import run_in_threadpool as run_in_threadpool
from ._background.thread_limiters import thread_limiter as thread_limiter
from ._conditional.conditional_middleware import ConditionalMiddleware as ConditionalMiddleware
from ._conditional.preconditions import check_preconditions as check_preconditions
from ._endpoint_app import request_response as request_response
from ._events.event_buffer import EventBuffer as EventBuffer
from ._events.event_buffer import MemoryEventBuffer as MemoryEventBuffer
from ._events.event_channel import EventChannel as EventChannel
from ._events.event_channel import EventSubscription as EventSubscription
from ._events.event_source_response import EventSourceResponse as EventSourceResponse
from ._events.event_source_response import SendTimeoutError as SendTimeoutError
from ._events.server_sent_event import ServerSentEvent as ServerSentEvent
from ._events.shutdown import SHUTDOWN as SHUTDOWN
from ._events.shutdown import Shutdown as Shutdown
from ._events.shutdown import watch_shutdown as watch_shutdown
from ._files.file_response import FileResponse as FileResponse
from ._files.ranges import MalformedRangeHeader as MalformedRangeHeader
from ._files.ranges import RangeNotSatisfiable as RangeNotSatisfiable
from ._http_endpoint import HTTPEndpoint as HTTPEndpoint
from ._json_body_error import JSONBodyError as JSONBodyError
from ._middleware.base_http_middleware import BaseHTTPMiddleware as BaseHTTPMiddleware
from ._middleware.base_http_middleware import DispatchFunction as DispatchFunction
from ._middleware.base_http_middleware import RequestResponseEndpoint as RequestResponseEndpoint
from ._middleware.http_middleware import http_middleware as http_middleware
from ._middleware.inner_response import InnerResponse as InnerResponse
from ._request import SERVER_PUSH_HEADERS_TO_COPY as SERVER_PUSH_HEADERS_TO_COPY
from ._request import ClientDisconnect as ClientDisconnect
from ._request import Request as Request
from ._request import empty_receive as empty_receive
from ._request import empty_send as empty_send
from ._responses import HTMLResponse as HTMLResponse
from ._responses import JSONResponse as JSONResponse
from ._responses import PlainTextResponse as PlainTextResponse
from ._responses import RedirectResponse as RedirectResponse
from ._static.static_files import StaticFiles as StaticFiles
from ._static.static_response import NotModifiedResponse as NotModifiedResponse
from ._streaming.iteration import iterate_in_threadpool as iterate_in_threadpool
from ._streaming.json_lines_response import JSONLinesResponse as JSONLinesResponse
from ._streaming.streaming_response import AsyncContentStream as AsyncContentStream
from ._streaming.streaming_response import Content as Content
from ._streaming.streaming_response import ContentStream as ContentStream
from ._streaming.streaming_response import StreamingResponse as StreamingResponse
from ._streaming.streaming_response import SyncContentStream as SyncContentStream

__all__ = (
    "AsyncContentStream",
    "BackgroundTask",
    "BackgroundTaskGroup",
    "BackgroundTasks",
    "BaseHTTPMiddleware",
    "ClientDisconnect",
    "ConditionalMiddleware",
    "Content",
    "ContentStream",
    "ContentTooLarge",
    "DispatchFunction",
    "EventBuffer",
    "EventChannel",
    "EventSourceResponse",
    "EventSubscription",
    "FileResponse",
    "HTMLResponse",
    "HTTPEndpoint",
    "HTTPException",
    "InnerResponse",
    "JSONBodyError",
    "JSONCodec",
    "JSONLinesResponse",
    "JSONResponse",
    "MalformedRangeHeader",
    "MemoryEventBuffer",
    "NotModifiedResponse",
    "PlainTextResponse",
    "RangeNotSatisfiable",
    "RedirectResponse",
    "Request",
    "RequestResponseEndpoint",
    "Response",
    "SERVER_PUSH_HEADERS_TO_COPY",
    "SHUTDOWN",
    "SendTimeoutError",
    "ServerSentEvent",
    "Shutdown",
    "StaticFiles",
    "StreamingResponse",
    "SyncContentStream",
    "check_preconditions",
    "empty_receive",
    "empty_send",
    "http_middleware",
    "iterate_in_threadpool",
    "request_response",
    "run_in_threadpool",
    "thread_limiter",
    "watch_shutdown",
)
