"""What a connection may do."""

from __future__ import annotations

from collections.abc import Sequence


class AuthCredentials:
    """The scopes that were granted to a connection: `HTTPConnection.auth` is one. None are no scopes, text is one.

    >>> AuthCredentials(["authenticated", "admin"]).scopes
    ['authenticated', 'admin']
    """

    def __init__(self, scopes: Sequence[str] | None = None) -> None:
        self.scopes: list[str] = scope_list(scopes or ())


def scope_list(scopes: str | Sequence[str]) -> list[str]:
    """Scopes as a list, since text is a sequence too, of characters.

    >>> scope_list("admin")
    ['admin']
    """
    return [scopes] if isinstance(scopes, str) else list(scopes)
