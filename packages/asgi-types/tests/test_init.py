"""The package as a whole: what importing it costs, how large it may grow, and that it depends on nothing."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import asgi_types

SOURCE = Path(asgi_types.__file__).parent
PROJECT = Path(__file__).parent.parent / "pyproject.toml"

# Slow to import, and needed by few programs or only in some function.
TOO_HEAVY = {"asyncio", "concurrent", "datetime", "email", "http", "inspect", "json", "logging", "traceback", "uuid"}


def loaded_by(statement: str) -> set[str]:
    """The modules that a new interpreter has after ``statement``, site-packages' start-up code left out."""
    program = f"import sys; sys.path.insert(0, {str(SOURCE.parent)!r}); {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_it_loads_the_standard_library_only_and_little_of_it() -> None:
    loaded = loaded_by("import asgi_types")
    roots = {name.partition(".")[0] for name in loaded}
    assert roots - sys.stdlib_module_names == {"__main__", "asgi_types"}
    assert roots & TOO_HEAVY == set()


def test_the_root_leaves_typed_scopes_events_json_and_origins_to_those_who_ask() -> None:
    loaded = loaded_by("import asgi_types")
    assert {
        name for name in loaded if name.endswith(("scopes", "events", "json_codec", "origin", "origin_set"))
    } == set()
    asked = loaded_by("import asgi_types.scopes, asgi_types.events, asgi_types.json_codec, asgi_types.origin")
    assert {"asgi_types.scopes", "asgi_types.events", "asgi_types.json_codec", "asgi_types.origin"} < asked


def test_json_alone_loads_little_more_than_the_json_of_the_standard_library() -> None:
    asked = {name.partition(".")[0] for name in loaded_by("import asgi_types.json_codec")}
    assert asked - sys.stdlib_module_names == {"__main__", "asgi_types"}
    assert asked & TOO_HEAVY == {"json"}


def test_a_response_and_a_request_can_be_served_without_the_heavy_ones() -> None:
    scope = "{'type': 'http', 'method': 'GET', 'path': '/', 'query_string': b'a=b', 'headers': [(b'cookie', b'a=b')]}"
    serving = (
        f"import asgi_types as t; scope = {scope}; view = t.HTTPConnection(scope); "
        "view.url, view.cookies, view.query_params; r = t.Response('x', headers={'a': 'b'}); r.set_cookie('a', 'b', 5)"
    )
    assert {name.partition(".")[0] for name in loaded_by(serving)} & TOO_HEAVY == set()


def test_no_file_is_long() -> None:
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in SOURCE.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > 200} == {}


def test_it_depends_on_nothing_and_is_typed() -> None:
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    assert project["dependencies"] == []
    assert "optional-dependencies" not in project
    assert (SOURCE / "py.typed").read_bytes() == b""


def public_modules() -> list[str]:
    return ["asgi_types", *(f"asgi_types.{path.stem}" for path in SOURCE.glob("*.py") if not path.stem.startswith("_"))]


def test_few_modules_are_public() -> None:
    beside = ["events", "json_codec", "lifespan", "origin", "request_body_limit", "scopes"]
    assert sorted(public_modules()) == ["asgi_types", *(f"asgi_types.{name}" for name in beside)]


@pytest.mark.parametrize("module", public_modules())
def test_all_is_sorted_and_what_is_there(module: str) -> None:
    surface = import_module(module)
    assert list(surface.__all__) == sorted(surface.__all__)
    assert [name for name in surface.__all__ if not hasattr(surface, name)] == []
    if module in (
        "asgi_types.events",
        "asgi_types.lifespan",
        "asgi_types.request_body_limit",
        "asgi_types.scopes",
    ):  # gathered
        assert {name for name in dir(surface) if not name.startswith("_")} == set(surface.__all__)


def test_json_codec_says_what_is_public() -> None:
    surface = import_module("asgi_types.json_codec")
    assert set(surface.__all__) == {"JSONCodec", "decoding_error", "encoded_text", "standard_codec", "unicode_text"}
