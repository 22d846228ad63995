"""The package as a whole: its names, each loaded when it is asked for."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import asgi_templates

PACKAGE = Path(__file__).parent.parent

NOT_OURS = {"TYPE_CHECKING"}


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
    public = [name for name in dir(asgi_templates) if not name.startswith("_") and name not in NOT_OURS]
    assert list(asgi_templates.__all__) == sorted(public)


def test_dir_has_all_names_before_any_is_loaded():
    names = printed("import asgi_templates; print(*dir(asgi_templates))")
    assert names == sorted(names)
    assert set(names) >= {*asgi_templates.__all__, "__doc__", "__getattr__"}


@pytest.mark.parametrize("name", asgi_templates.__all__)
def test_every_name_is_there(name):
    value = getattr(asgi_templates, name)
    assert vars(asgi_templates)[name] is value
    assert asgi_templates.__getattr__(name) is value


def test_all_of_them_can_be_imported_at_once():
    names = printed("from asgi_templates import *; print(*[name for name in dir() if not name.startswith('_')])")
    assert names == sorted(asgi_templates.__all__)


@pytest.mark.parametrize("name", ["render_template", "_home", "__path", ""])
def test_another_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"^module 'asgi_templates' has no attribute '{name}'$"):
        getattr(asgi_templates, name)
    assert not hasattr(asgi_templates, name)


def test_another_name_cannot_be_imported():
    with pytest.raises(ImportError, match="cannot import name 'render_template' from 'asgi_templates'"):
        from asgi_templates import render_template  # noqa: F401


def test_what_it_depends_on_and_that_it_is_typed():
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["dependencies"] == [
        "asgi-types>=0.1.0,<0.2",
        "anyio>=4.10,<5",
        "jinja2>=3.1.5,<4",
        "markupsafe>=2.0,<4",
    ]
    assert (Path(asgi_templates.__file__).parent / "py.typed").read_bytes() == b""


CORE_FIRST = "import asgi_types\nbefore = set(sys.modules)\n"


def test_importing_it_loads_no_other_module_of_ours_but_the_core():
    assert ours(loaded_by(f"{CORE_FIRST}import asgi_templates")) == ["asgi_templates"]


def test_only_what_is_for_jinja2_loads_it():
    others = [name for name in asgi_templates.__all__ if name != "Jinja2Templates"]
    loaded = set(loaded_by(f"from asgi_templates import {', '.join(others)}"))
    assert not loaded & {"jinja2", "markupsafe", "anyio", "asyncio"}
    loaded = set(loaded_by("from asgi_templates import Jinja2Templates"))
    assert "jinja2" in loaded
    assert "anyio" not in loaded


@pytest.mark.parametrize("part", ["asgi_middleware", "asgi_http", "asgi_routing"])
def test_no_sibling_is_looked_for(part):
    assert part not in loaded_by("from asgi_templates import *")
