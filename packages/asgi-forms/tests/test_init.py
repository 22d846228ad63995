"""The package as a whole: its names, each loaded when it is asked for."""

import tomllib
from pathlib import Path

from lazy_root import LazyRootTests, loaded_by

import asgi_forms

PACKAGE = Path(__file__).parent.parent


class TestNames(LazyRootTests):
    package = asgi_forms
    not_ours = frozenset({"TYPE_CHECKING", "sinks"})  # the last is a module of its own


def ours(modules):
    return [name for name in modules if name.startswith("asgi_")]


def test_it_depends_on_the_core_and_two_libraries_and_is_typed():
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["dependencies"] == ["asgi-types>=0.1.0,<0.2", "anyio>=4.4,<5", "multipart>=2.0,<3"]
    assert (Path(asgi_forms.__file__).parent / "py.typed").read_bytes() == b""


CORE_FIRST = "import asgi_types\nbefore = set(sys.modules)\n"


def test_importing_it_loads_no_other_module_of_ours_but_the_core():
    assert ours(loaded_by(f"{CORE_FIRST}import asgi_forms")) == ["asgi_forms"]


def test_the_class_of_requests_loads_no_other_module_of_ours_but_the_core():
    loaded = ours(loaded_by(f"{CORE_FIRST}from asgi_forms import FormMixin"))
    assert loaded == ["asgi_forms", "asgi_forms._form_mixin"]


def test_all_names_load_neither_of_the_two_libraries_nor_what_is_for_files():
    heavy = {"anyio", "multipart", "tempfile", "hashlib", "asyncio", "logging", "asgi_forms.sinks"}
    assert heavy & set(loaded_by("from asgi_forms import *")) == set()
