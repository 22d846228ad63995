"""Starlette's names for how the limit on a body is kept to; here the middleware does all of it."""

from __future__ import annotations

from asgi_middleware import RequestBodyLimitMiddleware


class RequestBodyLimitResponder(RequestBodyLimitMiddleware):
    """A `RequestBodyLimitMiddleware` by another name."""


class RequestBodyLimitResponseSent(Exception):  # noqa: N818 - Starlette's name
    """What Starlette stops an application with whose client has been told that its body is too large.

    Nothing raises it here: who catches it waits for nothing.
    """
