"""What is inside a value, by name where it has one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any, cast

from .secret_names import is_secret_name

_QUALNAME: Any = type.__dict__["__qualname__"]
_MODULE: Any = type.__dict__["__module__"]
SEQUENCES = (list, tuple, set, frozenset)
_OPEN = (bool, type, FunctionType, BuiltinFunctionType, MethodType, ModuleType)


def is_masked(name: object, value: object) -> bool:
    """Whether ``value`` must not be shown under this name: nothing, truth, and code are no secrets."""
    if value is None or is_open(value):
        return False
    if kind_of(value) in (str, bytes, dict, *SEQUENCES) and not value:
        return False
    names = cast("tuple[object, ...]", name) if isinstance(name, tuple) else (name,)
    return any(isinstance(part, (str, bytes)) and is_secret_name(part) for part in names)


def is_open(value: object) -> bool:
    """Whether this is truth or code, which is no secret whatever its name."""
    return issubclass(kind_of(value), _OPEN)


def kind_of(value: object) -> Any:
    """The class of a value, whatever it says of that itself."""
    return type(value)


def kind_name(value: object) -> str:
    """The name of its class, whatever the class of that says of it."""
    return cast("str", _QUALNAME.__get__(type(value)))


def kind_module(value: object) -> object:
    """The module that its class says it is of, which may be no text."""
    return cast("object", _MODULE.__get__(type(value)))


def with_names(values: Iterable[object]) -> Iterator[tuple[object, object]]:
    """The items of a sequence with their names: the item before, in a pair or if it is an option such as ``--pin``."""
    is_pair = isinstance(values, (tuple, list)) and len(values) == 2
    name: object = None
    for value in values:
        yield name, value
        name = value if isinstance(value, (str, bytes)) and (is_pair or value[:1] in ("-", b"-")) else None


def is_mapping(value: object) -> bool:
    """Whether this is a mapping that shows what is in it; views of a request do not."""
    return issubclass(kind_of(value), Mapping) and has_own_repr(value)


def has_own_repr(value: object) -> bool:
    """Whether its ``repr()`` says more than its class and address."""
    return kind_of(value).__repr__ is not object.__repr__


def is_sequence(value: object) -> bool:
    """Whether this is a collection of values without names."""
    return issubclass(kind_of(value), SEQUENCES)


def attributes(value: Any) -> Iterator[tuple[str, Any]]:
    """What an object has in its ``__dict__`` and its slots."""
    if isinstance(value, BaseException):
        yield "args", value.args
    yield from getattr(value, "__dict__", {}).items()
    bases: tuple[type, ...] = kind_of(value).__mro__
    for base in bases:
        for name, slot in vars(base).items():
            if isinstance(slot, MemberDescriptorType):
                try:
                    yield name, slot.__get__(value)
                except AttributeError:  # nothing is in it
                    continue


def named_fields(value: Any) -> Iterable[tuple[str, Any]] | None:
    """The fields that the ``repr()`` of a dataclass or a named tuple shows, or None for all else."""
    kind = kind_of(value)
    if hasattr(kind, "__dataclass_fields__") and kind.__dataclass_params__.repr:
        return [(name, getattr(value, name)) for name, field in kind.__dataclass_fields__.items() if field.repr]
    if hasattr(kind, "_fields") and tuple in kind.__mro__:
        return list(zip(kind._fields, value, strict=False))
    return None
