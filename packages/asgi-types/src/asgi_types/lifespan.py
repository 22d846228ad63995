"""What middleware has to do with the lifespan of the application inside it."""

from ._lifespan_context import lifespan_within as lifespan_within

__all__ = ("lifespan_within",)
