"""Metrics, as they are told and as they are written."""

from __future__ import annotations

import re
import threading
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import ServerTiming, server_timing
from asgi_types import HTTPConnection

TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
METRIC = rf'{TOKEN}(?:;dur=\d+(?:\.\d+)?)?(?:;desc="(?:[^"\\]|\\.)*")?'
VALUE = re.compile(rf"(?:{METRIC}(?:, {METRIC})*)?")


@pytest.fixture(name="timing")
def timing_fixture() -> ServerTiming:
    return ServerTiming()


@pytest.fixture(name="clock")
def clock_fixture(monkeypatch):
    class Clock:
        now = 0.0

    monkeypatch.setattr("asgi_middleware._server_timing.server_timing.perf_counter", lambda: Clock.now)
    return Clock


@pytest.mark.parametrize(
    ("dur", "written"),
    [
        (0, "0"),
        (0.0004, "0"),
        (0.0006, "0.001"),
        (0.1, "0.1"),
        (1, "1"),
        (10.0, "10"),
        (100, "100"),
        (12.34567, "12.346"),
        (53.2, "53.2"),
        (1e6, "1000000"),
    ],
)
def test_durations_are_milliseconds(dur: float, written: str, timing: ServerTiming) -> None:
    timing.add("db", dur)
    assert timing.value() == f"db;dur={written}"


@pytest.mark.parametrize(
    ("desc", "written"),
    [
        ("Cache Read", '"Cache Read"'),
        ("", '""'),
        ('a "b" \\', '"a \\"b\\" \\\\"'),
        ("a, b;c=d", '"a, b;c=d"'),
        ("a\r\nb\0\x7f", '"a??b??"'),
        ("grün ☃", '"gr?n ?"'),
        ("x" * 101, f'"{"x" * 100}"'),
        ('"' * 100, '"' + '\\"' * 100 + '"'),
    ],
)
def test_descriptions_are_quoted(desc: str, written: str, timing: ServerTiming) -> None:
    timing.add("db", desc=desc)
    assert timing.value() == f"db;desc={written}"


def test_metrics_are_in_the_order_they_came(timing: ServerTiming) -> None:
    timing.add("miss")
    timing.add("db", 1, "First")
    timing.add("cache", 2)
    timing.add("db", 2)
    timing.add("miss", desc="Late")
    timing.add("cache", desc="Read")
    timing.add("db", 0, "Last")
    assert timing.value() == 'miss;desc="Late", db;dur=3;desc="Last", cache;dur=2;desc="Read"'
    assert ServerTiming().value() == ""


def test_a_duration_after_none(timing: ServerTiming) -> None:
    timing.add("db")
    timing.add("db", 5)
    assert timing.value() == "db;dur=5"


@pytest.mark.parametrize("name", ["", "a b", "a,b", "a;b", "a=b", 'a"', "ä", "a\n", "a\r\nb: c", "x" * 101, "a/b"])
def test_names_are_tokens(name: str, timing: ServerTiming) -> None:
    for timing_ in (timing, server_timing()):  # also where nothing is kept
        with pytest.raises(ValueError, match="Not the name of a metric"):
            timing_.add(name)
        with pytest.raises(ValueError, match="Not the name of a metric"):
            timing_.measure(name)
    assert timing.value() == ""


@pytest.mark.parametrize("dur", [-1, -0.001, nan, inf, -inf])
def test_durations_are_finite_and_not_negative(dur: float, timing: ServerTiming) -> None:
    for timing_ in (timing, server_timing()):
        with pytest.raises(ValueError, match="Not a duration"):
            timing_.add("db", dur)


def test_there_are_fifty_at_most(timing: ServerTiming) -> None:
    for number in range(60):
        timing.add(f"m{number}", 1)
    timing.add("m49", 1)
    timing.add("m50", 1)
    assert timing.value() == ", ".join([*(f"m{number};dur=1" for number in range(49)), "m49;dur=2"])


def test_a_block_is_measured(timing: ServerTiming, clock) -> None:
    with timing.measure("outer", "All"):
        clock.now += 0.001
        with timing.measure("inner"):
            clock.now += 0.002
        with timing.measure("inner"):
            clock.now += 0.004
    assert timing.value() == 'inner;dur=6, outer;dur=7;desc="All"'


def test_a_block_that_fails_is_measured_and_fails(timing: ServerTiming, clock) -> None:
    def fail() -> None:
        clock.now += 1
        raise LookupError

    with pytest.raises(LookupError), timing.measure("db"):
        fail()
    assert timing.value() == "db;dur=1000"


def test_one_measure_may_be_used_again(timing: ServerTiming, clock) -> None:
    measure = timing.measure("db")
    for _ in range(3):
        with measure:
            clock.now += 1
    assert timing.value() == "db;dur=3000"


def test_threads_lose_nothing(timing: ServerTiming) -> None:
    def add() -> None:
        for _ in range(1000):
            timing.add("db", 1)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert timing.value() == "db;dur=4000"


def test_closed_it_takes_nothing_more(timing: ServerTiming) -> None:
    timing.add("db", 1)
    timing.is_closed = True
    timing.add("db", 1)
    timing.add("late")
    assert timing.value() == "db;dur=1"


def test_where_there_is_none_nothing_is_kept() -> None:
    scope = {"type": "http", "headers": []}
    for timing in (server_timing(), server_timing(scope), server_timing(HTTPConnection(scope))):
        with timing.measure("db"):
            timing.add("cache", 1)
        assert timing.value() == ""


names = st.from_regex(rf"\A{TOKEN}\Z").filter(lambda name: len(name) <= 100)
metrics = st.tuples(names, st.none() | st.floats(0, 1e9), st.none() | st.text())


@given(st.lists(metrics, max_size=60))
def test_whatever_is_told_the_value_is_well_formed(given) -> None:
    timing = ServerTiming()
    for name, dur, desc in given:
        timing.add(name, dur, desc)
    assert VALUE.fullmatch(timing.value())


def test_linear(assert_linear) -> None:
    def tell(text: str) -> None:
        timing = ServerTiming()
        timing.add("db", desc=text)
        timing.value()

    assert_linear(tell, lambda n: "\\" * n, 100_000)
