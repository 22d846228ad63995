"""What the tests of rate limits share: a clock that is set, and what is promised of any sequence of hits."""

import pytest

from asgi_middleware import MemoryRateLimitStore


class Clock:
    """Whole microseconds, given as seconds."""

    def __init__(self, now=0):
        self.now = now

    def __call__(self):
        return (self.now + 0.5) / 1_000_000  # so that no rounding of floats gives the microsecond before


def run(coroutine):
    """The result of a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("It waits.")


class Log:
    """Hits on one store, each with its time, cost and verdicts."""

    def __init__(self, limits, **options):
        self.limits = limits
        self.clock = Clock()
        self.store = MemoryRateLimitStore(clock=self.clock, **options)
        self.let_through = []  # time and cost

    def hit(self, cost=1, key="key"):
        return run(self.store.hit(key, self.limits, cost))

    def step(self, gap, cost):
        """Time passes, and a hit comes, which is checked against what was let through before."""
        self.clock.now += gap
        verdicts = self.hit(cost)
        is_allowed = all(verdict.is_allowed for verdict in verdicts)
        for limit, verdict in zip(self.limits, verdicts, strict=True):
            window = limit.per * 1_000_000
            if is_allowed:
                assert self.count(window) + cost <= limit.limit
            if not verdict.is_allowed:
                # Those that are at most one slice older than the window still count.
                assert self.count(window * 33 / 32 + 33) + cost > limit.limit
        if is_allowed:
            self.let_through.append((self.clock.now, cost))
        return verdicts

    def count(self, window):
        """What was let through in the last ``window`` microseconds, both ends included."""
        return sum(cost for time, cost in self.let_through if time >= self.clock.now - window)


@pytest.fixture(name="make_log", scope="session")
def make_log_fixture():
    return Log


@pytest.fixture(name="make_clock", scope="session")
def make_clock_fixture():
    return Clock
