"""What of Starlette shine has, asked of shine's own modules."""

from __future__ import annotations

import warnings
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final

from .plain_name import NEW, OLD

_UNKNOWN: Final = object()


def missing(dotted: str) -> str | None:
    """The first part of a dotted name of Starlette, as ``starlette.routing.Route``, that shine does not have.

    None if it has all of it. What is in a class is not looked at.
    """
    parts = dotted.split(".")
    module_name = parts[0]
    for part in parts[1:]:
        if _has_module(f"{module_name}.{part}"):
            module_name += f".{part}"
            continue
        module = _module(module_name)
        if module is None or getattr(module, part, _UNKNOWN) is not _UNKNOWN:
            return None
        return f"{module_name}.{part}"
    return None


def public_names(module_name: str) -> tuple[str, ...]:
    """What ``from starlette.x import *`` brings of shine's module."""
    return tuple(getattr(_module(module_name), "__all__", ()))


def class_of(dotted: str) -> Any:
    """The class of shine for a dotted name of Starlette."""
    module_name, _, name = dotted.rpartition(".")
    return getattr(_module(module_name), name)


@lru_cache(maxsize=256)
def _has_module(name: str) -> bool:
    try:
        return find_spec(NEW + name.removeprefix(OLD)) is not None
    except ImportError:  # what should hold it is no package, or cannot be loaded itself
        return False


@lru_cache(maxsize=256)
def _module(name: str) -> ModuleType | None:
    """Shine's module, or None if it cannot be loaded without something that is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return import_module(NEW + name.removeprefix(OLD))
        except ImportError:
            return None
