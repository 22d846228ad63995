"""From the name of an application to the application."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import cast

from asgi_types import ASGIApp

from .._app_name import AppName


def import_app(name: str, given_by: str) -> ASGIApp:
    """The application that is named by ``module:app``, ``module:object.attribute`` or ``module:make()``.

    ``given_by`` is where the name comes from, for messages. Raises `RuntimeError` for what names none, and what the
    import of the module raises, or the function that makes it.

    >>> import_app("shine:Shine()", "the example").routes
    []
    """
    is_made = name.endswith("()")
    try:
        app_name = AppName.parse(name.removesuffix("()"))
    except ValueError:
        is_there = f"is {name!r}" if name else "is not set"
        message = f"{given_by} {is_there}: give it as 'module:app', or as 'module:make()' for a function."
        raise RuntimeError(message) from None
    module = _imported(app_name, given_by)
    try:
        found = app_name.find(module)
    except AttributeError as error:
        raise RuntimeError(f"{given_by} is {name!r}, and there is no such thing: {error}.") from None
    if not callable(found):
        raise RuntimeError(f"{given_by} is {name!r}, which is {found!r}: an ASGI application can be called.")
    if is_made:
        found = found()
        if not callable(found):
            raise RuntimeError(f"{given_by} is {name!r}, which gives {found!r}: an ASGI application can be called.")
    return cast("ASGIApp", found)


def _imported(name: AppName, given_by: str) -> ModuleType:
    try:
        return import_module(name.module)
    except ModuleNotFoundError as error:
        if name.is_what_is_missing(error):
            raise RuntimeError(
                f"{given_by} names the module {name.module!r}, and there is no {error.name!r}: start the server in the "
                "folder that it is in, or put that folder into PYTHONPATH."
            ) from error
        raise
