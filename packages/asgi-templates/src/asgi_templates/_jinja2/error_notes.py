"""What an error says of the template it came from, where its traceback cannot show the template's source.

Jinja2 gives tracebacks frames that have the file and the line of the template, and whoever shows them reads the file. A
template of a dictionary, a database or a zip archive has no file: it has its name and its lines in a note instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jinja2 import Template

AROUND: Final = 3
"""Lines before and behind the one that failed."""

LONGEST_LINE: Final = 200
_LINE_END = re.compile(r"\r\n|\r|\n")  # what Jinja2 counts; `str.splitlines` knows more of them
MOST_PLACES: Final = 10
"""Templates of which the note says that they extend, include or call the one that failed, or each other."""


def note_template(exc: BaseException) -> None:
    r"""Tell in a note of ``exc``, which came from rendering or loading a template, where in the template that was.

    Nothing is added if the template is a file, which the traceback shows by itself, nor if the note is there already.
    It never fails. The template may be loaded once more for its source; that of one made from a string is not kept
    anywhere, and only the line's number is told.

    >>> import jinja2
    >>> env = jinja2.Environment(loader=jinja2.DictLoader({"sum.txt": "The sum:\n{{ 1 / parts }}"}))
    >>> try:
    ...     env.get_template("sum.txt").render(parts=0)
    ... except ZeroDivisionError as exc:
    ...     note_template(exc)
    ...     print(*exc.__notes__)
    In the template 'sum.txt', line 2:
        1 | The sum:
      > 2 | {{ 1 / parts }}
    """
    with suppress(Exception):  # whatever it meets, the error itself is what must be seen
        note = "\n".join(_note(exc))
        if note and note not in getattr(exc, "__notes__", ()):
            exc.add_note(note)


def _note(exc: BaseException) -> Iterator[str]:
    from jinja2 import TemplateSyntaxError

    places = [*_places(exc.__traceback__)]
    if isinstance(exc, TemplateSyntaxError):
        places.append(_Place(exc.name, exc.filename, exc.lineno, exc.source))
    places.reverse()
    if all(place.is_file() for place in places):
        return
    yield from places[0].with_lines()
    for place in places[1:MOST_PLACES]:
        yield f"from {place}"
    if len(places) > MOST_PLACES:
        yield f"from {len(places) - MOST_PLACES} more"


@dataclass(slots=True)
class _Place:
    """A line of a template that the traceback goes through."""

    name: str | None
    filename: str | None
    line: int
    source: str | None = None
    template: Template | None = None

    def __str__(self) -> str:
        name = "a template made from a string" if self.name is None else f"the template {self.name!r}"
        return f"{name}, line {self.line}"

    def is_file(self) -> bool:
        # What Jinja2 says where there is no file is not looked for: rendering may run on the event loop.
        return self.filename not in (None, "<template>") and Path(self.filename).is_file()

    def with_lines(self) -> Iterator[str]:
        """The place, and the lines around it if there are any."""
        source = self.source if self.template is None else _source(self.template)
        lines = [] if source is None else _LINE_END.split(source)
        if not 1 <= self.line <= len(lines):
            yield f"In {self}"
            return
        yield f"In {self}:"
        last = min(self.line + AROUND, len(lines))
        while last > self.line and not lines[last - 1].strip():
            last -= 1
        for number in range(max(1, self.line - AROUND), last + 1):
            text = lines[number - 1]
            cut = f"{text[:LONGEST_LINE]}…" if len(text) > LONGEST_LINE else text
            yield f"  {'>' if number == self.line else ' '} {number:>{len(str(last))}} | {cut}".rstrip()


def _places(step: TracebackType | None) -> Iterator[_Place]:
    """Where the traceback goes through templates; the one that failed is last."""
    while step is not None:
        real = _compiled_step(step)
        template: Template | None = real.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            line = template.get_corresponding_lineno(real.tb_lineno)
            yield _Place(template.name, template.filename, line, template=template)
        step = step.tb_next


def _compiled_step(step: TracebackType) -> TracebackType:
    """The step of the compiled template in whose place Jinja2 has put ``step``, or ``step`` itself.

    The frame that it shows is made by a function that was given the real one, and still has it.
    """
    if "__jinja_exception__" in step.tb_frame.f_globals:
        maker = step.tb_frame.f_back
        real: Any = None if maker is None else maker.f_locals.get("tb")
        if isinstance(real, TracebackType):
            return real
    return step


def _source(template: Template) -> str | None:
    """The source, if it is still what was rendered."""
    loader = template.environment.loader
    if template.name is None or loader is None or not template.is_up_to_date:
        return None
    with suppress(Exception):  # it need not have sources, nor this template any more
        return loader.get_source(template.environment, template.name)[0]
    return None
