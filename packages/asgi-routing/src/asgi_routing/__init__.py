"""A router for any ASGI application, whose cost does not grow with the number of routes."""

from ._base_route import BaseRoute as BaseRoute
from ._base_route import Match as Match
from ._base_route import NoMatchFound as NoMatchFound
from ._convertors import CONVERTOR_TYPES as CONVERTOR_TYPES
from ._convertors import Convertor as Convertor
from ._convertors import FloatConvertor as FloatConvertor
from ._convertors import IntegerConvertor as IntegerConvertor
from ._convertors import PathConvertor as PathConvertor
from ._convertors import StringConvertor as StringConvertor
from ._convertors import UUIDConvertor as UUIDConvertor
from ._convertors import register_url_convertor as register_url_convertor
from ._path_pattern import compile_path as compile_path
from ._path_pattern import replace_params as replace_params
from ._path_route import get_name as get_name
from ._route import Route as Route
from ._router import Router as Router
from ._url_path import URLPath as URLPath
from ._websocket_route import WebSocketRoute as WebSocketRoute

__all__ = (
    "BaseRoute",
    "CONVERTOR_TYPES",
    "Convertor",
    "FloatConvertor",
    "IntegerConvertor",
    "Match",
    "NoMatchFound",
    "PathConvertor",
    "Route",
    "Router",
    "StringConvertor",
    "URLPath",
    "UUIDConvertor",
    "WebSocketRoute",
    "compile_path",
    "get_name",
    "register_url_convertor",
    "replace_params",
)
