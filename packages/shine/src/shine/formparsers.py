"""The parsers behind `Request.form`."""

from asgi_forms import MultiPartException as MultiPartException
from asgi_forms import MultiPartParser as MultiPartParser
from asgi_types import lazy_names as _lazy_names

from ._form_message import FormMessage as FormMessage
from ._form_parser import FormParser as FormParser

__all__ = ("FormMessage", "FormParser", "MultiPartException", "MultiPartParser")

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "FormData": "shine.datastructures",
        "Headers": "shine.datastructures",
        "SpooledTemporaryFile": "tempfile",
        "StarletteDeprecationWarning": "shine.exceptions",
        "UploadFile": "shine.datastructures",
    },
)
