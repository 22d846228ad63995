"""How long a static file may be kept by whoever got it: the ``Cache-Control`` of each file (RFC 9111 section 5.2.2).

A file whose name has a hash of its content never changes under that name, so it may be kept for ever. Taking another
one for such a file would keep a stale copy in browsers for a year; the other mistake only costs a question. So the
rule that recognises hashes leaves out whatever could be words, dates or versions.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from asgi_types import Headers

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"

_PAGES = (".html", ".htm", ".xhtml")

# What may follow a hash: ".js", ".min.js", ".js.map", ".chunk.css".
_EXTENSIONS = re.compile(r"(?:\.[a-z][a-z0-9]{0,9})+", re.IGNORECASE)
# Runs that a person would write in one go: a word with or without a capital, capitals, a number.
_RUN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_HEX = re.compile(r"[0-9a-f]{8,}|[0-9A-F]{8,}")
_BASE32 = re.compile(r"[A-Z2-7]{8}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:[0-9]{4}|dec|feb)", re.IGNORECASE)


class CachePolicy:
    """The value of ``Cache-Control`` for each file, by its path below the directory.

    ``cache_control`` is one value for all files, or a function of the path that gives one or None. ``immutable`` says
    which files never change: a regular expression that is searched in the path, a function, or ``True`` for the rule
    of `is_fingerprinted`. A page of HTML never counts as one, as nothing links to it by a hash. With ``immutable`` and
    no ``cache_control``, all other files are ``no-cache``: kept, but asked for before each use.

    >>> policy = CachePolicy(None, immutable=True)
    >>> policy.value_for("assets/app.3f2a1b9c.js"), policy.value_for("index.html")
    ('public, max-age=31536000, immutable', 'no-cache')
    """

    def __init__(
        self,
        cache_control: str | Callable[[str], str | None] | None,
        immutable: bool | str | re.Pattern[str] | Callable[[str], bool] | None,
    ) -> None:
        self._is_immutable = _immutable_rule(immutable)
        if cache_control is None and self._is_immutable is not None:
            cache_control = REVALIDATE
        if isinstance(cache_control, str):
            Headers({"cache-control": cache_control})  # ValueError now and not at the first request
        self._cache_control = cache_control
        self.is_empty = cache_control is None

    def value_for(self, path: str) -> str | None:
        """The value for the file at this path, or None for no header."""
        if self._is_immutable is not None and not path.lower().endswith(_PAGES) and self._is_immutable(path):
            return IMMUTABLE
        if self._cache_control is None or isinstance(self._cache_control, str):
            return self._cache_control
        return self._cache_control(path)


def _immutable_rule(
    immutable: bool | str | re.Pattern[str] | Callable[[str], bool] | None,
) -> Callable[[str], object] | None:
    if immutable is None or immutable is False:
        return None
    if immutable is True:
        return is_fingerprinted
    if isinstance(immutable, (str, re.Pattern)):
        return re.compile(immutable).search
    return immutable


def is_fingerprinted(path: str) -> bool:
    """Whether the file's name surely has a hash of its content, between a dot or hyphen and its extensions.

    Known are hexadecimal hashes of 8 and more characters (webpack, Parcel, Django, Sprockets), and the 8 characters of
    base64 (Vite, Rollup) and base32 (esbuild, Angular). One in five or so of those that are shorter than 12 looks too
    much like a word, a date or a version to be sure, and is not taken for one: give a regular expression of your
    bundler's names where all must be. A UUID is no hash, but the number of a record or a device may look like one: the
    rule is for directories that a build fills, not for uploads.

    >>> [is_fingerprinted(name) for name in ("app.3f2a1b9c.js", "index-BmQ0x9Ya.css", "js/main-5BQZ6TTF.js.map")]
    [True, True, True]
    >>> [is_fingerprinted(name) for name in ("jquery-3.7.1.min.js", "photo-20240101.jpg", "index-contact.js")]
    [False, False, False]
    """
    name = path.rpartition("/")[2]
    start = 0
    while (dot := name.find(".", start)) >= 0:
        if _EXTENSIONS.fullmatch(name, dot) and _ends_with_hash(name[:dot]):
            return True
        start = dot + 1
    return False


def _ends_with_hash(stem: str) -> bool:
    if _UUID.search(stem[-36:]):
        return False
    prefix, _, last = stem.replace(".", "-").rpartition("-")
    if prefix and _is_hash(last):
        return True
    # A hash in base64 may have hyphens itself.
    return len(stem) > 9 and stem[-9] in ".-" and "-" in stem[-8:] and _is_hash_with_hyphen(stem[-8:])


def _is_hash(text: str) -> bool:
    runs = len(_RUN.findall(text))
    if _HEX.fullmatch(text):
        return runs >= 3 and (len(text) >= 16 or not _DATE.search(text))
    if _BASE32.fullmatch(text):
        return runs >= 3
    if len(text) != 8 or not (text.isascii() and text.replace("_", "a").isalnum()):
        return False
    return runs >= (5 if text == text.lower() else 4)


def _is_hash_with_hyphen(text: str) -> bool:
    has_all_kinds = re.search("[0-9]", text) and re.search("[A-Z]", text) and re.search("[a-z]", text)
    return bool(has_all_kinds) and "." not in text and len(_RUN.findall(text)) >= 4
