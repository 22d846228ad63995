"""The part of a docstring that is a schema."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, cast

from .pyyaml import MalformedYAML, load_yaml

_MARK: Final = re.compile(r"^[ \t]*---[ \t]*$", re.MULTILINE)

# The fields of an operation in OpenAPI 2.0 to 3.2. Without a mark only these tell a schema from text with a colon.
_FIELDS: Final = frozenset(
    {
        *("tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody", "responses"),
        *("callbacks", "deprecated", "security", "servers", "consumes", "produces", "schemes"),
    }
)


def docstring_schema(func: Callable[..., Any]) -> dict[str, Any]:
    """The mapping below the last line ``---``, or the whole docstring where that is one of OpenAPI's fields.

    Empty if there is none. Raises `ValueError` for what is below ``---`` and no YAML.
    """
    *above, text = _MARK.split(func.__doc__ or "")
    if not above:
        return _unmarked_schema(text)
    try:
        return _mapping(text)
    except MalformedYAML as exc:
        name = getattr(func, "__qualname__", repr(func))
        raise ValueError(
            f"In {func.__module__}, what is below '---' in the docstring of {name} is no YAML: {exc}"
        ) from exc


def _unmarked_schema(text: str) -> dict[str, Any]:
    if ":" not in text:
        return {}
    from inspect import cleandoc  # a slow import

    for candidate in (text, cleandoc(text)):  # the latter where the first line has the first key
        try:
            schema = _mapping(candidate)
        except MalformedYAML:
            continue
        return schema if all(map(_is_field, schema)) else {}
    return {}


def _mapping(text: str) -> dict[str, Any]:
    data = load_yaml(text)
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {}


def _is_field(key: object) -> bool:
    return isinstance(key, str) and (key in _FIELDS or key.startswith("x-"))
