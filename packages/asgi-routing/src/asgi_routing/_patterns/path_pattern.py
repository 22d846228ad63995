"""Path patterns such as ``/users/{id:int}``: compiled to an expression, and filled in again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from asgi_types import ENCODED_SLASH

from .convertors import CONVERTOR_TYPES, SINGLE_SEGMENT, Convertor
from .enum_convertor import alternatives

PARAM_REGEX = re.compile(r"{([a-zA-Z_][a-zA-Z0-9_]*)(?:(:[a-zA-Z_][a-zA-Z0-9_]*)(?:\(((?s:.*?))\))?)?}")
"""A parameter in a pattern: its name, its kind with the colon, and the kind's arguments."""

PARAM_FORMAT_REGEX = re.compile("{([a-zA-Z_][a-zA-Z0-9_]*)}")
"""A parameter in a path format, which is a pattern without its convertors."""

_UNCLOSED = r"{[a-zA-Z_][a-zA-Z0-9_]*:[a-zA-Z_][a-zA-Z0-9_]*\("

# The brackets are those of an IPv6 address, whose colons are no port's.
_PORT = r":[^:\]]*\Z"

_EXAMPLE_ARGUMENTS = {"enum": "red, green", "regex": "[a-z]+"}

# What would end the path or be decoded to something else, so that a value comes back as it was.
_RESERVED = {code: f"%{code:02X}" for code in b"%?#"} | {ord(ENCODED_SLASH): "%2F"}


def compile_path(path: str) -> tuple[re.Pattern[str], str, dict[str, Convertor[Any]]]:
    """The expression that a pattern stands for, its format without convertors, and the convertors by parameter.

    A pattern that does not begin with a slash is one of hosts: upper and lower case do not differ, and a port at its
    end is in the format only.

    Raises `AssertionError` for an unknown convertor, and `ValueError` for a parameter that stands twice, for arguments
    that do not end with ``)}`` or that the convertor does not take, and for a convertor that needs some and has none.

    >>> expression, path_format, convertors = compile_path("/users/{id:int(min=1)}")
    >>> expression.match("/users/42")["id"], path_format, list(convertors)
    ('42', '/users/{id}', ['id'])
    """
    convertors: dict[str, Convertor[Any]] = {}
    duplicated: set[str] = set()

    def declare(parameter: re.Match[str]) -> str:
        name = parameter[1]
        if name in convertors:
            duplicated.add(name)
        convertors[name] = _convertor(parameter)
        return f"{{{name}}}"

    path_format = PARAM_REGEX.sub(declare, path)
    if duplicated:
        plural = "s" if len(duplicated) > 1 else ""
        raise ValueError(f"Duplicated param name{plural} {', '.join(sorted(duplicated))} at path {path}")
    if "(" in path and (unclosed := re.search(_UNCLOSED, PARAM_REGEX.sub("/", path))):
        raise ValueError(f"The arguments after {unclosed[0]} do not end at path {path}: close them with )}}")
    return compiled(path_format, convertors), path_format, convertors


def compiled(path_format: str, convertors: Mapping[str, Convertor[Any]]) -> re.Pattern[str]:
    """The expression for a path format, whose parameters are some of those with these convertors."""
    return re.compile(_whole_expression(path_format, convertors), pattern_flags(path_format))


def is_host(path_format: str) -> bool:
    """Whether a path format is that of a host pattern."""
    return not path_format.startswith("/")


def pattern_flags(path_format: str) -> re.RegexFlag:
    """The flags of the expression for a path format: upper and lower case do not differ in hosts."""
    return re.IGNORECASE if is_host(path_format) else re.NOFLAG


def is_compiled(path_regex: re.Pattern[str], path_format: str, convertors: dict[str, Convertor[Any]]) -> bool:
    """Whether an expression is what `compile_path` makes of the others, and not one that somebody put in its place."""
    return path_regex.flags == re.UNICODE | pattern_flags(path_format) and path_regex.pattern == _whole_expression(
        path_format, convertors
    )


def index_pattern(path_format: str, convertors: dict[str, Convertor[Any]]) -> str:
    """The pattern for the index: as `BaseRoute.index_pattern` says, whatever the convertors are called by now."""
    return PARAM_FORMAT_REGEX.sub(
        lambda found: found[0] if stays_in_segment(convertors[found[1]]) else f"{{{found[1]}:path}}", path_format
    )


def replace_params(
    path: str,
    param_convertors: dict[str, Convertor[Any]],
    path_params: dict[str, Any],
) -> tuple[str, dict[str, Any]]:
    """A path format with the parameters it names filled in, and those that are left.

    ``%``, ``?`` and ``#`` in a value are percent-encoded, and so is a slash that is data, `asgi_types.ENCODED_SLASH`:
    no value can add a query or stand for another one.

    >>> replace_params("/users/{id}", compile_path("/users/{id:int}")[2], {"id": 42, "page": 2})
    ('/users/42', {'page': 2})
    """
    left = dict(path_params)

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        return param_convertors[name].to_string(left.pop(name)).translate(_RESERVED) if name in left else found[0]

    return PARAM_FORMAT_REGEX.sub(fill, path), left


def literals_and_names(path_format: str) -> tuple[list[str], list[str]]:
    """The texts around the parameters of a path format, of which there is one more, and their names."""
    parts = PARAM_FORMAT_REGEX.split(path_format)
    if is_host(path_format):
        parts[-1] = re.sub(_PORT, "", parts[-1])
    return parts[::2], parts[1::2]


def stays_in_segment(convertor: Convertor[Any]) -> bool:
    """Whether a convertor's expression is known to match no slash."""
    return convertor.regex in SINGLE_SEGMENT or bool(alternatives(convertor))


def format_expression(path_format: str, convertors: Mapping[str, Convertor[Any]]) -> str:
    """The expression for a path format, without its bounds: a named group for each parameter."""
    literals, names = literals_and_names(path_format)
    groups = [f"(?P<{name}>{convertors[name].regex})" for name in names]
    return "".join(f"{re.escape(literal)}{group}" for literal, group in zip(literals, [*groups, ""], strict=True))


def _convertor(parameter: re.Match[str]) -> Convertor[Any]:
    path, kind, arguments = parameter.string, (parameter[2] or ":str")[1:], parameter[3]
    assert kind in CONVERTOR_TYPES, f"Unknown path convertor '{kind}'"
    convertor = CONVERTOR_TYPES[kind]
    if arguments is not None:
        try:
            convertor = convertor.with_arguments(arguments)
        except ValueError as error:
            raise ValueError(f"{parameter[0]} at path {path}: {error}") from error
        except TypeError as error:
            raise ValueError(f"{parameter[0]} at path {path}: {error}; it takes {_signature(convertor)}") from error
    if not convertor.regex:
        example = f"{{{parameter[1]}:{kind}({_EXAMPLE_ARGUMENTS.get(kind, '...')})}}"
        raise ValueError(f"{parameter[0]} at path {path} matches nothing yet: give it arguments, as in {example}")
    return convertor


def _signature(convertor: Convertor[Any]) -> str:
    import inspect

    parameters = inspect.signature(type(convertor)).parameters.values()
    return str(inspect.Signature([each.replace(annotation=each.empty) for each in parameters]))


def _whole_expression(path_format: str, convertors: Mapping[str, Convertor[Any]]) -> str:
    # Not "$", which would also match before a final newline: "/a%0A" is another path than "/a".
    return f"^{format_expression(path_format, convertors)}\\Z"
