"""What may stand behind the name of a directive, told apart from what only looks as if it could."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, cast

from .._items import items

FLAGS: Final = frozenset({"upgrade-insecure-requests"})
_MAY_BE_EMPTY = FLAGS | {"sandbox"}
_TAKES_NONCE = re.compile(r"default-src|(?:script|style)-src(?:-elem)?")
_QUOTED = re.compile(
    r"'(?:self|none|script|nonce|report-sample|strict-dynamic|allow-duplicates|inline-speculation-rules"
    r"|unsafe-(?:inline|eval|hashes|allow-redirects)|wasm-unsafe-eval|trusted-types-eval"
    r"|report-sha(?:256|384|512)|sha(?:256|384|512)-[A-Za-z0-9+/_\-]+={0,2})'"
)
_SANDBOX = re.compile(r"allow-[a-z\-]+")
_NAMES_OF_OWN = frozenset({"report-to", "report-uri"})  # whose values may look like a keyword
_SAFE = re.compile(r"[\x21-\x2b\x2d-\x3a\x3c-\x7e]+")  # no space, no comma, no semicolon


def check_sources(directive: str, value: object) -> tuple[str, ...]:
    """The sources of a directive; `ValueError` for one that browsers would not take as it is meant.

    >>> check_sources("script-src", ["'self'", "https://cdn.example"])
    ("'self'", 'https://cdn.example')
    """
    if directive in FLAGS or value is True:
        if directive not in _MAY_BE_EMPTY or value is not True:
            is_true = "is True or False" if directive in FLAGS else "has sources"
            raise ValueError(f"{directive} {is_true}, so it cannot be {value!r}.")
        return ()
    sources = items(cast("Iterable[str]", value))
    if not sources:
        raise ValueError(f"{directive} is empty: write \"'none'\" to allow nothing, or None to leave it out.")
    for source in sources:
        _check(directive, source)
    if "'none'" in sources and len(sources) > 1:
        raise ValueError(f"{directive}: 'none' cannot stand beside other sources.")
    return sources


def _check(directive: str, source: str) -> None:
    quoted = f"'{source}'"
    if source.startswith("'nonce-"):
        raise ValueError(f"{directive}: a nonce must be new in each response: use ContentSecurityPolicy.NONCE.")
    if not _SAFE.fullmatch(source):
        raise ValueError(
            f"{directive}: {source!r} is not one source. Give several as a list; write ';' as %3B and ',' as %2C, a "
            "host name in its ASCII form."
        )
    if "'" in source and not _QUOTED.fullmatch(source):
        raise ValueError(f"{directive}: {source} is no keyword of CSP; only these are written with quotes.")
    if _QUOTED.fullmatch(quoted) and directive not in _NAMES_OF_OWN:
        raise ValueError(f'{directive}: the keyword {source} is written with single quotes: "{quoted}".')
    if directive == "sandbox" and not _SANDBOX.fullmatch(source):
        raise ValueError(f"sandbox: {source} is no permission, such as allow-scripts.")
    if source == "'nonce'" and not _TAKES_NONCE.fullmatch(directive):
        raise ValueError(f"{directive} takes no nonce: scripts and styles have one (script_src, style_src).")
