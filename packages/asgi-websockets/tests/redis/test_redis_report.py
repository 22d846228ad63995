"""What is told of a lost connection, and how often."""

import logging

import pytest

from asgi_websockets._redis import redis_report
from asgi_websockets._redis.redis_report import Reporter, describe
from asgi_websockets.redis import RedisReport


@pytest.fixture(name="clock")
def clock_fixture(monkeypatch):
    class Clock:
        now = 1000.0

    monkeypatch.setattr(redis_report, "monotonic", lambda: Clock.now)
    return Clock


def test_an_outage_is_told_from_begin_to_end(clock, caplog):
    caplog.set_level(logging.INFO, "asgi_websockets")
    reports = []
    reporter = Reporter(reports.append)
    reporter.note_restored()
    assert reports == []  # nothing was lost
    assert reporter.note_failure(ConnectionError("refused"))
    clock.now += 4.5
    assert not reporter.note_failure(OSError("no route"))  # too soon for another report
    clock.now += 1
    assert reporter.note_failure(OSError("no route"))
    clock.now += 1
    reporter.note_failure(OSError("no route"))
    reporter.note_caught_up(3)
    reporter.note_caught_up(4)
    reporter.note_restored()
    assert reports == [
        RedisReport("lost", error="ConnectionError: refused"),
        RedisReport("lost", seconds=5.5, attempts=2, error="OSError: no route"),
        RedisReport("restored", seconds=6.5, attempts=4, caught_up=7),
    ]
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING", "INFO"]
    assert "lost: ConnectionError: refused" in caplog.messages[0]
    assert "5.5 s, after 2 attempts: OSError: no route" in caplog.messages[1]
    assert "restored after 6.5 s, 7 messages" in caplog.messages[2]
    reporter.note_restored()
    assert len(reports) == 3
    reporter.note_failure(ConnectionError("refused"))  # the next outage begins anew
    assert reports[3:] == [RedisReport("lost", error="ConnectionError: refused")]
    reporter.note_restored()
    assert reports[4:] == [RedisReport("restored", attempts=1)]


def test_dropped_messages_are_told_at_once_and_then_together(clock, caplog):
    reports = []
    reporter = Reporter(reports.append)
    reporter.note_dropped(1, "full")
    assert reports == [RedisReport("dropped", dropped=1, error="full")]
    for _ in range(10):
        clock.now += 0.49
        reporter.note_dropped(1, "full")
    assert len(reports) == 1
    clock.now += 0.2
    reporter.note_dropped(1, "full")
    assert reports[1:] == [RedisReport("dropped", dropped=11, error="full")]
    reporter.note_dropped(2, "full")
    reporter.flush()
    reporter.flush()
    assert reports[2:] == [RedisReport("dropped", dropped=2, error="full")]
    assert caplog.messages[-1] == "2 messages for rooms were dropped: full"
    reporter.note_dropped(5, "full")
    reporter.note_restored()
    assert reports[3:] == [RedisReport("dropped", dropped=5, error="full")]


def test_rooms_with_a_gap_are_counted_once(clock, caplog):
    reports = []
    reporter = Reporter(reports.append)
    reporter.note_gap("before")
    for rooms in ("aab", "c"):
        reporter.note_failure(ConnectionError("refused"))
        for room in rooms:
            reporter.note_gap(room)
        reporter.note_restored()
    assert [report.gaps for report in reports if report.kind == "restored"] == [2, 1]
    assert caplog.records[1].levelname == "WARNING"
    assert "something may be missing in 2 rooms" in caplog.messages[1]


def test_a_full_memory_is_told_once_and_its_end_when_all_is_well_for_a_while(clock, caplog):
    caplog.set_level(logging.INFO, "asgi_websockets")
    reports = []
    reporter = Reporter(reports.append)
    reporter.note_write(True)
    for has_memory in (False, False, True, False, True):
        reporter.note_write(has_memory)
        clock.now += 4
    assert reports == [RedisReport("full", error="used memory > 'maxmemory'")]
    reporter.note_write(True)
    reporter.note_write(True)
    assert reports[1:] == [RedisReport("freed", seconds=20)]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    reporter.note_write(False)
    assert len(reports) == 3


def test_an_application_whose_function_fails_is_told_so(caplog):
    def on_report(report):
        raise KeyError(report.kind)

    reporter = Reporter(on_report)
    reporter.note_failure(ConnectionError("refused"))
    assert caplog.records[-1].message == "on_report has failed."
    assert caplog.records[-1].exc_info[0] is KeyError


def test_without_a_function_the_log_is_told():
    Reporter(None).note_failure(ConnectionError("refused"))


def test_an_error_is_told_with_its_causes():
    try:
        try:
            try:
                raise KeyError
            except KeyError as first:
                raise OSError("refused") from first
        except OSError as second:
            raise ConnectionError("no connection") from second
    except ConnectionError as third:
        error = third
    assert describe(error) == "ConnectionError: no connection from OSError: refused from KeyError"
    error.__cause__.__cause__.__cause__ = ValueError("too much")
    assert "too much" not in describe(error)
