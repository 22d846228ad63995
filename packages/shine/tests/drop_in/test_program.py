"""Programs that run as they are, with shine in the place of Starlette."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from types import SimpleNamespace

import pytest

from shine.run_as_starlette import run_program

SCRIPT = """
import sys
import starlette.routing
import beside_1
print(__name__, starlette.routing.Route.__module__, sys.argv, beside_1.HERE)
"""


@pytest.fixture(autouse=True)
def _clean(clean, tmp_path, monkeypatch):
    (tmp_path / "script_1.py").write_text(SCRIPT)
    (tmp_path / "beside_1.py").write_text("HERE = True\n")
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    yield
    sys.modules.pop("beside_1", None)


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["run_as_starlette", *arguments])
    run_program()


def test_a_script(monkeypatch, capsys, tmp_path):
    script = str(tmp_path / "script_1.py")
    run(monkeypatch, script, "--flag", "x")
    assert capsys.readouterr().out == f"__main__ shine.routing {[script, '--flag', 'x']} True\n"


def test_a_script_where_the_path_is_to_be_safe(monkeypatch, tmp_path):
    flags = {name: getattr(sys.flags, name) for name in dir(sys.flags) if name[0].isalpha()}
    monkeypatch.setattr(sys, "flags", SimpleNamespace(**{**flags, "safe_path": True}))  # as by python -P
    before = list(sys.path)
    with pytest.raises(ModuleNotFoundError, match="beside_1"):
        run(monkeypatch, str(tmp_path / "script_1.py"))
    assert sys.path == before


def test_the_command(monkeypatch, capsys, tmp_path):
    monkeypatch.delitem(sys.modules, "shine.run_as_starlette")
    monkeypatch.setattr(sys, "argv", ["run_as_starlette", str(tmp_path / "script_1.py")])
    runpy.run_module("shine.run_as_starlette", run_name="__main__")
    assert " shine.routing " in capsys.readouterr().out


def test_a_module(monkeypatch, capsys, tmp_path):
    monkeypatch.syspath_prepend(tmp_path)
    run(monkeypatch, "-m", "script_1", "a")
    assert capsys.readouterr().out.endswith("'a'] True\n")


@pytest.mark.parametrize("arguments", [[], ["-m"], ["-c", "1"], ["--version"]])
def test_no_program(monkeypatch, capsys, arguments):
    with pytest.raises(SystemExit) as exit_info:
        run(monkeypatch, *arguments)
    assert exit_info.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m shine.run_as_starlette script.py")


def test_help(monkeypatch, capsys):
    with pytest.raises(SystemExit) as exit_info:
        run(monkeypatch, "--help")
    assert exit_info.value.code == 0
    assert "SHINE_APP=module:app" in capsys.readouterr().out


def test_pytest_is_such_a_program_and_conftest_another_way(tmp_path):
    test = "from starlette.routing import Route\n\ndef test_it():\n    assert Route.__module__ == 'shine.routing'\n"
    for folder, conftest in (("a", ""), ("b", "from shine import install_as_starlette\n\ninstall_as_starlette()\n")):
        project = tmp_path / folder
        project.mkdir()
        (project / "conftest.py").write_text(conftest)
        (project / "test_it.py").write_text(test)
        before = [] if conftest else ["-m", "shine.run_as_starlette"]
        command = [sys.executable, *before, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        result = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)
        assert "1 passed" in result.stdout, result.stdout + result.stderr
