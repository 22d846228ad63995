"""``shine run``: an application on uvicorn."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import NoReturn

from .app_import import parse_target
from .terminal import CommandError, Terminal, UsageError

AS_STARLETTE = "shine.run_as_starlette:app"
"""What runs the application that the environment variable ``SHINE_APP`` names, with shine in Starlette's place."""

_MISSING = """\
the server uvicorn is not installed. It comes with shine's extra 'cli': from a clone of shine, by
    pip install ./packages/asgi-* "./packages/shine[cli]"
or by itself, by
    pip install uvicorn websockets"""


def execute(options: argparse.Namespace, terminal: Terminal) -> NoReturn:  # noqa: ARG001 - uvicorn writes by itself
    """Serve until the server ends, which ends the process."""
    parse_target(options.app)
    if options.reload and options.workers is not None:
        raise UsageError("--reload serves in one process: leave out --workers")
    try:
        from uvicorn.main import main
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] == "uvicorn":
            raise CommandError(_MISSING) from None
        raise CommandError(f"uvicorn needs {error.name}, which is not installed: pip install uvicorn") from None
    if options.as_starlette:
        # All processes of the server inherit it.
        os.environ["SHINE_APP"] = f"{options.app}()" if options.factory else options.app
    main.main(list(uvicorn_arguments(options)), prog_name="shine run")  # ends by SystemExit, with uvicorn's code


def uvicorn_arguments(options: argparse.Namespace) -> Iterator[str]:
    """The command line of uvicorn; what was not given is left to it."""
    yield AS_STARLETTE if options.as_starlette else options.app
    yield f"--app-dir={options.app_dir}"
    for name in ("host", "port", "workers", "root_path", "log_level"):
        value = getattr(options, name)
        if value is not None:
            yield f"--{name.replace('_', '-')}={value}"
    if options.factory and not options.as_starlette:
        yield "--factory"
    if options.reload:
        yield "--reload"
        if not any(argument.startswith("--reload-dir") for argument in options.rest):
            yield f"--reload-dir={options.app_dir}"
    yield from options.rest
