"""From the chunks of a multipart body to its parts, within limits. It knows bytes only: no connection, no files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .._charset import CHARSET_FIELD, MAX_LABEL, form_codec
from .._form_error import FormError
from .._limits import Limits, size_text
from .._parameters import parameters
from .disposition import names
from .part_head import PartHead
from .part_headers import PartHeaders, too_large
from .push_parser import push_parser

PartEvent = PartHead | bytes | None
"""A part begins, bytes of its content, the part ends."""

MAX_BOUNDARY: Final = 200
"""Characters of a boundary; RFC 2046 section 5.1.1 allows 70, Django and CPython's old cgi 201."""

MAX_EPILOGUE: Final = 64 * 1024
"""Bytes without a part, beyond what headers may take, after which nothing more needs to be received."""


class MultipartReader:
    """Reads a ``multipart/form-data`` body (RFC 7578) that comes in chunks of any size.

    ``content_type`` is the header of the request. ``codec`` is what text is encoded in where its part does not say it:
    UTF-8, or what the ``charset`` of ``content_type`` says, and from there on what a field ``_charset_`` says.
    """

    def __init__(self, content_type: str, limits: Limits) -> None:
        try:
            options = parameters(content_type)
        except ValueError as error:
            raise FormError(f"Malformed Content-Type of the form. {error}") from None
        self.codec = form_codec(options.get("charset", "utf-8"))
        boundary = _checked_boundary(options)
        self._parser, self._error, self._limit_error = push_parser(boundary, limits)
        self._limits = limits
        self._delimiter = b"--" + boundary.encode()
        self._beginning: bytes | None = b""  # of the body, as long as it is too short to be told
        self._is_begun = self._is_open = False
        self._quiet_size = 0  # bytes since a part ended
        self._quiet_limit = MAX_EPILOGUE + limits.max_headers * limits.max_header_size
        self._fields = self._files = 0
        self._field_bytes = self._file_bytes = 0
        self._is_file = False
        self._part_size = 0
        self._part_limit: float = 0
        self._is_charset_known = False
        self._charset: bytearray | None = None  # the content of that field, while it is read

    @property
    def is_done(self) -> bool:
        """Whether so much came after the last part that the rest need not be received."""
        return self._quiet_size > self._quiet_limit

    def feed(self, chunk: bytes) -> Iterator[PartEvent]:
        """What the next bytes of the body bring, to be taken whole before the next call.

        Raises `FormError` for what is malformed or beyond a limit.
        """
        self._is_begun = self._is_begun or bool(chunk)
        if self._beginning is not None:
            chunk = self._checked_beginning(self._beginning + chunk)
        if not chunk:
            return
        is_quiet = not self._is_open
        try:
            for event in self._parser.parse(chunk):
                is_quiet = False
                if event is None:
                    self._end()
                    yield None
                elif isinstance(event, bytes):
                    self._count(event)
                    yield event
                else:
                    yield self._begin(event)
        except self._error as error:
            raise self._refusal(error) from None
        if is_quiet:
            self._quiet_size += len(chunk)

    def close(self) -> None:
        """To be called after the last bytes; `FormError` if they were not the end of a form.

        A body of no bytes at all is a form of no fields.
        """
        if not self._is_begun:
            return
        try:
            self._parser.close()
        except self._error as error:
            self._forget(error)
            raise FormError("The form ends before its final boundary: it was cut off.") from None

    def _checked_beginning(self, body: bytes) -> bytes:
        """The body from its first delimiter on, once that is known to be there.

        RFC 2046 section 5.1.1 allows a preamble, which nobody sends in a form. The rest of a body of which somebody has
        read a part looks like one, and would be a form without its first fields.
        """
        start = 2 if body.startswith(b"\r\n") else 0
        found = body[start : start + len(self._delimiter)]
        if found == self._delimiter:
            self._beginning = None
            return body[start:]
        if not self._delimiter.startswith(found) and body != b"\r":
            raise FormError.malformed("Invalid multipart data. The body does not begin with its boundary.")
        self._beginning = body
        return b""

    def _begin(self, headers: PartHeaders) -> PartHead:
        disposition = headers.get(b"content-disposition")
        if disposition is None:
            raise FormError.malformed("Invalid multipart data. A part has no Content-Disposition header.")
        name, filename = names(disposition, self.codec)
        limits = self._limits
        if len(name if name.isascii() else name.encode()) > limits.max_name_size:
            raise FormError.beyond_limit(f"Field name exceeded maximum size of {limits.max_name_size} bytes.")
        if filename is None:
            self._begin_field(name)
        else:
            self._begin_file()
        self._is_open, self._quiet_size, self._part_size = True, 0, 0
        return PartHead(name, filename, headers.raw, _charset(headers.get(b"content-type")))

    def _begin_field(self, name: str) -> None:
        limits = self._limits
        self._fields += 1
        if self._fields > limits.max_fields:
            raise FormError.beyond_limit(f"Too many fields. Maximum number of fields is {limits.max_fields}.")
        self._is_file = False
        self._part_limit = min(limits.max_part_size, limits.max_total_field_size - self._field_bytes)
        if name == CHARSET_FIELD and not self._is_charset_known:  # the first, as two readers must agree
            self._is_charset_known, self._charset = True, bytearray()

    def _begin_file(self) -> None:
        limits = self._limits
        self._files += 1
        if self._files > limits.max_files:
            raise FormError.beyond_limit(f"Too many files. Maximum number of files is {limits.max_files}.")
        self._is_file = True
        self._part_limit = min(limits.max_file_size, limits.max_total_file_size - self._file_bytes)

    def _count(self, content: bytes) -> None:
        self._part_size += len(content)
        if self._part_size > self._part_limit:
            raise self._too_large()
        if self._charset is not None and len(self._charset) <= MAX_LABEL:
            self._charset += content

    def _end(self) -> None:
        self._is_open = False
        if self._is_file:
            self._file_bytes += self._part_size
        else:
            self._field_bytes += self._part_size
        if self._charset is not None:
            self.codec = form_codec(self._charset.decode("latin-1"), self.codec)
            self._charset = None

    def _too_large(self) -> FormError:
        limits = self._limits
        if self._is_file and limits.max_file_size <= limits.max_total_file_size - self._file_bytes:
            return FormError.beyond_limit(f"File exceeded maximum size of {limits.max_file_size} bytes.")
        if self._is_file:
            return FormError.beyond_limit(
                f"Files exceeded maximum size of {limits.max_total_file_size} bytes together."
            )
        if limits.max_part_size <= limits.max_total_field_size - self._field_bytes:
            return FormError.beyond_limit(f"Part exceeded maximum size of {size_text(limits.max_part_size)}.")
        return FormError.beyond_limit(f"Fields exceeded maximum size of {limits.max_total_field_size} bytes together.")

    def _forget(self, error: Exception) -> None:
        """Break the cycles of an error of the library: the parser keeps it, and its traceback keeps both."""
        self._parser.error = None
        error.__traceback__ = None

    def _refusal(self, error: Exception) -> FormError:
        self._forget(error)
        if isinstance(error, self._limit_error):
            return too_large(self._limits)
        return FormError.malformed(f"Invalid multipart data. {error}.")


def _checked_boundary(options: dict[str, str]) -> str:
    boundary = options.get("boundary")
    if not boundary:
        raise FormError("Missing boundary in multipart.")
    if len(boundary) > MAX_BOUNDARY or not (boundary.isascii() and boundary.isprintable()):
        raise FormError.malformed(f"Invalid boundary in multipart: at most {MAX_BOUNDARY} printable ASCII characters.")
    return boundary


def _charset(content_type: str | None) -> str | None:
    """The parameter of that name, where the header can be read."""
    if content_type is None or ";" not in content_type:
        return None
    try:
        return parameters(content_type).get("charset")
    except ValueError:
        return None
