"""Changes of a session that are lost, told to who develops or runs the application. Values are never logged."""

from __future__ import annotations

from collections.abc import Iterable
from logging import getLogger
from typing import Final

_logger: Final = getLogger("asgi_sessions")

MOST_NAMES: Final = 20


def warn_of_late_beginning() -> None:
    """A session began when no cookie could be set any more."""
    _logger.warning(
        "A session was begun after the response had, when its cookie cannot be set any more: what is in it is lost. "
        "Put something in before; after that it can be changed until the application returns.",
        stack_info=True,
    )


def warn_of_late_regeneration(names: Iterable[str]) -> None:
    """A session was to have a new id when no cookie could be set any more."""
    _logger.error(
        "regenerate() was called after the response had begun, when the cookie cannot be set any more. The session "
        "keeps its id, and so what was changed after the response had begun is not saved: %s",
        _listed(names),
    )


def tell_of_ended_session(names: Iterable[str]) -> None:
    """A session was ended by another request."""
    _logger.info("The session was ended by another request, or has expired; dropped are changes of: %s", _listed(names))


def tell_of_failure(names: Iterable[str]) -> None:
    """A store could not be reached when it was too late to refuse the request."""
    _logger.error(
        "The store of the sessions could not be reached. Lost are changes made after the response had begun: %s",
        _listed(names),
    )


def _listed(names: Iterable[str]) -> str:
    listed = [ascii(name[:100]) for name in names]
    more = [f"and {len(listed) - MOST_NAMES} more"] if len(listed) > MOST_NAMES else []
    return ", ".join(listed[:MOST_NAMES] + more) or "nothing"
