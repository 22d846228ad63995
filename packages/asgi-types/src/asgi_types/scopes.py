"""The connection scopes of ASGI as TypedDicts, for type checkers; `asgi_types.Scope` is the open mapping.

The root does not import this module: programs that only pass scopes on need not pay for it.

>>> HTTPScope.__required_keys__ - WebSocketScope.__required_keys__
frozenset({'method'})
"""

from ._scopes import ASGIVersions as ASGIVersions
from ._scopes import ConnectionScope as ConnectionScope
from ._scopes import HTTPScope as HTTPScope
from ._scopes import LifespanScope as LifespanScope
from ._scopes import TLSExtension as TLSExtension
from ._scopes import WebSocketScope as WebSocketScope
from ._scopes import WWWScope as WWWScope

__all__ = (
    "ASGIVersions",
    "ConnectionScope",
    "HTTPScope",
    "LifespanScope",
    "TLSExtension",
    "WWWScope",
    "WebSocketScope",
)
