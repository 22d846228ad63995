"""The parser of the library multipart, loaded when the first multipart form comes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Protocol

from .._form_error import FormError
from .._limits import Limits


class PushParser(Protocol):
    """What is used of ``multipart.PushMultipartParser``."""

    error: Exception | None

    def parse(self, chunk: bytes, /) -> Iterator[Any]: ...
    def close(self) -> None: ...


def push_parser(boundary: str, limits: Limits) -> tuple[PushParser, type[Exception], type[Exception]]:
    """A parser of a form with that boundary, and what it raises: any error, and for a limit.

    Raises `ImportError` if another library goes by the name.
    """
    library, parser_class = _loaded()
    parser = parser_class(
        boundary,
        # The library counts a CR that waits for its LF as well; the exact limit is kept below.
        max_header_size=limits.max_header_size + 1,
        max_header_count=limits.max_headers,
        header_charset="latin-1",  # one character a byte; what the bytes mean is decided later
    )
    parser.exact_header_size = limits.max_header_size
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

    class Parser(base):  # type: ignore[misc]
        """With checks of header lines that do not depend on how a body is cut into chunks."""

        exact_header_size: float

        def _on_segment_headerline(self, line: bytes) -> None:
            if b"\n" in line or b"\r" in line or b"\0" in line:
                raise FormError("Invalid multipart data. Invalid line break in segment header.")
            if len(line) > self.exact_header_size:
                raise library.ParserLimitReached("Maximum segment header length exceeded")
            # To be ignored in a form (RFC 7578 section 4.8), where the library holds the part to it.
            is_length = line.partition(b":")[0].strip().lower() == b"content-length"
            base._on_segment_headerline(self, b"Ignored-" + line if is_length else line)
            if is_length:
                headers: list[tuple[str, str]] = self._segment_headerlist
                headers[-1] = ("Content-Length", headers[-1][1])

    return library, Parser
