"""The command line: what there is to give, and which module does it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final, NoReturn, Protocol, cast

from .terminal import CommandError, Terminal, UsageError

_EPILOG: Final = """\
exit codes:
  0  fine
  1  something was found, or failed
  2  the command was given wrongly
"""


class _Command(Protocol):
    def execute(self, options: argparse.Namespace, terminal: Terminal) -> int: ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say, by default those of the process, and give the exit code.

    Nothing but this module is loaded before the arguments are known to be right.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    rest: list[str] = []
    if given[:1] == ["run"] and "--" in given:
        place = given.index("--")
        given, rest = given[:place], given[place + 1 :]
    options = parser().parse_args(given)
    options.rest = rest
    # Each command is a module of its name, with `execute`.
    command = cast(_Command, import_module(f"{__package__}.{options.command}"))
    terminal = Terminal()
    try:
        return command.execute(options, terminal)
    except CommandError as error:
        terminal.complain(f"shine {options.command}: {error}")
        return 2 if isinstance(error, UsageError) else 1
    except BrokenPipeError:  # pragma: no cover - tested in a process of its own, as it closes the standard output
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # "shine routes ... | head" has seen enough
        return 1
    except KeyboardInterrupt:
        return 130


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where the help is."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See {self.prog} --help.\n")


class _Version(argparse.Action):
    """Prints the version, which is read from the distribution's metadata: that takes longer than all of the help."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from .._version import __version__

        sys.stdout.write(f"shine {__version__}\n")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    whole = _Parser(
        prog="shine",
        description="Run, look at, begin and migrate ASGI applications.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action=_Version, nargs=0, help="show the version and end")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")
    _add_run(commands)
    _add_routes(commands)
    _add_new(commands)
    _add_migrate(commands)
    return whole


def _add_run(commands: argparse._SubParsersAction[_Parser]) -> None:
    run = commands.add_parser(
        "run",
        help="serve an application with uvicorn",
        description="Serve an application with uvicorn, which comes with the extra 'cli'.",
        epilog="What comes after -- goes to uvicorn as it is: shine run main:app -- --proxy-headers\n"
        "The exit code is uvicorn's: 3 if the application did not start, and 0 with --workers.",
        usage="%(prog)s [options] MODULE:APP [-- OPTIONS OF UVICORN]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_app(run)
    run.add_argument("--host", help="address to listen on (127.0.0.1)")
    run.add_argument("--port", type=_port, help="port to listen on, 0 for any that is free (8000)")
    run.add_argument("--reload", action="store_true", help="restart when a Python file of the project changes")
    run.add_argument("--workers", type=int, metavar="N", help="how many processes serve (1)")
    run.add_argument("--root-path", metavar="PATH", help="path below which a proxy shows the application")
    run.add_argument(
        "--log-level", choices=("critical", "error", "warning", "info", "debug", "trace"), help="what is logged (info)"
    )


def _add_routes(commands: argparse._SubParsersAction[_Parser]) -> None:
    routes = commands.add_parser(
        "routes",
        help="list the routes of an application, or say which one answers a path",
        description="List the routes of an application in the order in which they are tried, those below mounts too, "
        "and the ones that are never reached. The application may be one of shine, Starlette or FastAPI.",
        epilog="The application is imported and not started. With --path the exit code is 1 if no route answers.",
    )
    _add_app(routes)
    routes.add_argument("--json", action="store_true", help="for programs")
    routes.add_argument("--check", action="store_true", help="end with 1 if a route is never reached")
    routes.add_argument("--path", help="say which route answers this path, or why none does")
    routes.add_argument("--method", default="GET", help="method of that request, or WEBSOCKET (GET)")
    routes.add_argument("--host", default="localhost", help="host of that request (localhost)")


def _add_app(command: argparse.ArgumentParser) -> None:
    command.add_argument("app", metavar="MODULE:APP", help="module, and the application's name in it: main:app")
    command.add_argument("--app-dir", metavar="DIR", default=".", help="folder that the module is found in (this one)")
    command.add_argument("--factory", action="store_true", help="APP is a function that makes the application")
    command.add_argument(
        "--as-starlette", action="store_true", help="put shine in the place of Starlette first, as FastAPI needs it"
    )


def _add_new(commands: argparse._SubParsersAction[_Parser]) -> None:
    new = commands.add_parser(
        "new",
        help="begin a project",
        description="Make a folder NAME with a small application, its tests, and all that belongs to a project.",
    )
    new.add_argument("name", metavar="NAME", help="name of the project and, with _ for -, of its package")


def _add_migrate(commands: argparse._SubParsersAction[_Parser]) -> None:
    migrate = commands.add_parser(
        "migrate",
        help="rewrite the imports of Starlette to shine",
        description="Rewrite the imports of Starlette in Python files to shine, and tell what needs a look. "
        "The changes are shown first, and made when you agree.",
        epilog="The exit code is 1 if changes are left to make, or a file could not be read or written.",
    )
    migrate.add_argument("paths", metavar="PATH", nargs="+", help="Python file, or folder with all that is in it")
    how = migrate.add_mutually_exclusive_group()
    how.add_argument("--yes", action="store_true", help="make the changes without asking")
    how.add_argument("--diff", "--check", action="store_true", help="only show, and end with 1 if there is a change")


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 0 to 65535")
    return port
