"""Answers only when something has changed."""

from asgi_http import ConditionalMiddleware as ConditionalMiddleware
from asgi_http import check_preconditions as check_preconditions

__all__ = ("ConditionalMiddleware", "check_preconditions")
