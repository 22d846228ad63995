"""One line in the log for each request and each WebSocket, when it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, Literal

from asgi_types import ASGIApp, Receive, Scope, Send

from .access_record import AccessRecord
from .http_log import HTTPLog
from .line_format import json_line, text_line
from .websocket_log import WebSocketLog

_FORMATS: Final = {"text": text_line, "json": json_line}
_LOGS: Final[dict[str, type[HTTPLog | WebSocketLog]]] = {"http": HTTPLog, "websocket": WebSocketLog}


class AccessLogMiddleware:
    """Log each request when its last byte is sent, or it has failed, and each WebSocket when it is over.

    ``logger`` is a logger or its name. ``format`` makes the message of an `AccessRecord`: ``"text"`` one line for
    people, ``"json"`` one object with all fields, or a function. The log record has the fields as attributes, too,
    those that are known, for formatters that write them themselves. ``level`` is one for all, `logging.INFO` by
    default, or a function of the record. ``skip`` is a function of the record as well: what it is true for is not
    logged. Query strings often hold secrets, and are left out unless ``log_query`` is set.

    If the logger is not enabled for the level, nothing is observed or formatted. A handler runs in the event loop:
    where it may block, as on a network, put a `logging.handlers.QueueHandler` before it.

    Raises `ValueError` for another format or level.

    >>> import asyncio, sys
    >>> from asgi_types import Response
    >>> logger = logging.Logger("access")
    >>> logger.addHandler(logging.StreamHandler(sys.stdout))
    >>> line = lambda record: f"{record.method} {record.path} {record.status} {record.bytes_sent}"
    >>> app = AccessLogMiddleware(Response("Hello"), logger=logger, format=line)
    >>> async def send(message):
    ...     pass
    >>> asyncio.run(app({"type": "http", "method": "GET", "path": "/", "headers": []}, None, send))
    GET / 200 5
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        logger: str | logging.Logger = "asgi_middleware.access",
        format: Literal["text", "json"] | Callable[[AccessRecord], str] = "text",  # noqa: A002
        level: int | Callable[[AccessRecord], int] = logging.INFO,
        skip: Callable[[AccessRecord], bool] | None = None,
        log_query: bool = False,
    ) -> None:
        make_line = format if callable(format) else _FORMATS.get(format)
        if make_line is None:
            raise ValueError(f"format is {format!r}: give 'text', 'json' or a function of an AccessRecord.")
        if not (callable(level) or isinstance(level, int)):
            raise ValueError(f"level is {level!r}: give a number, such as logging.INFO, or a function of it.")
        self.app = app
        self._logger = logging.getLogger(logger) if isinstance(logger, str) else logger
        self._format = make_line
        self._level = level
        self._skip = skip
        self._log_query = log_query
        self._finish = self._log  # a bound method made once, not once a request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        level = self._level
        if kind not in _LOGS or (isinstance(level, int) and not self._logger.isEnabledFor(level)):
            await self.app(scope, receive, send)
            return
        log = _LOGS[kind](scope, receive, send, self._finish, self._log_query)
        try:
            await self.app(scope, log.receive, log.send)
        except Exception:
            log.failed()
            raise
        except BaseException:  # each event loop cancels with a class of its own
            log.cancelled()
            raise
        log.returned()

    def _log(self, record: AccessRecord) -> None:
        level = self._level if isinstance(self._level, int) else self._level(record)
        if not self._logger.isEnabledFor(level) or (self._skip is not None and self._skip(record)):
            return
        line = self._format(record)
        logged = self._logger.makeRecord(self._logger.name, level, __file__, 0, line, (), None, "AccessLogMiddleware")
        for name, value in record.fields().items():
            if value is not None:
                # Not as `extra`, which is an error where a record factory or filter has set one of them.
                logged.__dict__.setdefault(name, value)
        self._logger.handle(logged)
