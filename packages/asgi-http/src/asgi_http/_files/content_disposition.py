"""The ``Content-Disposition`` header of a response: RFC 6266, with names in any script by RFC 8187.

A name may come from who uploaded a file. So it is taken as a name and never as a path, and nothing in it can end the
quoted string that it stands in.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from asgi_types import is_token

# Names that say the same quoted, percent-encoded and bare, so that one plain parameter is enough.
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*+")
# RFC 6266 appendix D: backslashes and percent signs are read in several ways, and careless readers split at semicolons.
_NOT_IN_FALLBACK = re.compile(r'[^ -~]|["%;\\/]')
_NOTHING_BUT_EXTENSION = re.compile(r"[_ .]*(?:\.[A-Za-z0-9]+)?")
_LONGEST_FALLBACK = 255  # what a file's name may have on most systems
_LONGEST_EXTENSION = 32
_PATH_SEPARATORS = str.maketrans("/\\", "__")


def format_content_disposition(kind: str, filename: str) -> str:
    r"""The value for a disposition type, ``attachment`` or ``inline``, and a file name.

    A name that is not plain is sent twice: in ASCII for clients that know no other, and as UTF-8, which the others
    prefer. The ASCII one has at most 255 characters, and is left out if nothing of the name but its extension would be
    in it. Slashes and backslashes become underscores, and so does a name that has nothing but dots and spaces. Raises
    `ValueError` if ``kind`` is not a token.

    >>> format_content_disposition("attachment", "report.pdf")
    'attachment; filename="report.pdf"'
    >>> format_content_disposition("inline", "Zoë's notes.txt")
    'inline; filename="Zoe\'s notes.txt"; filename*=utf-8\'\'Zo%C3%AB%27s%20notes.txt'
    """
    if not is_token(kind):
        raise ValueError(f"Invalid content disposition type {kind!r}: it must be a token, such as 'attachment'.")
    name = _named(filename.translate(_PATH_SEPARATORS))
    if _PLAIN.fullmatch(name) is not None:
        return f'{kind}; filename="{name}"'
    encoded = quote(name, safe="", errors="replace")  # a name with undecodable bytes holds what UTF-8 has no form for
    fallback = _ascii(name)
    if not name.isascii() and _NOTHING_BUT_EXTENSION.fullmatch(fallback):
        return f"{kind}; filename*=utf-8''{encoded}"
    return f"{kind}; filename=\"{fallback}\"; filename*=utf-8''{encoded}"


def _ascii(name: str) -> str:
    """The nearest name that may stand in a quoted string as it is; letters lose their accents."""
    if not name.isascii():
        from unicodedata import combining, normalize  # a large module, and most names are ASCII

        # One by one, since a long run of accents takes quadratic time to be put in order; and by canonical equivalence,
        # since by compatibility there are more slashes than one.
        name = "".join(normalize("NFD", character)[0] for character in name if not combining(character))
    name = _NOT_IN_FALLBACK.sub("_", name)
    if len(name) > _LONGEST_FALLBACK:
        dot = name.rfind(".", -_LONGEST_EXTENSION)
        extension = name[dot:] if dot >= 0 else ""
        name = name[: _LONGEST_FALLBACK - len(extension)] + extension
    return _named(name)


def _named(name: str) -> str:
    """``name``, unless it is one that names nothing or a directory."""
    return name if name.strip(". ") else "_"
