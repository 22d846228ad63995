"""The shop on shine behind each server, started by the name of its application."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from free_port import free_port

HERE = Path(__file__).parent
AS_STARLETTE = "shine.run_as_starlette:app"

SMALL = """
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

async def home(request):
    return PlainTextResponse("{word} " + Route.__module__)

app = Starlette(routes=[Route("/", home)])

def make():
    return app
"""


@pytest.mark.parametrize("server", ["hypercorn-asyncio", "hypercorn-trio", "granian", "daphne"])
def test_a_server(serve: Any, server: str) -> None:
    with serve(server, AS_STARLETTE, HERE, env={"SHINE_APP": "seen:app"}) as served:
        assert httpx.get(f"{served.url}/").json() == {"shop": "open"}
        assert httpx.get(f"{served.url}/static/folder/").text == "<h1>Folder</h1>\n"
        if server != "daphne":  # which has no lifespans
            assert httpx.get(f"{served.url}/state").json() == {"started": True, "currency": "EUR"}
        assert httpx.get(f"{served.url}/loaded").text == ""


@pytest.mark.parametrize("server", ["uvicorn", "granian"])
def test_several_processes(serve: Any, server: str) -> None:
    with serve(server, AS_STARLETTE, HERE, "--workers=2", env={"SHINE_APP": "seen:app"}) as served:
        wait_for(served.url, '{"shop":"open"}')
        assert {httpx.get(f"{served.url}/loaded").text for _ in range(10)} == {""}


def test_a_change_is_loaded(serve: Any, tmp_path: Path) -> None:
    module = tmp_path / "small.py"
    module.write_text(SMALL.replace("{word}", "before"))
    options = ["--reload", f"--reload-dir={tmp_path}", f"--app-dir={tmp_path}"]
    with serve("uvicorn", AS_STARLETTE, HERE, *options, env={"SHINE_APP": "small:make()"}) as served:
        wait_for(served.url, "before shine.routing")
        changed = SMALL.replace("{word}", "after it")
        for patience in (5, 10, 20):  # as uvicorn may note the times of the files only now, it may miss the first
            module.write_text(changed)
            if comes(served.url, "after it shine.routing", patience):
                return
        pytest.fail(served.log)


def test_a_program_that_serves(tmp_path: Path) -> None:
    (tmp_path / "small.py").write_text(SMALL.replace("{word}", "program"))
    port = free_port()
    command = [sys.executable, "-m", "shine.run_as_starlette", "-m", "uvicorn", "small:app", f"--port={port}"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}", "program shine.routing")
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize(
    ("server", "options"),
    [
        ("uvicorn", ["--port={port}"]),
        ("hypercorn", ["--bind=127.0.0.1:{port}"]),
        ("granian", ["--interface=asgi", "--port={port}"]),
    ],
)
@pytest.mark.parametrize(
    ("app", "message"),
    [
        ("", "SHINE_APP is not set: give it as 'module:app'"),
        ("not_there:app", "SHINE_APP names the module 'not_there', and there is no 'not_there'"),
        ("broken:app", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_start_that_fails(tmp_path: Path, server: str, options: list[str], app: str, message: str) -> None:
    (tmp_path / "broken.py").write_text("1 / 0\n")
    port = free_port()
    command = [sys.executable, "-m", server, AS_STARLETTE, *(option.format(port=port) for option in options)]
    env = {**os.environ, "SHINE_APP": app}
    result = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=30, check=False)
    told = result.stdout + result.stderr
    assert (result.returncode == 0) == (server == "hypercorn")  # which ends with 0 whatever happened
    assert message in told
    assert told.count("The application could not be loaded.") == 1


def wait_for(url: str, text: str) -> None:
    assert comes(url, text, 20)


def comes(url: str, text: str, patience: float) -> bool:
    """Whether the page is this text within these seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).text == text:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    return False
