"""Settings, each from the first place that has it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, overload

from .env_file import parse_env_file
from .environ import environ as _environ

T = TypeVar("T")

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class undefined:  # noqa: N801 - Starlette's name
    """Stands for a default that was not given; None is one that was."""


class Config:
    """Settings from the environment, else from a file, else from the default that is given where they are read.

    ``env_file`` is a text file of ``KEY=VALUE`` lines; if there is none, a warning says so. ``environ`` is the
    environment, `shine.config.environ` unless given. ``env_prefix`` stands before each key in both of them.
    ``encoding`` is that of the file, which may begin with a byte order mark.

    Read all settings when the program starts, so that it does not start with one missing.

    >>> config = Config(environ={"APP_DEBUG": "true", "APP_WORKERS": "4"}, env_prefix="APP_")
    >>> config("DEBUG", cast=bool), config("WORKERS", cast=int), config("HOST", default="localhost")
    (True, 4, 'localhost')
    """

    def __init__(
        self,
        env_file: str | os.PathLike[str] | None = None,
        environ: Mapping[str, str] = _environ,
        env_prefix: str = "",
        encoding: str = "utf-8",
    ) -> None:
        self.environ: Mapping[str, str] = environ
        self.env_prefix: str = env_prefix
        self.file_values: dict[str, str] = {} if env_file is None else _read(env_file, encoding)

    @overload
    def __call__(self, key: str, cast: None = None, *, default: None) -> str | None: ...
    @overload
    def __call__(self, key: str, cast: None = None, default: str | type[undefined] = ...) -> str: ...
    @overload
    def __call__(self, key: str, cast: None = None, *, default: T) -> str | T: ...
    @overload
    def __call__(self, key: str, cast: Callable[[Any], T], default: None) -> T | None: ...
    @overload
    def __call__(self, key: str, cast: Callable[[Any], T], default: Any = ...) -> T: ...

    def __call__(self, key: str, cast: Callable[[Any], Any] | None = None, default: Any = undefined) -> Any:
        """The setting; see `get`."""
        return self.get(key, cast, default)

    @overload
    def get(self, key: str, cast: None = None, *, default: None) -> str | None: ...
    @overload
    def get(self, key: str, cast: None = None, default: str | type[undefined] = ...) -> str: ...
    @overload
    def get(self, key: str, cast: None = None, *, default: T) -> str | T: ...
    @overload
    def get(self, key: str, cast: Callable[[Any], T], default: None) -> T | None: ...
    @overload
    def get(self, key: str, cast: Callable[[Any], T], default: Any = ...) -> T: ...

    def get(self, key: str, cast: Callable[[Any], Any] | None = None, default: Any = undefined) -> Any:
        """The setting of this key, passed through ``cast``.

        For ``cast=bool`` it is true, false, 1 or 0, in any case. ``default`` stands in for a setting that is nowhere,
        and is cast as well, unless it is None. Raises `KeyError` if there is neither, and `ValueError` if ``cast``
        raises that or `TypeError`.
        """
        key = self.env_prefix + key
        value: Any = default
        if key in self.environ:
            value = self.environ[key]
        elif key in self.file_values:
            value = self.file_values[key]
        if value is undefined:
            raise KeyError(f"Config {key!r} is missing, and has no default.")
        return _cast(key, value, cast)


def _cast(key: str, value: Any, cast: Callable[[Any], Any] | None) -> Any:
    if cast is None or value is None:
        return value
    if cast is bool and isinstance(value, str):
        if value.lower() not in _BOOLEANS:
            raise _not_valid(key, value, cast)
        return _BOOLEANS[value.lower()]
    try:
        return cast(value)
    except (TypeError, ValueError) as exc:
        raise _not_valid(key, value, cast) from exc


def _not_valid(key: str, value: object, cast: Callable[[Any], Any]) -> ValueError:
    name = getattr(cast, "__name__", repr(cast))
    return ValueError(f"Config {key!r} has value {value!r}. Not a valid {name}.")


def _read(path: str | os.PathLike[str], encoding: str) -> dict[str, str]:
    try:
        file = open(path, encoding=encoding)  # noqa: PTH123, SIM115 - a pipe as well; the warning is for opening alone
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        import warnings

        warnings.warn(f"Config file '{os.fspath(path)}' not found.", stacklevel=3)
        return {}
    with file:
        return parse_env_file(file)
