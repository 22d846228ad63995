"""Attribute access to a dictionary, for ``app.state`` and ``request.state``."""

from collections.abc import Iterator
from typing import Any


class State:
    """A namespace over one dictionary: ``state.x`` and ``state["x"]`` are the same entry.

    ``state`` is used as it is, not copied, so what is written is seen by all who hold the dictionary. A missing
    attribute raises `AttributeError`, a missing item `KeyError`.

    >>> state = State({"db": "a pool"})
    >>> state.cache = {}
    >>> state["db"], list(state), len(state)
    ('a pool', ['db', 'cache'], 2)
    """

    _state: dict[str, Any]

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        super().__setattr__("_state", {} if state is None else state)

    def __getattr__(self, key: str) -> Any:
        try:
            return self.__dict__["_state"][key]
        except KeyError:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{key}'") from None

    def __setattr__(self, key: str, value: Any) -> None:
        self._state[key] = value

    def __delattr__(self, key: str) -> None:
        try:
            del self._state[key]
        except KeyError:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{key}'") from None

    def __getitem__(self, key: str) -> Any:
        return self._state[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._state[key] = value

    def __delitem__(self, key: str) -> None:
        del self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._state)

    def __len__(self) -> int:
        return len(self._state)
