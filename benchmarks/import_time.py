"""Time of importing application, routing, requests and responses in a fresh interpreter, ours beside Starlette's.

    python benchmarks/import_time.py [--runs 30]

Each run starts one interpreter for each, in turn; the time is taken inside it, so the interpreter's own start does not
count. The first run of each, which may still write bytecode, is not counted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys

MODULES = ("applications", "routing", "requests", "responses")
TIMED = """
import sys, time
before = len(sys.modules)
begin = time.perf_counter()
import {modules}
print((time.perf_counter() - begin) * 1000, len(sys.modules) - before)
"""


def run(framework: str) -> tuple[float, int]:
    modules = ", ".join(f"{framework}.{module}" for module in MODULES)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", TIMED.format(modules=modules)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    milliseconds, count = result.stdout.split()
    return float(milliseconds), int(count)


def main(runs: int) -> None:
    times: dict[str, list[float]] = {"shine": [], "starlette": []}
    counts = {framework: run(framework)[1] for framework in times}
    for _ in range(runs):
        for framework, values in times.items():
            values.append(run(framework)[0])
    reference = statistics.median(times["starlette"])
    print(f"import of {', '.join(MODULES)}: median of {runs} runs, and the ratio to Starlette's")
    for framework, values in times.items():
        median = statistics.median(values)
        print(f"  {framework:10} {median:7.1f} ms   {median / reference:5.3f}   {counts[framework]} modules")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=30)
    main(parser.parse_args().runs)
