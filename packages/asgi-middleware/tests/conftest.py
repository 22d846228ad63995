"""A logger whose records are kept, and the clock of what observes an exchange."""

from __future__ import annotations

import logging

import pytest


class ListHandler(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


class KeptLogger(logging.Logger):
    """A logger of its own, which is in no hierarchy."""

    def __init__(self) -> None:
        super().__init__("access", logging.INFO)
        self.kept = ListHandler()
        self.addHandler(self.kept)

    @property
    def records(self) -> list[logging.LogRecord]:
        return self.kept.records

    @property
    def lines(self) -> list[str]:
        return [record.getMessage() for record in self.records]


@pytest.fixture(name="logger")
def logger_fixture() -> KeptLogger:
    return KeptLogger()


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="clock")
def clock_fixture(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("asgi_middleware._exchange.exchange.perf_counter", clock)
    return clock
