"""The parsers behind `Request.form`."""

from asgi_forms import FormParser as FormParser
from asgi_forms import MultiPartException as MultiPartException
from asgi_forms import MultiPartParser as MultiPartParser

__all__ = ("FormParser", "MultiPartException", "MultiPartParser")
