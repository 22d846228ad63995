"""Limits of forms for an application, or for one route."""

from __future__ import annotations

from typing import Unpack

from asgi_types import ASGIApp, Receive, Scope, Send

from ._limits import FORM_LIMITS, FormLimits, given_limits, limits_around


class FormLimitsMiddleware:
    """Gives the forms of an application other limits, as middleware of it or of a route; see `FormLimits`.

    Each one adds to those further out, and an argument of `form` and the like goes before all of them. Raises
    `TypeError` for an unknown limit and `ValueError` for what is no limit.

    >>> async def app(scope, receive, send):
    ...     print(scope["asgi_forms.limits"])
    >>> import asyncio
    >>> app = FormLimitsMiddleware(app, max_files=3, max_file_size=10 * 1024 * 1024)
    >>> asyncio.run(app({"type": "http"}, None, None))
    {'max_files': 3, 'max_file_size': 10485760}
    """

    def __init__(self, app: ASGIApp, **limits: Unpack[FormLimits]) -> None:
        self.app = app
        self._limits = given_limits(limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, FORM_LIMITS: limits_around(scope, self._limits)}
        await self.app(scope, receive, send)
