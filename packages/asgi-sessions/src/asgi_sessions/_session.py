"""The session as an application sees it: a dict that knows whether it was looked at and whether it was changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

READS = (
    *("__contains__", "__eq__", "__getitem__", "__iter__", "__len__", "__ne__", "__or__", "__reversed__"),
    *("copy", "get", "items", "keys", "values"),
)


def _notice_reads(cls: type[Session]) -> type[Session]:
    # Done by name, so that to type checkers the methods stay those of dict.
    for name in READS:
        setattr(cls, name, _noticed(getattr(dict, name)))
    return cls


def _noticed(read: Callable[..., Any]) -> Callable[..., Any]:
    def noticed(self: Session, *args: Any) -> Any:
        self.mark_accessed()
        return read(self, *args)

    noticed.__name__ = read.__name__
    noticed.__doc__ = read.__doc__
    return noticed


@_notice_reads
class Session(dict[str, Any]):
    """A dict with two flags, both False at first, that only ever become True.

    `accessed`: the session was read or changed, and so the response depends on the cookie. Every method of dict that
    shows what is inside sets it; ``repr()`` does not. `modified`: the session was changed. Every method of dict that
    changes it sets both; `pop` without such a key and `setdefault` with one change nothing.

    A change inside a value, such as an append to a list, sets no flag; `SessionMiddleware` finds it by comparing.

    >>> session = Session({"user": "ann", "cart": []})
    >>> session.accessed, session["user"], session.accessed, session.modified
    (False, 'ann', True, False)
    >>> session["user"] = "bob"
    >>> session.modified
    True
    """

    accessed: bool = False
    modified: bool = False

    def mark_accessed(self) -> None:
        """Note that the session was looked at."""
        self.accessed = True

    def mark_modified(self) -> None:
        """Note that the session was changed, and so looked at."""
        self.accessed = True
        self.modified = True

    def __setitem__(self, key: str, value: Any) -> None:
        self.mark_modified()
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        self.mark_modified()
        super().__delitem__(key)

    def __ior__(self, other: Any, /) -> Self:  # type: ignore[override,misc]
        self.mark_modified()
        return super().__ior__(other)

    def clear(self) -> None:
        """Remove everything."""
        self.mark_modified()
        super().clear()

    def pop(self, key: str, *args: Any) -> Any:
        """Remove ``key`` and give its value, or the default, or a `KeyError`."""
        if key in self:
            self.mark_modified()
        return super().pop(key, *args)

    def popitem(self) -> tuple[str, Any]:
        """Remove the newest pair and give it, or a `KeyError`."""
        item = super().popitem()
        self.mark_modified()
        return item

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of ``key``, which is set to ``default`` if there was none."""
        if key not in self:
            self.mark_modified()
        return super().setdefault(key, default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set each pair."""
        self.mark_modified()
        super().update(*args, **kwargs)
