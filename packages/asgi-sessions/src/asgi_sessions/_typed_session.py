"""A session whose entries are attributes with types."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, ClassVar, Self, get_origin, get_type_hints

from ._get_session import HasScope, get_session
from ._json_type import check_of, type_name
from ._lent_value import MISSING
from ._session import FLAT, Session


class TypedSession:
    """A view of a session, whose subclasses name its entries as annotated attributes, with defaults or without.

    An entry has the attribute's name, after the ``prefix`` that is given with the class, if any. Allowed are the types
    that JSON has: ``str int float bool None Any list[...] dict[str, ...] Literal TypedDict`` and unions of them.

    Reading gives the entry. Where there is none, and where it is of another type, as an older release may have left it,
    it gives the default, or an `AttributeError`; the entry stays until it is written. A default is copied for each
    session; changed inside, as by ``append``, it becomes the entry, and otherwise leaves no trace; where it replaces an
    entry of another type, that is logged. Writing a value of another type, and an attribute that is not annotated, is a
    `TypeError` and an `AttributeError` at once. What is put inside of a list or dict is checked when the attribute is
    read again and when the session is written: a `TypeError` then. ``del`` removes the entry.

    Raises `TypeError` when the class is made, for an annotation that is not of JSON, a default of another type, and a
    name that begins with ``_`` or is one of its own.

    >>> class Visit(TypedSession, prefix="visit."):
    ...     user: str | None = None
    ...     cart: list[str] = []
    >>> session = Session()
    >>> visit = Visit.of(session)
    >>> visit.user, visit.cart, session
    (None, [], {})
    >>> visit.cart.append("tea")
    >>> visit.user = "ann"
    >>> session
    {'visit.cart': ['tea'], 'visit.user': 'ann'}
    >>> visit.user = 1
    Traceback (most recent call last):
    TypeError: Visit.user takes str | None, and not this int.
    """

    __slots__ = ("_session",)

    _prefix: ClassVar[str] = ""

    def __init__(self, session: Session) -> None:
        object.__setattr__(self, "_session", session)

    def __init_subclass__(cls, *, prefix: str | None = None) -> None:
        super().__init_subclass__()
        if prefix is not None:
            cls._prefix = prefix
        for name, annotation in _annotations(cls).items():
            found = _attribute(cls, name)
            if name in cls.__annotations__ or not isinstance(found, _Entry):
                default = found._default if isinstance(found, _Entry) else found
                setattr(cls, name, _Entry(f"{cls.__name__}.{name}", cls._prefix + name, annotation, default))

    @classmethod
    def of(cls, connection: Mapping[str, Any] | HasScope) -> Self:
        """The view of this connection's session, or of a `Session`; it raises what `get_session` raises."""
        return cls(connection if isinstance(connection, Session) else get_session(connection))

    if TYPE_CHECKING:
        _session: Session

    else:  # type checkers would allow any name

        def __setattr__(self, name: str, value: Any) -> None:
            if not hasattr(_attribute(type(self), name), "__set__"):
                raise AttributeError(f"{type(self).__name__} has no entry {name!r}: annotate it in the class.")
            object.__setattr__(self, name, value)


def _annotations(cls: type[TypedSession]) -> dict[str, Any]:
    try:
        hints = get_type_hints(cls)
    except NameError as error:
        raise TypeError(f"{cls.__name__} has an annotation that cannot be read here: {error}.") from error
    entries = {name: hint for name, hint in hints.items() if ClassVar not in (hint, get_origin(hint))}
    for name in entries:
        if name.startswith("_") or name in vars(TypedSession):
            raise TypeError(f"{cls.__name__}.{name} cannot be an entry: give it another name, and prefix= if need be.")
    return entries


def _attribute(cls: type, name: str) -> Any:
    # getattr() would ask descriptors, and the metaclass.
    return next((vars(owner)[name] for owner in cls.__mro__ if name in vars(owner)), MISSING)


class _Entry:
    """The attribute of an entry."""

    __slots__ = ("_annotation", "_check", "_default", "_key", "_where")

    def __init__(self, where: str, key: str, annotation: Any, default: Any) -> None:
        self._where = where
        self._key = key
        self._annotation = annotation
        try:
            self._check = check_of(annotation)
        except TypeError as error:
            raise TypeError(f"{where}: {error}") from None
        self._default: Any = default
        if default is not MISSING:
            self._require(default)
            self._default = deepcopy(default)

    def __get__(self, view: TypedSession | None, owner: type) -> Any:
        if view is None:
            return self._plain_default("There is no default")
        session = view._session
        value = session.get(self._key, MISSING)
        if value is MISSING or not self._fits(value):
            session._check_given([self._key])  # one that was of this type before is a mistake, and no older release
            if type(self._default) not in (list, dict):
                missing = "There is no entry" if value is MISSING else f"A {type(value).__name__} is the entry"
                return self._plain_default(missing)
            value = session._lend(self._key, self._default)
        if type(value) not in FLAT:
            session._give(self._key, value, self._require_inside)
        return value

    def __set__(self, view: TypedSession, value: Any) -> None:
        self._require(value)
        view._session[self._key] = value

    def __delete__(self, view: TypedSession) -> None:
        if self._key not in view._session:
            raise AttributeError(f"There is no entry {self._key!r} for {self._where}.")
        del view._session[self._key]

    def _plain_default(self, missing: str) -> Any:
        if self._default is MISSING:
            taken = type_name(self._annotation)
            raise AttributeError(f"{missing} {self._key!r} for {self._where}, which takes {taken} and has no default.")
        return deepcopy(self._default)

    def _require(self, value: Any) -> None:
        if not self._fits(value):  # the value is not shown, which may be a secret
            taken = type_name(self._annotation)
            raise TypeError(f"{self._where} takes {taken}, and not this {type(value).__name__}.")

    def _require_inside(self, value: Any) -> None:
        if not self._fits(value):
            taken = type_name(self._annotation)
            raise TypeError(f"{self._where} takes {taken}, and something else was put inside.")

    def _fits(self, value: Any) -> bool:
        try:
            return self._check(value)
        except RecursionError:  # too deep, or inside of itself
            return False
