"""Jinja2 responses for any ASGI application."""

from ._jinja2_templates import Jinja2Templates as Jinja2Templates
from ._template_response import TemplateResponse as TemplateResponse

__all__ = ("Jinja2Templates", "TemplateResponse")
