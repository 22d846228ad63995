"""The public module: its names, and that nobody pays for it who does not use it."""

from __future__ import annotations

import subprocess
import sys

import asgi_routing.schemas


def test_all_is_what_there_is():
    assert list(asgi_routing.schemas.__all__) == sorted(asgi_routing.schemas.__all__)
    assert all(hasattr(asgi_routing.schemas, name) for name in asgi_routing.schemas.__all__)


def loaded_by(code):
    command = f"import sys; {code}; print('\\n'.join(sys.modules))"
    result = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_the_root_does_not_load_it():
    assert "asgi_routing.schemas" not in loaded_by("import asgi_routing")


def test_pyyaml_is_loaded_by_the_first_schema():
    assert not loaded_by("import asgi_routing.schemas") & {"yaml", "inspect"}
    assert "yaml" in loaded_by("from asgi_routing.schemas import OpenAPIResponse; OpenAPIResponse({})")
