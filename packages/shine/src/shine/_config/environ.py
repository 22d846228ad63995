"""The environment, as long as nobody relies on it yet."""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping


class EnvironError(Exception):
    """A variable is changed that has been read: whoever read it would not know."""


class Environ(MutableMapping[str, str]):
    """A view of the environment that refuses to change what has been read.

    ``environ`` is the mapping behind it, the environment of the process by default. A variable counts as read once it
    was asked for, even if it was missing. Setting or deleting it is an `EnvironError` then; so a test that sets a
    variable too late fails, instead of running with another value than it says.

    >>> environ = Environ({"DEBUG": "true"})
    >>> environ["DEBUG"]
    'true'
    >>> environ["DEBUG"] = "false"
    Traceback (most recent call last):
    shine._config.environ.EnvironError: Attempting to set environ['DEBUG'], but the value has already been read.
    """

    def __init__(self, environ: MutableMapping[str, str] | None = None) -> None:
        # No default of the signature: `help` and whoever prints signatures would show the environment.
        self._environ: MutableMapping[str, str] = os.environ if environ is None else environ
        self._has_been_read: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self._has_been_read.add(key)
        return self._environ[key]

    def __setitem__(self, key: str, value: str) -> None:
        self._check(key, "set")
        self._environ[key] = value

    def __delitem__(self, key: str) -> None:
        self._check(key, "delete")
        del self._environ[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)

    def _check(self, key: str, action: str) -> None:
        if key in self._has_been_read:
            raise EnvironError(f"Attempting to {action} environ[{key!r}], but the value has already been read.")


environ: Environ = Environ()
"""The environment of this process."""
