"""A router for any ASGI application, whose cost does not grow with the number of routes."""

from ._routes.base_route import BaseRoute as BaseRoute
from ._routes.base_route import Match as Match
from ._routes.base_route import NoMatchFound as NoMatchFound
from ._patterns.convertors import CONVERTOR_TYPES as CONVERTOR_TYPES
from ._patterns.convertors import Convertor as Convertor
from ._patterns.convertors import FloatConvertor as FloatConvertor
from ._patterns.convertors import IntegerConvertor as IntegerConvertor
from ._patterns.convertors import PathConvertor as PathConvertor
from ._patterns.convertors import StringConvertor as StringConvertor
from ._patterns.convertors import UUIDConvertor as UUIDConvertor
from ._patterns.convertors import register_url_convertor as register_url_convertor
from ._patterns.path_pattern import compile_path as compile_path
from ._patterns.path_pattern import replace_params as replace_params
from ._routes.path_route import get_name as get_name
from ._routes.route import Route as Route
from ._router import Router as Router
from ._url_path import URLPath as URLPath
from ._routes.websocket_route import WebSocketRoute as WebSocketRoute

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
