"""The limit on a request's body for whatever application is behind it, also one that knows nothing of the limit."""

from ._request_body_limit import RequestBodyLimitMiddleware as RequestBodyLimitMiddleware

__all__ = ("RequestBodyLimitMiddleware",)
