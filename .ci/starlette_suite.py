"""Run Starlette's own tests on shine, and compare what fails with the reasons in starlette_suite.toml.

    python .ci/starlette_suite.py [options of pytest]
    python .ci/starlette_suite.py --substitution

They run on shine as `install_as_starlette()` leaves it, that is with what docs/drop_in.md says is switched. Prints how
many passed and failed, and each that failed with its reason. Fails if a test fails without a reason, if one with a
reason passes, or if less than 99 % pass. With --substitution nothing is switched, as in a program whose imports were
rewritten, and only the numbers are printed. Starlette must not be installed here: nothing but shine can answer its
imports.
"""

from __future__ import annotations

import os
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from starlette_sdist import unpacked

REASONS = Path(__file__).with_suffix(".toml")
LEAST = 0.99


class Outcomes:
    """A plugin of pytest that counts cases."""

    def __init__(self) -> None:
        self.passed: set[str] = set()
        self.unexpected: set[str] = set()  # passed too, where Starlette's own code is known to fail
        self.failed: set[str] = set()
        self.skipped: set[str] = set()

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and str(report.longrepr).startswith("[XPASS(strict)]"):
            self.unexpected.add(report.nodeid)
        elif report.failed:
            self.failed.add(report.nodeid)
        elif report.skipped:
            self.skipped.add(report.nodeid)
        elif report.when == "call":
            self.passed.add(report.nodeid)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.failed.add(report.nodeid)


def run(arguments: list[str], *, switched: bool) -> Outcomes:
    """Run the tests with ``starlette`` as another name of shine."""
    assert find_spec("starlette") is None, "Starlette is installed: its tests could be run on itself."
    import pytest

    import shine

    if switched:
        shine.install_as_starlette()
    else:
        from shine._drop_in.alias_finder import AliasFinder

        sys.meta_path.insert(0, AliasFinder())
    outcomes = Outcomes()
    os.chdir(unpacked())
    sys.path.insert(0, str(Path.cwd()))
    sys.dont_write_bytecode = True
    pytest.main(["-q", "-p", "no:cacheprovider", "--tb=short", *(arguments or ["tests"])], plugins=[outcomes])
    files = [getattr(module, "__file__", None) or "" for name, module in sys.modules.items() if _is_starlette(name)]
    assert all(Path(file).is_relative_to(Path(shine.__file__).parent) for file in files), files
    outcomes.passed -= outcomes.failed  # what fails at its tear-down has passed as well
    return outcomes


def print_numbers(outcomes: Outcomes) -> float:
    """Print how many passed, and give their share."""
    passed, failed = len(outcomes.passed) + len(outcomes.unexpected), len(outcomes.failed)
    share = passed / max(passed + failed, 1)
    print(f"\nStarlette's own tests on shine: {passed} passed, {failed} failed ({share:.2%} passed)", end="")
    print(f", {len(outcomes.skipped)} skipped.")
    print(f"  {len(outcomes.unexpected)} of those that passed are marked as failing on Starlette.")
    return share


def report(outcomes: Outcomes, reasons: dict[str, str], is_whole: bool) -> bool:
    """Print what came out, and say whether it is as it should be."""
    share = print_numbers(outcomes)
    functions = sorted({_function(name) for name in outcomes.failed})
    for function in functions:
        cases = sum(_function(name) == function for name in outcomes.failed)
        print(f"  {function} ({cases}): {reasons.get(function, 'NO REASON KNOWN')}")
    wrong = [f"{name} fails, and nobody knows why" for name in functions if name not in reasons]
    if is_whole:
        wrong += [f"{name} has a reason to fail, and passes" for name in reasons if name not in functions]
        wrong += [f"less than {LEAST:.0%} passed"] if share < LEAST else []
    for line in wrong:
        print(f"  WRONG: {line}")
    return not wrong


def _function(name: str) -> str:
    return name.partition("[")[0]


def _is_starlette(name: str) -> bool:
    return name == "starlette" or name.startswith("starlette.")


def main(arguments: list[str]) -> int:
    """The exit code."""
    if arguments == ["--substitution"]:
        outcomes = run([], switched=False)
        print_numbers(outcomes)
        return 0
    outcomes = run(arguments, switched=True)
    return 0 if report(outcomes, tomllib.loads(REASONS.read_text())["reasons"], is_whole=not arguments) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
