"""One frame of a traceback as it is shown: where it is, its source, and its local variables."""

from __future__ import annotations

import linecache
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, field
from inspect import CO_OPTIMIZED
from itertools import islice
from pathlib import PurePath
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType, TracebackType
from typing import Any

from .bounded_repr import BoundedRepr
from .masked_source import MaskedSource
from .masking import Secrets
from .secret_search import SecretSearch

_MOST_LOCALS = 40
_LONGEST_LINE = 400
_LONGEST_NAME = 200

_LIBRARY_FOLDERS = ("/site-packages/", "/dist-packages/")
_STANDARD_LIBRARY = tuple({sysconfig.get_path(name).replace("\\", "/") + "/" for name in ("stdlib", "platstdlib")})
_TOOLS = (FunctionType, BuiltinFunctionType, ModuleType, type)
_PYTHON = frozenset({"", ".py", ".pyw"})
# Ours count as libraries also where they are installed from a working copy.
_FAMILY = frozenset(
    {"asgi_types", "asgi_http", "asgi_routing", "asgi_websockets", "asgi_middleware", "asgi_forms", "asgi_templates"}
    | {"asgi_sessions", "shine"}
)


@dataclass(slots=True)
class SourceLine:
    """A line around the one that was running; ``marked`` are the first and last column of the part that failed."""

    number: int
    text: str
    is_current: bool = False
    marked: tuple[int, int] | None = None


@dataclass(slots=True)
class TracedFrame:
    """Where a call stood when the exception came through; all texts are without secrets."""

    file: str
    line: int | None
    function: str
    module: str = ""
    is_library: bool = False
    source: list[SourceLine] = field(default_factory=list[SourceLine])
    variables: dict[str, str] = field(default_factory=dict[str, str])
    variables_left_out: int = 0


class FrameTracer:
    """Makes frames of tracebacks: first all are looked through for secrets, then each is made without them."""

    def __init__(self, secrets: Secrets, context_lines: int) -> None:
        self._secrets = secrets
        self._context_lines = max(1, context_lines)
        self._repr = BoundedRepr(secrets)
        self._search = SecretSearch(secrets)
        self._sources: dict[str, MaskedSource] = {}
        self._lengths: dict[str, int] = {}

    def collect_from(self, exc: BaseException) -> None:
        """Learn the secrets that this exception has as attributes or arguments."""
        self._search.learn("", exc)

    def collect(self, step: TracebackType) -> None:
        """Learn the secrets that this frame's variables and source have."""
        code = step.tb_frame.f_code
        for name, value in _variables(step):
            self._search.learn(name, value)
        if code.co_filename not in self._sources:
            linecache.checkcache(code.co_filename)
            lines = linecache.getlines(code.co_filename, step.tb_frame.f_globals)
            is_library = is_library_file(code.co_filename, _module_of(step))
            self._sources[code.co_filename] = MaskedSource(lines, self._secrets, is_library=is_library)
            self._lengths[code.co_filename] = len(lines)

    def frame(self, step: TracebackType) -> TracedFrame:
        """The frame that this step of a traceback is in; it must have been collected from."""
        code, module = step.tb_frame.f_code, _module_of(step)
        variables = _variables(step)
        return TracedFrame(
            file=self._secrets.cut(code.co_filename, _LONGEST_LINE),
            line=step.tb_lineno,
            function=self._secrets.cut(_function_of(code), _LONGEST_NAME),
            module=self._secrets.cut(module, _LONGEST_NAME),
            is_library=is_library_file(code.co_filename, module),
            source=self._source(code, step),
            variables={
                self._secrets.cut(name, _LONGEST_NAME): self._repr.named(name, value) for name, value in variables
            },
            variables_left_out=len(step.tb_frame.f_locals) - len(variables),
        )

    def _source(self, code: CodeType, step: TracebackType) -> list[SourceLine]:
        current: Any = step.tb_lineno
        if current is None:  # generated code need not have line numbers
            return []
        source, length = self._sources[code.co_filename], self._lengths[code.co_filename]
        first = max(1, current - self._context_lines // 2)
        lines: list[SourceLine] = []
        for number in range(first, min(first + self._context_lines, length + 1)):
            text = source.line(number)
            line = SourceLine(number, text[:_LONGEST_LINE], number == current)
            if line.is_current and text == source.raw_line(number):  # else the columns are of another text
                line.marked = _columns(code, step, text)
            lines.append(line)
        while lines and not lines[-1].text and not lines[-1].is_current:
            lines.pop()
        return lines


def is_library_file(filename: str, module: str) -> bool:
    """Whether the code of this file is of a library or of the interpreter, and not the application's own."""
    path = filename.replace("\\", "/")
    if any(folder in path for folder in _LIBRARY_FOLDERS) or path.startswith("<frozen "):
        return True
    return module.partition(".")[0] in _FAMILY or path.startswith(_STANDARD_LIBRARY)


def _module_of(step: TracebackType) -> str:
    name = step.tb_frame.f_globals.get("__name__")
    # Code that stands for a template has the template's path there.
    return name if isinstance(name, str) and "/" not in name and "\\" not in name else ""


def _function_of(code: CodeType) -> str:
    """The name of the function: who replaces it by something that says more may forget the qualified one."""
    return code.co_qualname if code.co_qualname.endswith(code.co_name) else code.co_name


def _variables(step: TracebackType) -> list[tuple[str, Any]]:
    """The local variables; those of a module or a template without what it imports or defines."""
    found: Iterable[tuple[str, Any]] = step.tb_frame.f_locals.items()
    if not step.tb_frame.f_code.co_flags & CO_OPTIMIZED:  # no function
        found = (variable for variable in found if not _is_tool(*variable))
    return list(islice(found, _MOST_LOCALS))


def _is_tool(name: str, value: object) -> bool:
    return name.startswith("__") or issubclass(type(value), _TOOLS)


def _columns(code: CodeType, step: TracebackType, text: str) -> tuple[int, int] | None:
    """The columns of the expression that failed, if the interpreter knows them and they are but a part of the line.

    Those of a file that is no Python are of the code that was made from it.
    """
    if not code.co_filename.startswith("<") and PurePath(code.co_filename).suffix not in _PYTHON:
        return None
    position = next(islice(code.co_positions(), step.tb_lasti // 2, None), (None, None, None, None))
    line, end_line, begin, end = position
    if line != step.tb_lineno or begin is None or end is None:
        return None
    encoded = text.encode("utf-8", "surrogatepass")  # the interpreter counts in bytes of UTF-8
    if end_line != line:
        end = len(encoded)
    first, last = (len(encoded[:column].decode("utf-8", "replace")) for column in (begin, end))
    is_whole_line = not text[:first].strip() and not text[last:].strip()
    return None if first >= last or is_whole_line or last > _LONGEST_LINE else (first, last)
