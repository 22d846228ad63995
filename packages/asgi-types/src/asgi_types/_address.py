"""A network address as ASGI scopes give it."""

from typing import NamedTuple


class Address(NamedTuple):
    """Host and port of one end of a connection, as in ``scope["client"]``.

    >>> Address("127.0.0.1", 50000).host
    '127.0.0.1'
    """

    host: str
    port: int
