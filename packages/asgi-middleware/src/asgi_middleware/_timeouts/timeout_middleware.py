"""Limits on how long the application, and the client, may take."""

from __future__ import annotations

from math import inf, isfinite

from asgi_types import ASGIApp, HTTPException, Receive, Scope, Send

from .limits import Limits


class TimeoutMiddleware:
    """End what takes too long. All limits are in seconds, and None, or `math.inf`, is no limit.

    - ``handler_timeout``, 30: until the response begins, without the time the application waits for the body. Then it
      is cancelled, and ``status_code``, 503 or 504, is answered.
    - ``body_timeout``, 60: that the application waits for one chunk of the body. Then it is cancelled, and 408 is
      answered, which ends the connection.
    - ``upload_timeout``, None: that it waits for all of the body, with the same end.
    - ``send_timeout``, 60: that the client takes to accept one message of the response, once it has begun.
    - ``total_timeout``, None: until the last byte. It ends streams and events, however alive they are.

    A response that has begun is broken off with a `TimeoutError`, which the server logs, so that it does not look
    whole. Between its messages an application may take as long as it likes, and so may work after the last one. Of a
    WebSocket the handshake is limited, by the handler's and the total: it is denied, or closed where that cannot be.

    The application is cancelled as its event loop does that: its ``finally`` runs, and what is shielded is waited for.
    So is a function that runs in a thread, which nothing can cancel: the answer comes when it is done.

    Raises `ValueError` for a limit that is no number of seconds above 0, and for another status.

    >>> import asyncio
    >>> async def app(scope, receive, send):
    ...     await asyncio.sleep(60)
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> asyncio.run(TimeoutMiddleware(app, handler_timeout=0.01)({"type": "http", "method": "GET"}, None, send))
    503 None
    None b'The server took too long to answer.'
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        handler_timeout: float | None = 30.0,
        body_timeout: float | None = 60.0,
        upload_timeout: float | None = None,
        send_timeout: float | None = 60.0,
        total_timeout: float | None = None,
        status_code: int = 503,
    ) -> None:
        if status_code not in (503, 504):
            raise ValueError(f"status_code is {status_code!r}: give 503 or 504.")
        self.app = app
        self._limits = Limits(
            _seconds("handler_timeout", handler_timeout),
            _seconds("body_timeout", body_timeout),
            _seconds("upload_timeout", upload_timeout),
            _seconds("send_timeout", send_timeout),
            _seconds("total_timeout", total_timeout),
            status_code,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        from .limited_exchange import LimitedExchange  # brings anyio

        exchange = LimitedExchange(self._limits, scope, receive, send)
        try:
            with exchange.cancel_scope:
                await self.app(scope, exchange.receive, exchange.send)
        except Exception as exc:
            # Of an application that was cancelled, and made something else of it.
            if not (exchange.has_struck() and exchange.may_answer()):
                raise
            await exchange.answer()
            if isinstance(exc, HTTPException):  # but an answer, which comes too late
                return
            raise
        if exchange.has_struck():
            if not exchange.may_answer():
                raise exchange.error()
            await exchange.answer()


def _seconds(name: str, given: float | None) -> float:
    if given is None or given == inf:
        return inf
    if isinstance(given, bool) or not isinstance(given, int | float) or not (isfinite(given) and given > 0):
        raise ValueError(f"{name} is {given!r}: give a number of seconds above 0, or None for no limit.")
    return given
