"""A Python program that runs with shine in the place of Starlette."""

from __future__ import annotations

import os
import runpy
import sys

from .install import install_as_starlette

USAGE = """usage: python -m shine.run_as_starlette script.py [arguments]
       python -m shine.run_as_starlette -m module [arguments]

Runs a Python program with shine in the place of Starlette. Processes that the program starts are not reached: for
servers with --reload or --workers set SHINE_APP=module:app, and let them serve shine.run_as_starlette:app.
"""


def run_program() -> None:
    """Run the script or module that the command line names, as ``python`` would, after `install_as_starlette`.

    The rest of the command line is the program's. Without a script or module it prints how it is used, and exits with
    status 2.
    """
    arguments = sys.argv[1:]
    is_module = arguments[:1] == ["-m"]
    program = arguments[1:] if is_module else arguments
    if not program or (not is_module and program[0].startswith("-")):
        is_help = arguments[:1] in (["-h"], ["--help"])
        print(USAGE, end="", file=sys.stdout if is_help else sys.stderr)
        sys.exit(0 if is_help else 2)
    install_as_starlette()
    sys.argv = program
    if is_module:
        runpy.run_module(program[0], run_name="__main__", alter_sys=True)
        return
    if not sys.flags.safe_path:  # with python -P the first is no folder of a script
        sys.path[0] = os.path.dirname(os.path.abspath(program[0]))  # noqa: PTH100, PTH120 - as Python does it
    runpy.run_path(program[0], run_name="__main__")
