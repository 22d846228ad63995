"""The session as an application sees it: a dict that knows whether it was looked at and whether it was changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from ._flash_message import FlashMessage, flash_key, is_flash
from ._lent_value import MISSING, LentValue
from ._session_id import hash_of, new_id
from ._unread import UNREAD

_LOOKS = ("__contains__", "__iter__", "__len__", "__reversed__", "keys")
_GIVES_ONE = ("__getitem__", "get")
_GIVES_ALL = ("__or__", "__ror__", "copy", "items", "values")

# Values that cannot change inside.
_FLAT = frozenset({str, int, float, bool, type(None)})


def _notice_reads(cls: type[Session]) -> type[Session]:
    # Done by name, so that to type checkers the methods stay those of dict.
    for names, notice in ((_LOOKS, _noticing_look), (_GIVES_ONE, _noticing_value), (_GIVES_ALL, _noticing_values)):
        for name in names:
            read = getattr(dict, name)
            noticing = notice(read)
            noticing.__name__, noticing.__doc__ = read.__name__, read.__doc__
            setattr(cls, name, noticing)
    return cls


def _noticing_look(read: Callable[..., Any]) -> Callable[..., Any]:
    def noticing(self: Session, *args: Any) -> Any:
        self.mark_accessed()
        return read(self, *args)

    return noticing


def _noticing_value(read: Callable[..., Any]) -> Callable[..., Any]:
    def noticing(self: Session, *args: Any) -> Any:
        self.mark_accessed()
        value = read(self, *args)
        if type(value) not in _FLAT:
            self._may_have_changed_inside = True
        return value

    return noticing


def _noticing_values(read: Callable[..., Any]) -> Callable[..., Any]:
    def noticing(self: Session, *args: Any) -> Any:
        self.mark_accessed()
        self._may_have_changed_inside = True
        return read(self, *args)

    return noticing


@_notice_reads
class Session(dict[str, Any]):
    """A dict with two flags, both False at first, that only ever become True.

    `accessed`: the session was read or changed, and so the response depends on the cookie. Every method of dict that
    shows what is inside sets it; ``repr()`` does not. `modified`: the session was changed. Every method of dict that
    changes it sets both; `pop` without such a key and `setdefault` with one change nothing.

    A change inside a value, such as an append to a list, sets no flag; the middleware finds it by comparing.

    >>> session = Session({"user": "ann", "cart": []})
    >>> session.accessed, session["user"], session.accessed, session.modified
    (False, 'ann', True, False)
    >>> session["user"] = "bob"
    >>> session.modified
    True
    """

    accessed: bool = False
    modified: bool = False

    # What follows is between the session and its middleware.
    _is_kept: bool = False  # by a middleware, and not made by an application
    _kept_as: object = None  # what tells the middleware that sets the same cookie that it is the same
    _unread: Callable[[], Mapping[str, Any]] | None = None  # gives what is inside, when it is first asked for
    _late: Callable[[], None] | None = None  # told once of a change that comes too late to be kept
    _lent: dict[str, LentValue] | None = None  # defaults that were given out for entries that are not there
    _may_have_changed_inside: bool = False  # as a list or the like was handed out
    _is_regenerated: bool = False
    _is_ended: bool = False
    _has_id: bool = False
    _id: str | None = None

    def mark_accessed(self) -> None:
        """Note that the session was looked at."""
        self.accessed = True
        if self._unread is not None:
            begin, self._unread = self._unread, None
            super().clear()
            super().update(begin())
        if self._lent:
            self._settle()

    def mark_modified(self) -> None:
        """Note that the session was changed, and so looked at."""
        self.mark_accessed()
        self.modified = True
        if self._late is not None:
            late, self._late = self._late, None
            late()

    def regenerate(self) -> None:
        """Give the session a new id and keep what is inside; the old id is dead when the response begins.

        To be called when somebody signs in, or gets other rights: who knew the id before, or planted it, knows nothing
        then (session fixation). What other requests change by the old id after that is dropped. Of a session that is in
        a cookie there is no id to change; there it begins the time that ``max_lifetime`` counts anew.
        """
        self.mark_modified()
        self._is_regenerated = True
        self._id = None

    def invalidate(self) -> None:
        """End the session: what is inside is gone, its id is dead, and the response removes the cookie.

        To be called when somebody signs out. What is put in after that begins another session. A cookie that has the
        session in itself cannot be called back: who has kept a copy may use it until it expires.
        """
        self.clear()
        self.regenerate()
        self._is_ended = True

    @property
    def key(self) -> str | None:
        """What a store knows this session by: 64 hexadecimal digits, the SHA-256 of the id in its cookie.

        It may be logged, and tell sessions apart, as nobody gets from it to the id. None for one that is empty or kept
        in a cookie. It changes by `regenerate`.
        """
        if not self._has_id or not (self or self._id):
            return None
        if self._id is None:
            self._id = new_id()
        return hash_of(self._id)

    def flash(self, message: str, category: str = "info") -> None:
        """Keep a message for the next page, which takes it by `flashes`; each has a key of its own in the session.

        >>> session = Session()
        >>> session.flash("Saved.", "success")
        >>> [(flash.message, flash.category) for flash in session.flashes()], session.flashes()
        ([('Saved.', 'success')], [])
        """
        self[flash_key(self)] = [category, message]

    def flashes(self) -> list[FlashMessage]:
        """Take the messages that wait, the oldest first: they are not in the session any more."""
        keys = sorted(key for key, value in self.items() if is_flash(key, value))
        return [FlashMessage(message, category) for category, message in map(self.pop, keys)]

    def _begin_later(self, begin: Callable[[], Mapping[str, Any]]) -> None:
        self._unread = begin
        # What looks at the size of a dict in C, as `json` does, must not take an unread session for an empty one.
        super().__setitem__(UNREAD, None)

    _begin = property(fset=_begin_later)

    def _lend(self, key: str, default: Any) -> Any:
        # A copy of the default that becomes the entry if it is changed inside, and leaves no trace if it is not.
        lent = self._lent = self._lent or {}
        if key not in lent:
            lent[key] = LentValue(default, super().get(key, MISSING))
        return lent[key].value

    def _settle(self) -> None:
        lent, self._lent = self._lent or {}, None
        for key, value in lent.items():
            if super().get(key, MISSING) is not value.shadowed:
                continue  # written meanwhile
            if value.is_changed():
                self.mark_modified()
                super().__setitem__(key, value.value)
            else:
                self._lent = {**(self._lent or {}), key: value}

    def __eq__(self, other: object) -> bool:
        self._look_at_both(other)
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        self._look_at_both(other)
        return super().__ne__(other)

    __hash__ = None

    def _look_at_both(self, other: object) -> None:
        self.mark_accessed()
        if isinstance(other, Session):  # dict looks into it without a call of its methods
            other.mark_accessed()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)  # copies have what is inside, and are kept by nobody

    def __repr__(self) -> str:
        accessed = self.accessed
        self.mark_accessed()
        self.accessed = accessed
        return super().__repr__()

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
        self.mark_accessed()
        item = super().popitem()
        self.mark_modified()
        return item

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of ``key``, which is set to ``default`` if there was none."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set each pair."""
        self.mark_modified()
        super().update(*args, **kwargs)
