"""Templates as responses: Jinja2 or another engine, whole pages, parts of them, and pages that are streamed.

A whole page is an `HTMLResponse` as well here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jinja2 import pass_context as pass_context  # Starlette has it here, for global functions

import asgi_templates
from asgi_http import HTMLResponse
from asgi_templates import AsyncTemplate as AsyncTemplate
from asgi_templates import BlockNotFound as BlockNotFound
from asgi_templates import BlockTemplate as BlockTemplate
from asgi_templates import ContextProcessor as ContextProcessor
from asgi_templates import StreamingTemplate as StreamingTemplate
from asgi_templates import StreamingTemplateResponse as StreamingTemplateResponse
from asgi_templates import Template as Template
from asgi_templates import TemplateEngine as TemplateEngine
from asgi_templates import TemplateRequest as TemplateRequest
from asgi_templates import wants_fragment as wants_fragment
from asgi_types import lazy_names as _lazy_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgi_types import BackgroundWork

__all__ = (
    "AsyncTemplate",
    "BlockNotFound",
    "BlockTemplate",
    "ContextProcessor",
    "Jinja2Templates",
    "StreamingTemplate",
    "StreamingTemplateResponse",
    "Template",
    "TemplateEngine",
    "TemplateRequest",
    "TemplateResponse",
    "Templates",
    "wants_fragment",
)


class TemplateResponse(asgi_templates.TemplateResponse, HTMLResponse):
    """An `asgi_templates.TemplateResponse` that is an `HTMLResponse` as well."""


_TemplateResponse = TemplateResponse
"""Starlette's name, which is private, but what its users annotate with."""


class Templates(asgi_templates.Templates):
    """An `asgi_templates.Templates` whose whole responses are of `TemplateResponse`."""

    response_class: type[asgi_templates.TemplateResponse] = _TemplateResponse

    if TYPE_CHECKING:

        def TemplateResponse(  # noqa: N802
            self,
            request: TemplateRequest,
            name: str,
            context: Mapping[str, Any] | None = None,
            status_code: int = 200,
            headers: Mapping[str, str] | None = None,
            media_type: str | None = None,
            background: BackgroundWork | None = None,
            *,
            block: str | Sequence[str] | None = None,
            fragment: str | Sequence[str] | None = None,
        ) -> _TemplateResponse:
            """The template ``name`` as a response."""
            ...

        async def respond(
            self,
            request: TemplateRequest,
            name: str,
            context: Mapping[str, Any] | None = None,
            status_code: int = 200,
            headers: Mapping[str, str] | None = None,
            media_type: str | None = None,
            background: BackgroundWork | None = None,
            *,
            block: str | Sequence[str] | None = None,
            fragment: str | Sequence[str] | None = None,
        ) -> _TemplateResponse:
            """The same, awaited."""
            ...


class Jinja2Templates(Templates, asgi_templates.Jinja2Templates):
    """An `asgi_templates.Jinja2Templates` whose whole responses are of `TemplateResponse`."""


# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "BackgroundTask": "shine.background",
        "Request": "shine.requests",
        "URL": "shine.datastructures",
    },
)
