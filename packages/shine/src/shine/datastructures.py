"""Headers, URLs, multi-dicts, forms and state."""

from asgi_forms import FormData as FormData
from asgi_forms import UploadFile as UploadFile
from asgi_routing import URLPath as URLPath
from asgi_types import URL as URL
from asgi_types import Address as Address
from asgi_types import Headers as Headers
from asgi_types import ImmutableMultiDict as ImmutableMultiDict
from asgi_types import MultiDict as MultiDict
from asgi_types import MutableHeaders as MutableHeaders
from asgi_types import QueryParams as QueryParams
from asgi_types import State as State

__all__ = (
    "Address",
    "FormData",
    "Headers",
    "ImmutableMultiDict",
    "MultiDict",
    "MutableHeaders",
    "QueryParams",
    "State",
    "URL",
    "URLPath",
    "UploadFile",
)
