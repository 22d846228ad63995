"""Jinja2 templates."""

from asgi_templates import Jinja2Templates as Jinja2Templates

__all__ = ("Jinja2Templates",)
