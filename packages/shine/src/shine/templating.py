"""Templates as responses: Jinja2 or another engine, whole pages, parts of them, and pages that are streamed."""

from asgi_templates import AsyncTemplate as AsyncTemplate
from asgi_templates import BlockNotFound as BlockNotFound
from asgi_templates import BlockTemplate as BlockTemplate
from asgi_templates import ContextProcessor as ContextProcessor
from asgi_templates import Jinja2Templates as Jinja2Templates
from asgi_templates import StreamingTemplate as StreamingTemplate
from asgi_templates import StreamingTemplateResponse as StreamingTemplateResponse
from asgi_templates import Template as Template
from asgi_templates import TemplateEngine as TemplateEngine
from asgi_templates import TemplateRequest as TemplateRequest
from asgi_templates import TemplateResponse as TemplateResponse
from asgi_templates import Templates as Templates
from asgi_templates import wants_fragment as wants_fragment

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
