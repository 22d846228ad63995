"""The parser of the library multipart, loaded when the first multipart form comes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Protocol

from .._limits import Limits
from .part_headers import PartHeaders, add_line


class PushParser(Protocol):
    """What is used of ``multipart.PushMultipartParser``."""

    error: Exception | None

    def parse(self, chunk: bytes, /) -> Iterator[PartHeaders | bytes | None]: ...
    def close(self) -> None: ...


def push_parser(boundary: str, limits: Limits) -> tuple[PushParser, type[Exception], type[Exception]]:
    """A parser of a form with that boundary, and what it raises: any error, and for a limit.

    Raises `ImportError` if another library goes by the name.
    """
    library, parser_class = _loaded()
    # It measures a line that is not complete, with a CR that waits for its LF; others are measured where they are read.
    parser = parser_class(boundary, max_header_size=limits.max_header_size + 1)
    parser.form_limits = limits
    return parser, library.MultipartError, library.ParserLimitReached


@lru_cache(maxsize=1)
def _loaded() -> tuple[Any, Any]:
    import multipart  # takes some milliseconds, and a form may never come

    library: Any = multipart
    try:
        base: Any = library.PushMultipartParser
    except AttributeError:
        # Before its version 0.0.13 it installed a package of this name, which hides the library.
        raise ImportError(
            f"{library.__file__} is not the library multipart but python-multipart, whose old versions hide it: "
            "upgrade that to 0.0.13 or newer, or uninstall it."
        ) from None

    class PartParser(base):  # type: ignore[misc]
        """The library finds the parts; their headers are read here, where no cut of the body makes a difference."""

        form_limits: Limits

        def _on_segment_headerline(self, line: bytes) -> None:
            add_line(self._segment_headerlist, line, self.form_limits)

        def _create_segment(self, headerlist: list[tuple[bytes, bytes]]) -> PartHeaders:
            return PartHeaders(headerlist)

    return library, PartParser
