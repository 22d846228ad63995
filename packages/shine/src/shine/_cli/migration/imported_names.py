"""What the names of a file stand for, as far as its imports of Starlette tell."""

from __future__ import annotations

import ast

from .plain_name import OLD


class ImportedNames:
    """The names that a file has from Starlette; where one is imported in one function, it counts in all."""

    def __init__(self, tree: ast.Module) -> None:
        self._names: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                self._add_modules(node)
            elif isinstance(node, ast.ImportFrom) and not node.level and of_starlette(node.module):
                for alias in node.names:
                    self._names[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def dotted(self, node: ast.AST) -> str:
        """The full name of Starlette's, as ``starlette.routing.Route``, that an expression is; else an empty text."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id, "")
        if isinstance(node, ast.Attribute):
            inner = self.dotted(node.value)
            return f"{inner}.{node.attr}" if inner else ""
        return self.dotted(node.value) if isinstance(node, ast.Subscript) else ""

    def _add_modules(self, node: ast.Import) -> None:
        for alias in node.names:
            if of_starlette(alias.name):
                self._names[alias.asname or OLD] = alias.name if alias.asname else OLD


def of_starlette(module: str | None) -> bool:
    """Whether a module is Starlette or one of its modules."""
    return module is not None and module.partition(".")[0] == OLD
