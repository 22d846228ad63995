"""The package as a whole: its names, each loaded when it is asked for."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import asgi_forms

PACKAGE = Path(__file__).parent.parent

NOT_OURS = {"Any", "TYPE_CHECKING", "sinks"}  # the last is a module of its own


def printed(code):
    """What a program prints in an interpreter of its own."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def loaded_by(statement):
    """The modules that a statement loads."""
    return printed(f"import sys; before = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))")


def ours(modules):
    return [name for name in modules if name.startswith("asgi_")]


def test_all_is_sorted_and_what_is_there():
    public = [name for name in dir(asgi_forms) if not name.startswith("_") and name not in NOT_OURS]
    assert list(asgi_forms.__all__) == sorted(public)


def test_dir_has_all_names_before_any_is_loaded():
    names = printed("import asgi_forms; print(*dir(asgi_forms))")
    assert names == sorted(names)
    assert set(names) >= {*asgi_forms.__all__, "__doc__", "__getattr__"}


@pytest.mark.parametrize("name", asgi_forms.__all__)
def test_every_name_is_there(name):
    value = getattr(asgi_forms, name)
    assert vars(asgi_forms)[name] is value
    assert asgi_forms.__getattr__(name) is value


def test_all_of_them_can_be_imported_at_once():
    names = printed("from asgi_forms import *; print(*[name for name in dir() if not name.startswith('_')])")
    assert names == sorted(asgi_forms.__all__)


@pytest.mark.parametrize("name", ["parse_forms", "_home", "__path", ""])
def test_another_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"^module 'asgi_forms' has no attribute '{name}'$"):
        getattr(asgi_forms, name)
    assert not hasattr(asgi_forms, name)


def test_another_name_cannot_be_imported():
    with pytest.raises(ImportError, match="cannot import name 'parse_forms' from 'asgi_forms'"):
        from asgi_forms import parse_forms  # noqa: F401


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
