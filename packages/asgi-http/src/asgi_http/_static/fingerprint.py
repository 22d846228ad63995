"""Whether a file's name has a hash of its content.

Such a file never changes under that name, so it may be kept for ever. Taking another one for such a file would keep a
stale copy in browsers for a year; the other mistake only costs a question. So the rule leaves out whatever looks like
words, dates or versions, and with it many hashes.
"""

from __future__ import annotations

import re

# What may follow a hash: ".js", ".min.js", ".js.map", ".chunk.css".
_EXTENSIONS = re.compile(r"(?:\.[a-z][a-z0-9]{0,9})+", re.IGNORECASE)
_RUN = re.compile(r"[a-z]+|[A-Z]+|[0-9]+")
_HEX = re.compile(r"[0-9a-f]{8,64}")
_BASE64 = re.compile(r"(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[0-9A-Za-z_-]{8}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:[0-9]{4}|dec|feb)|[0-9]{1,2}(?:dec|feb)[0-9]{2,4}")
# Two numbers and what stands between them, such as a year and what is counted in it.
_NUMBERS = re.compile(r"[a-f]?[0-9]+[a-f][0-9]+[a-f]?")


def is_fingerprinted(path: str) -> bool:
    r"""Whether the file's name looks as if it had a hash of its content, between a dot or hyphen and its extensions.

    Known are hexadecimal hashes of 8 to 64 characters in lower case (webpack, Parcel, Django, Sprockets), and those of
    8 characters in base64 with capitals, small letters and digits in turn (Vite, Rollup). One in four of the former if
    it has 8 characters, and most of the latter, look too much like a word, a date or a version, and are not taken for
    one; nor are hashes of another form, such as esbuild's. Where all must be, give a regular expression of your
    bundler's names instead: ``"^assets/"`` for Vite, ``r"-[A-Z2-7]{8}\.(js|css)$"`` for esbuild and Angular.

    A UUID is no hash, but the number of a record or a device may look like one: the rule is for directories that a
    build fills, not for uploads.

    >>> [is_fingerprinted(name) for name in ("app.3f2a1b9c.js", "index-BmQ0x9Ya.css", "js/main.8bf0a4c9.js.map")]
    [True, True, True]
    >>> [is_fingerprinted(name) for name in ("jquery-3.7.1.min.js", "menu-24dec2025.pdf", "compare-MP3vsMP4.png")]
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
    if prefix and _HEX.fullmatch(last):
        return len(_RUN.findall(last)) >= 3 and not _NUMBERS.fullmatch(last) and not _DATE.search(last)
    # In eight characters of three kinds, a person changes the kind five times at most. A hash may have hyphens itself.
    last = stem[-8:]
    if len(stem) < 10 or stem[-9] not in ".-" or not _BASE64.fullmatch(last):
        return False
    return len(_RUN.findall(last.replace("-", "").replace("_", ""))) >= 7
