"""The script in Lua against the store in memory, on the same times."""

import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_middleware import MemoryRateLimitStore, RateLimit
from asgi_middleware._rate_limits.rate_limit import SLICES
from asgi_middleware._rate_limits.rate_limit_verdict import verdict_of
from asgi_middleware._redis.hit_script import HIT

# The clock of Redis cannot be set, so here the script takes the time from the end of its arguments.
AT = HIT.replace(b"redis.call('TIME')", b"{math.floor(ARGV[#ARGV] / 1000000), ARGV[#ARGV] % 1000000}")
FOREVER = AT.replace(b"redis.call('PEXPIRE'", b"redis.call('EXISTS'")  # counters would go by the real clock

LIMITS = st.builds(RateLimit, st.integers(1, 12), st.sampled_from([0.001, 0.0321, 1, 7.7]))
GAPS = st.one_of(st.integers(0, 200), st.integers(0, 9_000_000), st.integers(0, 40).map(lambda n: n * 31_250))
STEPS = st.lists(st.tuples(GAPS, st.integers(0, 4)), max_size=40)


class Connection:
    """Runs the script."""

    def __init__(self, port, ask_on):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.answers = self.socket.makefile("rb")
        self.ask_on = ask_on
        self.load(AT)

    def load(self, script):
        self.digest = self.ask("SCRIPT", "LOAD", script)

    def ask(self, *words):
        return self.ask_on(self.socket, self.answers, *words)

    def hit(self, limits, now, cost):
        keys = [f"{{key}}:{limit.slice_length}" for limit in limits]
        numbers = [number for limit in limits for number in (limit.limit, limit.slice_length)]
        answer = self.ask("EVALSHA", self.digest, len(keys), *keys, cost, SLICES, *numbers, now)
        return [verdict_of(limit, *answer[4 * i : 4 * i + 4]) for i, limit in enumerate(limits)]

    def close(self):
        self.answers.close()
        self.socket.close()


@pytest.fixture(name="connection")
def connection_fixture(redis, ask_on):
    connection = Connection(redis.port, ask_on)
    yield connection
    connection.ask("CONFIG", "SET", "hash-max-listpack-entries", 128)
    connection.close()


def run(coroutine):
    with pytest.raises(StopIteration) as end:
        coroutine.send(None)
    return end.value.value


@pytest.mark.parametrize("most_in_order", [128, 0])  # fields that a hash keeps in the order in which they came
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(LIMITS, min_size=1, max_size=3, unique_by=lambda limit: limit.per),
    st.integers(1_700_000_000_000_000, 2_000_000_000_000_000),
    STEPS,
)
def test_as_in_memory(connection, most_in_order, limits, now, steps):
    connection.ask("FLUSHALL")
    connection.ask("CONFIG", "SET", "hash-max-listpack-entries", most_in_order)
    connection.load(FOREVER)
    store = MemoryRateLimitStore(clock=lambda: (now + 0.5) / 1_000_000)
    for gap, cost in steps:
        now += gap
        verdicts = connection.hit(limits, now, cost)
        expected = run(store.hit("key", limits, cost))
        assert [tuple(verdict) for verdict in verdicts] == [
            (limit, ok, left, pytest.approx(reset), pytest.approx(wait)) for limit, ok, left, reset, wait in expected
        ]


NOW = 1_800_000_000_000_000
LIMIT = RateLimit(2, per=3.2)


def test_clock_set_back_a_little(connection):
    assert connection.hit([LIMIT], NOW, 1)[0].remaining == 1
    for back in (1_000_000, 3_200_000):
        (verdict,) = connection.hit([LIMIT], NOW - back, 0)
        assert verdict.remaining == 1
        assert verdict.reset == pytest.approx(3.3 + back / 1_000_000)
    assert connection.hit([LIMIT], NOW - 3_200_000, 1)[0].remaining == 0
    assert connection.ask("HGETALL", "{key}:100000") == [str(NOW // 100_000), "2"]
    assert not connection.hit([LIMIT], NOW + 3_200_000, 1)[0].is_allowed
    assert connection.hit([LIMIT], NOW + 3_300_000, 1)[0].is_allowed


def test_clock_set_back_by_more_than_a_window_begins_anew(connection):
    connection.hit([LIMIT], NOW, 2)
    assert connection.hit([LIMIT], NOW - 3_300_000, 1)[0].remaining == 1


def test_memory_is_bounded(connection):
    high = RateLimit(10**6, per=3.2)
    for step in range(200):
        connection.hit([high], NOW + step * 70_000, 1)
    assert connection.ask("HLEN", "{key}:100000") <= 33


def test_counters_go_by_themselves(connection):
    connection.hit([LIMIT], NOW, 1)
    assert 3300 < connection.ask("PTTL", "{key}:100000") <= 3400


def test_refused_leaves_nothing(connection):
    connection.hit([RateLimit(1, per=60), LIMIT], NOW, 2)
    assert connection.ask("KEYS", "*") == []


@pytest.mark.parametrize("count", [10**15 - 1, 2**50])
def test_large_numbers(connection, count):
    limit = RateLimit(10**15 - 1, per=10**9) if count < 2**50 else RateLimit(10**15 - 1, per=0.001)
    cost = min(count, limit.limit)
    assert connection.hit([limit], NOW, cost)[0].remaining == limit.limit - cost
    (verdict,) = connection.hit([limit], NOW, cost)
    assert not verdict.is_allowed
    assert 0 < verdict.retry_after <= limit.memory
