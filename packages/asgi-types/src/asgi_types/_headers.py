"""Header fields as a read-only, case-insensitive mapping over ASGI's list of byte pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ._asgi import Scope
from ._field import field_name, field_value

if TYPE_CHECKING:
    from ._mutable_headers import MutableHeaders

RawHeaders = list[tuple[bytes, bytes]]


class Headers(Mapping[str, str]):
    """Header fields in their order, duplicates kept, names compared without case (RFC 9110 section 5.1).

    Give one source: a mapping of strings (checked: see `ValueError`), ``raw`` byte pairs (shared, not copied, names in
    lower case as ASGI has them), or a ``scope`` (whose header list is shared with it). Two sources are an
    `AssertionError`. Decoding is latin-1, so no header can fail to decode.

    ``h[name]`` is the first value and `getlist` all of them; ``len``, `keys`, `values` and `items` count duplicates.

    Raises `ValueError` if a name of the mapping is not a token, or a value has CR, LF, NUL or a non-latin-1 character.

    >>> headers = Headers({"Accept": "text/html"})
    >>> headers["accept"], headers.get("ACCEPT"), "host" in headers
    ('text/html', 'text/html', False)
    """

    _list: RawHeaders

    def __init__(
        self,
        headers: Mapping[str, str] | None = None,
        raw: RawHeaders | None = None,
        scope: Scope | None = None,
    ) -> None:
        if scope is not None:
            assert headers is None, "Give one of 'headers', 'raw' and 'scope'."
            assert raw is None, "Give one of 'headers', 'raw' and 'scope'."
            # Servers may give any iterable; the list goes back so that later edits are seen by whoever reads the scope.
            self._list = scope["headers"] = list(scope["headers"])
        elif raw is not None:
            assert headers is None, "Give one of 'headers', 'raw' and 'scope'."
            self._list = raw
        elif headers is not None:
            self._list = [(field_name(name), field_value(value)) for name, value in headers.items()]
        else:
            self._list = []

    @property
    def raw(self) -> RawHeaders:
        """A copy of the byte pairs."""
        return list(self._list)

    def keys(self) -> list[str]:  # type: ignore[override]
        """Names in order, a repeated one each time."""
        return [name.decode("latin-1") for name, _ in self._list]

    def values(self) -> list[str]:  # type: ignore[override]
        """Values in order."""
        return [value.decode("latin-1") for _, value in self._list]

    def items(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """Pairs in order."""
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self._list]

    def getlist(self, key: str) -> list[str]:
        """All values of one name, in order; empty when there is none."""
        wanted = lookup_name(key)
        return [value.decode("latin-1") for name, value in self._list if name == wanted]

    def mutablecopy(self) -> MutableHeaders:
        """An independent, mutable copy."""
        from ._mutable_headers import MutableHeaders  # it is this class's own subclass

        return MutableHeaders(raw=list(self._list))

    def get(self, key: str, default: Any = None) -> Any:
        """The first value of one name, or ``default``."""
        wanted = lookup_name(key)
        for name, value in self._list:
            if name == wanted:
                return value.decode("latin-1")
        return default

    def __getitem__(self, key: str) -> str:
        wanted = lookup_name(key)
        for name, value in self._list:
            if name == wanted:
                return value.decode("latin-1")
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._list)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and sorted(self._list) == sorted(other._list)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        as_dict = dict(self.items())
        if len(as_dict) == len(self):
            return f"{type(self).__name__}({as_dict!r})"
        return f"{type(self).__name__}(raw={self._list!r})"


def lookup_name(key: str) -> bytes:
    """``key`` as it would stand in a header list, or what cannot stand in one if it is not latin-1."""
    # "?" cannot occur in a field name. Bytes are lowered, as str.lower makes ASCII of some letters (the Kelvin sign).
    return key.encode("latin-1", "replace").lower()
