"""What happens without PyYAML, and with data it has no form for."""

from __future__ import annotations

import sys

import pytest
import yaml

from asgi_routing import Route
from asgi_routing.schemas import OpenAPIResponse, SchemaGenerator


async def described(connection):
    """summary: Hello"""


@pytest.mark.parametrize(
    "use", [lambda: OpenAPIResponse({}), lambda: SchemaGenerator({}).get_schema([Route("/", described)])]
)
def test_without_pyyaml_the_error_says_how_to_get_it(monkeypatch, use):
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ImportError, match=r"pip install asgi-routing\[schemas\]$"):
        use()


def test_without_a_docstring_pyyaml_is_not_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert SchemaGenerator({}).get_schema([Route("/", lambda connection: None)]) == {"paths": {}}


def test_what_only_python_knows_is_not_written():
    with pytest.raises(yaml.YAMLError):
        OpenAPIResponse({"title": object()})


def test_what_only_python_knows_is_not_made():
    def endpoint(connection):
        """---
        summary: !!python/object/apply:os.getcwd []
        """

    with pytest.raises(ValueError, match="could not determine a constructor"):
        SchemaGenerator({}).get_schema([Route("/", endpoint)])
