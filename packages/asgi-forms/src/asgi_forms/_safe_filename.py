"""A name for a file, made of what a client calls it."""

from __future__ import annotations

from typing import Final

MAX_SIZE: Final = 255
"""Bytes of a name: POSIX's ``NAME_MAX`` of common file systems. NTFS and APFS allow as many characters."""

MAX_EXTENSION: Final = 32
"""Bytes of an extension that is kept when a name is cut."""

MAX_UNNORMALISED: Final = 512
"""Characters of a name that are normalised, which is not linear. No 255 bytes are made of more."""

DEVICES: Final = frozenset(
    ("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", *(port + n for port in ("COM", "LPT") for n in "0123456789¹²³"))
)
"""What names a device on Windows, in any directory and with any extension."""


def safe_filename(filename: str | None, default: str = "file", *, max_size: int = MAX_SIZE) -> str:
    r"""``filename`` as a name that can be the last component of a path on POSIX and Windows.

    It is the last component by either separator, in NFC. Each of ``<>:"|?*``, which Windows forbids, becomes ``_``,
    white space becomes a space, and what is not printable is left out: control characters, those that turn the
    direction of text, lone surrogates, private use. Dots and spaces go from both ends, so it is neither ``..`` nor
    hidden, and ``_`` comes before a name of a device, such as ``NUL.txt``. More than ``max_size`` bytes of UTF-8 are
    cut, 255 by default, with the extension kept if it has at most 32 and a quarter of that. If nothing is left, or
    there was no name, it is ``default``, as it is.

    These are the naming rules of Microsoft for Windows, the limits of POSIX, and the advice of OWASP on uploads, which
    is also to check the extension against a list of your own, and better not to take names from clients at all: a safe
    name may be that of a file that exists (`PathSink` refuses it), or be ``index.html``.

    >>> safe_filename("../../etc/passwd"), safe_filename(r"C:\fakepath\Zoë?.png"), safe_filename("nul.txt")
    ('passwd', 'Zoë_.png', '_nul.txt')
    """
    from unicodedata import normalize

    name = (filename or "").replace("\\", "/").rpartition("/")[2]
    if not (name.isascii() and name.isprintable()):
        name = "".join(" " if char.isspace() else char for char in name if char.isprintable() or char.isspace())
    for char in '<>:"|?*':
        name = name.replace(char, "_")
    stem, dot, extension = name.strip(" .").rpartition(".")
    name = _cut(normalize("NFC", stem[:MAX_UNNORMALISED] + dot + extension[:MAX_UNNORMALISED]), max_size)
    if name.partition(".")[0].rstrip(" ").upper() in DEVICES:
        name = _cut("_" + name, max_size)
    return name or default


def _cut(name: str, max_size: int) -> str:
    """At most ``max_size`` bytes of a name, with its extension, and without dots and spaces at its end."""
    if len(name.encode()) <= max_size:
        return name
    stem, dot, extension = name.rpartition(".")
    end = dot + extension
    if len(end.encode()) > min(MAX_EXTENSION, max_size // 4):  # or there is no dot
        stem, end = name, ""
    room = max_size - len(end.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + end
