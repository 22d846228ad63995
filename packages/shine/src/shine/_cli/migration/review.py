"""Finds in a file what no rewriting of imports takes care of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final

from .call_next import call_next_findings
from .counterpart import missing, public_names
from .differences import ATTRIBUTES, NAMES, OVERRIDES
from .finding import Finding
from .imported_names import ImportedNames, of_starlette
from .libraries import built_on_starlette
from .passed_on import passed_on
from .plain_name import NEW
from .uses import use_findings

_IN_TEXT: Final = re.compile(r"(?<![\w./-])starlette(?:\.\w+)*(?![\w-])")
_IMPORTERS: Final = {"import_module", "__import__", "import_string", "resolve_name", "importorskip", "find_spec"}


def review(tree: ast.Module) -> list[Finding]:
    """All there is to be looked at in a file, by lines; one line may have several findings, but none twice."""
    names = ImportedNames(tree)
    found = [
        *_missing(tree, names),
        *_texts(tree),
        *_differences(tree, names),
        *use_findings(tree, names),
        *call_next_findings(tree),
        *passed_on(tree),
    ]
    return sorted(set(found))


def library_imports(tree: ast.Module) -> dict[str, int]:
    """The libraries built on Starlette that a file imports, and the line where it first does."""
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for module in filter(built_on_starlette, modules):
            library = module.partition(".")[0]
            found[library] = min(node.lineno, found.get(library, node.lineno))
    return found


def _missing(tree: ast.Module, names: ImportedNames) -> Iterator[Finding]:
    """Names that shine does not have, and star imports, which bring other ones."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level and of_starlette(node.module):
            for alias in node.names:
                if alias.name == "*":
                    yield from [*_missing_one(node.lineno, str(node.module))] or [_star(node)]
                else:
                    yield from _missing_one(alias.lineno, f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if of_starlette(alias.name):
                    yield from _missing_one(alias.lineno, alias.name)
        elif isinstance(node, ast.Attribute):
            yield from _missing_one(node.lineno, names.dotted(node))


def _star(node: ast.ImportFrom) -> Finding:
    names = f"the {len(public_names(str(node.module)))} names of its __all__"
    return Finding(
        node.lineno, f"import * of {node.module} brings {names} here, and nothing that it has imported itself"
    )


def _missing_one(line: int, dotted: str) -> Iterator[Finding]:
    lacking = missing(dotted) if dotted else None
    if lacking:
        yield Finding(line, f"shine has no {NEW}{lacking.removeprefix('starlette')}")


def _texts(tree: ast.Module) -> Iterator[Finding]:
    """Names of Starlette in texts, where nothing is rewritten: patches, logging, imports at run time, annotations."""
    imported = {id(argument) for node in ast.walk(tree) if _imports(node) for argument in ast.walk(node)}
    docstrings = {id(text) for text in _docstrings(tree)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        for found in _IN_TEXT.finditer(node.value):
            name = found[0]
            if id(node) in imported:
                yield Finding(node.lineno, f"{name} is imported at run time, by its name in a text")
            elif "." in name or (name == node.value and id(node) not in docstrings):
                yield Finding(node.lineno, f"a text names {name}, and texts are left as they are")


def _imports(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in _IMPORTERS


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr):
                yield first.value


def _differences(tree: ast.Module, names: ImportedNames) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield from _named(alias.lineno, f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Attribute):
            yield from _named(node.lineno, names.dotted(node))
            if node.attr in ATTRIBUTES:
                yield Finding(node.lineno, f"{node.attr}: {ATTRIBUTES[node.attr]}")
        elif isinstance(node, ast.ClassDef):
            yield from _overridden(node, map(names.dotted, node.bases))


def _named(line: int, dotted: str) -> Iterator[Finding]:
    if dotted in NAMES:
        yield Finding(line, f"{dotted.removeprefix('starlette.')}: {NAMES[dotted]}")


def _overridden(node: ast.ClassDef, bases: Iterable[str]) -> Iterator[Finding]:
    for base in bases:
        notes = OVERRIDES.get(base, {})
        for method in node.body:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name in notes:
                yield Finding(method.lineno, f"{base.rpartition('.')[2]}.{method.name}: {notes[method.name]}")
