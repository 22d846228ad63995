"""From the name of an application to the application."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from asgi_types import ASGIApp


def import_app(name: str, given_by: str) -> ASGIApp:
    """The application that is named by ``module:app``, ``module:object.attribute`` or ``module:make()``.

    ``given_by`` is where the name comes from, for messages. Raises `RuntimeError` for what names none, and what the
    import of the module raises, or the function that makes it.

    >>> import_app("shine:Shine()", "the example").routes
    []
    """
    module_name, separator, path = name.partition(":")
    is_made = path.endswith("()")
    attributes = path.removesuffix("()").split(".")
    if not separator or not module_name or not all(attribute.isidentifier() for attribute in attributes):
        is_there = f"is {name!r}" if name else "is not set"
        raise RuntimeError(f"{given_by} {is_there}: give it as 'module:app', or as 'module:make()' for a function.")
    found: Any = _imported(module_name, given_by)
    for attribute in attributes:
        try:
            found = getattr(found, attribute)
        except AttributeError:
            raise RuntimeError(f"{given_by} is {name!r}, and there is no {attribute!r} in {found!r}.") from None
    if not callable(found):
        raise RuntimeError(f"{given_by} is {name!r}, which is {found!r}: an ASGI application can be called.")
    if is_made:
        found = found()
        if not callable(found):
            raise RuntimeError(f"{given_by} is {name!r}, which gives {found!r}: an ASGI application can be called.")
    return cast("ASGIApp", found)


def _imported(module_name: str, given_by: str) -> Any:
    try:
        return import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module_name}.".startswith(f"{error.name}."):
            raise RuntimeError(
                f"{given_by} names the module {module_name!r}, and there is no {error.name!r}: start the server in the "
                "folder that it is in, or put that folder into PYTHONPATH."
            ) from error
        raise
