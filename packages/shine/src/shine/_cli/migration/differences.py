"""What behaves otherwise in shine and can be seen in a source: that part of docs/migration.md, as tables.

Names that shine does not have are not here: its modules are asked for those.
"""

from __future__ import annotations

from typing import Final

NAMES: Final = {
    "starlette.__version__": "this is the version of shine then; the release of Starlette that it stands for is 1.10",
    "starlette.formparsers.MultiPartParser": (
        "it has parse(), and no callbacks; for parts as they arrive there is Request.stream_multipart"
    ),
    "starlette.middleware.body_limit.RequestBodyLimitResponder": "it is the middleware, and not made for each request",
    "starlette.middleware.gzip.GZipResponder": "it is middleware, and not made for each request",
    "starlette.middleware.gzip.IdentityResponder": "it is middleware, and not made for each request",
    "starlette.formparsers.FormParser": "it has parse(), and no callbacks",
    "starlette.formparsers.MultiPartException": (
        "it is an HTTPException here, with status 413 for a limit; str() of it begins with the status"
    ),
    "starlette.requests.ClientDisconnect": (
        "a client that leaves while its body is read or a stream is sent ends the request quietly: nobody gets this"
    ),
    "starlette.authentication.requires": "a WebSocket is refused by 403 or its close code, and not by 1000",
}
"""Names of Starlette that are used otherwise."""

OVERRIDES: Final[dict[str, dict[str, str]]] = {
    "starlette.requests.Request": {"_get_form": "it is never called: override form"},
    "starlette.responses.StreamingResponse": {
        "listen_for_disconnect": "it is never called: use background, or a finally in the generator",
        "stream_response": "when the client has left, send raises an OSError that is a ClientDisconnect: let it go on",
    },
    "starlette.staticfiles.StaticFiles": {
        "get_response": "its response answers a 304 by itself when it is called",
        "is_not_modified": "it is asked because it is overridden; the file's response does without",
    },
    "starlette.middleware.cors.CORSMiddleware": {
        "send": "it is never called",
        "simple_response": "it is never called",
        "allow_explicit_origin": "it is never called",
    },
    "starlette.middleware.errors.ServerErrorMiddleware": {
        "format_line": "it is never called: override generate_html",
        "generate_frame_html": "it is never called: override generate_html",
    },
    "starlette.formparsers.MultiPartParser": {
        "on_part_begin": "it is never called: use stream_multipart or a sink",
        "on_part_data": "it is never called: use stream_multipart or a sink",
        "on_part_end": "it is never called: use stream_multipart or a sink",
    },
    "starlette.templating.Jinja2Templates": {
        "TemplateResponse": "it runs; for type checkers take *args: Any, **kwargs: Any",
    },
    "starlette.websockets.WebSocket": dict.fromkeys(
        ("receive", "receive_text", "receive_bytes", "receive_json"),
        "for type checkers it needs a timeout: *, timeout: float | None = None",
    ),
    "starlette.endpoints.WebSocketEndpoint": {
        "on_disconnect": "its code is what the client gets, and not 1011 for whatever is raised",
    },
}
"""Methods that subclasses override, by the class that has them."""

ATTRIBUTES: Final = {
    "_get_form": "there is none: call form",
    "preflight_explicit_allow_origin": "CORSMiddleware has none",
    "simple_headers": "CORSMiddleware has none",
    "preflight_headers": "CORSMiddleware has none",
}
"""Attributes by their names alone, since nobody knows of what they are."""

REFUSE_OPTIONS: Final = {
    "starlette.middleware.cors.CORSMiddleware",
    "starlette.middleware.gzip.GZipMiddleware",
    "starlette.middleware.sessions.SessionMiddleware",
    "starlette.middleware.trustedhost.TrustedHostMiddleware",
}
"""Middleware that refuses, when it is made, options that Starlette takes and that cannot work."""

LIFESPAN_BY_HAND: Final = (
    "lifespans of mounted applications run by themselves: do not enter them by hand, or say Mount(lifespan=False)"
)
CALL_NEXT_IN_A_TASK: Final = (
    "call_next must be awaited by the middleware itself: no other task, use async with asyncio.timeout(...)"
)
CALL_NEXT_IN_A_SCOPE: Final = (
    "an AnyIO scope around call_next must be left as it was entered: use async with asyncio.timeout(...)"
)
CALL_NEXT_CAUGHT: Final = (
    "an endpoint's error is answered inside the middleware: call_next gives that 500, and an exception handler turns "
    "exceptions into answers"
)
CALL_NEXT_RESET: Final = "a stream and background work see a context variable as it is after this reset"
