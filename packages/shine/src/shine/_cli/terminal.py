"""Where a command writes to."""

from __future__ import annotations

import os
import sys
from typing import Final, TextIO

_STYLES: Final = {"bold": "1", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class CommandError(Exception):
    """A command cannot do what it was asked for; the text tells why and what helps. It ends with the exit code 1."""


class UsageError(CommandError):
    """The command was given wrongly, so it ends with the exit code 2."""


class Terminal:
    """Standard output and error as they are now, with colours where somebody sees them.

    There are none where the output goes to a file or another program, where ``NO_COLOR`` is set to anything, and on a
    terminal that calls itself ``dumb``. A character that the output's encoding does not have is written by its number.
    """

    def __init__(self) -> None:
        self.colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def write(self, text: str = "", style: str | None = None) -> None:
        """A line, or some, to standard output."""
        shown = f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if style and self.colours and text else text
        _write(sys.stdout, shown)

    def complain(self, text: str) -> None:
        """A line, or some, to standard error."""
        _write(sys.stderr, text)

    def ask(self, question: str) -> bool:
        """Whether somebody answers yes; no answer is a no."""
        sys.stdout.write(question)
        sys.stdout.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
