"""Values of any kind as what JSON has a form for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any, cast

_DEEPEST = 20


def json_ready(value: Any, depth: int = 0) -> Any:
    """``value`` with text in place of what JSON has no form for, and of what is nested more than 20 levels deep.

    >>> json_ready({1: (b"raw", {"set"}, float("nan"))})
    {'1': ['raw', ['set'], 'nan']}
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "replace")
    if depth < _DEEPEST:
        if isinstance(value, Mapping):
            return {_text(name): json_ready(inner, depth + 1) for name, inner in _items(cast("Any", value))}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [json_ready(inner, depth + 1) for inner in cast("Iterable[Any]", value)]
    return _text(value)


def _items(mapping: Mapping[Any, Any]) -> Iterable[tuple[Any, Any]]:
    return mapping.items()


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__qualname__}>"
