"""Errors as problem details (RFC 9457)."""

from asgi_middleware import Problem as Problem
from asgi_middleware import ProblemDetails as ProblemDetails

__all__ = ("Problem", "ProblemDetails")
