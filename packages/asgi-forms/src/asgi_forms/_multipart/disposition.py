"""The ``Content-Disposition`` of a part: the name of a field, and of a file, as clients really write them.

Browsers percent-encode quotation marks and line ends in a name and leave all else as it is, backslashes included (HTML
standard, section "Multipart form data"). Older clients and those that follow RFC 9110 put a backslash before quotation
marks and backslashes. In a value as browsers write it nothing says which of the two a client does, so both are undone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

from .._charset import decoded
from .._form_error import FormError
from .._parameters import media_type, parameters

NO_NAME: Final = 'The Content-Disposition header field "name" must be provided.'

# What browsers write, and most other clients.
_USUAL: Final = r'form-data; name="([^"]*+)"(?:; filename="([^"]*+)")?+'
_ESCAPES: Final = {"%22": '"', "%0D": "\r", "%0A": "\n", '\\"': '"', "\\\\": "\\"}


@lru_cache(maxsize=1)
def _usual() -> re.Pattern[str]:
    return re.compile(_USUAL)  # when needed, so that importing costs little


@lru_cache(maxsize=1)
def _escape() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _ESCAPES)))


def names(disposition: str, codec: str) -> tuple[str, str | None]:
    """The name of the field and that of the file, None for a field that is no file.

    ``disposition`` is the header's value with one character a byte, ``codec`` what the names are encoded in. A
    ``filename*`` (RFC 8187) goes before ``filename``, since clients that send both have a substitute in the latter.
    Raises `FormError` for a malformed one, for one without a name, and for one that names something twice.
    """
    usual = _usual().fullmatch(disposition)
    if usual is None:
        return _by_parameters(disposition, codec)
    name, filename = usual.groups()
    name = _cleared(name, codec)
    return name, filename if filename is None else _without_folder(_cleared(filename, codec))


def _by_parameters(disposition: str, codec: str) -> tuple[str, str | None]:
    try:
        found = parameters(disposition)
    except ValueError as error:
        if "name" not in disposition.lower():
            raise FormError(NO_NAME) from None
        raise FormError(f"Malformed Content-Disposition of a part. {error}") from None
    if media_type(disposition) != "form-data":
        raise FormError.malformed("Invalid multipart data. The Content-Disposition of a part is not form-data.")
    if "name" not in found:
        raise FormError(NO_NAME)
    # Who escapes with backslashes does not percent-encode.
    clear = _decoded if "\\" in disposition else _cleared
    filename = _extended(found.get("filename*", ""))
    if filename is None and "filename" in found:
        filename = clear(found["filename"], codec)
    return clear(found["name"], codec), filename if filename is None else _without_folder(filename)


def _decoded(name: str, codec: str) -> str:
    return name if name.isascii() else decoded(name.encode("latin-1"), codec)


def _cleared(name: str, codec: str) -> str:
    """A name as browsers write it, decoded and with its escapes undone."""
    if codec == "iso-2022-jp" and "\x1b" in name:  # ASCII bytes are characters, and one was a quotation mark
        for escape in ("%22", "%0D", "%0A"):
            name = name.replace(escape, _ESCAPES[escape])
        return decoded(name.encode("latin-1"), codec)
    name = _decoded(name, codec)  # first: in some charsets a backslash is the second byte of a character
    if "%" in name or "\\" in name:
        return _escape().sub(lambda escape: _ESCAPES[escape[0]], name)
    return name


def _extended(value: str) -> str | None:
    """The value of ``filename*`` (RFC 8187 section 3.2.1); None where it is malformed, or in another charset."""
    charset, _, rest = value.partition("'")
    _, mark, encoded = rest.partition("'")
    if not mark or charset.lower() not in ("utf-8", "iso-8859-1"):
        return None
    try:
        return unquote_to_bytes(encoded).decode(charset)
    except UnicodeDecodeError:
        return None


def _without_folder(filename: str) -> str:
    """The last part of a path on a drive, which old Internet Explorer sent for a name."""
    return filename.rpartition("\\")[2] if filename[1:3] == ":\\" else filename
