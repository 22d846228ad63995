"""What an exception was made of: the one it was raised from, or those of a group."""

from __future__ import annotations

from typing import cast

from .._disconnect import ClientDisconnect


def leads_to(error: BaseException, origin: BaseException) -> bool:
    """Whether ``error`` is only another form of ``origin``; of a group, each exception in it.

    Followed are causes, whatever classes stand between, and the context of what says that the client has gone: any
    other exception that was raised while ``origin`` was handled is a failure of its own. A chain may be a circle.
    """
    leaves = [error]
    groups: set[int] = set()
    while leaves:
        link: BaseException | None = leaves.pop()
        seen = groups.copy()
        while link is not origin:
            if link is None or id(link) in seen:
                return False
            identity = id(link)
            seen.add(identity)
            if isinstance(link, BaseExceptionGroup):
                groups.add(identity)
                leaves.extend(cast("BaseExceptionGroup[BaseException]", link).exceptions)
                break
            link = link.__cause__ or (link.__context__ if _says_disconnect(link) else None)
    return True


def _says_disconnect(error: BaseException) -> bool:
    # Starlette has a class of this name, which has nothing to do with ours.
    return isinstance(error, (ClientDisconnect, OSError)) or type(error).__name__ == ClientDisconnect.__name__
