"""Mappings in which a key may stand more than once, as in query strings and forms."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, TypeVar, cast

_Key = TypeVar("_Key")
_Value_co = TypeVar("_Value_co", covariant=True)


class ImmutableMultiDict(Mapping[_Key, _Value_co]):
    """Pairs in their order; ``m[key]`` is the last value of a key and `getlist` all of them.

    Takes one mapping, multi-dict or iterable of pairs, and keyword arguments after it; more than one positional
    argument is an `AssertionError`. As a mapping it has each key once, with its last value; `multi_items` has all.
    Two are equal when of one class with the same keys and, key by key, the same values in the same order.

    >>> tags = ImmutableMultiDict([("tag", "a"), ("page", "2"), ("tag", "b")])
    >>> tags["tag"], tags.getlist("tag"), len(tags)
    ('b', ['a', 'b'], 2)
    """

    _list: list[tuple[Any, Any]]
    _dict: dict[Any, Any]

    def __init__(
        self,
        *args: ImmutableMultiDict[_Key, _Value_co] | Mapping[_Key, _Value_co] | Iterable[tuple[_Key, _Value_co]],
        **kwargs: Any,
    ) -> None:
        assert len(args) < 2, "Too many arguments."
        self._list = [*_pairs(args[0] if args else ()), *kwargs.items()]
        self._dict = dict(self._list)

    def getlist(self, key: Any) -> list[_Value_co]:
        """All values of one key, in order; empty when there is none."""
        return [value for existing, value in self._list if existing == key]

    def keys(self) -> KeysView[_Key]:
        """Each key once, in order of first appearance."""
        return self._dict.keys()

    def values(self) -> ValuesView[_Value_co]:
        """The last value of each key."""
        return self._dict.values()

    def items(self) -> ItemsView[_Key, _Value_co]:
        """Each key with its last value."""
        return self._dict.items()

    def multi_items(self) -> list[tuple[_Key, _Value_co]]:
        """Every pair, in order."""
        return list(self._list)

    def __getitem__(self, key: _Key) -> _Value_co:
        return cast("_Value_co", self._dict[key])

    def __contains__(self, key: object) -> bool:
        return key in self._dict

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._dict)

    def __len__(self) -> int:
        return len(self._dict)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, self.__class__):
            return False
        return self._grouped() == other._grouped()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.multi_items()!r})"

    def _grouped(self) -> dict[Any, list[Any]]:
        grouped: dict[Any, list[Any]] = {}
        for key, value in self._list:
            grouped.setdefault(key, []).append(value)
        return grouped


class MultiDict(ImmutableMultiDict[Any, Any]):
    """An `ImmutableMultiDict` that can be changed. Assignment and `update` replace all values of a key.

    >>> form = MultiDict([("tag", "a"), ("tag", "b")])
    >>> form.append("tag", "c")
    >>> form["page"] = "1"
    >>> form.poplist("tag"), form.multi_items()
    (['a', 'b', 'c'], [('page', '1')])
    """

    def __setitem__(self, key: Any, value: Any) -> None:
        self.setlist(key, [value])

    def __delitem__(self, key: Any) -> None:
        del self._dict[key]
        self._drop(key)

    def pop(self, key: Any, default: Any = None) -> Any:
        """Remove all values of a key and return the last, or ``default``."""
        self._drop(key)
        return self._dict.pop(key, default)

    def popitem(self) -> tuple[Any, Any]:
        """Remove the key added last, with all its values, and return it with its last value; `KeyError` if empty."""
        key, value = self._dict.popitem()
        self._drop(key)
        return key, value

    def poplist(self, key: Any) -> list[Any]:
        """Remove all values of a key and return them."""
        values = self.getlist(key)
        self.pop(key)
        return values

    def clear(self) -> None:
        """Remove everything."""
        self._dict.clear()
        self._list.clear()

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """The last value of a key, after adding ``default`` if there was none."""
        if key not in self:
            self._dict[key] = default
            self._list.append((key, default))
        return self[key]

    def setlist(self, key: Any, values: list[Any]) -> None:
        """Replace all values of a key; an empty list removes it."""
        if not values:
            self.pop(key)
            return
        self._drop(key)
        self._list.extend((key, value) for value in values)
        self._dict[key] = values[-1]

    def append(self, key: Any, value: Any) -> None:
        """Add a value after those the key has."""
        self._list.append((key, value))
        self._dict[key] = value

    def update(self, *args: MultiDict | Mapping[Any, Any] | list[tuple[Any, Any]], **kwargs: Any) -> None:
        """Replace whole keys by those given, in the forms the constructor takes."""
        new = MultiDict(*args, **kwargs)
        self._list = [pair for pair in self._list if pair[0] not in new] + new._list
        self._dict.update(new._dict)

    def _drop(self, key: Any) -> None:
        self._list = [pair for pair in self._list if pair[0] != key]


def _pairs(source: Any) -> list[tuple[Any, Any]]:
    if not source:  # None is as good as nothing
        return []
    if hasattr(source, "multi_items"):  # also another library's multi-dict
        return list(source.multi_items())
    return list(source.items() if hasattr(source, "items") else source)
