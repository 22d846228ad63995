"""The package as a whole: its names, each loaded when it is asked for."""

import tomllib
from pathlib import Path

import pytest
from lazy_root import LazyRootTests, loaded_by

import asgi_templates

PACKAGE = Path(__file__).parent.parent


class TestNames(LazyRootTests):
    package = asgi_templates


def ours(modules):
    return [name for name in modules if name.startswith("asgi_")]


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
