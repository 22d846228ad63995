"""OpenAPI documents from the docstrings of endpoints, which need PyYAML: ``pip install asgi-routing[schemas]``."""

from asgi_routing.schemas import BaseSchemaGenerator as BaseSchemaGenerator
from asgi_routing.schemas import EndpointInfo as EndpointInfo
from asgi_routing.schemas import OpenAPIResponse as OpenAPIResponse
from asgi_routing.schemas import SchemaGenerator as SchemaGenerator
from asgi_types import lazy_names as _lazy_names

__all__ = ("BaseSchemaGenerator", "EndpointInfo", "OpenAPIResponse", "SchemaGenerator")

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "BaseRoute": "shine.routing",
        "Host": "shine.routing",
        "Mount": "shine.routing",
        "Request": "shine.requests",
        "Response": "shine.responses",
        "Route": "shine.routing",
    },
)
