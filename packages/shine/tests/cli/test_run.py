from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from free_port import free_port

APP = """\
from shine import PlainTextResponse, Route, Shine
async def home(request):
    return PlainTextResponse("first " + request.scope["root_path"])
app = Shine(routes=[Route("/", home)])
def make():
    return app
"""

ON_STARLETTE = """\
import sys
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
async def home(request):
    return PlainTextResponse(f"{Starlette.__module__} {sys.modules['starlette.routing'].__name__}")
app = Starlette(routes=[Route("/", home)])
def make():
    return app
"""


@contextmanager
def running(folder: Path, *options: str) -> Iterator[str]:
    """The URL of a server that answers."""
    port = free_port()
    command = [sys.executable, "-m", "shine", "run", *options[:1], f"--port={port}", *options[1:]]
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}/"
    try:
        wait_for(url, "", server, log)
        yield url
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for(url: str, text: str, server: subprocess.Popen[bytes] | None = None, log: Path | None = None) -> str:
    """What is answered, as soon as ``text`` is in it."""
    answer = answer_within(30, url, text, server, log)
    assert answer, f"{url} did not answer {text!r}:\n{log.read_text() if log else ''}"
    return answer


def answer_within(
    seconds: float, url: str, text: str, server: subprocess.Popen[bytes] | None = None, log: Path | None = None
) -> str:
    """What is answered, as soon as ``text`` is in it, or nothing if it never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert server is None or server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                body = answer.read().decode()
        except OSError:
            body = ""
        if body and text in body:
            return body
        time.sleep(0.05)
    return ""


@pytest.fixture(name="app_folder")
def app_folder_fixture(folder: Path) -> Path:
    pytest.importorskip("uvicorn")
    (folder / "main.py").write_text(APP)
    (folder / "old.py").write_text(ON_STARLETTE)
    return folder


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        (("main:app",), "first "),
        (("main:make", "--factory", "--root-path=/shop", "--log-level=warning", "--host=127.0.0.1"), "first /shop"),
        (("main:app", "--workers=2"), "first "),
        (("main:app", "--", "--root-path", "/proxied"), "first /proxied"),
        (("old:app", "--as-starlette"), "shine._application shine.routing"),
        (("old:make", "--factory", "--as-starlette"), "shine._application shine.routing"),
    ],
    ids=["plain", "factory", "workers", "rest", "as-starlette", "as-starlette-factory"],
)
def test_an_application_is_served(app_folder, options, answer):
    with running(app_folder, *options) as url:
        assert wait_for(url, "") == answer


def test_a_change_is_served_at_once(app_folder):
    source = app_folder / "below"
    source.mkdir()
    (source / "main.py").write_text(APP)
    with running(app_folder, "main:app", "--app-dir=below", "--reload") as url:
        assert wait_for(url, "") == "first "
        (source / "main.py").write_text(APP.replace("first", "second"))
        for _ in range(10):  # uvicorn does not see a change that comes before it has looked at the files once
            (source / "main.py").touch()
            answer = answer_within(3, url, "second")
            if answer:
                break
        assert answer == "second "


def test_an_application_that_does_not_start_ends_with_the_code_of_uvicorn(app_folder):
    (app_folder / "broken.py").write_text(
        "async def app(scope, receive, send):\n"
        "    await send({'type': 'lifespan.startup.failed', 'message': 'No database.'})\n"
    )
    command = [sys.executable, "-m", "shine", "run", "broken:app", f"--port={free_port()}"]
    done = subprocess.run(command, cwd=app_folder, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3
    assert "No database." in done.stderr


@pytest.mark.parametrize("options", [(), ("--reload",), ("--factory", "--port=80", "--host=::1", "--workers=2")])
def test_what_comes_after_the_dashes_is_uvicorns(shine, options):
    pytest.importorskip("uvicorn")
    ended = shine("run", "main:app", *options, "--", "--version")
    assert ended.code == 0
    assert ended.out.startswith("Running uvicorn ")


@pytest.mark.parametrize(("options", "named"), [((), "main:app"), (("--factory",), "main:app()")])
def test_who_runs_it_as_starlette_is_told_which(shine, monkeypatch, options, named):
    pytest.importorskip("uvicorn")
    monkeypatch.setenv("SHINE_APP", "")
    shine("run", "main:app", "--as-starlette", *options, "--", "--version")
    assert os.environ["SHINE_APP"] == named


def test_the_folders_that_are_watched_may_be_given(shine):
    pytest.importorskip("uvicorn")
    ended = shine("run", "main:app", "--reload", "--", "--reload-dir=no such folder")
    assert ended.code == 2
    assert "no such folder" in ended.err


def test_without_uvicorn_it_tells_what_to_install(shine, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "uvicorn.main", raising=False)
    ended = shine("run", "main:app")
    assert (ended.code, ended.out) == (1, "")
    assert "the server uvicorn is not installed" in ended.err
    assert "pip install uvicorn websockets" in ended.err
    assert '"./packages/shine[cli]"' in ended.err


def test_what_uvicorn_lacks_is_named(shine, monkeypatch):
    pytest.importorskip("uvicorn")
    for loaded in [each for each in sys.modules if each.partition(".")[0] == "uvicorn"]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, "click", None)
    ended = shine("run", "main:app")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "shine run: uvicorn needs click, which is not installed: pip install uvicorn\n"


def test_reloading_takes_one_process(shine):
    assert shine("run", "main:app", "--reload", "--workers=2") == (
        2,
        "",
        "shine run: --reload serves in one process: leave out --workers\n",
    )


def test_an_application_has_a_module_and_a_name(shine):
    assert shine("run", "main.py").code == 2
