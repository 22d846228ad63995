"""Header fields that can be changed: what responses and middleware edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from ._field import field_name, field_value
from ._headers import Headers, RawHeaders, lookup_name


class MutableHeaders(Headers):
    """`Headers` with assignment. With ``raw`` it edits the given list in place, as middleware does with a message.

    Every name and value set is checked; see `Headers` for what raises `ValueError`.

    >>> message = {"type": "http.response.start", "status": 200, "headers": [(b"server", b"a")]}
    >>> headers = MutableHeaders(raw=message["headers"])
    >>> headers["Server"] = "b"
    >>> headers.append("Set-Cookie", "c=1")
    >>> headers.add_vary_header("Accept-Encoding")
    >>> message["headers"]
    [(b'server', b'b'), (b'set-cookie', b'c=1'), (b'vary', b'Accept-Encoding')]
    """

    @property
    def raw(self) -> RawHeaders:
        """The live list of byte pairs, not a copy."""
        return self._list

    def __setitem__(self, key: str, value: str) -> None:
        """Set the first field of this name in its place, or append one; further ones of the name are dropped."""
        name = field_name(key)
        pair = (name, field_value(value))
        found = [index for index, (existing, _) in enumerate(self._list) if existing == name]
        if not found:
            self._list.append(pair)
            return
        self._list[found[0]] = pair
        for index in reversed(found[1:]):
            del self._list[index]

    def __delitem__(self, key: str) -> None:
        """Remove every field of this name; no error if there is none."""
        name = lookup_name(key)
        self._list[:] = [pair for pair in self._list if pair[0] != name]

    def setdefault(self, key: str, value: str) -> str:
        """The first value of this name, after appending ``value`` if there was none."""
        existing = self.get(key)
        if existing is not None:
            return str(existing)
        self.append(key, value)
        return value

    def update(self, other: Mapping[str, str]) -> None:
        """Set each field of ``other``."""
        for key, value in other.items():
            self[key] = value

    def append(self, key: str, value: str) -> None:
        """Add a field after the others, keeping those of the same name."""
        self._list.append((field_name(key), field_value(value)))

    def add_vary_header(self, vary: str) -> None:
        """Add ``vary`` to the ``Vary`` header, joining all there are into one (RFC 9110 section 12.5.5)."""
        self["vary"] = ", ".join([*self.getlist("vary"), vary])

    def __ior__(self, other: Mapping[str, str]) -> Self:
        _require_mapping(other)
        self.update(other)
        return self

    def __or__(self, other: Mapping[str, str]) -> MutableHeaders:
        _require_mapping(other)
        merged = self.mutablecopy()
        merged.update(other)
        return merged


def _require_mapping(other: Any) -> None:
    if not isinstance(other, Mapping):
        raise TypeError(f"Expected a mapping but got {type(other).__name__}")
