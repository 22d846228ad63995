"""Which types of content are not worth compressing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from .._items import items

DEFAULT_EXCLUDED_CONTENT_TYPES: Final = (
    "application/grpc",
    "application/gzip",
    "application/x-gzip",
    "application/zip",
    "audio/*",
    "font/woff",
    "font/woff2",
    "image/avif",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/event-stream",
    "video/*",
)
"""Types that are compressed by themselves, and streams of events, which a proxy may hold back once they are coded."""


_TYPE = re.compile(r"[^/*\s]+/(?:\*|[^/*\s]+)")


def media_types(content_types: Iterable[str]) -> tuple[str, ...]:
    """The types in lower case and without parameters; a string is one of them.

    Raises `ValueError` for what is neither a type such as ``image/png`` nor a family such as ``video/*``.
    """
    names = tuple(content_type.partition(";")[0].strip().lower() for content_type in items(content_types))
    for name in names:
        if _TYPE.fullmatch(name) is None:
            raise ValueError(f"Not a content type: {name!r}. Write it as 'image/png' or 'video/*'.")
    return names


class ExcludedTypes:
    """Values of ``Content-Type`` that a response is sent with as it is."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._is_known = lru_cache(maxsize=128)(self._is_excluded)  # applications have few

    def __contains__(self, content_type: bytes) -> bool:
        return self._is_known(content_type)

    def _is_excluded(self, content_type: bytes) -> bool:
        name = content_type.partition(b";")[0].strip().lower().decode("latin-1")
        family, _, subtype = name.partition("/")
        # All forms of gRPC are framed and compressed alike.
        is_grpc = family == "application" and subtype.startswith("grpc+") and "application/grpc" in self._names
        return is_grpc or name in self._names or f"{family}/*" in self._names
