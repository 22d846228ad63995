"""The application that is named on the command line."""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from types import ModuleType
from typing import Any

from .terminal import CommandError, UsageError


def split_target(target: str) -> tuple[str, str]:
    """The module and the name of ``module:name``; `UsageError` for what is no such thing."""
    module, colon, name = target.partition(":")
    is_file = module.endswith(".py")  # a name of Python, but nobody's module
    if is_file or not colon or not all(part.isidentifier() for part in [*module.split("."), *name.split(".")]):
        raise UsageError(f"{target!r} is no application: give its module and its name there, as in main:app")
    return module, name


def load_app(target: str, app_dir: str, factory: bool, as_starlette: bool) -> Any:
    """Import the application; `CommandError` if there is none, with the traceback if its module failed."""
    module_name, name = split_target(target)
    sys.path.insert(0, os.path.abspath(app_dir))  # noqa: PTH100 - pathlib is not loaded otherwise
    if as_starlette:
        from .._drop_in.install import install_as_starlette

        install_as_starlette()
    module = _imported(module_name, app_dir)
    app: Any = module
    for part in name.split("."):
        if not hasattr(app, part):
            raise CommandError(f"the module {module_name} has no {name!r}")
        app = getattr(app, part)
    return _made(app, target) if factory else app


def _imported(name: str, app_dir: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name == missing or name.startswith(f"{missing}."):
            raise CommandError(f"there is no module {missing} in {app_dir!r}, nor is one installed") from None
        raise CommandError(f"the module {name} needs {missing}, which is not installed:\n{_trace()}") from None
    except Exception:
        raise CommandError(f"the module {name} could not be imported:\n{_trace()}") from None


def _made(factory: Any, target: str) -> Any:
    try:
        return factory()
    except Exception:
        raise CommandError(f"the factory {target} failed:\n{_trace()}") from None


def _trace() -> str:
    return traceback.format_exc().rstrip()
