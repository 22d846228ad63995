"""Rewrites the imports of a file, and nothing else in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from .finding import Finding
from .plain_name import NEW, OLD, binds_plainly, plain_name
from .source_text import SourceText, UnreadableSourceError, lines_of, parsed

# Between `from` and the module there may be blanks and continued lines, but no comment.
_FROM: Final = re.compile(r"from(?:[ \t\f]|\\(?:\r\n|\r|\n))*")


_Place = ast.ImportFrom | ast.alias | ast.Name
"""A node that names the package."""


class Rewrite(NamedTuple):
    """What a file becomes; ``data`` is the same bytes where nothing is to be replaced."""

    data: bytes
    findings: list[Finding]
    tree: ast.Module
    """The syntax tree of what it was."""


def rewrite(data: bytes) -> Rewrite:
    """Replace ``starlette`` by ``shine`` in each import of a file, and where ``import starlette`` has bound the name.

    What comes out was parsed again, and is the same program but for those names. Raises `UnreadableSourceError` for a
    file that is no Python, or where that cannot be done.
    """
    source = SourceText(data)
    tree = source.tree()
    findings: list[Finding] = []
    places: dict[int, _Place] = {}
    for node, offset in _import_places(tree, source, findings):
        if source.text.startswith(OLD, offset):
            places[offset] = node
        else:
            findings.append(Finding(node.lineno, f"this names {OLD} in a way that is not rewritten"))
    if not places:
        return Rewrite(data, findings, tree)
    new_data = source.replaced(dict.fromkeys(places, (OLD, NEW)))
    for node in places.values():
        _rename(node)
    new_text = SourceText(new_data).text
    if ast.dump(parsed(new_text)) != ast.dump(tree) or len(lines_of(new_text)) != len(lines_of(source.text)):
        raise UnreadableSourceError(1, "rewritten it would be another program: rewrite it by hand")
    return Rewrite(new_data, findings, source.tree())


def _import_places(tree: ast.Module, source: SourceText, findings: list[Finding]) -> Iterator[tuple[_Place, int]]:
    """Each node that names the package, and where the name stands."""
    uses, obstacles = plain_name(tree)
    # A name may be written with other letters that mean the same.
    misplaced = [use.lineno for use in uses if not source.text.startswith(OLD, source.offset(use))]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if not node.level and _is_ours(node.module):
                begin = _FROM.match(source.text, source.offset(node))
                yield node, begin.end() if begin else -1
        elif isinstance(node, ast.Import):
            for alias in filter(lambda alias: _is_ours(alias.name), node.names):
                if not binds_plainly(alias, OLD) or not (obstacles or misplaced):
                    yield alias, source.offset(alias)
                else:
                    findings.append(_kept(alias, obstacles, misplaced))
    if not (obstacles or misplaced):
        yield from ((use, source.offset(use)) for use in uses)


def _kept(alias: ast.alias, obstacles: list[int], misplaced: list[int]) -> Finding:
    if obstacles:
        reason = f"{OLD} or {NEW} is the name of something else in line {obstacles[0]}"
    else:
        reason = f"line {misplaced[0]} writes it in another way"
    return Finding(alias.lineno, f"import {alias.name} is left as it is, since {reason}: rewrite it by hand")


def _is_ours(module: str | None) -> bool:
    return module is not None and module.partition(".")[0] == OLD


def _rename(node: _Place) -> None:
    if isinstance(node, ast.ImportFrom):
        node.module = NEW + (node.module or "").removeprefix(OLD)
    elif isinstance(node, ast.alias):
        node.name = NEW + node.name.removeprefix(OLD)
    else:
        node.id = NEW
