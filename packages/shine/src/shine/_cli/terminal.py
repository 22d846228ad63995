"""Where a command writes to."""

from __future__ import annotations

import os
import re
import sys
from typing import Final, TextIO

_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but for ends of lines and tabs, and what turns the direction of a text."""

_STYLES: Final = {"bold": "1", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class CommandError(Exception):
    """A command cannot do what it was asked for; the text tells why and what helps. It ends with the exit code 1."""


class UsageError(CommandError):
    """The command was given wrongly, so it ends with the exit code 2."""


class Terminal:
    """Standard output and error as they are now, with colours where somebody sees them.

    There are none where the output goes to a file or another program, where ``NO_COLOR`` is set to anything, and on a
    terminal that calls itself ``dumb``. A character that the output's encoding does not have is written by its number,
    and so is one that a terminal would obey.
    """

    def __init__(self) -> None:
        self.colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def write(self, text: str = "", style: str | None = None) -> None:
        """A line, or some, to standard output."""
        begin, end = (f"\x1b[{_STYLES[style]}m", "\x1b[0m") if style and self.colours and text else ("", "")
        _write(sys.stdout, text, begin, end)

    def complain(self, text: str) -> None:
        """A line, or some, to standard error."""
        _write(sys.stderr, text)

    def ask(self, question: str) -> bool:
        """Whether somebody answers yes; no answer is a no."""
        sys.stdout.write(question)
        sys.stdout.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")


def shown(name: object) -> str:
    """The name of a file in one line, whoever gave it that name."""
    return _UNSEEN.sub(_by_number, str(name)).replace("\n", r"\n").replace("\t", r"\t")


def _write(stream: TextIO, text: str, begin: str = "", end: str = "") -> None:
    encoding = stream.encoding or "utf-8"
    if stream.isatty():
        text = _UNSEEN.sub(_by_number, text)
    stream.write(begin + text.encode(encoding, "backslashreplace").decode(encoding) + end + "\n")


def _by_number(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
