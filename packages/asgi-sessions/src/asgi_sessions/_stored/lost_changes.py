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


def warn_of_no_response(names: Iterable[str]) -> None:
    """A session began for which no cookie was ever set."""
    _logger.warning(
        "The application has ended without a response that could set the cookie of a new session: lost is what was put "
        "into it: %s",
        _listed(names),
    )


def warn_after_all() -> None:
    """A session was changed when nothing is saved any more."""
    _logger.warning(
        "The session was changed after the application had returned, when nothing is saved any more: the change is "
        "lost, and if it was to be ended, it is not. Wait for what changes it.",
        stack_info=True,
    )


def warn_of_late_regeneration(names: Iterable[str]) -> None:
    """A session was to have a new id when no cookie could be set any more."""
    _logger.error(
        "regenerate() was called after the response had begun, or without one, when the cookie cannot be set any more. "
        "The session keeps its id, and so what was changed then is not saved: %s",
        _listed(names),
    )


def tell_of_ended_session(names: Iterable[str]) -> None:
    """A session was ended by another request."""
    _logger.info("The session was ended by another request, or has expired; dropped are changes of: %s", _listed(names))


def warn_of_lost_sign_in(names: Iterable[str]) -> None:
    """A session was to have a new id, as somebody signed in, and was ended by another request."""
    _logger.warning(
        "regenerate() was called in a session that another request has ended or given a new id, or that has expired: "
        "nothing is saved, and who signed in by this request is not signed in. Dropped are changes of: %s",
        _listed(names),
    )


def tell_of_missed_end(key: str) -> None:
    """A session was to be ended, and was not where it was."""
    _logger.warning(
        "The session %s... was to be ended, and was not there any more. Another request has ended it as well, or has "
        "given it a new id at the same time, by which it goes on.",
        key[:8],
    )


def tell_of_failed_end() -> None:
    """A store could not be reached to end a session."""
    _logger.error("The store of the sessions could not be reached: a session that was to be ended goes on.")


def tell_of_failed_cleanup(error: BaseException) -> None:
    """An application has raised something as the 503 took the place of its response."""
    _logger.warning(
        "A 503 took the place of a response, as its session could not be saved, and the application has raised this "
        "as it was told so:",
        exc_info=error,
    )


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
