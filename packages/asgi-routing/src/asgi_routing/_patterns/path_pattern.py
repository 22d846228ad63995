"""Path patterns such as ``/users/{id:int}``: compiled to an expression, and filled in again."""

from __future__ import annotations

import re
from typing import Any

from .convertors import CONVERTOR_TYPES, SINGLE_SEGMENT, Convertor

PARAM_REGEX = re.compile("{([a-zA-Z_][a-zA-Z0-9_]*)(:[a-zA-Z_][a-zA-Z0-9_]*)?}")
"""A parameter in a pattern."""

PARAM_FORMAT_REGEX = re.compile("{([a-zA-Z_][a-zA-Z0-9_]*)}")
"""A parameter in a path format, which is a pattern without its convertors."""


# What would end the path or be decoded to something else, so that a value comes back as it was.
_RESERVED = {code: f"%{code:02X}" for code in b"%?#"}


def compile_path(path: str) -> tuple[re.Pattern[str], str, dict[str, Convertor[Any]]]:
    """The expression that a pattern stands for, its format without convertors, and the convertors by parameter.

    Raises `ValueError` for a parameter that stands twice and `AssertionError` for an unknown convertor.

    >>> expression, path_format, convertors = compile_path("/users/{id:int}")
    >>> expression.match("/users/42")["id"], path_format, list(convertors)
    ('42', '/users/{id}', ['id'])
    """
    convertors: dict[str, Convertor[Any]] = {}
    duplicated: set[str] = set()

    def declare(parameter: re.Match[str]) -> str:
        name = parameter[1]
        kind = (parameter[2] or ":str")[1:]
        assert kind in CONVERTOR_TYPES, f"Unknown path convertor '{kind}'"
        if name in convertors:
            duplicated.add(name)
        convertors[name] = CONVERTOR_TYPES[kind]
        return f"{{{name}}}"

    path_format = PARAM_REGEX.sub(declare, path)
    if duplicated:
        plural = "s" if len(duplicated) > 1 else ""
        raise ValueError(f"Duplicated param name{plural} {', '.join(sorted(duplicated))} at path {path}")
    return re.compile(_expression(path_format, convertors)), path_format, convertors


def is_compiled(path_regex: re.Pattern[str], path_format: str, convertors: dict[str, Convertor[Any]]) -> bool:
    """Whether an expression is what `compile_path` makes of the others, and not one that somebody put in its place."""
    return path_regex.flags == re.UNICODE and path_regex.pattern == _expression(path_format, convertors)


def index_pattern(path_format: str, convertors: dict[str, Convertor[Any]]) -> str:
    """The pattern for the index: as `BaseRoute.index_pattern` says, whatever the convertors are called by now."""
    return PARAM_FORMAT_REGEX.sub(
        lambda found: found[0] if convertors[found[1]].regex in SINGLE_SEGMENT else f"{{{found[1]}:path}}", path_format
    )


def replace_params(
    path: str,
    param_convertors: dict[str, Convertor[Any]],
    path_params: dict[str, Any],
) -> tuple[str, dict[str, Any]]:
    """A path format with the parameters it names filled in, and those that are left.

    ``%``, ``?`` and ``#`` in a value are percent-encoded: no value can add a query or stand for another one.

    >>> replace_params("/users/{id}", compile_path("/users/{id:int}")[2], {"id": 42, "page": 2})
    ('/users/42', {'page': 2})
    """
    left = dict(path_params)

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        return param_convertors[name].to_string(left.pop(name)).translate(_RESERVED) if name in left else found[0]

    return PARAM_FORMAT_REGEX.sub(fill, path), left


def _expression(path_format: str, convertors: dict[str, Convertor[Any]]) -> str:
    parts = PARAM_FORMAT_REGEX.split(path_format)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = [f"(?P<{name}>{convertors[name].regex})" for name in parts[1::2]]
    # Not "$", which would also match before a final newline: "/a%0A" is another path than "/a".
    return f"^{''.join(parts)}\\Z"
