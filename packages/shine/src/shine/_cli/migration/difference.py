"""What was replaced in the lines of a file, as a unified difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

_CONTEXT: Final = 3


def line_difference(name: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    r"""The lines of a unified difference between as many lines as before, each of which is in its place.

    What a file is rewritten to has that, so this needs no search for what was moved, and a large file little time.

    >>> print(*line_difference("a.py", ["import a", "x"], ["import b", "x"]), sep="\n")
    --- a.py
    +++ a.py
    @@ -1,2 +1,2 @@
    -import a
    +import b
     x
    """
    yield f"--- {name}"
    yield f"+++ {name}"
    for begin, end in _hunks(before, after):
        place = f"{begin + 1},{end - begin}" if end - begin > 1 else f"{begin + 1}"
        yield f"@@ -{place} +{place} @@"
        for same, numbers in groupby(range(begin, end), lambda number: before[number] == after[number]):
            run = [*numbers]
            if same:
                yield from (f" {before[number]}" for number in run)
            else:
                yield from (f"-{before[number]}" for number in run)
                yield from (f"+{after[number]}" for number in run)


def _hunks(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The parts to show, from a line up to another: those around what changed, joined where they meet."""
    begin = end = 0
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        if old == new:
            continue
        if end and number - _CONTEXT > end:
            yield begin, end
            end = 0
        if not end:
            begin = max(0, number - _CONTEXT)
        end = min(len(before), number + _CONTEXT + 1)
    if end:
        yield begin, end
