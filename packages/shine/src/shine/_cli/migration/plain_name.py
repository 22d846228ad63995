"""Whether ``import starlette`` can become ``import shine``, with each use of that name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final, NamedTuple

OLD: Final = "starlette"
NEW: Final = "shine"

_SCOPES: Final = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ClassDef,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


class PlainName(NamedTuple):
    """The uses of the name in a file, and the lines that keep it from being replaced, as it means something else there.

    Without an ``import starlette`` there are neither.
    """

    uses: list[ast.Name]
    obstacles: list[int]


def plain_name(tree: ast.Module) -> PlainName:
    """Look for the name that ``import starlette`` and ``import starlette.routing`` bind, and all that it meets.

    It is replaced everywhere or nowhere: with another binding of either name, by a parameter or a function for
    instance, a use could mean that. A variable beside the import is fine: ``except ImportError: starlette = None``, but
    not where shine is imported as well, since that would be changed with it.
    """
    old = _Bindings(OLD)
    old.visit(tree)
    if not old.imported_in:
        return PlainName([], [])
    new = _Bindings(NEW)
    new.visit(tree)
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == OLD]
    obstacles = [*old.obstacles(), *new.obstacles()]
    if not new.imported_in:  # whatever shine is there, it is another one
        obstacles += [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == NEW]
    else:
        obstacles += [line for _, line in (*old.stored, *new.stored)]
    return PlainName(uses, sorted(set(obstacles)))


def binds_plainly(alias: ast.alias, name: str) -> bool:
    """Whether an ``import`` binds the name by itself, and not another one by ``as``."""
    return alias.asname is None and alias.name.partition(".")[0] == name


class _Bindings(ast.NodeVisitor):
    """Where a name is bound, and how."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.imported_in: set[ast.AST] = set()
        self.stored: list[tuple[ast.AST, int]] = []
        self.otherwise: list[int] = []
        self._scopes: list[ast.AST] = []

    def obstacles(self) -> Iterator[int]:
        """The lines of bindings that are not beside an import of the module."""
        yield from self.otherwise
        yield from (line for scope, line in self.stored if scope not in self.imported_in)
        yield from (scope.lineno for scope in self.imported_in if isinstance(scope, ast.ClassDef))

    def visit(self, node: ast.AST) -> None:
        if self.name in _bound_by(node):
            self.otherwise.append(getattr(node, "lineno", 1))
        if isinstance(node, ast.Import) and any(binds_plainly(alias, self.name) for alias in node.names):
            self.imported_in.add(self._scopes[-1])
        elif isinstance(node, ast.Name) and node.id == self.name and not isinstance(node.ctx, ast.Load):
            self.stored.append((self._scopes[-1], node.lineno))
        is_scope = isinstance(node, (ast.Module, *_SCOPES))
        if is_scope:
            self._scopes.append(node)
        self.generic_visit(node)
        if is_scope:
            self._scopes.pop()


def _bound_by(node: ast.AST) -> list[str | None]:
    """The names that a node binds as plain text, so that no node of their own stands for them."""
    match node:
        case ast.ImportFrom():
            return [alias.asname or alias.name for alias in node.names]
        case ast.Import():
            return [alias.asname for alias in node.names]
        case ast.arg():
            return [node.arg]
        case ast.Global() | ast.Nonlocal():
            return [*node.names]
        case ast.MatchMapping():
            return [node.rest]
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ExceptHandler():
            return [node.name]
        case ast.MatchAs() | ast.MatchStar():
            return [node.name]
        case _:
            # Type parameters, which Python 3.11 does not have.
            name = getattr(node, "name", None)
            return [name if type(node).__name__ in ("TypeVar", "ParamSpec", "TypeVarTuple") else None]
