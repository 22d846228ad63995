"""What is inside a value, by name where it has one, and the secrets that are found there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, cast

from .masking import Secrets
from .secret_names import is_secret_name

_DEEPEST = 6
_MOST_INSIDE = 200
_MOST_VALUES = 1000

SEQUENCES = (list, tuple, set, frozenset)
_OPEN = (bool, type, FunctionType, BuiltinFunctionType, MethodType, ModuleType)


def is_masked(name: object, value: object) -> bool:
    """Whether ``value`` must not be shown under this name: nothing, truth, and code are no secrets."""
    if value is None or isinstance(value, _OPEN):
        return False
    if isinstance(value, (str, bytes, dict, *SEQUENCES)) and not value:
        return False
    return isinstance(name, (str, bytes)) and is_secret_name(name)


def kind_of(value: object) -> Any:
    """The class of a value, whatever it says of that itself."""
    return type(value)


def is_pair(value: Any) -> bool:
    """Whether this is a name and its value, as of a header."""
    return kind_of(value) in (tuple, list) and len(value) == 2 and isinstance(value[0], (str, bytes))


def is_mapping(value: object) -> bool:
    """Whether this is a mapping that shows what is in it; views of a request do not."""
    return isinstance(value, Mapping) and kind_of(cast("Any", value)).__repr__ is not object.__repr__


def is_sequence(value: object) -> bool:
    """Whether this is a collection of values without names."""
    return isinstance(value, SEQUENCES)


def named_fields(value: Any) -> Iterable[tuple[str, Any]] | None:
    """The fields that the ``repr()`` of a dataclass or a named tuple shows, or None for all else."""
    kind = kind_of(value)
    if hasattr(kind, "__dataclass_fields__") and kind.__dataclass_params__.repr:
        return [(name, getattr(value, name)) for name, field in kind.__dataclass_fields__.items() if field.repr]
    if hasattr(kind, "_fields") and tuple in kind.__mro__:
        return list(zip(kind._fields, value, strict=False))
    return None


def collect_secrets(name: str | bytes, value: object, secrets: Secrets) -> None:
    """Add what is secret in ``value`` to ``secrets``: what has a secret name, at any depth down to 6."""
    left = _MOST_VALUES
    waiting: list[tuple[object, object, bool, int]] = [(name, value, False, 0)]
    while waiting and left > 0:
        left -= 1
        key, found, is_within_secret, depth = waiting.pop()
        is_secret = is_masked(key, found) or is_within_secret
        if isinstance(found, (str, bytes)):
            if is_secret:
                secrets.add(found)
        elif depth < _DEEPEST:
            try:
                waiting.extend((name, inner, is_secret, depth + 1) for name, inner in _inside(found))
            except Exception:
                continue


def _inside(value: Any) -> Iterator[tuple[object, object]]:
    """The values inside this one with their names; what has no name has the name None."""
    fields = named_fields(value)
    if fields is not None:
        yield from fields
    elif is_mapping(value):
        yield from islice(value.items(), _MOST_INSIDE)
    elif is_pair(value):
        yield value[0], value[1]
    elif is_sequence(value):
        yield from ((None, inner) for inner in islice(value, _MOST_INSIDE))
    elif not isinstance(value, _OPEN):
        attributes = islice(getattr(value, "__dict__", {}).items(), _MOST_INSIDE)
        yield from ((name, inner) for name, inner in attributes if is_masked(name, inner))
