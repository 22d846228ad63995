"""Time of importing the framework and of building an application, in a fresh interpreter, ours beside Starlette's.

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

PROGRAMS = {
    "the package alone": "import {framework}",
    "applications, routing, requests, responses": (
        "import {framework}.applications, {framework}.routing, {framework}.requests, {framework}.responses"
    ),
    "an application with a route, a mount, middleware and a handler, built": """
from {framework}.applications import {application}
from {framework}.middleware import Middleware
from {framework}.middleware.cors import CORSMiddleware
from {framework}.requests import Request
from {framework}.responses import JSONResponse
from {framework}.routing import Mount, Route

async def item(request: Request) -> JSONResponse:
    return JSONResponse({{"item": request.path_params["item_id"]}})

async def missing(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({{"detail": "There is none."}}, 404)

routes = [Route("/items/{{item_id:int}}", item), Mount("/more", routes=[Route("/{{item_id}}", item)])]
middleware = [Middleware(CORSMiddleware, allow_origins=["https://example.org"])]
{application}(routes=routes, middleware=middleware, exception_handlers={{404: missing}}).build_middleware_stack()
""",
}
APPLICATIONS = {"shine": "Shine", "starlette": "Starlette"}
TIMED = """
import sys, time
before = len(sys.modules)
begin = time.perf_counter()
exec(compile({program!r}, "program", "exec"))
print((time.perf_counter() - begin) * 1000, len(sys.modules) - before)
"""


def run(framework: str, program: str) -> tuple[float, int]:
    source = program.format(framework=framework, application=APPLICATIONS[framework])
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", TIMED.format(program=source)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    milliseconds, count = result.stdout.split()
    return float(milliseconds), int(count)


def compare(name: str, program: str, runs: int) -> None:
    times: dict[str, list[float]] = {framework: [] for framework in APPLICATIONS}
    counts = {framework: run(framework, program)[1] for framework in times}
    for _ in range(runs):
        for framework, values in times.items():
            values.append(run(framework, program)[0])
    reference = statistics.median(times["starlette"])
    print(f"{name}: median of {runs} runs, and the ratio to Starlette's")
    for framework, values in times.items():
        median = statistics.median(values)
        print(f"  {framework:10} {median:7.1f} ms   {median / reference:5.3f}   {counts[framework]} modules")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=30)
    arguments = parser.parse_args()
    for name, program in PROGRAMS.items():
        compare(name, program, arguments.runs)
