"""Which charset the text of a form is in, and its decoding."""

from __future__ import annotations

from typing import Final

CHARSET_FIELD: Final = "_charset_"
"""The field in which a browser says what the form is encoded in (RFC 7578 section 4.6)."""

MAX_LABEL: Final = 40

# Labels are looked up here and never given to `codecs` unseen: its registry keeps every unknown name for ever, has
# codecs that take quadratic time (idna, punycode), and others that are no charset (rot13, zip).
_SAME_IN_PYTHON = (
    *("utf-8", "utf-16", "utf-16le", "utf-16be", "koi8-r", "koi8-u", "gb18030", "euc-jp", "iso-2022-jp"),
    *(f"iso-8859-{part}" for part in range(2, 17) if part not in (9, 11, 12)),
    *(f"windows-{page}" for page in range(1250, 1259)),
)
# What browsers mean by a label (WHATWG Encoding standard) is often a superset of what Python does.
_OTHER_IN_PYTHON = {
    "windows-1252": ("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1"),
    "windows-1254": ("iso-8859-9", "iso8859-9", "latin5", "l5"),
    "cp874": ("windows-874", "iso-8859-11", "iso8859-11", "tis-620"),
    "cp866": ("ibm866", "866"),
    "cp932": ("shift-jis", "sjis", "x-sjis", "windows-31j", "ms932", "ms-kanji"),
    "cp949": ("euc-kr", "euckr", "ks-c-5601-1987", "korean", "windows-949"),
    "cp950": ("big5", "cn-big5", "x-x-big5"),
    "big5hkscs": ("big5-hkscs",),
    "euc-jp": ("eucjp", "x-euc-jp"),
    "gb18030": ("gbk", "x-gbk", "gb2312", "gb-2312-80", "chinese"),
    "iso-8859-2": ("latin2", "l2"),
    "iso-8859-3": ("latin3", "l3"),
    "iso-8859-4": ("latin4", "l4"),
    "iso-8859-5": ("cyrillic",),
    "iso-8859-6": ("arabic",),
    "iso-8859-7": ("greek", "greek8"),
    "iso-8859-8": ("iso-8859-8-i", "hebrew", "logical", "visual"),
    "iso-8859-10": ("latin6", "l6"),
    "iso-8859-15": ("latin-9", "l9"),
    "koi8-r": ("koi8", "koi"),
    "koi8-u": ("koi8-ru",),
    "mac-roman": ("macintosh", "mac", "x-mac-roman"),
    "mac-cyrillic": ("x-mac-cyrillic", "x-mac-ukrainian"),
    "utf-8": ("utf8", "u8", "utf-8-sig", "unicode-1-1-utf-8", "cp65001"),
}
_CODECS: Final = {
    **{label: label for label in _SAME_IN_PYTHON},
    **{f"iso8859-{part}": f"iso-8859-{part}" for part in range(2, 17) if part not in (9, 11, 12)},
    **{f"{prefix}{page}": f"windows-{page}" for page in range(1250, 1259) for prefix in ("cp", "x-cp")},
    **{label: codec for codec, labels in _OTHER_IN_PYTHON.items() for label in labels},
    **{codec: codec for codec in _OTHER_IN_PYTHON},
}


def codec_of(label: str, default: str = "latin-1") -> str:
    """Python's codec of a charset by its label, ``default`` for one that is not known."""
    if len(label) > MAX_LABEL:
        return default
    return _CODECS.get(label.strip().lower().replace("_", "-"), default)


def form_codec(label: str, default: str = "latin-1") -> str:
    """Python's codec of a whole form, as `codec_of`: a form said to be in UTF-16 is in UTF-8 (WHATWG Encoding, 4.3)."""
    codec = codec_of(label, default)
    return "utf-8" if codec.startswith("utf-16") else codec


def decoded(text: bytes, codec: str) -> str:
    """``text`` by that codec, and by latin-1 what is not in it, so that no byte is lost; Starlette does the same."""
    try:
        return text.decode(codec)
    except UnicodeDecodeError:
        return text.decode("latin-1")
