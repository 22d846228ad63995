"""The session as an application sees it: a dict that knows whether it was looked at and whether it was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from logging import getLogger
from threading import RLock
from typing import Any, Final, Self

from ._flash_message import FlashMessage, flash_key, is_flash
from ._lent_value import MISSING, LentValue
from ._session_id import hash_of, new_id
from ._unread import UNREAD

_LOOKS = ("__contains__", "__iter__", "__len__", "__reversed__", "keys")
_GIVES_ONE = ("__getitem__", "get")
_GIVES_ALL = ("__or__", "__ror__", "copy", "items", "values")

FLAT: Final[frozenset[type]] = frozenset({str, int, float, bool, type(None)})
"""What cannot change inside."""

_clear: Final = dict[str, Any].clear
_update: Final = dict[str, Any].update

_filling: Final = RLock()  # one for all, as it is held for moments only, and no session needs one of its own


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
        self.accessed = True
        if not self._is_open:
            self._open()
        return read(self, *args)

    return noticing


def _noticing_value(read: Callable[..., Any]) -> Callable[..., Any]:
    def noticing(self: Session, *args: Any) -> Any:
        self.accessed = True
        if not self._is_open:
            self._open()
        value = read(self, *args)
        if type(value) not in FLAT:
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
    changes it sets both; `pop` without such a key and `setdefault` with one change nothing, and the former is a look
    only at a session that a middleware keeps.

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
    _kept_as: tuple[object, ...] | None = None  # the kind of middleware and the name of its cookie, as long as it keeps
    _outer: object = None  # what was in its place in the scope
    _is_open: bool = True  # nothing of what follows is to be done before a look or a change
    _unread: Callable[[], Mapping[str, Any]] | None = None  # gives what is inside, when it is first asked for
    _lent: dict[str, LentValue] | None = None  # defaults that were given out for entries that are not there
    _given: dict[str, tuple[Any, Callable[[Any], None]]] | None = None  # entries that views with types have given out
    _late_look: Callable[[], None] | None = None  # told once of a first look that comes too late to be told to caches
    _late: Callable[[], None] | None = None  # told once of a change that comes too late to be kept
    _may_have_changed_inside: bool = False  # as a list or the like was handed out
    _is_regenerated: bool = False
    _is_cleared: bool = False
    _is_ended: bool = False
    _has_id: bool = False
    _is_answered: bool = False  # so that the id can only stay what it is
    _id: str | None = None

    def mark_accessed(self) -> None:
        """Note that the session was looked at."""
        self.accessed = True
        if not self._is_open:
            self._open()

    def mark_modified(self) -> None:
        """Note that the session was changed, and so looked at."""
        self.accessed = self.modified = True
        if not self._is_open:
            self._fill()
        if self._late is not None:
            late, self._late = self._late, None
            late()

    def regenerate(self) -> None:
        """Give the session a new id and keep what is inside; the old id is dead when the response begins.

        To be called when somebody signs in, or gets other rights: who knew the id before, or planted it, knows nothing
        then (session fixation). What other requests change by the old id after that is dropped; and so is what this one
        changes, if another has ended the session or given it a new id meanwhile. Of a session that is in a cookie there
        is no id to change; there it begins the time that ``max_lifetime`` counts anew.
        """
        self.mark_modified()
        self._is_regenerated = True
        self._forget_id()

    def invalidate(self) -> None:
        """End the session: what is inside is gone, its id is dead, and the response removes the cookie.

        To be called when somebody signs out. What is put in after that begins another session. In a store it is ended
        even if the application raises after that, or is cancelled. A cookie that has the session in itself cannot be
        called back: who has kept a copy may use it until it expires.
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

        Raises `TypeError` for a message or a category that is no text.

        >>> session = Session()
        >>> session.flash("Saved.", "success")
        >>> [(flash.message, flash.category) for flash in session.flashes()], session.flashes()
        ([('Saved.', 'success')], [])
        """
        given: list[object] = [category, message]
        for text in given:
            if not isinstance(text, str):
                kind = type(text).__name__
                raise TypeError(f"flash() takes a message and a category that are text, not a {kind}: give its str().")
        self[flash_key(self)] = given

    def flashes(self) -> list[FlashMessage]:
        """Take the messages that wait, the oldest first: they are not in the session any more."""
        keys = sorted(key for key, value in self.items() if is_flash(key, value))
        return [FlashMessage(message, category) for category, message in map(self.pop, keys)]

    def _forget_id(self) -> None:
        if not self._is_answered:
            self._id = None

    def _begin_later(self, begin: Callable[[], Mapping[str, Any]]) -> None:
        self._unread = begin
        self._is_open = False
        # What looks at the size of a dict in C, as `json` does, must not take an unread session for an empty one.
        super().__setitem__(UNREAD, None)

    def _open(self) -> None:
        """Do what is to be done before a look."""
        if self._late_look is not None:
            late, self._late_look = self._late_look, None
            late()
        self._fill()

    def _fill(self) -> None:
        """Let be inside what is to be inside."""
        if self._unread is not None:
            with _filling:  # of two threads, none finds a part of it, or nothing
                if self._unread is not None:
                    entries = self._unread()
                    _clear(self)
                    _update(self, entries)
                    self._unread = None
        if self._lent:
            self._settle()
        self._is_open = not self._lent and self._late_look is None

    def _watch(self, late: Callable[[], None]) -> None:
        """Call this at the next look, if there is one."""
        self._late_look = late
        self._is_open = False

    def _lend(self, key: str, default: Any) -> Any:
        # A copy of the default that becomes the entry if it is changed inside, and leaves no trace if it is not.
        lent = self._lent = self._lent or {}
        self._is_open = False
        if key not in lent:
            lent[key] = LentValue(default, super().get(key, MISSING))
        return lent[key].value

    def _settle(self) -> None:
        lent, self._lent = self._lent or {}, None
        for key, value in lent.items():
            if super().get(key, MISSING) is not value.shadowed:
                continue  # written meanwhile
            if value.is_changed():
                if value.shadowed is not MISSING:
                    _warn_of_written_over(key)
                self.mark_modified()
                super().__setitem__(key, value.value)
            else:
                self._lent = {**(self._lent or {}), key: value}
        self._is_open = False

    def _give(self, key: str, value: Any, check: Callable[[Any], None]) -> None:
        """A view has given out this entry, and wants it to stay what it is: ``check`` raises if it does not."""
        self._given = self._given or {}
        self._given[key] = value, check

    def _check_given(self, keys: Iterable[str] | None = None) -> None:
        """Raise `TypeError` if what a view has given out is in the session still, and not of its type any more."""
        given = self._given or {}
        for key in given if keys is None else given.keys() & keys:
            value, check = given[key]
            if super().get(key) is value:
                check(value)

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
        self._fill()
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
        """Remove everything. What is put in after that has a new id, should it be that of who signs in."""
        self.mark_modified()
        super().clear()
        self._is_cleared = not self._is_answered
        self._forget_id()

    def pop(self, key: str, *args: Any) -> Any:
        """Remove ``key`` and give its value, or the default, or a `KeyError`."""
        if not self._is_kept and self._is_open and not super().__contains__(key):
            pass  # no response depends on it
        elif key in self:
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


def _warn_of_written_over(key: str) -> None:
    getLogger("asgi_sessions").warning(
        "The entry %a of a session was of another type than its annotation says, and is replaced by what was put into "
        "its default.",
        key[:100],
    )
