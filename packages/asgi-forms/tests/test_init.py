"""The package as a whole."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import asgi_forms

PACKAGE = Path(__file__).parent.parent


NOT_OURS = {"Any", "TYPE_CHECKING", "sinks"}  # the last is a module of its own


def test_all_is_sorted_and_what_is_there():
    public = [name for name in dir(asgi_forms) if not name.startswith("_") and name not in NOT_OURS]
    assert list(asgi_forms.__all__) == sorted(public)


@pytest.mark.parametrize("name", asgi_forms.__all__)
def test_every_name_is_there(name):
    assert getattr(asgi_forms, name) is getattr(asgi_forms, name)
    assert name in vars(asgi_forms)


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'asgi_forms' has no attribute 'parse_forms'"):
        _ = asgi_forms.parse_forms


def test_it_depends_on_the_core_and_two_libraries_and_is_typed():
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["dependencies"] == ["asgi-types>=0.1.0,<0.2", "anyio>=4.4,<5", "multipart>=2.0,<3"]
    assert (Path(asgi_forms.__file__).parent / "py.typed").read_bytes() == b""


def test_importing_it_loads_neither_of_the_two_nor_what_is_for_files():
    code = (
        "import sys; before = set(sys.modules); import asgi_forms; "
        "print(*sorted({'anyio', 'multipart', 'tempfile', 'asyncio', 'logging'} & (set(sys.modules) - before)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
