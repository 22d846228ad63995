"""Takes secrets out of texts: values that are known to be secret, and what looks like one by the name before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .secret_names import is_secret_name

MASK = "********"

_SHORTEST = 4
_LONGEST = 4096
_LONGEST_IN_PARTS = 64 * 1024
_MOST = 2000
_MOST_LINES = 100
_SHORTEST_LINE = 12

_USER_INFO = re.compile(r"(?<=://)([^\s/:@?#]{0,256}+):[^\s/@?#]{1,1024}+(?=@)")
# A word in small letters behind it is prose.
_SCHEME = re.compile(r"\b(Bearer|Basic) ++(?![a-z]++[,.;:]?(?:[\s'\")]|$))[\w.~+/=-]{6,}+")
# A name, and what stands between it and its value: ``:`` before what is quoted, ``=`` before that or anything.
_NAME = re.compile(
    r"(?<![\w.-])([\w.-]++)\\?[\"']?"
    r"(?:\s{0,8}+:\s{0,8}+(?=\\?[bru]?[\"'])|\s{1,8}+=\s{0,8}+(?=[bru]?[\"'])|=\s{1,8}+(?=[bru]?[\"'])|=(?![=\s]))"
)
_QUOTED = re.compile(r"(?s)[bBrRuUfF]{0,2}+(?:\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+')")
_BARE = re.compile(r"\\?[\"'][^\s\"'&,;)}\]]++|[^\s\"'&,;)}\]]++")
# A value that is but one of these says of what kind a secret is, as in ``auth = "basic"``.
_KINDS = frozenset(
    {"password", "passwd", "passphrase", "secret", "token", "credential", "credentials", "authorization", "cookie"}
    | {"signature", "private", "session", "csrf", "xsrf", "jwt", "bearer", "basic", "digest", "auth", "oauth", "apikey"}
)
_HARMLESS = frozenset({"None", "True", "False", "null", "true", "false", "", MASK})


class Secrets:
    """The secret values that have been found, and what hides them.

    At most 2000 of them are known, each of 4 characters or more: a shorter one would be found in innocent words.
    """

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._longest_first: list[str] | None = None

    def add(self, value: str | bytes) -> None:
        """Hide this value from now on, in each form that it may be written in."""
        text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
        text = text[:_LONGEST_IN_PARTS]
        for begin in range(0, len(text), _LONGEST):
            part = text[begin : begin + _LONGEST]
            if len(self._forms) < _MOST and part.lower() not in _KINDS:
                self._forms.update(form for form in _forms_of(part) if _may_be_hidden(form))
                self._longest_first = None

    def hide(self, text: str, *, is_source: bool = False) -> str:
        """``text`` without secrets; in source, what is assigned without quotes is no value but a name."""
        if self._longest_first is None:
            self._longest_first = sorted(self._forms, key=len, reverse=True)
        for form in self._longest_first:
            if form in text:
                text = text.replace(form, MASK)
        if "://" in text:
            text = _USER_INFO.sub(rf"\1:{MASK}", text)
        if "Bearer" in text or "Basic" in text:
            text = _SCHEME.sub(rf"\1 {MASK}", text)
        if "=" in text or ":" in text:
            text = "".join(_without_named_values(text, is_source))
        return text

    def cut(self, text: str, most: int) -> str:
        """``text`` without secrets and not longer than ``most`` characters, with a remark if it was."""
        window = text[: most + 2 * _LONGEST]
        hidden = self.hide(window)
        if len(window) < len(text):
            hidden = hidden[:-_LONGEST]  # where half of a secret may stand
        if len(window) == len(text) and len(hidden) <= most:
            return hidden
        return f"{hidden[:most]}… ({len(text)} characters)"


def _may_be_hidden(form: str) -> bool:
    return len(form) >= _SHORTEST and form not in _HARMLESS and form.strip("*") != ""


def _forms_of(text: str) -> Iterator[str]:
    import json
    from urllib.parse import quote, quote_plus

    encoded = text.encode("utf-8", "surrogatepass")
    yield text.strip()
    if "\n" in text:  # where it is indented, its lines stand apart
        lines = (line.strip() for line in text.splitlines()[:_MOST_LINES])
        yield from (line for line in lines if len(line) >= _SHORTEST_LINE)
    as_json = json.dumps(text)[1:-1]
    for written in (text, as_json):
        yield written
        yield repr(written)[1:-1]
        yield repr("'\"" + written)[4:-1]  # beside both kinds of quotes
    yield repr(repr(text))[2:-2]
    yield repr(encoded)[2:-1]
    yield quote(encoded)
    yield quote_plus(encoded)


def _without_named_values(text: str, is_source: bool) -> Iterator[str]:
    """The pieces of ``text``, with a mask for each value that stands behind a secret name and ``=`` or ``:``."""
    done = position = 0
    while found := _NAME.search(text, position):
        position = found.end()
        if is_secret_name(found[1]):
            value = _QUOTED.match(text, position) or (None if is_source else _BARE.match(text, position))
            if value is not None and value[0].strip("\"'") not in _HARMLESS:
                yield text[done:position]
                quote = value[0][-1] if value[0][-1] in "\"'" else ""
                yield f"{quote}{MASK}{quote}"
                done = position = value.end()
    yield text[done:]
