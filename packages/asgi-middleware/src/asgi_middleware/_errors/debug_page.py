"""What the debug page shows of an exception, as a self-contained HTML page and as text."""

from __future__ import annotations

import traceback
from html import escape

_CONTEXT_LINES = 4
_MOST_FRAMES = 100
_TITLE_LENGTH = 120

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #222; }}
h1 {{ font-size: 1.4rem; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.1rem; overflow-wrap: anywhere; white-space: pre-wrap; }}
pre {{ margin: 0; padding: .5rem; overflow-x: auto; background: #f5f5f5; }}
mark {{ background: #ffe08a; }}
summary {{ cursor: pointer; padding: .25rem 0; overflow-wrap: anywhere; }}
</style>
</head>
<body>
{exceptions}
<details><summary>As text</summary>
<pre>{text}</pre></details>
<p>You see this page because the application runs with <code>debug=True</code>.</p>
</body>
</html>
"""


def debug_text(exc: BaseException) -> str:
    """The traceback as the interpreter prints it, causes included."""
    return "".join(traceback.format_exception(exc))


def debug_html(exc: BaseException) -> str:
    """A page with every exception of the chain, the last one first, the source around its frames, and all as text.

    Of each exception the innermost 100 frames are shown. Members of an exception group, notes and the line of a
    `SyntaxError` are in the text.
    """
    title = f"{type(exc).__name__}: {_message(exc)}"[:_TITLE_LENGTH]
    exceptions = "\n".join(_exception_html(link) for link in _chain(exc))
    return _PAGE.format(title=escape(title), exceptions=exceptions, text=escape(debug_text(exc)))


def _chain(exc: BaseException) -> list[BaseException]:
    chain: dict[int, BaseException] = {}  # by identity: an exception may define equality as it likes
    link: BaseException | None = exc
    while link is not None and id(link) not in chain:
        chain[id(link)] = link
        context = None if link.__suppress_context__ else link.__context__
        link = context if link.__cause__ is None else link.__cause__
    return list(chain.values())


def _exception_html(exc: BaseException) -> str:
    frames = traceback.extract_tb(exc.__traceback__, limit=-_MOST_FRAMES)
    shown = "\n".join(_frame_html(frame, is_last=frame is frames[-1]) for frame in reversed(frames))
    return f"<h1>{escape(type(exc).__name__)}</h1>\n<h2>{escape(_message(exc))}</h2>\n{shown}"


def _frame_html(frame: traceback.FrameSummary, *, is_last: bool) -> str:
    where = f"{frame.filename}, line {frame.lineno}, in {frame.name}"
    opened = " open" if is_last else ""
    return f"<details{opened}><summary>{escape(where)}</summary>\n<pre>{_source_html(frame)}</pre></details>"


def _source_html(frame: traceback.FrameSummary) -> str:
    from linecache import getline

    if frame.lineno is None:  # generated code need not have line numbers
        return ""
    lines: list[str] = []
    for number in range(max(1, frame.lineno - _CONTEXT_LINES), frame.lineno + _CONTEXT_LINES + 1):
        source = getline(frame.filename, number)
        if source:
            text = escape(f"{number:5} {source.rstrip()}")
            lines.append(f"<mark>{text}</mark>" if number == frame.lineno else text)
    return "\n".join(lines)


def _message(exc: BaseException) -> str:
    try:
        return str(exc)
    except Exception:
        return "(its str() failed)"
