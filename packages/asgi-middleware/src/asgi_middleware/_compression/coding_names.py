"""The names of content codings that an option has."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .._items import items


def coding_names(encodings: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """The names, in their order; a string is one of them.

    Raises `ValueError` for one that is not known, one that comes twice, and none at all.

    >>> coding_names(["gzip", "gzip"], ["zstd", "gzip"])
    Traceback (most recent call last):
    ValueError: encodings is ['gzip', 'gzip']: choose of 'zstd' and 'gzip', each once.
    """
    names = items(encodings)
    if not names or len({*names}) != len(names) or not {*known} >= {*names}:
        *first, last = [repr(name) for name in known]
        raise ValueError(f"encodings is {encodings!r}: choose of {', '.join(first)} and {last}, each once.")
    return names
