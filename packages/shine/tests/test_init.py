"""The short way to the names most applications need."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import shine


def test_names_are_those_of_the_modules():
    for name, home in shine._HOMES.items():
        assert getattr(shine, name) is getattr(import_module(home, "shine"), name)
    assert set(shine.__all__) == set(shine._HOMES)
    assert set(shine.__all__) <= set(dir(shine))


def test_version_has_one_source():
    project = Path(__file__).parent.parent / "pyproject.toml"
    assert shine.__version__ == tomllib.loads(project.read_text())["project"]["version"]


def test_unknown_name():
    with pytest.raises(AttributeError, match="module 'shine' has no attribute 'Shiny'"):
        _ = shine.Shiny


def test_modules_are_there_without_an_import_of_their_own():
    package = Path(shine.__file__).parent
    names = {path.stem for path in package.glob("[a-z]*.py")} | {"middleware"}
    assert names - {"run_as_starlette"} == shine._MODULES  # which is a program
    command = "import shine.applications; print(shine.responses.JSONResponse, shine.status.HTTP_200_OK)"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("JSONResponse'> 200\n")


def loaded_by(code):
    command = f"import sys; {code}; print('\\n'.join(sys.modules))"
    result = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_nothing_is_loaded_before_it_is_asked_for():
    loaded = loaded_by("import shine")
    assert {name for name in loaded if name.startswith(("shine", "asgi_"))} == {"shine"}
    application = loaded_by("from shine import Shine, Route, Request, JSONResponse")
    assert not application & {"anyio", "trio", "asyncio", "inspect", "traceback", "jinja2", "itsdangerous", "httpx"}
    assert not application & {"multipart", "tempfile", "email", "logging", "shine.forms", "asgi_forms.sinks"}
