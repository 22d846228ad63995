"""Every import of Starlette finds shine's module, whatever Python asks of it."""

from __future__ import annotations

import importlib
import importlib.resources
import inspect
import pickle
import pkgutil
import sys
import typing
from importlib.machinery import ModuleSpec
from importlib.util import find_spec

import pytest

import shine
from shine import install_as_starlette
from shine._drop_in.alias_finder import AliasFinder


@pytest.fixture(autouse=True)
def _installed(clean):
    install_as_starlette()


def test_modules_are_those_of_shine():
    import starlette.middleware.cors as cors
    from starlette import status
    from starlette.applications import Starlette
    from starlette.routing import Route

    import shine.applications
    import shine.middleware.cors
    import shine.routing
    import shine.status

    assert cors is shine.middleware.cors
    assert status is shine.status
    assert Starlette is shine.applications.Starlette
    assert Route is shine.routing.Route
    assert sys.modules["starlette.middleware"] is shine.middleware


def test_a_module_keeps_its_own_name_and_spec():
    spec = importlib.import_module("shine.requests").__spec__
    requests = importlib.import_module("starlette.requests")
    assert requests.__spec__ is spec
    assert (requests.__name__, spec.name) == ("shine.requests", "shine.requests")


def test_the_package_has_starlettes_version():
    import starlette

    assert starlette.__version__ == "1.10.0"
    assert starlette.__file__ == shine.__file__
    assert starlette is not shine
    assert not hasattr(starlette, "install_as_starlette")


def test_reload():
    import starlette
    import starlette.convertors

    del starlette.__version__
    assert importlib.reload(starlette).__version__ == "1.10.0"
    assert importlib.reload(starlette.convertors) is sys.modules["shine.convertors"]


def test_a_module_that_is_not_there():
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'starlette\.graphql'$"):
        importlib.import_module("starlette.graphql")
    assert find_spec("starlette.graphql") is None
    with pytest.raises(ModuleNotFoundError, match="is not a package"):
        importlib.import_module("starlette.routing.more")
    with pytest.raises(ImportError, match="cannot import name 'graphql' from 'starlette'"):
        from starlette import graphql  # noqa: F401


def test_other_modules_are_none_of_its_business():
    assert AliasFinder().find_spec("starlettes") is None
    assert AliasFinder().find_spec("json") is None


def test_specs_before_and_after_the_import():
    before = find_spec("starlette.schemas")
    assert isinstance(before, ModuleSpec)
    assert before.name == "starlette.schemas"
    assert before.origin.endswith("schemas.py")
    assert before.submodule_search_locations is None
    importlib.import_module("starlette.schemas")
    assert find_spec("starlette.schemas") is sys.modules["shine.schemas"].__spec__
    package = find_spec("starlette.middleware")
    assert list(package.submodule_search_locations) == list(sys.modules["shine.middleware"].__path__)


def test_packages_can_be_walked():
    import starlette
    import starlette.middleware

    assert {"applications", "middleware", "routing"} <= {
        found.name for found in pkgutil.iter_modules(starlette.__path__)
    }
    names = {found.name for found in pkgutil.walk_packages(starlette.middleware.__path__, "starlette.middleware.")}
    assert {"starlette.middleware.base", "starlette.middleware.cors"} <= names


def test_resources():
    import starlette

    assert importlib.resources.files("starlette").joinpath("py.typed").is_file()
    assert importlib.resources.files(starlette).joinpath("routing.py").is_file()
    assert importlib.resources.files("starlette.middleware").joinpath("cors.py").is_file()


def test_sources():
    import starlette
    from starlette.routing import Route

    assert inspect.getsource(starlette).startswith('"""Shine')
    assert inspect.getsource(Route).startswith("class Route(")
    assert inspect.getmodule(Route) is sys.modules["starlette.routing"]


def test_what_runpy_asks_a_loader_for():
    loader = find_spec("starlette.types").loader
    assert loader.get_code("starlette.types").co_filename.endswith("types.py")
    assert loader.get_source("starlette.types").startswith('"""')
    assert loader.is_package("starlette.middleware")
    assert not loader.is_package("starlette.types")
    with pytest.raises(ImportError, match=r"has no 'shine\.graphql'"):
        loader.get_code("starlette.graphql")


def test_classes_can_be_pickled_and_their_hints_be_read():
    from starlette.datastructures import URL, Headers
    from starlette.requests import Request

    assert pickle.loads(pickle.dumps(Headers)) is Headers
    assert pickle.loads(b"cstarlette.datastructures\nHeaders\n.") is Headers  # as Starlette's own pickles name it
    assert pickle.loads(pickle.dumps(URL("/a"))) == URL("/a")
    assert typing.get_type_hints(Request.stream)


def test_hooks_that_wrap_the_loader_see_the_module():
    seen = []

    class Hook:
        """As those of wrapt, ddtrace and OpenTelemetry: it asks the others, and puts itself before their loader."""

        def find_spec(self, fullname, path=None, target=None):
            if fullname != "starlette.authentication":
                return None
            spec = next(finder for finder in sys.meta_path if isinstance(finder, AliasFinder)).find_spec(fullname)
            inner = spec.loader

            class Loader:
                create_module = staticmethod(inner.create_module)

                @staticmethod
                def exec_module(module):
                    inner.exec_module(module)
                    seen.append(module)

            spec.loader = Loader
            return spec

    sys.meta_path.insert(0, Hook())
    module = importlib.import_module("starlette.authentication")
    assert seen == [module]
    assert module is sys.modules["shine.authentication"]


def test_a_module_that_nobody_has_imported_is_there_as_an_attribute(run):
    code = """
import sys
import shine
shine.install_as_starlette()
import starlette.types
print("shine.status" in sys.modules, starlette.status.__name__, starlette.status is sys.modules["shine.status"])
print(hasattr(starlette, "graphql"), hasattr(starlette, "__wrapped__"))
try:
    from starlette import graphql
except ImportError as error:
    print(error)
"""
    lines = run(code).splitlines()
    assert lines[:2] == ["False shine.status True", "False False"]
    assert lines[2].startswith("cannot import name 'graphql' from 'starlette'")
