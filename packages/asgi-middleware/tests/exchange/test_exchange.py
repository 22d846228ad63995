"""What all kinds of exchanges have in common."""

from __future__ import annotations

import logging

import pytest

from asgi_middleware._exchange.exchange import known_method, safely
from asgi_middleware._exchange.http_exchange import HTTPExchange
from asgi_types import Response


@pytest.mark.parametrize(("method", "known"), [("GET", "GET"), ("get", "GET"), ("QUERY", "QUERY"), ("MADEUP", None)])
def test_methods_that_http_knows(method, known) -> None:
    assert known_method({"type": "http", "method": method}) == known


def test_an_error_of_what_only_observes_is_logged(caplog) -> None:
    with caplog.at_level(logging.ERROR, "asgi_middleware"):
        assert safely(divmod, 1, 0) is None
    assert "ZeroDivisionError" in caplog.text
    assert safely(divmod, 3, 2) == (1, 1)


@pytest.mark.parametrize("error", [LookupError, SystemExit])
async def test_it_ends_once_whatever_comes_after(error, drive) -> None:
    ends = []

    async def app(scope, receive, send):
        await Response("Hello")(scope, receive, send)
        ends.append("answered")
        raise error

    async def send(message):
        pass

    exchange = HTTPExchange(drive.scope(), None, send, ends.append)
    with pytest.raises(error):
        await exchange.run(app)
    assert ends == [exchange, "answered"]
    assert (exchange.status, exchange.outcome) == (200, "complete")
