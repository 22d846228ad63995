"""Takes secrets out of texts: values that are known to be secret, and what looks like one by the name before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .named_values import named_values
from .secret_names import is_secret_name

MASK = "********"

_SHORTEST = 4
_LONGEST = 4096
_LONGEST_IN_PARTS = 64 * 1024
_MOST = 2000
_MOST_LINES = 100
_SHORTEST_LINE = 12

_USER_INFO = re.compile(r"(?<=://)([^\s/:@?#]{0,256}+):([^\s\"'<>]++)")
# A word in small letters behind it is prose.
_SCHEME = re.compile(r"\b(Bearer|Basic) ++(?![a-z]++[,.;:]?(?:[\s'\")]|$))[\w.~+/=-]{6,}+")
# A field of a form that is sent as multipart, up to the next one, as it is or with its line ends escaped.
_FIELD = re.compile(
    r"(?s)\bname=(?:\\{0,3}+\")?([^\"\\\s;]{1,200}+)((?:(?!\r?\n\r?\n|\\r\\n\\r\\n).){0,400}?"
    r"(?:\r?\n\r?\n|\\r\\n\\r\\n))(.*?)(?=\r?\n--|\\r\\n--|\Z)"
)
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
        for text in [value] if isinstance(value, str) else _texts_of(value[:_LONGEST_IN_PARTS]):
            self._add(text[:_LONGEST_IN_PARTS])

    def _add(self, text: str) -> None:
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
            text = _USER_INFO.sub(_without_password, text)
        if "Bearer" in text or "Basic" in text:
            text = _SCHEME.sub(rf"\1 {MASK}", text)
        if "name=" in text:
            text = _FIELD.sub(_without_secret_field, text)
        if "=" in text or ":" in text or "--" in text or "," in text:
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


def _texts_of(value: bytes) -> list[str]:
    from base64 import b64encode

    encoded = b64encode(value).decode().rstrip("=")
    return [
        value.decode("utf-8", "backslashreplace"),
        value.hex(),
        encoded,
        encoded.replace("+", "-").replace("/", "_"),
    ]


def _without_password(found: re.Match[str]) -> str:
    """The address without all that is before its last ``@``, since a password that is not escaped may have anything."""
    password, at, rest = found[2].rpartition("@")
    return f"{found[1]}:{MASK}@{rest}" if at and password else found[0]


def _without_secret_field(found: re.Match[str]) -> str:
    return found[0][: -len(found[3])] + MASK if found[3] and is_secret_name(found[1]) else found[0]


def _without_named_values(text: str, is_source: bool) -> Iterator[str]:
    """The pieces of ``text``, with a mask for each value that stands behind a secret name."""
    done = 0
    for begin, end in named_values(text, is_source=is_source):
        if text[begin:end].strip("\"'") != MASK:
            yield text[done:begin]
            quote = text[end - 1] if text[end - 1] in "\"'" else ""
            yield f"{quote}{MASK}{quote}"
            done = end
    yield text[done:]
