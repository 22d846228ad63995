"""Fuzzes the whole path from the bytes of a request to its form, for as long as it is told.

    python packages/asgi-forms/fuzz/fuzz_forms.py --minutes 10 [--seed N] [--case N]

Cases are requests made by a grammar (`cases`), and changed (`mutations`): content types, bodies, limits, sinks. Each is
read in many chunkings, through ``parse_form``, the parser classes and ``stream_multipart`` (`runs`), and `invariants`
must hold: only the documented errors come; the same body gives the same form, or the same refusal, in whatever chunks;
nothing is received after an error, no file is left open, time and memory are bounded by the size of the body.

Most cases are driven without waiting, in one step; some have their files on disk and wait for threads. At the end it
says what came of the cases, and which refusals of the package did not come. At the first failure it prints the smallest
case it can find that fails in the same way, and ends with status 1. ``--case`` runs one case of a seed again.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import os
import platform
import re
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import Any

from cases import Case, Seed, made_case, read_corpus
from invariants import check, check_memory, garbage
from runs import Broken, Outcome, TrackedFile
from shrinking import shrunk

import asgi_forms

BATCH = 250
WATCHDOG = 2.0
RSS_GROWTH = 64 * 1024


@dataclass
class Tally:
    """What has come of the cases so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    cases: int = 0
    slowest: tuple[float, str] = (0.0, "")
    held: int = 0
    complaints: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.cases += 1
        self.outcomes["form" if outcome.fields is not None else f"{outcome.status} {normalised(outcome.message)}"] += 1


class Hang(BaseException):
    """A case takes too long."""


def normalised(message: str) -> str:
    """A message without what differs from case to case."""
    message = re.sub(r"""(['"]).*\1.*""", "...", message.partition("\n")[0])
    return re.sub(r"\d+(\.\d+)?|\binf\b|\bnan\b", "#", re.sub(r"header \S+ of a part", "header ... of a part", message))


