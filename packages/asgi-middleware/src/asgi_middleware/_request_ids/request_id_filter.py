"""The id of a request in the lines that are logged on its behalf."""

from __future__ import annotations

import logging
from logging import LogRecord

from .request_id import CURRENT


class RequestIDFilter(logging.Filter):
    """Give each log record ``request_id`` and ``trace_id``, or ``default`` where there is none; it drops nothing.

    It belongs on handlers: the filters of a logger do not see what comes from the loggers below it. A handler that
    hands records to another thread, such as `logging.handlers.QueueHandler`, needs it itself, since the ids are those
    of where it runs. A record that has one of the two keeps it.

    >>> record = LogRecord("app", logging.INFO, "app.py", 1, "Hello", None, None)
    >>> RequestIDFilter().filter(record), record.request_id
    (True, '-')
    """

    def __init__(self, default: str = "-") -> None:
        super().__init__()
        self.default = default

    def filter(self, record: LogRecord) -> bool:
        identity = CURRENT.get()
        found = (None, None) if identity is None else identity
        for name, value in zip(("request_id", "trace_id"), found, strict=True):
            record.__dict__.setdefault(name, self.default if value is None else value)
        return True
