"""The application class."""

from ._application import AppType as AppType
from ._application import Shine as Shine

Starlette = Shine

__all__ = ("AppType", "Shine", "Starlette")
