"""Finds the secrets in the values of a program: all that has a secret name, at any depth down to 6."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from itertools import islice
from time import monotonic
from typing import Any, cast

from .masking import Secrets
from .nested_values import (
    attributes,
    has_own_repr,
    is_mapping,
    is_masked,
    is_open,
    is_sequence,
    kind_of,
    named_fields,
    with_names,
)

_DEEPEST = 6
_MOST_INSIDE = 200
_MOST_VALUES = 1000
_PATIENCE = 1.0
# The keys of a secret mapping are mostly names, as in a session; what is made at random has other characters.
_WORDS = re.compile(r"[A-Za-z_. -]*+")


class SecretSearch:
    """Looks through values by name, and adds what is secret to ``secrets``; what it knows already it passes over."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._patience = _PATIENCE
        # The objects are kept, since the identity of one that is gone may be given to another.
        self._seen: dict[tuple[int, bool], tuple[int, object]] = {}

    def learn(self, name: str, value: object) -> None:
        """Look for secrets in ``value``, which has this name; at most 1000 values are looked at."""
        waiting: deque[tuple[object, object, bool, int]] = deque([(name, value, False, 0)])
        for _ in range(_MOST_VALUES):
            if not waiting:
                return
            key, found, is_within_secret, depth = waiting.popleft()
            try:
                is_secret = is_within_secret or is_masked(key, found)
                waiting.extend(self._look_at(found, is_secret, depth))
            except BaseException:  # nothing that an object does may end the page, and this is a thread
                continue

    def _look_at(self, value: Any, is_secret: bool, depth: int) -> Iterator[tuple[object, object, bool, int]]:
        """What is inside of ``value`` and to be looked at as well."""
        if issubclass(kind_of(value), (str, bytes)):
            if is_secret:
                self._secrets.add(value)
        elif value is None or is_open(value):
            return
        elif issubclass(kind_of(value), (bytearray, memoryview)):
            if is_secret:
                self._secrets.add(bytes(cast("memoryview[int]", value[: 64 * 1024])))
        elif depth < _DEEPEST and self._is_new(value, is_secret, depth):
            is_plain, inside = _inside(value, is_secret)
            if is_plain and is_secret:
                self._add_text_of(value)
            for name, inner in islice(inside, _MOST_INSIDE):
                yield name, inner, is_secret and not is_plain, depth + 1

    def _is_new(self, value: object, is_secret: bool, depth: int) -> bool:
        key = (id(value), is_secret)
        if key in self._seen and self._seen[key][0] <= depth:
            return False
        self._seen[key] = (depth, value)
        return True

    def _add_text_of(self, value: object) -> None:
        """Add a number, an identifier and whatever else has a text of its own, but an exception, which is shown."""
        if self._patience > 0 and _has_own_text(value) and not issubclass(kind_of(value), BaseException):
            began = monotonic()
            try:
                self._secrets.add(str(value))
            finally:
                self._patience -= monotonic() - began


def _has_own_text(value: object) -> bool:
    return has_own_repr(value) or kind_of(value).__str__ is not object.__str__


def _inside(value: Any, is_secret: bool) -> tuple[bool, Iterator[tuple[object, object]]]:
    """Whether this is an object, whose attributes are no secrets only since it is one, and what is inside of it."""
    kind = kind_of(value)
    if hasattr(kind, "__dataclass_fields__"):  # of which the repr() need not show all
        return False, cast("Iterator[tuple[object, object]]", attributes(value))
    fields = named_fields(value)
    if fields is not None:
        return False, iter(fields)
    if is_mapping(value):
        return False, _items(value, is_secret)
    if is_sequence(value):
        return False, with_names(value)
    has_own_text = _has_own_text(value)  # which may have any of it
    return True, ((name, inner) for name, inner in attributes(value) if has_own_text or is_masked(name, inner))


def _items(value: Any, is_secret: bool) -> Iterator[tuple[object, object]]:
    for name, inner in value.items():
        yield name, inner
        if is_secret and not (isinstance(name, str) and _WORDS.fullmatch(name)):
            yield None, name
