"""The three-argument ASGI callables as type aliases.

``Scope`` and ``Message`` are the mutable mappings that servers really pass. The callables take and return ``Any`` where
libraries disagree about those mappings, so that an application typed with Starlette's aliases, with asgiref's
TypedDicts or with the TypedDicts of this package is accepted everywhere an `ASGIApp` is asked for, and the other way
round.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

AppType = TypeVar("AppType")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

StatelessLifespan = Callable[[AppType], AbstractAsyncContextManager[None]]
StatefulLifespan = Callable[[AppType], AbstractAsyncContextManager[Mapping[str, Any]]]
Lifespan = StatelessLifespan[AppType] | StatefulLifespan[AppType]
