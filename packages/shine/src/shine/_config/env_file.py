"""Files of settings, one a line."""

from __future__ import annotations

from collections.abc import Iterable


def parse_env_file(lines: Iterable[str]) -> dict[str, str]:
    r"""The values by their keys; of several for one key the last.

    A line is ``KEY=VALUE``, with blanks wherever they please the eye; ``export`` may stand before the key, as a shell
    wants it. One pair of quotes around a value is taken off, and that is all that quotes do: nothing is escaped,
    expanded or continued on the next line, and a ``#`` inside a line is part of the value. A line that begins with
    ``#``, or has no ``=``, or no key, is passed over.

    >>> parse_env_file(["# The database", "export URL = 'postgres://localhost/app'", "DEBUG=true"])
    {'URL': 'postgres://localhost/app', 'DEBUG': 'true'}
    """
    values: dict[str, str] = {}
    for line in lines:
        name, equals, value = line.lstrip("\ufeff").strip().partition("=")
        if not equals or name.startswith("#"):
            continue
        key = _without_export(name.strip())
        if key:
            values[key] = _unquoted(value.strip())
    return values


def _without_export(name: str) -> str:
    words = name.split(None, 1)
    return words[1] if len(words) == 2 and words[0] == "export" else name


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
