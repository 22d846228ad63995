"""A router for any ASGI application, whose cost does not grow with the number of routes."""

from ._decorators import RouteDecorators as RouteDecorators
from ._lifespan.app_lifespan import lifespan_of as lifespan_of
from ._lifespan.combined import combine_lifespans as combine_lifespans
from ._patterns.convertors import CONVERTOR_TYPES as CONVERTOR_TYPES
from ._patterns.convertors import Convertor as Convertor
from ._patterns.convertors import DateConvertor as DateConvertor
from ._patterns.convertors import EnumConvertor as EnumConvertor
from ._patterns.convertors import FloatConvertor as FloatConvertor
from ._patterns.convertors import IntegerConvertor as IntegerConvertor
from ._patterns.convertors import PathConvertor as PathConvertor
from ._patterns.convertors import RegexConvertor as RegexConvertor
from ._patterns.convertors import SegmentConvertor as SegmentConvertor
from ._patterns.convertors import StringConvertor as StringConvertor
from ._patterns.convertors import UUIDConvertor as UUIDConvertor
from ._patterns.convertors import register_url_convertor as register_url_convertor
from ._patterns.path_pattern import PARAM_FORMAT_REGEX as PARAM_FORMAT_REGEX
from ._patterns.path_pattern import PARAM_REGEX as PARAM_REGEX
from ._patterns.path_pattern import compile_path as compile_path
from ._patterns.path_pattern import replace_params as replace_params
from ._router import Router as Router
from ._routes.base_route import BaseRoute as BaseRoute
from ._routes.base_route import Match as Match
from ._routes.base_route import NoMatchFound as NoMatchFound
from ._routes.host import Host as Host
from ._routes.mount import Mount as Mount
from ._routes.path_route import get_name as get_name
from ._routes.route import Route as Route
from ._routes.websocket_route import WebSocketRoute as WebSocketRoute
from ._url_path import URLPath as URLPath

__all__ = (
    "BaseRoute",
    "CONVERTOR_TYPES",
    "Convertor",
    "DateConvertor",
    "EnumConvertor",
    "FloatConvertor",
    "Host",
    "IntegerConvertor",
    "Match",
    "Mount",
    "NoMatchFound",
    "PARAM_FORMAT_REGEX",
    "PARAM_REGEX",
    "PathConvertor",
    "RegexConvertor",
    "Route",
    "RouteDecorators",
    "Router",
    "SegmentConvertor",
    "StringConvertor",
    "URLPath",
    "UUIDConvertor",
    "WebSocketRoute",
    "combine_lifespans",
    "compile_path",
    "get_name",
    "lifespan_of",
    "register_url_convertor",
    "replace_params",
)