def known_refusals() -> Iterator[str]:
    """Every message of a `FormError` in the source of the package, as an expression."""
    for path in sorted(Path(asgi_forms.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FormError" and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield re.escape(normalised(text.value))
                elif isinstance(text, ast.JoinedStr):
                    parts = (part.value if isinstance(part, ast.Constant) else "\0" for part in text.values)
                    yield re.escape(normalised("".join(map(str, parts)))).replace("\0", ".*")


@contextmanager
def watchdog(seconds: float = WATCHDOG) -> Iterator[None]:
    """Raises `Hang` after that time, where there are signals to do it."""

    def bark(*_: Any) -> None:
        raise Hang

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, bark)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.exists() else 0  # noqa: PTH208


def resident() -> int:
    """KiB of memory: of now where the system tells, else the most there were."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def failure_of(case: Case, folder: Path, tally: Tally) -> Broken | None:
    """How a case fails, in a loop of its own, whatever one before has left."""
    for file in list(TrackedFile.alive):
        file.close()
    for path in folder.iterdir():
        path.unlink()
    try:
        with watchdog():
            asyncio.run(check(case, folder))
        garbage(tally.complaints)
    except Broken as broken:
        return broken
    except Hang:
        return Broken("hang", f"It took more than {WATCHDOG} s.")
    except Exception as error:
        return Broken(f"{type(error).__name__} {at(error)}", f"{error}")
    return None


def at(error: BaseException) -> str:
    """Where an error was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


async def run_batch(cases: list[Case], folder: Path, tally: Tally, current: list[Case]) -> None:
    for case in cases:
        current[:] = [case]
        begin = time.perf_counter()
        with watchdog():
            tally.add(await check(case, folder))
            seconds = time.perf_counter() - begin
            tally.slowest = max(tally.slowest, (seconds, case.seed))
        if tally.cases % 200 == 0:
            tally.held = max(tally.held, check_memory(case, folder))
        if tally.cases % 50 == 0:
            await asyncio.sleep(0)  # the loop forgets timers that were cancelled


def first_failure(cases: list[Case], folder: Path, tally: Tally) -> tuple[Case, Broken] | None:
    """Run a batch; the case that fails, if one does again when it is alone."""
    current: list[Case] = []
    descriptors = open_files()
    try:
        asyncio.run(run_batch(cases, folder, tally, current))
        garbage(tally.complaints)
    except (Broken, Hang, Exception) as error:
        suspects = current if not isinstance(error, Broken) or error.kind != "dropped" else cases
        for case in suspects:
            if (broken := failure_of(case, folder, tally)) is not None:
                return case, broken
        if isinstance(error, Hang):
            print(f"  case {current[0].seed} took more than {WATCHDOG} s once, and not when it was run again")
            return None
        return suspects[0], Broken("once", f"{error!r}, and not when it was run again")
    if open_files() > descriptors:
        return cases[0], Broken("open file", f"{open_files() - descriptors} more are open after the {len(cases)} cases")
    return None


def report_failure(case: Case, broken: Broken, folder: Path, tally: Tally) -> None:
    print(f"\nFAILED: case {case.seed}\n{broken}\n\nshrinking ...", flush=True)

    def fails(smaller: Case) -> bool:
        found = failure_of(smaller, folder, tally)
        return found is not None and found.kind == broken.kind

    small = shrunk(case, fails) if fails(case) else case
    found = failure_of(small, folder, tally) or broken
    print(f"content type {small.content_type!r}\nbody         {small.body!r}")
    for name in ("limits", "body_limit", "content_length", "sink", "is_complete"):
        print(f"{name:12} {getattr(small, name)!r}")
    print(f"{found}")


def report(tally: Tally, seconds: float, grown: int) -> None:
    print(
        f"\n{tally.cases} cases in {seconds:.0f} s, {tally.cases / seconds:.0f} a second; {grown} KiB grown; ", end=""
    )
    print(f"at most {tally.held} bytes held; slowest {tally.slowest[0]:.3f} s (case {tally.slowest[1]})")
    for outcome, count in tally.outcomes.most_common():
        print(f"{count:9} {outcome}")
    messages = [outcome.partition(" ")[2] for outcome in tally.outcomes]
    messages.append("A form of the type multipart/form-data is needed.")  # which invariants wants of each other type
    missing = [known for known in known_refusals() if not any(re.fullmatch(known, message) for message in messages)]
    print("refusals that did not come:", *(missing or ["none"]), sep="\n    ")


def set_up(tally: Tally) -> None:
    """Whatever is dropped without being closed, and whatever fails while it is dropped, is noted."""
    warnings.simplefilter("error")
    tempfile.SpooledTemporaryFile = TrackedFile  # type: ignore[assignment,misc]
    sys.unraisablehook = lambda unraisable: tally.complaints.append(f"{unraisable.exc_value!r}")


def fuzz(minutes: float, seed: str, folder: Path) -> int:
    corpus: list[Seed] = read_corpus()
    tally = Tally()
    set_up(tally)
    print(
        f"CPython {platform.python_version()}, {minutes:g} minutes, --seed {seed}, {len(corpus)} bodies of the corpus"
    )
    begin = told = time.monotonic()
    before = 0
    while time.monotonic() - begin < minutes * 60:
        cases = [made_case(f"{seed}:{tally.cases + number}", corpus) for number in range(BATCH)]
        failure = first_failure(cases, folder, tally)
        if failure is not None:
            report_failure(*failure, folder, tally)
            return 1
        before = before or (resident() if tally.cases >= 20 * BATCH else 0)
        if time.monotonic() - told > 30:
            told = time.monotonic()
            print(f"  {tally.cases} cases, {tally.cases / (told - begin):.0f} a second", flush=True)
    grown = resident() - (before or resident())
    report(tally, time.monotonic() - begin, grown)
    if grown > RSS_GROWTH:
        print(f"FAILED: the memory has grown by {grown} KiB.")
        return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", default=str(SystemRandom().randrange(10**6)))
    parser.add_argument("--case", type=int, help="run this case of the seed only")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if arguments.case is None:
            return fuzz(arguments.minutes, arguments.seed, Path(name))
        tally = Tally()
        set_up(tally)
        case = made_case(f"{arguments.seed}:{arguments.case}", read_corpus())
        broken = failure_of(case, Path(name), tally)
        if broken is not None:
            report_failure(case, broken, Path(name), tally)
        print(case if broken is None else "", "ok" if broken is None else "")
        return 0 if broken is None else 1


if __name__ == "__main__":
    sys.exit(main())
