"""The types of settings, as type checkers infer them from the cast and the default.

Nothing here runs. mypy and pyright read it.
"""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

from shine.config import Config, Environ, environ
from shine.datastructures import URL, CommaSeparatedStrings, Secret

config = Config(".env", environ, "APP_", "utf-8")
config = Config(Path(".env"), environ={"DEBUG": "true"})
config = Config(environ=Environ({}))


def cast_to_int(value: Any) -> int:
    return int(value)


assert_type(config("HOST"), str)
assert_type(config("HOST", default="localhost"), str)
assert_type(config("HOST", default=None), str | None)
assert_type(config("PORT", default=80), str | int)
assert_type(config("HOST", cast=str), str)
assert_type(config("HOST", cast=str, default=""), str)
assert_type(config("HOST", cast=str, default=None), str | None)
assert_type(config("DEBUG", cast=bool), bool)
assert_type(config("DEBUG", cast=bool, default=False), bool)
assert_type(config("DEBUG", cast=bool, default="false"), bool)
assert_type(config("DEBUG", cast=bool, default=None), bool | None)
assert_type(config("PORT", int), int)
assert_type(config("PORT", int, 80), int)
assert_type(config("PORT", int, None), int | None)
assert_type(config("PORT", cast_to_int), int)
assert_type(config("PORT", cast_to_int, default="80"), int)
assert_type(config("PORT", lambda value: int(value, 16)), int)
assert_type(config("URL", cast=URL), URL)
assert_type(config("KEY", cast=Secret), Secret)
assert_type(config("KEY", cast=Secret, default=""), Secret)
assert_type(config("HOSTS", cast=CommaSeparatedStrings), CommaSeparatedStrings)

assert_type(config.get("HOST"), str)
assert_type(config.get("HOST", default=None), str | None)
assert_type(config.get("PORT", default=80), str | int)
assert_type(config.get("PORT", cast=int), int)
assert_type(config.get("PORT", cast=int, default=None), int | None)

assert_type(config.file_values, dict[str, str])
assert_type(config.env_prefix, str)
assert_type(list(CommaSeparatedStrings("a,b")), list[str])
assert_type(CommaSeparatedStrings("a,b")[0], str)

Config(environ={"PORT": 80})  # type: ignore[dict-item]
Secret(b"bytes")  # type: ignore[arg-type]
