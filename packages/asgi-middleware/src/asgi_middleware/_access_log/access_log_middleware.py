"""One line in the log for each request and each WebSocket, when it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Final, Literal

from asgi_types import ASGIApp, Receive, Scope, Send

from .._exchange.exchange import Exchange
from .._exchange.http_exchange import HTTPExchange
from .._exchange.websocket_exchange import WebSocketExchange
from .._option_function import check_function
from .access_record import AccessRecord
from .exchange_record import RequestLine, exchange_record, request_line
from .line_format import json_line, text_line

_FORMATS: Final = {"text": text_line, "json": json_line}
_EXCHANGES: Final[dict[str, type[HTTPExchange | WebSocketExchange]]] = {
    "http": HTTPExchange,
    "websocket": WebSocketExchange,
}


class AccessLogMiddleware:
    """Log each request when its last byte is sent, or it has failed, and each WebSocket when it is over.

    ``logger`` is a logger or its name. ``format`` makes the message of an `AccessRecord`: ``"text"`` one line for
    people, ``"json"`` one object with all fields, or a function. The log record has the fields as attributes, too,
    those that are known, for formatters that write them themselves. ``level`` is one for all, `logging.INFO` by
    default, or a function of the record. ``skip`` is a function of the record as well: what it is true for is not
    logged. Query strings often hold secrets, and are left out unless ``log_query`` is set.

    If the logger is not enabled for the level, nothing is observed or formatted. A handler runs in the event loop:
    where it may block, as on a network, put a `logging.handlers.QueueHandler` before it.

    An error of these functions is logged, and never meets the request.

    Raises `ValueError` for another format, and `TypeError` for a function that is none or is async.

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
        if isinstance(format, str) and format not in _FORMATS:
            raise ValueError(f"format is {format!r}: give 'text', 'json' or a function of an AccessRecord.")
        make_line = _FORMATS[format] if isinstance(format, str) else format
        check_function("format", make_line, "'text', 'json' or a function of an AccessRecord")
        if not isinstance(level, int):
            check_function("level", level, "a number, such as logging.INFO, or a function of an AccessRecord")
        if skip is not None:
            check_function("skip", skip, "a function of an AccessRecord")
        self.app = app
        self._logger = logging.getLogger(logger) if isinstance(logger, str) else logger
        self._format = make_line
        self._level = level
        self._skip = skip
        self._log_query = log_query

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        level = self._level
        if kind not in _EXCHANGES or (isinstance(level, int) and not self._logger.isEnabledFor(level)):
            await self.app(scope, receive, send)
            return
        await _EXCHANGES[kind](scope, receive, send, partial(self._log, request_line(scope))).run(self.app)

    def _log(self, request: RequestLine, exchange: Exchange) -> None:
        record = exchange_record(exchange, request, self._log_query)
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
