"""The small core that every ASGI package of this family shares: types, headers, URLs, the scope view, one response.

It imports the standard library only and schedules nothing. A thing belongs here only if two siblings must agree on its
identity. The root does not load what few need: scopes and events as TypedDicts in `asgi_types.scopes` and
`asgi_types.events`, JSON in `asgi_types.json_codec`, origins of pages in `asgi_types.origin`, the limit on a body in
`asgi_types.request_body_limit`, and what is entered around a lifespan in `asgi_types.lifespan`.
"""

from ._address import Address as Address
from ._asgi import AppType as AppType
from ._asgi import ASGIApp as ASGIApp
from ._asgi import Lifespan as Lifespan
from ._asgi import Message as Message
from ._asgi import Receive as Receive
from ._asgi import Scope as Scope
from ._asgi import Send as Send
from ._asgi import StatefulLifespan as StatefulLifespan
from ._asgi import StatelessLifespan as StatelessLifespan
from ._async_callable import is_async_callable as is_async_callable
from ._body_limit import MAX_BODY_SIZE as MAX_BODY_SIZE
from ._body_limit import ContentTooLarge as ContentTooLarge
from ._body_limit import body_limit as body_limit
from ._body_limit import declares_more as declares_more
from ._connection import HTTPConnection as HTTPConnection
from ._connection import StateT as StateT
from ._cookies import parse_cookies as parse_cookies
from ._denial import check_close_code as check_close_code
from ._denial import close_code as close_code
from ._denial import close_for_denial as close_for_denial
from ._denial import close_message as close_message
from ._denial import may_deny as may_deny
from ._exceptions import HTTPException as HTTPException
from ._exceptions import WebSocketException as WebSocketException
from ._field import TOKEN as TOKEN
from ._field import is_token as is_token
from ._guard import GUARD as GUARD
from ._guard import VIEW as VIEW
from ._guard import Guard as Guard
from ._guard import answer as answer
from ._guard import refuse as refuse
from ._headers import Headers as Headers
from ._headers import RawHeaders as RawHeaders
from ._host import parse_host as parse_host
from ._lazy_names import lazy_names as lazy_names
from ._multi_dict import ImmutableMultiDict as ImmutableMultiDict
from ._multi_dict import MultiDict as MultiDict
from ._mutable_headers import MutableHeaders as MutableHeaders
from ._query_params import QueryParams as QueryParams
from ._response import BackgroundWork as BackgroundWork
from ._response import Response as Response
from ._response_messages import denial_send as denial_send
from ._response_messages import may_have_body as may_have_body
from ._response_messages import nothing_sent as nothing_sent
from ._response_messages import response_start as response_start
from ._response_messages import send_tells_disconnect as send_tells_disconnect
from ._route_path import get_route_path as get_route_path
from ._scope_url import DEFAULT_PORTS as DEFAULT_PORTS
from ._scope_url import ENCODED_SLASH as ENCODED_SLASH
from ._scope_url import scope_host as scope_host
from ._scope_url import scope_host_name as scope_host_name
from ._scope_url import slash_redirect as slash_redirect
from ._set_cookie import SameSite as SameSite
from ._start_message import START_MESSAGES as START_MESSAGES
from ._start_message import add_vary as add_vary
from ._start_message import start_with as start_with
from ._state import State as State
from ._url import URL as URL

__all__ = (
    "ASGIApp",
    "Address",
    "AppType",
    "BackgroundWork",
    "ContentTooLarge",
    "DEFAULT_PORTS",
    "ENCODED_SLASH",
    "GUARD",
    "Guard",
    "HTTPConnection",
    "HTTPException",
    "Headers",
    "ImmutableMultiDict",
    "Lifespan",
    "MAX_BODY_SIZE",
    "Message",
    "MultiDict",
    "MutableHeaders",
    "QueryParams",
    "RawHeaders",
    "Receive",
    "Response",
    "START_MESSAGES",
    "SameSite",
    "Scope",
    "Send",
    "State",
    "StateT",
    "StatefulLifespan",
    "StatelessLifespan",
    "TOKEN",
    "URL",
    "VIEW",
    "WebSocketException",
    "add_vary",
    "answer",
    "body_limit",
    "check_close_code",
    "close_code",
    "close_for_denial",
    "close_message",
    "declares_more",
    "denial_send",
    "get_route_path",
    "is_async_callable",
    "is_token",
    "lazy_names",
    "may_deny",
    "may_have_body",
    "nothing_sent",
    "parse_cookies",
    "parse_host",
    "refuse",
    "response_start",
    "scope_host",
    "scope_host_name",
    "send_tells_disconnect",
    "slash_redirect",
    "start_with",
)
