"""Where a file has the name ``starlette`` from another file, whose ``import starlette`` becomes ``import shine``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from .finding import Finding
from .imported_names import of_starlette
from .libraries import built_on_starlette
from .plain_name import OLD

_IN_TEXT: Final = re.compile(r"((?:\w+\.)+starlette)(?:\.\w+)*")
_TAKES_NAMES: Final = {"patch", "setattr", "delattr", "import_string"}


def passed_on(tree: ast.Module) -> Iterator[Finding]:
    """The lines that ask another module for ``starlette``: imports, attributes of what is imported, and patches."""
    bound = {alias.asname or alias.name.partition(".")[0] for alias in _imported(tree)}
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom() if any(alias.name == OLD for alias in node.names):
                name = "." * node.level + (f"{node.module}.{OLD}" if node.module else OLD)
            case ast.Attribute(attr="starlette") if _root(node) in bound:
                name = ast.unparse(node)
            case ast.Call():
                name = _in_text(node)
            case _:
                continue
        if name and not of_starlette(name) and not built_on_starlette(name):
            message = f"{name} is asked for: if that module has it by import starlette, it has shine now"
            yield Finding(node.lineno, message)


def _imported(tree: ast.Module) -> Iterator[ast.alias]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from node.names


def _root(node: ast.expr) -> str:
    """The name that a chain of attributes begins with, if it does with one."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _in_text(call: ast.Call) -> str:
    """The name in the first argument of ``patch("compat.starlette.x")`` and the like."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0] if call.args else None
    if name not in _TAKES_NAMES or not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return ""
    found = _IN_TEXT.fullmatch(first.value)
    return found[1] if found else ""
