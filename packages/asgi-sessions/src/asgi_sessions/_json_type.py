"""Which values of JSON an annotation allows."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NotRequired,
    Required,
    TypeGuard,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Check = Callable[[Any], bool]
"""Whether a value is of a type."""

_WHAT_JSON_HAS: Final = (
    "str, int, float, bool, None, Any, list[...], dict[str, ...], Literal, TypedDict and unions of them, as JSON has"
)


def check_of(annotation: Any) -> Check:
    """What tells whether a value is of this type; `TypeError` for an annotation that is none of what JSON has.

    It is strict where JSON is: True is no int, and a tuple no list; but an int is a float, as it is to type checkers. A
    value of ``Any`` is what JSON has. A dict of a ``TypedDict`` may have more keys.

    >>> check_of(list[int] | None)([1, 2]), check_of(list[int])((1, 2)), check_of(int)(True)
    (True, False, False)
    """
    return _Checks().of(annotation)


class _Checks:
    """Makes the checks of one annotation; types that contain themselves are met again inside."""

    def __init__(self) -> None:
        self._begun: dict[int, list[Check]] = {}

    def of(self, annotation: Any) -> Check:
        make = _MAKERS.get(get_origin(annotation))
        if make is not None:
            return make(self, get_args(annotation))
        if isinstance(annotation, type) and is_typeddict(annotation):
            return self._named(annotation, lambda: self._typed_dict(annotation))
        meant = getattr(annotation, "__value__", None)  # of ``type Name = ...``
        if meant is not None:
            return self._named(annotation, lambda: self.of(meant))
        supertype = getattr(annotation, "__supertype__", None)  # of ``NewType``
        if supertype is not None:
            return self.of(supertype)
        if not isinstance(annotation, Hashable) or annotation not in _PLAIN:
            raise TypeError(f"{type_name(annotation)} cannot be kept in a session: annotate with {_WHAT_JSON_HAS}.")
        return _PLAIN[annotation]

    def _named(self, annotation: Any, make: Callable[[], Check]) -> Check:
        begun = self._begun.get(id(annotation))
        if begun is None:
            begun = self._begun[id(annotation)] = []
            begun.append(make())

        def check(value: Any) -> bool:
            return begun[0](value)  # which is not there yet when the type is met inside of itself

        return check

    def _typed_dict(self, annotation: Any) -> Check:
        checks: dict[str, Check] = {}
        needed: set[str] = set()
        for key, hint in get_type_hints(annotation, include_extras=True).items():
            qualifier = get_origin(hint)
            # Where annotations are text, the class itself does not know which of them are not required.
            if qualifier is Required or (qualifier is not NotRequired and key in annotation.__required_keys__):
                needed.add(key)
            checks[key] = self.of(get_args(hint)[0] if qualifier in (Required, NotRequired) else hint)
        return lambda value: (
            _has_text_keys(value)
            and needed <= value.keys()
            and all(checks.get(key, _is_json)(held) for key, held in value.items())
        )

    def literal(self, allowed: tuple[Any, ...]) -> Check:
        for choice in allowed:
            if type(choice) not in (str, int, bool, NoneType):
                raise TypeError(f"Literal[{choice!r}] cannot be kept in a session: JSON has str, int, bool and None.")
        return lambda value: any(type(value) is type(choice) and value == choice for choice in allowed)

    def union(self, members: tuple[Any, ...]) -> Check:
        checks = [self.of(member) for member in members]
        return lambda value: any(check(value) for check in checks)

    def list_(self, arguments: tuple[Any, ...]) -> Check:
        check = self.of(arguments[0])
        return lambda value: _is_list(value) and all(map(check, value))

    def dict_(self, arguments: tuple[Any, ...]) -> Check:
        if arguments[0] is not str:
            raise TypeError(f"dict[{type_name(arguments[0])}, ...] cannot be kept in a session: keys of JSON are str.")
        check = self.of(arguments[1])
        return lambda value: _has_text_keys(value) and all(map(check, value.values()))

    def annotated(self, arguments: tuple[Any, ...]) -> Check:
        return self.of(arguments[0])


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _is_dict(value: Any) -> TypeGuard[dict[Any, Any]]:
    return isinstance(value, dict)


def _has_text_keys(value: Any) -> TypeGuard[dict[str, Any]]:
    return _is_dict(value) and all(isinstance(key, str) for key in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_json(value: Any) -> bool:
    if _is_list(value):
        return all(map(_is_json, value))
    if _has_text_keys(value):
        return all(map(_is_json, value.values()))
    return isinstance(value, (str, int, float, NoneType))


def type_name(annotation: Any) -> str:
    """An annotation as one writes it."""
    return annotation.__name__ if isinstance(annotation, type) and not get_args(annotation) else repr(annotation)


_PLAIN: Final[dict[Any, Check]] = {
    str: lambda value: isinstance(value, str),
    int: lambda value: _is_number(value) and isinstance(value, int),
    float: _is_number,
    bool: lambda value: isinstance(value, bool),
    NoneType: lambda value: value is None,
    None: lambda value: value is None,
    Any: _is_json,
    list: lambda value: _is_list(value) and _is_json(value),
    dict: lambda value: _has_text_keys(value) and _is_json(value),
}

_MAKERS: Final[dict[Any, Callable[[_Checks, tuple[Any, ...]], Check]]] = {
    Literal: _Checks.literal,
    Union: _Checks.union,
    UnionType: _Checks.union,
    list: _Checks.list_,
    dict: _Checks.dict_,
    Annotated: _Checks.annotated,
}
