"""OpenAPI documents from the docstrings of endpoints, which need PyYAML: ``pip install asgi-routing[schemas]``."""

from asgi_routing.schemas import BaseSchemaGenerator as BaseSchemaGenerator
from asgi_routing.schemas import EndpointInfo as EndpointInfo
from asgi_routing.schemas import OpenAPIResponse as OpenAPIResponse
from asgi_routing.schemas import SchemaGenerator as SchemaGenerator

__all__ = ("BaseSchemaGenerator", "EndpointInfo", "OpenAPIResponse", "SchemaGenerator")
