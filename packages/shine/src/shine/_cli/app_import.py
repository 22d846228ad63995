"""The application that is named on the command line."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

from .._app_name import AppName
from .terminal import CommandError, UsageError


def parse_target(target: str) -> AppName:
    """The name that ``module:name`` is; `UsageError` for what is no such thing."""
    try:
        return AppName.parse(target)
    except ValueError:
        message = f"{target!r} is no application: give its module and its name there, as in main:app"
        raise UsageError(message) from None


def load_app(target: str, app_dir: str, factory: bool, as_starlette: bool) -> Any:
    """Import the application; `CommandError` if there is none, with the traceback if its module failed."""
    name = parse_target(target)
    sys.path.insert(0, os.path.abspath(app_dir))  # noqa: PTH100 - pathlib is not loaded otherwise
    if as_starlette:
        from .._drop_in.install import install_as_starlette

        install_as_starlette()
    module = _imported(name, app_dir)
    try:
        app = name.find(module)
    except AttributeError:
        raise CommandError(f"the module {name.module} has no {'.'.join(name.attributes)!r}") from None
    return _made(app, target) if factory else app


def _imported(name: AppName, app_dir: str) -> ModuleType:
    try:
        return import_module(name.module)
    except ModuleNotFoundError as error:
        if name.is_what_is_missing(error):
            raise CommandError(f"there is no module {error.name} in {app_dir!r}, nor is one installed") from None
        needed = f"the module {name.module} needs {error.name}, which is not installed"
        raise CommandError(f"{needed}:\n{_trace()}") from None
    except Exception:
        raise CommandError(f"the module {name.module} could not be imported:\n{_trace()}") from None


def _made(factory: Any, target: str) -> Any:
    with failing_as(f"the factory {target} failed"):
        return factory()


@contextmanager
def failing_as(message: str) -> Generator[None, None, None]:
    """What the code of an application raises there becomes a `CommandError`: the message, and the traceback."""
    try:
        yield
    except Exception:
        raise CommandError(f"{message}:\n{_trace()}") from None


def _trace() -> str:
    return traceback.format_exc().rstrip()
