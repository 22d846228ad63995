"""What is left of an exception when one knows that the connection has ended."""

from __future__ import annotations

from typing import cast

from ._disconnect import WebSocketDisconnect


def failure_of(exc: Exception) -> Exception | None:
    """What went wrong, or None if the client has only gone.

    Task groups raise groups: what says that the client has gone is left out of one, and what is left over alone is
    taken out of it.

    >>> failure_of(ExceptionGroup("Two tasks.", [WebSocketDisconnect(), KeyError("name")]))
    KeyError('name')
    """
    if isinstance(exc, WebSocketDisconnect):
        return None
    if not isinstance(exc, ExceptionGroup):
        return exc
    left = cast("ExceptionGroup[Exception]", exc).split(WebSocketDisconnect)[1]
    failures = [] if left is None else _leaves(left)
    return failures[0] if len(failures) == 1 else left


def _leaves(group: ExceptionGroup[Exception]) -> list[Exception]:
    leaves: list[Exception] = []
    for exc in group.exceptions:
        leaves += _leaves(cast("ExceptionGroup[Exception]", exc)) if isinstance(exc, ExceptionGroup) else [exc]
    return leaves
