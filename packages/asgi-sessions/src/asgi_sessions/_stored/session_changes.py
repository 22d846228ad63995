"""What one request has done to its session, entry by entry: what it leaves alone may be changed by another."""

from __future__ import annotations

import json
from collections.abc import ItemsView, Mapping
from typing import Any, NamedTuple

from .._session_age import CREATED, CREATED_IS_TAKEN
from .._session_codec import encode_value


class SessionChanges(NamedTuple):
    """All entries of a session as JSON, those that were set or changed, and the names of those that were removed."""

    values: Mapping[str, str]
    changed: Mapping[str, str]
    removed: list[str]

    @property
    def names(self) -> list[str]:
        """The names of the entries that are not what they were."""
        return sorted([*self.changed, *self.removed])


def changes_of(session: dict[Any, Any], received: Mapping[str, str]) -> SessionChanges:
    """How ``session`` differs from the JSON that its entries were ``received`` as, deep inside them as well.

    Raises `TypeError` for what JSON has no form for, and `ValueError` for the name that is the middleware's own.

    >>> changes_of({"cart": [1, 2], "user": "ann"}, {"cart": "[1]", "user": '"ann"', "theme": "0"})[1:]
    ({'cart': '[1, 2]'}, ['theme'])
    """
    entries: ItemsView[object, Any] = dict[object, Any].items(session)  # which notices nothing
    values = {_checked(name): encode_value(value) for name, value in entries}
    changed = {name: value for name, value in values.items() if not _is_same(value, received.get(name))}
    return SessionChanges(values, changed, [name for name in received if name not in values])


def _checked(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"The names in a session are str, not {name!r}: a store has each entry by its name.")
    if name == CREATED:
        raise ValueError(CREATED_IS_TAKEN)
    return name


def _is_same(value: str, received: str | None) -> bool:
    """Whether an entry is what it was, be it that the store has written its JSON in another way."""
    return value == received or (received is not None and value == encode_value(json.loads(received)))


def size_of(values: Mapping[str, str]) -> int:
    """How long a session is as JSON.

    >>> size_of({"a": "1", "b": "[2]"}) == len('{"a": 1, "b": [2]}')
    True
    """
    return sum(len(encode_value(name)) + len(value) + 4 for name, value in values.items())
