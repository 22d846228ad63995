"""Telling coroutine functions from others."""

import functools
import sys
from collections.abc import Awaitable, Callable
from types import FunctionType
from typing import Any, TypeGuard

_CO_COROUTINE = 128  # of `inspect`, whose import takes as long as all of this package


def is_async_callable(obj: Any) -> TypeGuard[Callable[..., Awaitable[Any]]]:
    """Whether calling ``obj`` gives a coroutine: an ``async def``, a partial of one, or an object with one as its call.

    Calling a class makes an instance, so a class never counts. A mock of a coroutine function counts.

    >>> async def endpoint(): ...
    >>> is_async_callable(functools.partial(endpoint)), is_async_callable(print)
    (True, False)
    """
    while isinstance(obj, functools.partial):
        obj = obj.func
    if isinstance(obj, FunctionType) and obj.__code__.co_flags & _CO_COROUTINE:
        return True
    from inspect import iscoroutinefunction  # it knows all else, and what was marked as one

    if iscoroutinefunction(obj) or _is_marked(obj):
        return True
    return callable(obj) and not isinstance(obj, type) and iscoroutinefunction(obj.__call__)


def _is_marked(obj: Any) -> bool:
    """Whether asyncio's own mark is on ``obj``, by which `unittest.mock` knows coroutine functions before 3.12."""
    mark = getattr(sys.modules.get("asyncio.coroutines"), "_is_coroutine", None)
    return mark is not None and getattr(obj, "_is_coroutine", None) is mark
