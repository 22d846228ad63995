"""Path parameters."""

from asgi_routing import CONVERTOR_TYPES as CONVERTOR_TYPES
from asgi_routing import Convertor as Convertor
from asgi_routing import DateConvertor as DateConvertor
from asgi_routing import EnumConvertor as EnumConvertor
from asgi_routing import FloatConvertor as FloatConvertor
from asgi_routing import IntegerConvertor as IntegerConvertor
from asgi_routing import PathConvertor as PathConvertor
from asgi_routing import RegexConvertor as RegexConvertor
from asgi_routing import SegmentConvertor as SegmentConvertor
from asgi_routing import StringConvertor as StringConvertor
from asgi_routing import UUIDConvertor as UUIDConvertor
from asgi_routing import register_url_convertor as register_url_convertor

__all__ = (
    "CONVERTOR_TYPES",
    "Convertor",
    "DateConvertor",
    "EnumConvertor",
    "FloatConvertor",
    "IntegerConvertor",
    "PathConvertor",
    "RegexConvertor",
    "SegmentConvertor",
    "StringConvertor",
    "UUIDConvertor",
    "register_url_convertor",
)
