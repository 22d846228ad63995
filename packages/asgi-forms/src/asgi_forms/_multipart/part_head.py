"""What a part of a multipart form says of itself before its content."""

from __future__ import annotations

from collections.abc import Sequence

from asgi_types import Headers


class PartHead:
    """The headers of a part of a multipart form, and the names in them (RFC 7578 section 4.2).

    ``name`` is that of the field and ``filename`` that of the file, None for a field that is no file; browsers send an
    empty one where no file was chosen. A file name is what the client calls the file, and no path to use; see
    `safe_filename`. ``charset`` is the parameter of that name of its ``Content-Type``, or None.

    >>> head = PartHead("avatar", "me.png", [(b"content-type", b"image/png")])
    >>> head.filename, head.content_type
    ('me.png', 'image/png')
    """

    __slots__ = ("_raw_headers", "charset", "filename", "name")

    def __init__(
        self,
        name: str,
        filename: str | None = None,
        headers: Sequence[tuple[bytes, bytes]] = (),
        charset: str | None = None,
    ) -> None:
        self.name: str = name
        self.filename: str | None = filename
        self.charset: str | None = charset
        self._raw_headers = headers

    @property
    def headers(self) -> Headers:
        """All headers of the part."""
        return Headers(raw=list(self._raw_headers))

    @property
    def content_type(self) -> str | None:
        """The ``Content-Type``, or None where the part has none."""
        content_type: str | None = self.headers.get("content-type")
        return content_type

    def without_headers(self) -> PartHead:
        """The same without what its headers say beyond the names, for one that is kept."""
        if len(self._raw_headers) < 2:
            return self
        kept = [pair for pair in self._raw_headers if pair[0] == b"content-disposition"]
        return PartHead(self.name, self.filename, kept, self.charset)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, filename={self.filename!r})"
