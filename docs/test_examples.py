"""Runs every example that readers are shown: Python blocks of the README files and the docs, and docstrings.

The Python blocks of one page run in order in one namespace, as a reader would try them; so do those of a docstring.
A comment behind a `print` of a page is what it prints, or the beginning of that; so is a block of text after a line
that says "prints". The applications of the front page are asked, too.
"""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

PAGES = [
    path
    for pattern in ("README.md", "CONTRIBUTING.md", "docs/**/*.md", "packages/*/README.md")
    for path in sorted(ROOT.glob(pattern))
    if "```python\n" in path.read_text("utf-8")
]
PROMISES = re.compile(r"^ *print\([^\n]*\)  # ([^\n]*)$|^prints\n\n```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
SOURCES = [path for path in sorted(ROOT.glob("packages/*/src/**/*.py")) if ">>> " in path.read_text("utf-8")]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run_blocks(page: Path) -> Iterator[dict[str, Any]]:
    """Run the Python blocks of a page one by one, and give their common namespace after each."""
    text = page.read_text("utf-8")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        lines_before = text[: block.start(1)].count("\n")
        source = "\n" * lines_before + block[1]  # so that a traceback shows the page's own line
        exec(compile(source, str(page), "exec", dont_inherit=True), namespace)
        yield namespace


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_page(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in run_blocks(page):
        pass
    printed = capsys.readouterr().out
    for found in PROMISES.finditer(page.read_text("utf-8")):
        promised = found[1] or found[2]
        before, was_printed, printed = printed.partition(promised.removesuffix("..."))
        assert was_printed, f"{promised!r} was not printed, but {before!r}"


async def test_the_three_ways_of_the_front_page() -> None:
    import httpx

    questions = [
        ("/hello/world", 200, '{"hello":"world"}'),
        ("/hello/world", 200, "Hello, world!"),
        ("/pieces/status", 200, '{"status":"up","path":"/pieces/status"}'),
    ]
    for namespace, (path, status, text) in zip(run_blocks(ROOT / "README.md"), questions, strict=True):
        transport = httpx.ASGITransport(namespace["app"])
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            answer = await client.get(path)
            assert (answer.status_code, answer.text) == (status, text)
            assert (await client.get("/pieces/missing")).status_code == 404


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_docstrings(source: Path) -> None:
    inside = source.relative_to(ROOT).with_suffix("").parts[3:]
    module: ModuleType = import_module(".".join(part for part in inside if part != "__init__"))
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
