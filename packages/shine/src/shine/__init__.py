"""Shine."""
from .applications import Shine as Shine
from .responses import PlainTextResponse as PlainTextResponse
from .requests import Request as Request
from .routing import Route as Route
