"""The package as a whole."""

import tomllib
from pathlib import Path

import asgi_forms

PACKAGE = Path(__file__).parent.parent


def test_all_is_sorted_and_what_is_there():
    public = [name for name in dir(asgi_forms) if not name.startswith("_")]
    assert list(asgi_forms.__all__) == sorted(public)


def test_it_depends_on_the_core_alone_and_is_typed():
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["dependencies"] == ["asgi-types>=0.1.0,<0.2"]
    assert (Path(asgi_forms.__file__).parent / "py.typed").read_bytes() == b""
