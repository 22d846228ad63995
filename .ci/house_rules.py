"""The rules on sizes and names that no linter has: files, functions and file names of the packages.

python .ci/house_rules.py
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = Path(__file__).parent.parent / "packages"
FILE_LINES = {"asgi-types": 200}
OTHER_FILE_LINES = 400
FUNCTION_LINES = 60
CORE = "asgi-types"
MIRROR = "shine"  # its modules have Starlette's names, whatever those are
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc", "tools"}


def broken_rules(path: Path) -> Iterator[str]:
    package = path.relative_to(PACKAGES).parts[0]
    text = path.read_text("utf-8")
    lines = len(text.splitlines())
    most = FILE_LINES.get(package, OTHER_FILE_LINES)
    if lines > most:
        yield f"{lines} lines, where {most} are the most"
    if path.stem.strip("_") in VAGUE_NAMES and package != MIRROR:
        yield "its name does not say what it holds"
    for node in ast.walk(ast.parse(text)):
        if package == CORE and (outside := third_party(node)):
            yield f"line {node.lineno}: the core imports {outside}, which is not in the standard library"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"line {node.lineno}: {node.name}() has {length} lines, where {FUNCTION_LINES} are the most"


def third_party(node: ast.AST) -> str | None:
    """What an import statement brings from outside the standard library; relative imports stay inside."""
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        names = [node.module or ""]
    elif isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    else:
        return None
    # typing_extensions is read by type checkers alone, which bring it with them.
    known = sys.stdlib_module_names | {"typing_extensions"}
    return next((name for name in names if name.partition(".")[0] not in known), None)


def main() -> int:
    paths = sorted(PACKAGES.glob("*/src/**/*.py"))
    broken = [f"{path.relative_to(PACKAGES.parent)}: {rule}" for path in paths for rule in broken_rules(path)]
    print("\n".join(broken) or f"{len(paths)} files keep the house rules")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
