"""What a connection may do."""

from __future__ import annotations

from collections.abc import Sequence

from .._items import items


class AuthCredentials:
    """The scopes that were granted to a connection: `HTTPConnection.auth` is one. None are no scopes, text is one.

    >>> AuthCredentials(["authenticated", "admin"]).scopes
    ['authenticated', 'admin']
    """

    def __init__(self, scopes: Sequence[str] | None = None) -> None:
        self.scopes: list[str] = [*items(scopes or ())]
