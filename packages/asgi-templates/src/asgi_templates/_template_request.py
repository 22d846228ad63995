"""What a template needs of a request."""

from __future__ import annotations

from typing import Any, Protocol


class TemplateRequest(Protocol):
    """A request of any framework, or an `asgi_types.HTTPConnection`: what has a scope, and headers by name.

    Templates see it as ``request``, and so whatever else it has.
    """

    @property
    def scope(self) -> Any:
        """The ASGI scope."""
        ...

    @property
    def headers(self) -> Any:
        """The header fields, whose ``get(name)`` takes a name in lower case."""
        ...
