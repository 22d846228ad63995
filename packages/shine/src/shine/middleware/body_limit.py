"""The limit on a request's body."""

import asgi_types
from asgi_middleware import RequestBodyLimitMiddleware as RequestBodyLimitMiddleware
from asgi_types import lazy_names as _lazy_names

from . import _body_limit_responder
from ._body_limit_responder import RequestBodyLimitResponder as RequestBodyLimitResponder

__all__ = ("MAX_BODY_SIZE_SCOPE_KEY", "RequestBodyLimitMiddleware", "RequestBodyLimitResponder")

MAX_BODY_SIZE_SCOPE_KEY = asgi_types.MAX_BODY_SIZE

# By which libraries know them from Starlette.
_RequestBodyTooLarge = asgi_types.ContentTooLarge
_RequestBodyLimitResponseSent = _body_limit_responder.RequestBodyLimitResponseSent

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "HTTPException": "shine.exceptions",
        "Headers": "shine.datastructures",
        "PlainTextResponse": "shine.responses",
    },
)
