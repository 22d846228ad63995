"""A module is switched when it is loaded, by whichever name, and keeps its own loader."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec

import pytest

from shine import install_as_starlette
from shine._drop_in.switching_loader import SwitchingFinder


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "switched_1.py").write_text("SETTING = 'as it was'\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "switched_1"
    sys.modules.pop("switched_1", None)


@pytest.fixture
def finder(monkeypatch):
    def switch(name):
        sys.modules[name].SETTING += ", switched"

    finder = SwitchingFinder(["switched_1", "not_there_1"], switch)
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    return finder


def test_it_is_switched_after_the_load(module, finder):
    loaded = importlib.import_module(module)
    assert loaded.SETTING == "as it was, switched"
    assert type(loaded.__loader__) is type(loaded.__spec__.loader) is SourceFileLoader
    assert importlib.reload(loaded).SETTING == "as it was, switched"


def test_finders_as_they_were_before_find_spec_are_passed_over(module, finder, monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [finder, object(), *sys.meta_path[1:]])
    assert importlib.import_module(module).SETTING == "as it was, switched"


def test_others_are_left_alone(finder):
    assert finder.find_spec("json", None) is None
    assert find_spec("not_there_1") is None
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("not_there_1")


def test_modules_that_are_loaded_after_the_installation_are_strict(run):
    code = """
import sys
import shine
shine.install_as_starlette()
print([name for name in ("jinja2", "itsdangerous", "opentelemetry", "shine.templating") if name in sys.modules])
from shine.middleware.sessions import SessionMiddleware
from starlette.templating import Jinja2Templates
print(SessionMiddleware.max_cookie_size == sys.maxsize, Jinja2Templates.request_globals)
"""
    assert run(code) == "[]\nTrue ('url_for',)\n"


def test_what_is_not_loaded_is_not_loaded_for_it(clean, monkeypatch):
    monkeypatch.delitem(sys.modules, "shine.middleware.opentelemetry")
    install_as_starlette()
    assert "shine.middleware.opentelemetry" not in sys.modules


def test_modules_that_are_loaded_before_are_strict_as_well(run):
    code = """
import sys
from shine.middleware.sessions import SessionMiddleware
from shine import install_as_starlette
install_as_starlette()
print(SessionMiddleware.max_cookie_size == sys.maxsize)
"""
    assert run(code) == "True\n"
