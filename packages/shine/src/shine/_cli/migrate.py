"""``shine migrate``: the imports of Starlette in a project become those of shine."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .migration.difference import line_difference
from .migration.finding import Finding
from .migration.libraries import MENTION
from .migration.project_files import (
    dependencies,
    is_notebook_of_starlette,
    is_of_interest,
    is_python,
    is_script,
    links,
    project_files,
)
from .migration.replace_file import replace_file
from .migration.review import library_imports, review
from .migration.rewrite import rewrite
from .migration.source_text import SourceText, UnreadableSourceError, lines_of
from .terminal import Terminal, UsageError, shown

_DIFFERENCES = "https://github.com/shine-asgi/shine/blob/main/docs/migration.md"

_LIBRARIES = """\
These import a library that is built on Starlette. Classes of shine and of Starlette cannot be mixed in one program, so
put shine in Starlette's place, in the module that is imported first, or in conftest.py, before all other imports:

    import shine
    shine.install_as_starlette()

or serve it by: shine run --as-starlette module:app"""


@dataclass
class _Plan:
    """What is to be done with a file, and what was found in it."""

    path: Path
    before: bytes = b""
    after: bytes = b""
    failure: str = ""
    findings: list[Finding] = field(default_factory=list[Finding])
    libraries: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def is_change(self) -> bool:
        return self.before != self.after


def execute(options: argparse.Namespace, terminal: Terminal) -> int:
    """Show the changes and what needs a look, and make the changes if that is wanted."""
    paths = [Path(path) for path in options.paths]
    for path in paths:
        _check_given(path)
    plans = [_planned(path) for path in project_files(paths)]
    changes = [plan for plan in plans if plan.is_change]
    for plan in changes:
        _show_difference(plan, terminal)
    _show_findings(plans, [*links(paths)], terminal)
    failed = sum(bool(plan.failure) for plan in plans)
    if not changes:
        terminal.write("There is no import of Starlette to rewrite.")
    elif options.diff:
        terminal.write(f"{_count(len(changes), 'file')} would be changed.")
    elif options.yes or terminal.ask(f"Change {_count(len(changes), 'file')}? [y/N] "):
        failed += _make(changes, terminal)
        changes = []
    else:
        terminal.write("Nothing was changed.")
    return 1 if changes or failed else 0


def _check_given(path: Path) -> None:
    if not path.exists():
        raise UsageError(f"there is no {shown(path)}")
    if path.is_dir():
        return
    if not path.is_file():
        raise UsageError(f"{shown(path)} is neither a file nor a folder")
    with suppress(OSError):  # it is told later
        if not is_of_interest(path) and not is_script(_first_line(path)):
            raise UsageError(f"{shown(path)} is no Python file: neither its name nor a first line with #! says so")


def _first_line(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.readline(200)


def _planned(path: Path) -> _Plan:
    plan = _Plan(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        plan.failure = f"could not be read: {error.strerror}"
        return plan
    plan.before = plan.after = data
    if MENTION.search(data):
        try:
            _look_into(plan)
        except UnreadableSourceError as error:
            plan.failure = str(error)
            plan.findings.append(Finding(error.line, f"left as it is: {error}"))
        except RecursionError:
            plan.after = data
            plan.failure = "left as it is: it is nested too deeply"
    return plan


def _look_into(plan: _Plan) -> None:
    if not is_python(plan.path) and not is_script(plan.before):
        text = plan.before.decode("utf-8", "replace")
        plan.findings += dependencies(plan.path, text)
        if is_notebook_of_starlette(plan.path, text):
            plan.findings.append(Finding(1, "a notebook that imports Starlette is left as it is"))
        return
    new = rewrite(plan.before)
    plan.after = new.data
    plan.findings = sorted({*new.findings, *review(new.tree)})
    plan.libraries = library_imports(new.tree)


def _show_difference(plan: _Plan, terminal: Terminal) -> None:
    before, after = (_lines(SourceText(data).text) for data in (plan.before, plan.after))
    for line in line_difference(shown(plan.path), before, after):
        terminal.write(line, _style(line))


def _lines(text: str) -> list[str]:
    *lines, last = lines_of(text)
    return [*lines, last] if last else lines


def _style(line: str) -> str | None:
    if line.startswith(("--- ", "+++ ")):
        return "bold"
    return {"@": "cyan", "-": "red", "+": "green"}.get(line[:1])


def _show_findings(plans: Sequence[_Plan], outside: Sequence[Path], terminal: Terminal) -> None:
    lines = [
        *(f"{shown(path)}: a link to {shown(path.resolve())}, which is left as it is" for path in outside),
        *(line for plan in plans for line in _finding_lines(plan)),
    ]
    if lines:
        terminal.write(f"\nThese need a look; {_DIFFERENCES} tells more:", "bold")
        for line in lines:
            terminal.write(line)
    libraries = [plan for plan in plans if plan.libraries]
    if libraries:
        terminal.write(f"\n{_LIBRARIES}\n", "bold")
        for plan in libraries:
            terminal.write(f"{shown(plan.path)}:{min(plan.libraries.values())}: {', '.join(sorted(plan.libraries))}")
    if lines or libraries:
        terminal.write()


def _finding_lines(plan: _Plan) -> Iterator[str]:
    if plan.failure and not plan.findings:
        yield f"{shown(plan.path)}: {plan.failure}"
    for finding in plan.findings:
        yield f"{shown(plan.path)}:{finding.line}: {finding.message}"


def _make(changes: Sequence[_Plan], terminal: Terminal) -> int:
    """Write the files, and give the number of those that could not be written."""
    failed = 0
    for plan in changes:
        try:
            replace_file(plan.path, plan.before, plan.after)
        except OSError as error:
            terminal.complain(f"shine migrate: {shown(plan.path)} is left as it is: {error.strerror or error}")
            failed += 1
    terminal.write(f"Changed {_count(len(changes) - failed, 'file')}.")
    return failed


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
