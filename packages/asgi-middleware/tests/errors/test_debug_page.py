import logging
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256

import pytest

from asgi_middleware import ServerErrorMiddleware
from asgi_types import HTTPConnection


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/json", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("text/html;q=0.5, application/json;q=0.9", "application/json"),
        ("text/html;q=0, */*", "text/plain; charset=utf-8"),
        ("*/*", "text/plain; charset=utf-8"),
        ("image/png", "text/plain; charset=utf-8"),
        (None, "text/plain; charset=utf-8"),
    ],
)
async def test_the_form_is_what_the_client_wants(debugged, fails, accept, expected):
    answer = await debugged(fails(ValueError("no")), accept)
    assert answer.headers["content-type"] == expected
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.text.startswith(("<!DOCTYPE html>", "{", "Traceback"))


async def test_the_policy_allows_the_page_its_style_and_nothing_else(debugged, fails, read_page):
    answer = await debugged(fails(ValueError("no")), "text/html")
    (style,) = read_page(answer.text).texts("style")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert answer.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    plain = await debugged(fails(ValueError("no")))
    assert "style-src" not in plain.headers["content-security-policy"]


async def test_what_is_generated_can_be_overridden(drive, catch, raising):
    class Layer(ServerErrorMiddleware):
        def generate_html(self, exc, limit=7):
            return super().generate_html(exc, limit=1).replace("<h1>", "<h1>Oops: ")

        def generate_plain_text(self, exc):
            return f"Oops: {exc}"

    app = catch(Layer(raising(ValueError("no")), debug=True))
    assert (await drive.request(app)).text == "Oops: no"
    page = (await drive.request(app, "/here", headers={"accept": "text/html"})).text
    assert "<h1>Oops: ValueError</h1>" in page
    assert "http://testserver/here" in page


def test_the_request_is_not_kept(drive):
    layer = ServerErrorMiddleware(None, debug=True)
    error = ValueError("no")
    answer = layer.debug_response(HTTPConnection(drive.scope("/here")), error)
    assert b"http://testserver/here" in answer.body
    assert "/here" not in layer.generate_plain_text(error)


@pytest.mark.parametrize(
    ("client", "is_warned"),
    [
        (("127.0.0.1", 1), False),
        (("127.8.9.10", 1), False),
        (("::1", 1), False),
        (("::ffff:127.0.0.1", 1), False),
        (("testclient", 1), False),
        (("10.0.0.1", 1), True),
        (("2001:db8::1", 1), True),
        (None, False),
    ],
)
async def test_the_log_is_warned_once_of_strangers(drive, catch, raising, caplog, client, is_warned):
    layer = ServerErrorMiddleware(raising(ValueError("no")), debug=True)
    for _ in range(2):
        await drive.request(catch(layer), client=client)
    records = [record for record in caplog.records if record.name == "asgi_middleware"]
    assert len(records) == is_warned
    for record in records:
        assert record.levelno == logging.WARNING
        assert client[0] in record.getMessage()
        assert "debug=False" in record.getMessage()


async def test_a_client_cannot_write_into_the_log(drive, catch, raising, caplog):
    layer = ServerErrorMiddleware(raising(ValueError("no")), debug=True)
    await drive.request(catch(layer), client=("fe80::1%a\nb", 1))
    assert not re.search(r"[\r\n]", caplog.records[0].getMessage())


def test_without_debug_nothing_of_it_is_loaded():
    code = """
import asyncio, sys
from asgi_middleware import ServerErrorMiddleware
async def app(scope, receive, send):
    raise ValueError
async def send(message):
    pass
try:
    asyncio.run(ServerErrorMiddleware(app)({"type": "http", "headers": []}, None, send))
except ValueError:
    pass
names = {name.rpartition(".")[2] for name in sys.modules if name.startswith("asgi_middleware._errors.")}
print(sorted(names))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['error_handler', 'exception_middleware', 'server_error_middleware']"
