"""OpenAPI documents from the docstrings of endpoints, which are read by PyYAML: ``pip install asgi-routing[schemas]``.

The root does not import this module, nor does this module PyYAML before a schema is made.

>>> async def home(connection):
...     '''summary: The front page'''
>>> from asgi_routing import Route
>>> SchemaGenerator({"openapi": "3.1.0"}).get_schema([Route("/", home)])
{'openapi': '3.1.0', 'paths': {'/': {'get': {'summary': 'The front page'}}}}
"""

from ._schemas.openapi_response import OpenAPIResponse as OpenAPIResponse
from ._schemas.schema_generator import BaseSchemaGenerator as BaseSchemaGenerator
from ._schemas.schema_generator import EndpointInfo as EndpointInfo
from ._schemas.schema_generator import SchemaGenerator as SchemaGenerator

__all__ = ("BaseSchemaGenerator", "EndpointInfo", "OpenAPIResponse", "SchemaGenerator")
