"""What stands in a session that was not read yet."""

from __future__ import annotations

from typing import Any, Final


class Unread:
    """A key that no session has and no JSON either, so that what reads around the methods of dict fails loudly."""

    def __repr__(self) -> str:
        return "<not read yet: ask request.session, or call mark_accessed()>"


UNREAD: Final[Any] = Unread()
