"""The text of a Python file, which is written back byte for byte but for what is replaced."""

from __future__ import annotations

import ast
import codecs
import re
import tokenize
import warnings
from collections.abc import Mapping
from typing import Final

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


class UnreadableSourceError(Exception):
    """A file that is no Python text; the line, where it is known, and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


class SourceText:
    """A file's bytes as text, in the encoding that it declares (PEP 263), with its byte order mark kept aside.

    Raises `UnreadableSourceError` for what is not in that encoding, or in one that would not give the same bytes back.
    """

    def __init__(self, data: bytes) -> None:
        self._mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        body = data[len(self._mark) :]
        try:
            encoding, _ = tokenize.detect_encoding(iter(data.splitlines(keepends=True)).__next__)
            self._encoding = "utf-8" if self._mark else encoding
            self.text = body.decode(self._encoding)
            same = self.text.encode(self._encoding) == body
        except (SyntaxError, UnicodeError, LookupError) as error:
            raise UnreadableSourceError(1, str(error)) from error
        if not same:
            raise UnreadableSourceError(1, f"its encoding {self._encoding} does not give back the same bytes")
        # Columns are counted from the same starts, whatever a line ends with.
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(self.text))]

    def tree(self) -> ast.Module:
        """The syntax tree; `UnreadableSourceError` if there is none."""
        return parsed(self.text)

    def offset(self, node: ast.stmt | ast.expr | ast.alias) -> int:
        """Where a node begins, in characters of the text; its own column is in bytes of UTF-8."""
        start = self._starts[node.lineno - 1]
        end = self._starts[node.lineno] if node.lineno < len(self._starts) else len(self.text)
        before = self.text[start:end].encode()[: node.col_offset]
        return start + len(before.decode("utf-8", "ignore"))

    def replaced(self, words: Mapping[int, tuple[str, str]]) -> bytes:
        """The bytes with words at some offsets replaced by others: ``{offset: (old, new)}``."""
        parts: list[str] = []
        end = 0
        for offset in sorted(words):
            old, new = words[offset]
            parts += [self.text[end:offset], new]
            end = offset + len(old)
        return self._mark + "".join([*parts, self.text[end:]]).encode(self._encoding)


def lines_of(text: str) -> list[str]:
    """The lines as Python and editors count them; `str.splitlines` would end one at a form feed."""
    return _LINE_END.split(text)


def parsed(text: str) -> ast.Module:
    """The syntax tree of a text; `UnreadableSourceError` if there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a "\d" in somebody's code is none of ours
            return ast.parse(_LINE_END.sub("\n", text))
    except SyntaxError as error:
        raise UnreadableSourceError(error.lineno or 1, f"no Python of {_python()}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:  # a NUL, or nested too deeply
        raise UnreadableSourceError(1, f"no Python: {error}") from error


def _python() -> str:
    import sys

    return f"{sys.version_info.major}.{sys.version_info.minor}"
