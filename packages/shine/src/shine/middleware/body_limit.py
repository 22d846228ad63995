"""The limit on a request's body."""

import asgi_types
from asgi_middleware import RequestBodyLimitMiddleware as RequestBodyLimitMiddleware

__all__ = ("MAX_BODY_SIZE_SCOPE_KEY", "RequestBodyLimitMiddleware")

MAX_BODY_SIZE_SCOPE_KEY = asgi_types.MAX_BODY_SIZE
