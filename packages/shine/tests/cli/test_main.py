from __future__ import annotations

import os
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_the_version_is_that_of_the_distribution(shine):
    version = tomllib.loads(PROJECT.read_text("utf-8"))["project"]["version"]
    assert shine("--version") == (0, f"shine {version}\n", "")


@pytest.mark.parametrize("command", [(), ("run",), ("routes",), ("new",), ("migrate",)])
def test_each_command_has_a_help(shine, command):
    ended = shine(*command, "--help")
    assert ended.code == 0
    assert ended.out.startswith(f"usage: {' '.join(('shine', *command))} ")
    assert max(map(len, ended.out.splitlines())) <= 85


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "the following arguments are required: COMMAND. See shine --help."),
        (("walk",), "invalid choice: 'walk'"),
        (("run",), "the following arguments are required: MODULE:APP. See shine run --help."),
        (("run", "main:app", "--port", "70000"), "'70000' is no port: give a number from 0 to 65535"),
        (("run", "main:app", "--port", "٣"), "'٣' is no port: give a number from 0 to 65535"),
        (("run", "main:app", "--colour"), "unrecognized arguments: --colour"),
        (("routes", "main:app", "--", "--reload"), "unrecognized arguments: --reload"),
        (("migrate", "--yes", "--diff", "."), "not allowed with argument"),
    ],
)
def test_what_is_given_wrongly_ends_with_2_and_one_line(shine, arguments, reason):
    ended = shine(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert reason in ended.err
    assert ended.err.count("\n") == 1


def test_the_help_loads_nothing_of_the_framework():
    code = (
        "import sys; from shine._cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\nprint('loaded', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("loaded")[2].split())
    assert not loaded & {
        "shine.applications",
        "asgi_routing",
        "asgi_http",
        "anyio",
        "asyncio",
        "uvicorn",
        "json",
        "ast",
    }


def test_python_runs_the_package(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["shine", "--version"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("shine", run_name="__main__")
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("shine ")


def test_a_server_may_import_the_main_module_again():
    assert "main" in runpy.run_module("shine.__main__", run_name="__mp_main__")


def test_the_exit_code_of_the_program(folder):
    done = subprocess.run(
        [sys.executable, "-m", "shine", "migrate", "missing"], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (2, "shine migrate: there is no missing\n")


def test_who_reads_no_further_ends_the_program(folder):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "shine", "routes", "main:app", "--factory", "--json"]
    (folder / "main.py").write_text(
        "from shine import Route, Shine\ndef app(): return Shine(routes=[Route(f'/{n}', len) for n in range(999)])\n"
    )
    done = subprocess.run(command, check=False, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_an_interrupt_ends_a_command(shine, folder, monkeypatch):
    (folder / "interrupted.py").write_text("raise KeyboardInterrupt\n")
    assert shine("routes", "interrupted:app") == (130, "", "")
