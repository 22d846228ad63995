"""The prefix that proxies took off a path, put before it again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

from asgi_types import Scope, get_route_path

_PREFIX = re.compile(r"(?:/(?:[A-Za-z0-9\-._~!$&'()*+;=:@]|%[0-9A-Fa-f]{2})++)*+/?")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\?#]|/\.{0,2}(?=/|\Z)")
_PATH_CHARACTERS = "/:@!$&'()*+,;=~"  # RFC 3986 section 3.3


def parse_prefix(values: Iterable[str]) -> str | None:
    """The whole prefix, decoded and without a slash at its end, or None if one of its parts is not safe in a URL.

    Each begins with a slash. Not safe are empty segments, ``.`` and ``..``, encoded slashes, backslashes and control
    characters, all of which could lead elsewhere, and what is no path of RFC 3986 at all.

    >>> parse_prefix(["/public/", "/shop"]), parse_prefix(["//evil.example"])
    ('/public/shop', None)
    """
    prefix = ""
    for value in values:
        if not _PREFIX.fullmatch(value):
            return None
        encoded = value.rstrip("/")
        try:
            decoded = unquote(encoded, errors="strict")
        except UnicodeDecodeError:
            return None
        if decoded.count("/") != encoded.count("/") or _UNSAFE.search(decoded):
            return None
        prefix += decoded
    return prefix


def prefixed(scope: Scope, prefix: str) -> dict[str, str | bytes]:
    """The keys of ``scope`` that change where ``prefix`` is put before all that its root path is already.

    ASGI has the root path at the beginning of ``path``. Some servers leave a root path of their own out of it, and it
    is put there as well.
    """
    root_path = prefix + scope.get("root_path", "")
    path = root_path + get_route_path(scope)
    changed: dict[str, str | bytes] = {"root_path": root_path, "path": path}
    if scope.get("raw_path") is not None:
        added = path.removesuffix(scope["path"])
        changed["raw_path"] = quote(added, safe=_PATH_CHARACTERS).encode("ascii") + scope["raw_path"]
    return changed
