"""Where in a text the value of a secret ends, which stands behind its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .secret_names import is_secret_name

# A name, and what stands between it and its value; behind ``=`` and ``:`` a value need not be in quotes.
_NAME = re.compile(
    r"(?<![\w.-])(?:([\w.-]++)(?:\\{0,3}+[\"'])?+"
    r"(?:\s{0,8}+:\s{0,8}+(?=\\{0,3}+[bru]?[\"'])|\s{1,8}+=\s{0,8}+(?=[bru]?[\"'])|=\s{1,8}+(?=[bru]?[\"'])|=(?![=\s])"
    r"|[ \t]{0,8}+(:)(?!:|//)[ \t]{0,8}+(?=\S)"
    r"|(?<=[\"'])(,)\s{0,8}+(?=\\{0,3}+[bru]?[\"']))"
    r"|(--[\w.-]++)\s{1,8}+(?=[^\s-]))"
)
_QUOTED = re.compile(
    r"(?s)[bBrRuUfF]{0,2}+(?:\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\\{1,3}\".*?\\{1,3}\"|\\{1,3}'.*?\\{1,3}')"
)
_UNCLOSED = re.compile(r"[bBrRuUfF]{0,2}+\\{0,3}+[\"'][^\n]++")
_BRACKETED = re.compile(r"[\w.]{0,200}+([(\[{<])")
_BRACKET = re.compile(r"(?s)\\.|[\"'()\[\]{}<>]")
_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_BARE = re.compile(r"[^\s\"'&,;)}\]]++")
# A header, a line of YAML and the like goes on to the end of the line, or of the text in quotes that it is in.
_LINE = re.compile(r"(?:=[\"'][^\"'\r\n]*+[\"']|[^\"'\r\n\\]|\\{0,3}+'(?=\w)|\\(?![nr\"']))++")
_IN_A_LINE = re.compile(r"(?<!\\)\w *\Z")
_PROSE = re.compile(r"[A-Z]?[a-z]++(?:[,;]? (?:[a-z]++|\d{1,2}+))++[.!?]?")
_HARMLESS = frozenset({"None", "True", "False", "null", "true", "false", "", "[]", "()", "{}"})


def named_values(text: str, *, is_source: bool) -> Iterator[tuple[int, int]]:
    """Begin and end of each value in ``text`` that a secret name stands before, with its quotes or brackets.

    In source, what has no quotes is no value but a name, and what is in a list has no name.
    """
    position = 0
    while found := _NAME.search(text, position):
        position = begin = found.end()
        if not _is_secret(text, found) or (is_source and (found[3] or found[4])):
            continue
        end = _end_in_quotes(text, begin) if is_source else _end(text, found)
        if end > begin and text[begin:end].strip().strip("\"'") not in _HARMLESS:
            yield begin, end
        position = max(begin, end)


def _is_secret(text: str, found: re.Match[str]) -> bool:
    name = found[1] or found[4]
    # The first letter may belong to an escape: ``\npassword``.
    return is_secret_name(name) or (text[found.start() - 1 : found.start()] == "\\" and is_secret_name(name[1:]))


def _end_in_quotes(text: str, begin: int) -> int:
    value = _QUOTED.match(text, begin)
    return begin if value is None else value.end()


def _end(text: str, found: re.Match[str]) -> int:
    begin = found.end()
    value = _QUOTED.match(text, begin) or _UNCLOSED.match(text, begin)
    if value is not None:
        return value.end()
    is_line = found[2] and text[found.end(1)] not in "\\\"'"
    opened = _BRACKETED.match(text, begin)
    if opened and (opened.start(1) == begin or not is_line):
        return _end_in_brackets(text, opened.end(), opened[1])
    value = (_LINE if is_line else _BARE).match(text, begin)
    if value is None:
        return begin
    # "Invalid token: signature has expired" tells what is wrong, and no token.
    before = text[max(0, found.start() - 9) : found.start()]
    if is_line and _IN_A_LINE.search(before) and _PROSE.fullmatch(value[0].strip()):
        return begin
    return value.end()


def _end_in_brackets(text: str, begin: int, opening: str) -> int:
    depth, quote = 1, ""
    for bracket in _BRACKET.finditer(text, begin):
        found = bracket[0]
        if quote:
            quote = "" if found == quote else quote
        elif found in "\"'":
            quote = found
        else:
            depth += (found == opening) - (found == _CLOSING[opening])
        if depth == 0:
            return bracket.end()
    return len(text)
