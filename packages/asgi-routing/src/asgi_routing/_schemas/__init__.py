"""Schemas: what the docstrings of endpoints say, put together as an OpenAPI document."""
