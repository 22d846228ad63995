"""Forms for any ASGI application: urlencoded bodies, parsed while they arrive and within limits."""

from ._form_data import FormData as FormData
from ._form_error import FormError as FormError
from ._parse_form import parse_form as parse_form

__all__ = ("FormData", "FormError", "parse_form")
