"""How many bytes of a request's body may be read: the one key of the scope that says so, for whoever reads a body."""

from typing import Final

MAX_BODY_SIZE: Final = "asgi_types.max_body_size"
"""The scope key of the limit: an int is bytes, None is no limit.

Applications, middleware and routes write it, each replacing what one further out wrote, and whoever reads the body
keeps to it. Without the key each reader has a default of its own.
"""
