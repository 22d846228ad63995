"""What a request spent its time on, as it is measured."""

from __future__ import annotations

from contextvars import ContextVar
from math import isfinite
from threading import Lock
from time import perf_counter
from typing import Any

from asgi_types import HTTPConnection, Scope, is_token

SERVER_TIMING = "asgi_middleware.server_timing"
"""The scope key of the request's `ServerTiming`."""

MAX_METRICS = 50
MAX_TEXT = 100


class ServerTiming:
    """The metrics of one request, in the order in which they were first named.

    They may come from threads and tasks of the request. What comes after the response has begun, or as more than 50
    metrics, is left out: the field ``Server-Timing`` is in the header, which is sent by then.

    >>> timing = ServerTiming()
    >>> timing.add("db", 12.5, "All queries")
    >>> timing.add("db", 2.5)
    >>> timing.add("miss")
    >>> timing.value()
    'db;dur=15;desc="All queries", miss'
    """

    __slots__ = ("_lock", "_metrics", "is_closed")

    def __init__(self) -> None:
        self._metrics: dict[str, tuple[float | None, str | None]] = {}
        self._lock = Lock()  # of no use to one event loop, but to threads that measure
        self.is_closed: bool = False

    def add(self, name: str, dur: float | None = None, desc: str | None = None) -> None:
        """Tell of ``name``, for ``dur`` milliseconds; durations of one name add up, and the last ``desc`` counts.

        Characters of a description that are not printable ASCII become question marks, and it is cut after 100.
        Raises `ValueError` for a name that is not a token of at most 100 characters (RFC 9110 section 5.6.2), and for
        a duration that is negative or not finite.
        """
        _check_name(name)
        if dur is not None and not (isfinite(dur) and dur >= 0):
            raise ValueError(f"Not a duration: {dur!r}. Give milliseconds.")
        if self.is_closed:
            return
        with self._lock:
            known = self._metrics.get(name)
            if known is not None:
                before, described = known
                dur = before if dur is None else dur + (before or 0.0)
                desc = described if desc is None else desc
            elif len(self._metrics) >= MAX_METRICS:
                return
            self._metrics[name] = dur, desc

    def measure(self, name: str, desc: str | None = None) -> Measure:
        """A context manager that adds the time of its block, also of one that fails; for sync and async code.

        Raises `ValueError` as `add` does.
        """
        return Measure(self, name, desc)

    def value(self) -> str:
        """The metrics as the value of a field ``Server-Timing``; empty if there are none."""
        with self._lock:
            return ", ".join(_metric(name, dur, desc) for name, (dur, desc) in self._metrics.items())


class Measure:
    """One block of code, measured each time it is run."""

    __slots__ = ("_began", "_desc", "_name", "_timing")

    def __init__(self, timing: ServerTiming, name: str, desc: str | None) -> None:
        _check_name(name)
        self._timing = timing
        self._name = name
        self._desc = desc

    def __enter__(self) -> None:
        self._began = perf_counter()

    def __exit__(self, *_: object) -> None:
        self._timing.add(self._name, (perf_counter() - self._began) * 1000, self._desc)


CURRENT: ContextVar[ServerTiming | None] = ContextVar("asgi_middleware.server_timing", default=None)

_NOWHERE = ServerTiming()
_NOWHERE.is_closed = True


def server_timing(connection: HTTPConnection[Any] | Scope | None = None) -> ServerTiming:
    """The `ServerTiming` of a request, or of the one that is being served.

    Without a `ServerTimingMiddleware`, as outside of a request, it is one that takes metrics and keeps none, so that
    code can be measured wherever it runs. ``connection`` is a request, or a scope; the context serves without it,
    also in threads and tasks.

    >>> with server_timing().measure("db"):
    ...     pass
    >>> server_timing().value()
    ''
    """
    found: ServerTiming | None = CURRENT.get() if connection is None else connection.get(SERVER_TIMING)
    return _NOWHERE if found is None else found


def _check_name(name: str) -> None:
    if len(name) > MAX_TEXT or not is_token(name):
        raise ValueError(f"Not the name of a metric: {name!r}. Use ASCII letters, digits and '-._', at most 100.")


def _metric(name: str, dur: float | None, desc: str | None) -> str:
    text = name
    if dur is not None:
        text += f";dur={dur:.3f}".rstrip("0").rstrip(".")
    if desc is not None:
        printable = "".join(character if " " <= character <= "~" else "?" for character in desc[:MAX_TEXT])
        escaped = printable.replace("\\", "\\\\").replace('"', '\\"')
        text += f';desc="{escaped}"'
    return text
