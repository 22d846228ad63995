"""Headers, URLs, multi-dicts, forms, state, and settings that are secrets or lists."""

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
from asgi_types import lazy_names as _lazy_names

from ._config.comma_separated_strings import CommaSeparatedStrings as CommaSeparatedStrings
from ._config.secret import Secret as Secret

__all__ = (
    "Address",
    "CommaSeparatedStrings",
    "FormData",
    "Headers",
    "ImmutableMultiDict",
    "MultiDict",
    "MutableHeaders",
    "QueryParams",
    "Secret",
    "State",
    "URL",
    "URLPath",
    "UploadFile",
)

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(globals(), {"run_in_threadpool": "shine.concurrency"})
