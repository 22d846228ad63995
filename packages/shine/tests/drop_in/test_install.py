"""From the call on, Starlette is shine; a program that has the real one already is told so."""

from __future__ import annotations

import importlib.util
import sys
from threading import Barrier, Thread
from types import ModuleType

import pytest

from shine import install_as_starlette
from shine._drop_in.alias_finder import AliasFinder
from shine.requests import Request

REAL_IS_INSTALLED = importlib.util.find_spec("starlette") is not None


def installed():
    return [finder for finder in sys.meta_path if isinstance(finder, AliasFinder)]


def test_it_comes_first_and_a_second_call_does_nothing(clean):
    install_as_starlette()
    first = sys.meta_path[0]
    install_as_starlette()
    assert installed() == [first]


def test_a_call_after_an_import_of_the_alias(clean):
    install_as_starlette()
    importlib.import_module("starlette.requests")
    install_as_starlette()
    assert len(installed()) == 1


def test_threads_install_it_once(clean):
    barrier = Barrier(8)

    def install():
        barrier.wait()
        install_as_starlette()

    threads = [Thread(target=install) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(installed()) == 1


def test_starlette_was_imported_before(clean, monkeypatch):
    for name in ("starlette", "starlette.requests"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    with pytest.raises(
        RuntimeError,
        match=r"^Starlette has been imported already: call shine\.install_as_starlette\(\) before anything that "
        r"imports it, as FastAPI does\. Loaded are starlette, starlette\.requests\.$",
    ):
        install_as_starlette()
    assert not installed()


def test_finders_that_were_taken_away_come_back(clean, monkeypatch):
    before = list(sys.meta_path)
    install_as_starlette()
    importlib.import_module("starlette.requests")
    monkeypatch.setattr(Request, "max_body_size", 5)
    sys.meta_path[:] = before
    install_as_starlette()
    assert len(installed()) == 1
    assert importlib.import_module("starlette.routing") is sys.modules["shine.routing"]
    assert Request.max_body_size == 5  # what was set after the first installation


def test_modules_that_were_loaded_while_they_were_away_are_told(clean):
    before = list(sys.meta_path)
    install_as_starlette()
    importlib.import_module("starlette.requests")
    sys.meta_path[:] = before
    importlib.import_module("starlette.status")  # a copy of shine's
    with pytest.raises(RuntimeError, match=r"Loaded are starlette\.status\.$"):
        install_as_starlette()


def test_of_many_modules_a_few_are_named(clean, monkeypatch):
    for name in ("starlette", *(f"starlette.m{n}" for n in range(9))):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    with pytest.raises(RuntimeError, match=r"starlette\.m3 and others\.$"):
        install_as_starlette()


@pytest.mark.skipif(not REAL_IS_INSTALLED, reason="the environment of the wheels has no Starlette")
def test_the_real_one_is_never_loaded(run):
    code = """
import importlib.metadata, sys
from shine import install_as_starlette
install_as_starlette()
import starlette.applications, starlette.middleware.base
try:
    import starlette.graphql
except ModuleNotFoundError:
    pass
files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
print([file for file in files if "/starlette/" in file], importlib.metadata.version("starlette"))
"""
    assert run(code) == f"[] {importlib.metadata.version('starlette')}\n"


@pytest.mark.skipif(not REAL_IS_INSTALLED, reason="the environment of the wheels has no Starlette")
def test_too_late_for_the_real_one(run):
    code = """
import starlette.requests, shine
try:
    shine.install_as_starlette()
except RuntimeError as error:
    print(str(error).count("starlette"))
"""
    assert int(run(code)) > 2


def test_many_threads_import_at_once(run):
    code = """
import threading
from shine import install_as_starlette
install_as_starlette()
names = ["applications", "requests", "responses", "routing", "middleware.base", "websockets", "staticfiles"]
barrier, found = threading.Barrier(14), []
def load(package, name):
    barrier.wait()
    import importlib
    found.append(importlib.import_module(f"{package}.{name}"))
threads = [threading.Thread(target=load, args=(package, name)) for package in ("shine", "starlette") for name in names]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(found), len({id(module) for module in found}), all(m.__spec__.name.startswith("shine") for m in found))
"""
    assert run(code) == "14 7 True\n"
