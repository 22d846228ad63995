"""Templates as responses of any ASGI application: whole pages, fragments and streams, of Jinja2 or another engine.

Each name is loaded with its module when it is first asked for, and only `Jinja2Templates` loads Jinja2.
"""

from typing import TYPE_CHECKING

from asgi_types import lazy_names as _lazy_names

if TYPE_CHECKING:
    from ._engine import AsyncTemplate as AsyncTemplate
    from ._engine import BlockNotFound as BlockNotFound
    from ._engine import BlockTemplate as BlockTemplate
    from ._engine import StreamingTemplate as StreamingTemplate
    from ._engine import Template as Template
    from ._engine import TemplateEngine as TemplateEngine
    from ._fragment import wants_fragment as wants_fragment
    from ._jinja2.jinja2_templates import Jinja2Templates as Jinja2Templates
    from ._streaming.streaming_response import StreamingTemplateResponse as StreamingTemplateResponse
    from ._template_request import TemplateRequest as TemplateRequest
    from ._template_response import TemplateResponse as TemplateResponse
    from ._templates import ContextProcessor as ContextProcessor
    from ._templates import Templates as Templates

_HOMES = {
    "AsyncTemplate": "._engine",
    "BlockNotFound": "._engine",
    "BlockTemplate": "._engine",
    "ContextProcessor": "._templates",
    "Jinja2Templates": "._jinja2.jinja2_templates",
    "StreamingTemplate": "._engine",
    "StreamingTemplateResponse": "._streaming.streaming_response",
    "Template": "._engine",
    "TemplateEngine": "._engine",
    "TemplateRequest": "._template_request",
    "TemplateResponse": "._template_response",
    "Templates": "._templates",
    "wants_fragment": "._fragment",
}

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

_lazy_names(globals(), _HOMES)
