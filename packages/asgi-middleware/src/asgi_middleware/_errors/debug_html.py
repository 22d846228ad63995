"""The debug page: one document that needs no script and no other file, in which everything is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from .debug_report import DebugReport
from .debug_style import STYLE
from .shown_request import Pairs, ShownRequest
from .traced_error import TracedError
from .traced_frame import SourceLine, TracedFrame

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>{asked}
<h1>{type}</h1>
{message}
</header>
<main>
{errors}
{request}
<section aria-label="Versions"><h2>Versions</h2>
{versions}
</section>
<section aria-label="As text"><details><summary>Traceback as text</summary>
<pre class="text" tabindex="0" role="region" aria-label="Traceback as text"><code>{text}</code></pre></details>
</section>
</main>
<footer>You see this page because the application runs with <code>debug=True</code>. Values are masked by name; do not
let strangers see it all the same.</footer>
</body>
</html>
"""

_RELATIONS = {
    "raised": "Raised",
    "cause": "This was the direct cause",
    "context": "It happened while this was being handled",
    "member": "Member of the group",
}


def debug_html(report: DebugReport) -> str:
    """The page of what ``report`` says."""
    first, request = report.errors[0], report.request
    errors = [_error(error) for error in report.errors]
    if report.errors_left_out:
        errors.append("<p>More exceptions are left out.</p>")
    asked = "" if request is None else f'<p class="asked">{escape(f"{request.method} {request.url}")}</p>'
    return _PAGE.format(
        title=escape(report.title),
        style=STYLE,
        asked=asked,
        type=escape(first.type),
        message=_message(first),
        errors="\n".join(errors),
        request="" if request is None else _request(request),
        versions=_list(report.versions.items()),
        text=escape(report.traceback()),
    )


def _error(error: TracedError) -> str:
    relation = _RELATIONS[error.relation]
    if error.relation == "raised":  # the heading of the page says what it is
        head = "<h2>Where it was raised</h2>"
    else:
        head = f'<p class="relation">{relation}</p>\n<h2>{escape(error.type)}</h2>\n{_message(error)}'
    members = "\n".join(_error(member) for chain in error.members for member in chain)
    if error.members_left_out:
        members += f"\n<p>{error.members_left_out} more members are left out.</p>"
    label = escape(f"{relation}: {error.type}")
    return f'<section class="error" aria-label="{label}">{head}\n{_frames(error)}\n{members}</section>'


def _message(error: TracedError) -> str:
    message = f'<p class="message">{escape(error.message)}</p>' if error.message else ""
    return message + "".join(_note(note) for note in error.notes)


def _note(note: str) -> str:
    kind = "note lines" if "\n" in note else "note"  # what has lines may have columns
    return f'\n<p class="{kind}">{escape(note)}</p>'


def _frames(error: TracedError) -> str:
    """Those of the application are open, and those of libraries between them are closed, together."""
    has_own = any(not frame.is_library for frame in error.frames)
    parts: list[str] = []
    for is_library, run in groupby(error.frames, lambda frame: frame.is_library):
        frames = list(run)
        shown = [
            _frame(frame, is_open=not is_library or (not has_own and frame is error.frames[0])) for frame in frames
        ]
        if is_library and has_own and len(frames) > 1:
            names = ", ".join(dict.fromkeys(frame.module.partition(".")[0] or "a library" for frame in frames))
            summary = f"{len(frames)} frames of {escape(names)}"
            inner = "\n".join(shown)
            shown = [f'<details class="library"><summary>{summary}</summary>\n{inner}</details>']
        parts.extend(shown)
    if error.frames_left_out:
        parts.append(f"<p>{error.frames_left_out} frames are left out.</p>")
    return "\n".join(parts)


def _frame(frame: TracedFrame, *, is_open: bool) -> str:
    opened = " open" if is_open else ""
    kind = ' class="library"' if frame.is_library else ""
    line = "" if frame.line is None else f", line {frame.line}"
    function = f'<span class="function">{escape(frame.function)}</span> ' if frame.function else ""
    summary = f'<summary>{function}<span class="file">{escape(frame.file)}{line}</span></summary>'
    return f"<details{kind}{opened}>{summary}\n{_source(frame)}{_variables(frame)}</details>"


def _source(frame: TracedFrame) -> str:
    if not frame.source:
        return ""
    lines = "".join(_line(line) for line in frame.source)
    return f'<pre class="source" tabindex="0" role="region" aria-label="Source"><code>{lines}</code></pre>\n'


def _line(line: SourceLine) -> str:
    if line.marked is None:
        text = escape(line.text)
    else:
        first, last = line.marked
        marked = f"<mark>{escape(line.text[first:last])}</mark>"
        text = escape(line.text[:first]) + marked + escape(line.text[last:])
    numbered = f"<i>{line.number}</i>{text}\n"
    return f'<span class="current">{numbered}</span>' if line.is_current else numbered


def _variables(frame: TracedFrame) -> str:
    if not frame.variables:
        return ""
    more = f"\n<p>{frame.variables_left_out} more are left out.</p>" if frame.variables_left_out else ""
    opened = "" if frame.is_library else " open"
    return f"<details{opened}><summary>Variables</summary>\n{_list(frame.variables.items())}{more}</details>"


def _request(request: ShownRequest) -> str:
    about = [
        ("Method", request.method),
        ("URL", request.url),
        ("HTTP", request.http_version),
        ("Client", request.client),
    ]
    parts = [_list((name, value) for name, value in about if value), *_parts(request)]
    return f'<section aria-label="Request"><h2>Request</h2>\n{"".join(parts)}</section>'


def _parts(request: ShownRequest) -> Iterator[str]:
    named: list[tuple[str, Pairs]] = [
        ("Path parameters", request.path_params),
        ("Query parameters", request.query_params),
        ("Headers", request.headers),
        ("Cookies", request.cookies),
        ("State", request.state),
    ]
    for name, pairs in named:
        if pairs:
            yield f"\n<details open><summary><h3>{name}</h3></summary>\n{_list(pairs)}</details>"


def _list(pairs: Iterable[tuple[str, str]]) -> str:
    items = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
    return f"<dl>\n{items}\n</dl>"
