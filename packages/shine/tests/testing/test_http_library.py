"""Which HTTP library the clients are built on."""

import sys
from importlib import import_module

import pytest

from shine.testclient import AsyncTestClient, TestClient


class Lacking:
    """Finds none of ``names``, and says of ``broken`` that it lacks something."""

    def __init__(self, names, broken=None):
        self.names, self.broken = names, broken

    def find_spec(self, name, path=None, target=None):
        if name in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name == self.broken:
            raise ModuleNotFoundError("No module named 'idna'", name="idna")
        return


@pytest.fixture(name="lacking")
def lacking_fixture(monkeypatch):
    """Import the module anew, as if some libraries were not there."""
    own = "shine._testing.http_library"

    def lacking(*names, broken=None):
        for name in (own, "httpx", "httpx2"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.setattr(sys, "meta_path", [Lacking(names, broken), *sys.meta_path])
        return import_module(own).httpx

    parent = sys.modules["shine._testing"]
    monkeypatch.setattr(parent, "http_library", parent.http_library)
    return lacking


def test_both_clients_are_built_on_the_same(library):
    assert issubclass(TestClient, library.Client)
    assert issubclass(AsyncTestClient, library.AsyncClient)
    assert library.__name__ in ("httpx", "httpx2")


def test_httpx_where_httpx2_is_not(lacking):
    pytest.importorskip("httpx")
    assert lacking("httpx2").__name__ == "httpx"


def test_neither(lacking):
    with pytest.raises(ModuleNotFoundError, match="need httpx or httpx2: install one of them") as caught:
        lacking("httpx", "httpx2")
    assert caught.value.name == "httpx"


def test_one_that_lacks_something(lacking):
    with pytest.raises(ModuleNotFoundError, match="idna"):
        lacking(broken="httpx2")
