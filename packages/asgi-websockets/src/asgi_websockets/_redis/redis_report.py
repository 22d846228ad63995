"""What an operator is told about the connection: to the log, and to a function of the application's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from logging import INFO, WARNING, getLogger
from time import monotonic
from typing import Final, Literal

logger = getLogger("asgi_websockets")

SECONDS_BETWEEN: Final = 5.0
"""Between two reports of failed attempts, or of dropped messages; and from a rejected write until all is well."""


@dataclass(frozen=True, slots=True)
class RedisReport:
    """What has happened to the connection with Redis.

    ``kind`` is ``"lost"`` when it was lost or could not be made, and again at most every 5 seconds while it cannot be
    made again; ``"restored"`` when rooms are subscribed to again, what was missed is delivered and what waited goes
    out; ``"dropped"`` when messages will never be sent; ``"full"`` when Redis has no memory for what is written:
    messages arrive, but are not kept, and members may not be listed; ``"freed"`` when it had memory for all that was
    written in the last 5 seconds.

    ``seconds`` is how long the connection has been lost or the memory full, ``attempts`` how often it was tried since,
    ``caught_up`` how many messages were fetched from the history, ``gaps`` in how many rooms members of this process
    may have missed something nevertheless, ``dropped`` how many were dropped since the last such report, and ``error``
    the reason.

    >>> RedisReport("restored", seconds=1.5, attempts=4, caught_up=20)
    RedisReport(kind='restored', seconds=1.5, attempts=4, caught_up=20, gaps=0, dropped=0, error='')
    """

    kind: Literal["lost", "restored", "dropped", "full", "freed"]
    seconds: float = 0.0
    attempts: int = 0
    caught_up: int = 0
    gaps: int = 0
    dropped: int = 0
    error: str = ""


class Reporter:
    """Knows whether the connection is lost, since when, and what was said about it."""

    def __init__(self, on_report: Callable[[RedisReport], None] | None) -> None:
        self._on_report = on_report
        self._lost_since: float | None = None
        self._lost_reported = 0.0
        self._attempts = 0
        self._caught_up = 0
        self._gaps: set[str] = set()
        self._full_since: float | None = None
        self._rejected = 0.0
        self._dropped = 0
        self._drop_reason = ""
        self._dropped_reported = 0.0

    def note_failure(self, error: BaseException) -> bool:
        """A connection has failed, or an attempt to make one; gives whether it was reported."""
        now = monotonic()
        if self._lost_since is None:
            self._lost_since, self._attempts, self._caught_up = now, 0, 0
            self._gaps.clear()
        else:
            self._attempts += 1
            if now - self._lost_reported < SECONDS_BETWEEN:
                return False
        self._lost_reported = now
        report = RedisReport("lost", now - self._lost_since, self._attempts, error=describe(error))
        if self._attempts:
            logger.warning(
                "Redis cannot be reached for %.1f s, after %d attempts: %s",
                report.seconds,
                report.attempts,
                report.error,
            )
        else:
            logger.warning("The connection with Redis is lost: %s", report.error)
        self._tell(report)
        return True

    def note_caught_up(self, count: int) -> None:
        """Messages that were missed have been delivered."""
        self._caught_up += count

    def note_gap(self, room: str) -> None:
        """Members of a room may have missed something."""
        if self._lost_since is not None:
            self._gaps.add(room)

    def note_restored(self) -> None:
        """All is as it should be."""
        self.flush()
        if self._lost_since is None:
            return
        seconds = monotonic() - self._lost_since
        report = RedisReport("restored", seconds, self._attempts + 1, self._caught_up, len(self._gaps))
        self._lost_since = None
        logger.log(
            WARNING if report.gaps else INFO,
            "The connection with Redis is restored after %.1f s, %d messages were caught up; "
            "something may be missing in %d rooms.",
            report.seconds,
            report.caught_up,
            report.gaps,
        )
        self._tell(report)

    def note_write(self, has_memory: bool) -> None:
        """Redis has written something, or had no memory for it."""
        now = monotonic()
        if not has_memory:
            self._rejected = now
            if self._full_since is None:
                self._full_since = now
                logger.warning("The memory of Redis is full: messages of rooms are not kept, and members not listed.")
                self._tell(RedisReport("full", error="used memory > 'maxmemory'"))
        elif self._full_since is not None and now - self._rejected >= SECONDS_BETWEEN:
            report = RedisReport("freed", now - self._full_since)
            self._full_since = None
            logger.info("Redis has memory again after %.1f s.", report.seconds)
            self._tell(report)

    def note_dropped(self, count: int, reason: str) -> None:
        """Messages will never be sent."""
        self._dropped += count
        self._drop_reason = reason
        if monotonic() - self._dropped_reported >= SECONDS_BETWEEN:
            self.flush()

    def flush(self) -> None:
        """Report what was dropped and is not reported yet."""
        if not self._dropped:
            return
        report = RedisReport("dropped", dropped=self._dropped, error=self._drop_reason)
        self._dropped, self._dropped_reported = 0, monotonic()
        logger.warning("%d messages for rooms were dropped: %s", report.dropped, report.error)
        self._tell(report)

    def _tell(self, report: RedisReport) -> None:
        if self._on_report is None:
            return
        try:
            self._on_report(report)
        except Exception:
            logger.exception("on_report has failed.")


def describe(error: BaseException) -> str:
    """The error and what caused it, on one line."""
    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(parts) < 3:
        parts.append(f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__)
        cause = cause.__cause__
    return " from ".join(parts)
