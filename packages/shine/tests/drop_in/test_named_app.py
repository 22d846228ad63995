"""The application of SHINE_APP: loaded by the first connection, and a start-up that fails is told once."""

from __future__ import annotations

import logging
import sys

import pytest

from shine.run_as_starlette import NamedApp, app

APP = """
import threading
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

loaded_in = threading.current_thread().name

async def home(request):
    return JSONResponse([loaded_in, dict(request.scope.get("state", {}))])

class Lifespan:
    def __init__(self, app): pass
    async def __aenter__(self): return {"ready": True}
    async def __aexit__(self, *exc_info): pass

app = Starlette(routes=[Route("/", home)], lifespan=Lifespan)
"""


@pytest.fixture(autouse=True)
def _clean(clean, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "served_1.py").write_text(APP)
    (tmp_path / "broken_1.py").write_text("import sys\nsys.broken_1 = getattr(sys, 'broken_1', 0) + 1\n1 / 0\n")
    (tmp_path / "ending_1.py").write_text("import sys\nsys.exit(sys.ending_1)\n")
    yield
    sys.modules.pop("served_1", None)
    if hasattr(sys, "broken_1"):
        del sys.broken_1


async def call(app, scope, *received):
    remaining, sent = iter(received), []

    async def receive():
        return next(remaining)

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    return sent


def http():
    return {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"", "state": {"a": 1}}


def lifespan():
    return {"type": "lifespan", "state": {}}


STARTUP, SHUTDOWN = {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}


async def test_it_is_loaded_with_the_lifespan_whose_state_it_has(monkeypatch):
    monkeypatch.setenv("SHINE_APP", "served_1:app")
    named, scope = NamedApp(), lifespan()
    assert "served_1" not in sys.modules
    sent = await call(named, scope, STARTUP, SHUTDOWN)
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert scope["state"] == {"ready": True}
    sent = await call(named, http())
    assert sent[1]["body"] == b'["MainThread",{"a":1}]'


async def test_it_is_loaded_by_the_first_request_of_a_server_without_lifespans(monkeypatch):
    monkeypatch.setenv("OTHER", "served_1:app")
    sent = await call(NamedApp("OTHER"), http())
    assert sent[0]["status"] == 200


async def test_a_start_that_fails_is_told_to_the_server_and_logged(monkeypatch, caplog):
    monkeypatch.setenv("SHINE_APP", "broken_1:app")
    sent = await call(NamedApp(), lifespan(), STARTUP)
    assert sent == [{"type": "lifespan.startup.failed", "message": "ZeroDivisionError: division by zero"}]
    [record] = caplog.records
    assert (record.name, record.levelno) == ("shine", logging.ERROR)
    assert isinstance(record.exc_info[1], ZeroDivisionError)


async def test_a_variable_that_is_not_set(monkeypatch, caplog):
    monkeypatch.delenv("SHINE_APP", raising=False)
    sent = await call(NamedApp(), lifespan(), STARTUP)
    assert sent[0]["message"].startswith("RuntimeError: SHINE_APP is not set: give it as 'module:app'")


async def test_requests_are_errors_and_the_module_is_imported_once(monkeypatch):
    monkeypatch.setenv("SHINE_APP", "broken_1:app")
    named = NamedApp()
    with pytest.raises(ZeroDivisionError):
        await call(named, http())
    with pytest.raises(RuntimeError, match="The application of SHINE_APP could not be loaded: see the error before"):
        await call(named, http())
    assert sys.broken_1 == 1


@pytest.mark.parametrize("status", ["no config", 3])
async def test_a_module_that_ends_the_program(monkeypatch, caplog, status):
    monkeypatch.setattr(sys, "ending_1", status, raising=False)
    monkeypatch.setenv("SHINE_APP", "ending_1:app")
    message = f"The module of SHINE_APP ended the program: SystemExit({status!r})."
    sent = await call(NamedApp(), lifespan(), STARTUP)
    assert sent == [{"type": "lifespan.startup.failed", "message": f"RuntimeError: {message}"}]
    assert len(caplog.records) == 1
    named = NamedApp()
    with pytest.raises(RuntimeError) as caught:
        await call(named, http())
    assert str(caught.value) == message
    with pytest.raises(RuntimeError, match="The application of SHINE_APP could not be loaded: see the error before"):
        await call(named, http())


async def test_two_first_connections_load_it_once(monkeypatch):
    monkeypatch.setenv("SHINE_APP", "served_1:app")
    named = NamedApp()
    assert named._load() is named._load()


def test_servers_find_it_as_an_object():
    assert isinstance(vars(sys.modules["shine.run_as_starlette"])["app"], NamedApp)
    assert app.variable == "SHINE_APP"
