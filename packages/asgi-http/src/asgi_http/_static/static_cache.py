"""How long a static file may be kept by whoever got it: the ``Cache-Control`` of each file (RFC 9111 section 5.2.2)."""

from __future__ import annotations

import re
from collections.abc import Callable

from asgi_types import Headers

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"

_PAGES = (".html", ".htm", ".xhtml")


class CachePolicy:
    """The value of ``Cache-Control`` for each file, by its path below the directory.

    ``cache_control`` is one value for all files, or a function of the path that gives one or None. ``immutable`` says
    which files never change: a regular expression that is searched in the path, a function, or ``True`` for the rule
    of `is_fingerprinted`. A page of HTML never counts as one, as nothing links to it by a hash. With ``immutable`` and
    no ``cache_control``, all other files are ``no-cache``: kept, but asked for before each use. In any case, so is what
    stands for a file that is missing; see `value_for`.

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

    def value_for(self, path: str, *, must_revalidate: bool = False) -> str | None:
        """The value for the file at this path, or None for no header.

        With ``must_revalidate`` nobody may use the file again without asking, as it answers for a name that may get a
        file of its own: ``no-store`` stays, ``private`` becomes ``private, no-cache``, and all else ``no-cache``.

        >>> policy = CachePolicy("private, max-age=60", None)
        >>> policy.value_for("index.html"), policy.value_for("index.html", must_revalidate=True)
        ('private, max-age=60', 'private, no-cache')
        """
        value = self._value(path)
        return _revalidated(value) if must_revalidate else value

    def _value(self, path: str) -> str | None:
        if self._is_immutable is not None and not path.lower().endswith(_PAGES) and self._is_immutable(path):
            return IMMUTABLE
        if self._cache_control is None or isinstance(self._cache_control, str):
            return self._cache_control
        return self._cache_control(path)


def _revalidated(value: str | None) -> str:
    directives = {directive.partition("=")[0].strip(" \t").lower() for directive in (value or "").split(",")}
    if value is not None and "no-store" in directives:
        return value
    return f"private, {REVALIDATE}" if "private" in directives else REVALIDATE


def _immutable_rule(
    immutable: bool | str | re.Pattern[str] | Callable[[str], bool] | None,
) -> Callable[[str], object] | None:
    if immutable is None or immutable is False:
        return None
    if immutable is True:
        from .fingerprint import is_fingerprinted  # its expressions take time to be made

        return is_fingerprinted
    if isinstance(immutable, (str, re.Pattern)):
        return re.compile(immutable).search
    return immutable
