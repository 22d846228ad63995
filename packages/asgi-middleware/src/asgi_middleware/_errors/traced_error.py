"""An exception as it is shown, with those it came from and those it holds, all bounded and without secrets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import Any, Literal

from .masking import Secrets
from .nested_values import is_sequence, kind_module, kind_name
from .traced_frame import FrameTracer, SourceLine, TracedFrame

_MOST_ERRORS = 60
_MOST_OUTER_FRAMES = 10
_MOST_INNER_FRAMES = 30
_MOST_FRAMES_IN_ALL = 200
_MOST_MEMBERS = 15
_DEEPEST_GROUP = 8
_MOST_NOTES = 20
_LONGEST_MESSAGE = 8000

_KEEPERS: tuple[type, ...] = (BaseException, BaseExceptionGroup, SyntaxError)

Relation = Literal["raised", "cause", "context", "member"]


@dataclass(slots=True)
class TracedError:
    """One exception; its frames begin with the innermost, where it was raised."""

    relation: Relation
    type: str
    module: str
    message: str
    notes: list[str] = field(default_factory=list[str])
    frames: list[TracedFrame] = field(default_factory=list[TracedFrame])
    frames_left_out: int = 0
    members: list[list[TracedError]] = field(default_factory=list["list[TracedError]"])
    members_left_out: int = 0


@dataclass(slots=True)
class _Link:
    """An exception that will be shown, and the steps of its traceback that will."""

    relation: Relation
    error: BaseException
    steps: list[TracebackType]
    steps_left_out: int
    members: list[list[_Link]]
    members_left_out: int


class ErrorTracer:
    """Makes what is shown of an exception: first what will be shown is chosen, and only then are texts made of it."""

    def __init__(self, exc: BaseException, secrets: Secrets, context_lines: int) -> None:
        self._secrets = secrets
        self._frames = FrameTracer(secrets, context_lines)
        self._seen: set[int] = set()  # by identity: an exception may define equality as it likes
        self._frames_left = _MOST_FRAMES_IN_ALL
        self._chain = self._choose(exc, "raised", 0)
        self.errors_left_out = len(self._seen) >= _MOST_ERRORS
        """Whether there may be more of them than are shown."""

    def errors(self) -> list[TracedError]:
        """The exception, and behind it each that it came from; secrets are known from all of them before."""
        for link in _all_of(self._chain):
            self._frames.collect_from(link.error)
            for step in link.steps:
                self._frames.collect(step)
        return [self._error(link) for link in self._chain]

    def _choose(self, exc: BaseException | None, relation: Relation, depth: int) -> list[_Link]:
        chain: list[_Link] = []
        while exc is not None and id(exc) not in self._seen and len(self._seen) < _MOST_ERRORS:
            self._seen.add(id(exc))
            steps, steps_left_out = self._steps(attribute_of(exc, "__traceback__"))
            link = _Link(relation, exc, steps, steps_left_out, [], 0)
            chain.append(link)
            if issubclass(type(exc), BaseExceptionGroup):
                self._choose_members(link, exc, depth)
            cause = attribute_of(exc, "__cause__")
            context = None if attribute_of(exc, "__suppress_context__") else attribute_of(exc, "__context__")
            exc, relation = (context, "context") if cause is None else (cause, "cause")
        return chain

    def _choose_members(self, link: _Link, group: BaseException, depth: int) -> None:
        members: tuple[BaseException, ...] = attribute_of(group, "exceptions")
        if depth < _DEEPEST_GROUP:
            chosen = (self._choose(member, "member", depth + 1) for member in members[:_MOST_MEMBERS])
            link.members = [chain for chain in chosen if chain]
        link.members_left_out = len(members) - len(link.members)

    def _steps(self, step: TracebackType | None) -> tuple[list[TracebackType], int]:
        """The steps of a traceback from the innermost on, without those between when they are too many."""
        steps: list[TracebackType] = []
        while step is not None:
            steps.append(step)
            step = step.tb_next
        steps.reverse()
        kept = steps
        if len(steps) > _MOST_INNER_FRAMES + _MOST_OUTER_FRAMES:
            kept = steps[:_MOST_INNER_FRAMES] + steps[-_MOST_OUTER_FRAMES:]
        kept = kept[: self._frames_left]
        self._frames_left -= len(kept)
        return kept, len(steps) - len(kept)

    def _error(self, link: _Link) -> TracedError:
        exc = link.error
        frames = [self._frames.frame(step) for step in link.steps]
        if issubclass(type(exc), SyntaxError):
            frames[:0] = self._syntax(exc)
        return TracedError(
            relation=link.relation,
            type=self._secrets.cut(kind_name(exc), _LONGEST_MESSAGE),
            module=self._secrets.cut(_text_of(kind_module(exc)), _LONGEST_MESSAGE),
            message=self._secrets.cut(message_of(exc), _LONGEST_MESSAGE),
            notes=[self._secrets.cut(note, _LONGEST_MESSAGE) for note in _notes_of(exc)],
            frames=frames,
            frames_left_out=link.steps_left_out,
            members=[[self._error(member) for member in chain] for chain in link.members],
            members_left_out=link.members_left_out,
        )

    def _syntax(self, exc: BaseException) -> Iterator[TracedFrame]:
        """The place that could not be read, as if it were a frame."""
        named = ("filename", "lineno", "text", "offset", "end_lineno", "end_offset")
        filename, number, text, column, last, end = (attribute_of(exc, name) for name in named)
        if isinstance(text, str) and isinstance(number, int):
            raw = text.rstrip()
            shown = self._secrets.hide(raw, is_source=True)
            line = SourceLine(number, self._secrets.cut(shown, 400), is_current=True)
            if shown == raw and isinstance(column, int) and 0 < column <= min(len(raw), 400):
                end = end if last == number and isinstance(end, int) else 0
                line.marked = (column - 1, max(column, min(end - 1, len(raw))))
            yield TracedFrame(self._secrets.cut(_text_of(filename), 400), number, "", source=[line])


def message_of(exc: BaseException) -> str:
    """What the exception says of itself, which may fail."""
    return _text_of(exc)


def attribute_of(exc: BaseException, name: str) -> Any:
    """What the interpreter itself keeps of an exception, whatever its class has under this name."""
    keeper = next(base for base in _KEEPERS if name in vars(base))
    return vars(keeper)[name].__get__(exc)


def _text_of(value: object) -> str:
    try:
        return "".join((str(value),))  # which may be of a class of its own
    except BaseException:  # nothing that an object does may end the page, and this is a thread
        return "(its str() failed)"


def _notes_of(exc: BaseException) -> list[str]:
    try:
        notes: Any = getattr(exc, "__notes__", None)  # anybody may set it to anything
        some: list[object] = list(islice(notes, _MOST_NOTES)) if is_sequence(notes) else []
    except BaseException:
        return []
    return [_text_of(note) for note in some]


def _all_of(chain: list[_Link]) -> Iterator[_Link]:
    for link in chain:
        yield link
        for member in link.members:
            yield from _all_of(member)
