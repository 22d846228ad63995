"""Values as text of bounded length and effort, without the secrets in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from time import monotonic
from types import MethodType
from typing import Any

from .masking import MASK, Secrets
from .nested_values import SEQUENCES, is_mapping, is_masked, is_sequence, kind_name, kind_of, named_fields, with_names

_LONGEST = 600
_LONGEST_STRING = 240
_LONGEST_OWN = 480
_MOST_ITEMS = 20
_MOST_PARTS = 200
_DEEPEST = 4
_MOST_BITS = 1024
_PATIENCE = 2.0

_FLAT = (str, bytes, int, float, bool, type(None))
_BRACKETS = {list: "[]", tuple: "()", set: "{}", frozenset: "{}"}


class BoundedRepr:
    """The ``repr()`` of values, as far as there is room, with masks for what ``secrets`` and names tell.

    The ``__repr__`` of an object may do anything, so what fails is said to have failed, and when all of them together
    have taken two seconds no more are called. What the interpreter brings is written without calling theirs.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._patience = _PATIENCE
        self._parts_left = 0

    def named(self, name: object, value: object) -> str:
        """``value`` as it may be shown under this name."""
        if is_masked(name, value):
            return MASK
        self._parts_left = _MOST_PARTS
        return self._secrets.cut(self._of(value, 0), _LONGEST)

    def _of(self, value: Any, depth: int) -> str:
        self._parts_left -= 1
        try:
            return self._by_kind(value, depth)
        except BaseException as error:  # nothing that an object does may end the page, and this is a thread
            return f"<{kind_name(value)}, whose repr() failed with {type(error).__name__}>"

    def _by_kind(self, value: Any, depth: int) -> str:
        kind = kind_of(value)
        if kind is str:
            return self._string(value)
        if kind in (bytes, bytearray):
            return self._bytes(value)
        if kind is int and value.bit_length() > _MOST_BITS:
            return f"<int of {value.bit_length()} bits>"
        fields = named_fields(value)
        if fields is not None:
            return f"{kind_name(value)}({self._joined(self._fields(fields, depth))})"
        if is_mapping(value):
            return self._within(value, dict, "{}", self._items(value, depth), len(value))
        if is_sequence(value):
            base = next(base for base in SEQUENCES if issubclass(kind, base))
            return self._within(value, base, _BRACKETS[base], self._elements(value, depth), len(value))
        if isinstance(value, MethodType):  # whose own one has that of the object
            return f"<bound method {value.__func__.__qualname__}>"
        return self._own(value)

    def _string(self, value: str) -> str:
        return repr(self._secrets.cut(value, _LONGEST_STRING))

    def _bytes(self, value: bytes | bytearray) -> str:
        text = self._secrets.cut(value[: 64 * 1024].decode("latin-1"), _LONGEST_STRING)
        written = repr(text.encode("latin-1", "replace"))
        return written if type(value) is bytes else f"bytearray({written})"

    def _within(self, value: Any, base: type, brackets: str, parts: Iterator[str], length: int) -> str:
        written = self._joined(parts)
        if length > _MOST_ITEMS:
            written += f" ({length} in all)"
        comma = "," if base is tuple and length == 1 else ""
        text = f"{brackets[0]}{written}{comma}{brackets[1]}"
        if base in (set, frozenset) and not length:
            text = ""
        is_plain = type(value) is base and base is not frozenset and text != ""
        return text if is_plain else f"{kind_name(value)}({text})"

    def _joined(self, parts: Iterator[str]) -> str:
        return ", ".join(islice(parts, _MOST_ITEMS + 1))

    def _fields(self, fields: Iterable[tuple[str, Any]], depth: int) -> Iterator[str]:
        for name, inner in fields:
            yield f"{name}={self._inner(name, inner, depth)}"

    def _items(self, value: Mapping[Any, Any], depth: int) -> Iterator[str]:
        for count, (key, inner) in enumerate(value.items()):
            if count == _MOST_ITEMS or self._parts_left <= 0:
                yield "…"
                return
            yield f"{self._inner(None, key, depth)}: {self._inner(key, inner, depth)}"

    def _elements(self, value: Any, depth: int) -> Iterator[str]:
        for count, (name, inner) in enumerate(with_names(value)):
            if count == _MOST_ITEMS or self._parts_left <= 0:
                yield "…"
                return
            yield self._inner(name, inner, depth)

    def _inner(self, name: object, value: Any, depth: int) -> str:
        if is_masked(name, value):
            return repr(MASK)
        is_too_deep = depth == _DEEPEST and kind_of(value) not in _FLAT
        return "…" if is_too_deep or self._parts_left <= 0 else self._of(value, depth + 1)

    def _own(self, value: Any) -> str:
        if self._patience <= 0:
            return f"<{kind_name(value)}>"
        began = monotonic()
        try:
            return self._secrets.cut("".join((repr(value),)), _LONGEST_OWN)
        finally:
            self._patience -= monotonic() - began
