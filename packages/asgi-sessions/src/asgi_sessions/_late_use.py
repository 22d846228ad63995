"""Uses of a session that come after the response has begun, told to who develops the application."""

from __future__ import annotations

from functools import partial
from logging import getLogger
from typing import Final

from asgi_types import Message

from ._session import Session

_logger: Final = getLogger("asgi_sessions")

_NOT_SHARED: Final = {
    b"vary": frozenset({b"cookie", b"*"}),
    b"cache-control": frozenset({b"private", b"no-store"}),
}
"""What keeps a shared cache from giving a response to others, by the name of its header."""


def warn_of_late_change() -> None:
    """Tell that a change is lost, and where it was made."""
    _logger.warning(
        "The session was changed after the response had begun, when its cookie cannot be set any more: the change is "
        "lost. Change it before, or keep sessions in a store.",
        stack_info=True,
    )


def watch_for_late_look(session: Session, start: Message) -> bool:
    """Tell of a look at the session from now on, as ``start`` begins a response that does not depend on it.

    False where there is nothing to watch: what a WebSocket says is kept by no cache. To be ended by `end_watch` when
    the body is complete, as what is done after that is not in the response.
    """
    if start["type"] != "http.response.start":
        return False
    session._watch(partial(_warn_of_late_look, start))
    return True


def end_watch(session: Session) -> None:
    """The body of the response is complete: a look at the session does no harm any more."""
    session._late_look = None


def _warn_of_late_look(start: Message) -> None:
    for name, value in start.get("headers", ()):
        words = _NOT_SHARED.get(name)
        if words and any(word.strip().lower() in words for word in value.split(b",")):
            return
    _logger.warning(
        "The session was looked at for the first time after the response had begun, which so has no 'Vary: Cookie': a "
        "shared cache may give one visitor's page to others. Look at it before, or call session.mark_accessed().",
        stack_info=True,
    )
