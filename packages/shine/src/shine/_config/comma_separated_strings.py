"""A list in one setting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload


class CommaSeparatedStrings(Sequence[str]):
    """The strings that stand in one with commas between them, or those of a sequence.

    Blanks around a string are dropped, and so is a string that is empty. One with a comma in it stands in quotes, as a
    shell has them. ``str`` joins what ``repr`` shows of each: names, numbers and addresses can be read again from that,
    but not what has quotes, a backslash, or blanks at its ends. Raises `ValueError` for a quote that is not closed.

    >>> CommaSeparatedStrings("example.org, 'a,b'")
    CommaSeparatedStrings(['example.org', 'a,b'])
    >>> str(CommaSeparatedStrings(["127.0.0.1", "localhost"]))
    "'127.0.0.1', 'localhost'"
    """

    def __init__(self, value: str | Sequence[str]) -> None:
        self._items: list[str] = _split(value) if isinstance(value, str) else list(value)

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        return self._items[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, CommaSeparatedStrings):
            return self._items == other._items
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self._items))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r})"

    def __str__(self) -> str:
        return ", ".join(repr(item) for item in self._items)


def _split(value: str) -> list[str]:
    from shlex import shlex  # only a setting that is a list needs it

    splitter = shlex(value, posix=True)
    splitter.whitespace = ","
    splitter.whitespace_split = True
    splitter.commenters = ""  # a string may have a "#" in it
    return [item.strip() for item in splitter]
