"""Path patterns such as ``/users/{id:int}``: compiled to an expression, and filled in again."""

import re
from typing import Any

from ._convertors import CONVERTOR_TYPES, Convertor

PARAM_REGEX = re.compile("{([a-zA-Z_][a-zA-Z0-9_]*)(:[a-zA-Z_][a-zA-Z0-9_]*)?}")


def compile_path(path: str) -> tuple[re.Pattern[str], str, dict[str, Convertor[Any]]]:
    """The expression that a pattern stands for, its format without convertors, and the convertors by parameter.

    Raises `ValueError` for a parameter that stands twice and `AssertionError` for an unknown convertor.

    >>> expression, path_format, convertors = compile_path("/users/{id:int}")
    >>> expression.match("/users/42")["id"], path_format, list(convertors)
    ('42', '/users/{id}', ['id'])
    """
    expression = path_format = ""
    convertors: dict[str, Convertor[Any]] = {}
    duplicated: set[str] = set()
    end = 0
    for parameter in PARAM_REGEX.finditer(path):
        name = parameter[1]
        kind = (parameter[2] or ":str")[1:]
        assert kind in CONVERTOR_TYPES, f"Unknown path convertor '{kind}'"
        if name in convertors:
            duplicated.add(name)
        convertors[name] = CONVERTOR_TYPES[kind]
        literal = path[end : parameter.start()]
        expression += f"{re.escape(literal)}(?P<{name}>{convertors[name].regex})"
        path_format += f"{literal}{{{name}}}"
        end = parameter.end()
        if name in duplicated:  # two groups of one name would not compile
            expression = ""
    if duplicated:
        plural = "s" if len(duplicated) > 1 else ""
        raise ValueError(f"Duplicated param name{plural} {', '.join(sorted(duplicated))} at path {path}")
    expression += re.escape(path[end:])
    # Not "$", which would also match before a final newline: "/a%0A" is another path than "/a".
    return re.compile(f"^{expression}\\Z"), path_format + path[end:], convertors


def replace_params(
    path: str,
    param_convertors: dict[str, Convertor[Any]],
    path_params: dict[str, Any],
) -> tuple[str, dict[str, Any]]:
    """A path format with the parameters it names filled in, and those that are left.

    >>> replace_params("/users/{id}", compile_path("/users/{id:int}")[2], {"id": 42, "page": 2})
    ('/users/42', {'page': 2})
    """
    left = dict(path_params)
    for name in path_params:
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", param_convertors[name].to_string(left.pop(name)))
    return path, left
