"""Starlette's names for what compresses one response."""

from __future__ import annotations

import gzip

import pytest

from shine.middleware.gzip import GZipResponder, IdentityResponder, unattached_send
from shine.responses import PlainTextResponse

TEXT = "Hello, world! " * 100


async def test_a_responder_compresses_for_who_accepts_it(drive):
    app = GZipResponder(PlainTextResponse(TEXT), 500, 6)
    answer = await drive.request(app, headers={"accept-encoding": "gzip"})
    assert (answer.headers["content-encoding"], gzip.decompress(answer.body).decode()) == ("gzip", TEXT)
    assert (await drive.request(app)).text == TEXT
    assert (app.compresslevel, app.minimum_size, app.thread_minimum_size) == (6, 500, 128 * 1024)


async def test_excluded_types(drive):
    app = GZipResponder(PlainTextResponse(TEXT), 500, exclude_content_types=("Text/Plain; charset=utf-8",))
    answer = await drive.request(app, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert answer.text == TEXT


async def test_one_that_compresses_nothing_says_what_could_be(drive):
    app = IdentityResponder(PlainTextResponse(TEXT), 500)
    answer = await drive.request(app, headers={"accept-encoding": "gzip"})
    assert (answer.text, answer.headers["vary"]) == (TEXT, "Accept-Encoding")
    assert "content-encoding" not in answer.headers
    assert "vary" not in (await drive.request(IdentityResponder(PlainTextResponse("Hello"), 500))).headers


async def test_a_send_that_is_not_there_yet():
    with pytest.raises(RuntimeError, match=r"^send awaitable not set$"):
        await unattached_send({"type": "http.response.start"})
