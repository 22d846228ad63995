"""The name of an application, ``module:app``, as the command line and ``SHINE_APP`` have it."""

from __future__ import annotations

from types import ModuleType
from typing import Any, NamedTuple, Self


class AppName(NamedTuple):
    """A module, and the attributes that lead from it to the application.

    >>> AppName.parse("shop.web:site.app")
    AppName(module='shop.web', attributes=('site', 'app'))
    """

    module: str
    attributes: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The name that ``text`` is; `ValueError` if it is none, as the path of a file."""
        module, colon, path = text.partition(":")
        attributes = tuple(path.split("."))
        is_file = module.endswith(".py")  # a name of Python, but nobody's module
        if is_file or not colon or not all(part.isidentifier() for part in (*module.split("."), *attributes)):
            raise ValueError(f"not the name of an application: {text!r}")
        return cls(module, attributes)

    def find(self, module: ModuleType) -> Any:
        """What the attributes lead to; `AttributeError` for the first that is not there."""
        found: Any = module
        for attribute in self.attributes:
            found = getattr(found, attribute)
        return found

    def is_what_is_missing(self, error: ModuleNotFoundError) -> bool:
        """Whether ``error`` is about the module, or a package that it is in, and not about what it imports."""
        return error.name is not None and f"{self.module}.".startswith(f"{error.name}.")
