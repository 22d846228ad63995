"""An OpenAPI document as a response."""

from __future__ import annotations

from typing import Any

from asgi_types import Response

from .pyyaml import dump_yaml


class OpenAPIResponse(Response):
    """A schema as YAML, whose keys are sorted.

    Raises `AssertionError` for content that is no dictionary, `ImportError` without PyYAML, and its `YAMLError` for
    values that are not plain data.

    >>> response = OpenAPIResponse({"openapi": "3.1.0", "info": {"title": "Shop", "version": "1.0"}})
    >>> print(response.body.decode())
    info:
      title: Shop
      version: '1.0'
    openapi: 3.1.0
    <BLANKLINE>
    """

    media_type: str | None = "application/vnd.oai.openapi"

    def render(self, content: Any) -> bytes:
        """The bytes of the YAML document."""
        assert isinstance(content, dict), "The schema passed to OpenAPIResponse should be a dictionary."
        return dump_yaml(content).encode()
