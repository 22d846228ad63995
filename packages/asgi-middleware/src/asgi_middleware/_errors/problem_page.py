"""A problem as a page for people: one document, without script, picture or another file."""

from __future__ import annotations

from html import escape
from typing import Any

from .page_colours import COLOURS
from .problem import MEMBERS

STYLE = (
    COLOURS
    + """
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 36rem; padding: clamp(1.25rem, 5vw, 2.5rem); background: var(--paper);
  border: 1px solid var(--line); border-top: .3rem solid var(--accent); border-radius: .6rem; }
h1 { margin: 0; font-size: clamp(1.4rem, 5vw, 2rem); line-height: 1.25; overflow-wrap: anywhere; }
p { margin: .75rem 0 0; overflow-wrap: anywhere; }
.status { margin: 0 0 .25rem; color: var(--accent); font-weight: 600; letter-spacing: .04em; }
a { color: var(--value); }
dl { margin: 1.25rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); display: grid;
  grid-template-columns: minmax(0, auto) minmax(0, 1fr); gap: .25rem 1rem; font-size: .9rem; }
dt { color: var(--soft); overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; }
"""
)

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<p class="status">{status}</p>
<h1>{title}</h1>
{parts}
</main>
</body>
</html>
"""


def problem_page(members: dict[str, Any]) -> str:
    """The page of a problem: its own members are shown where they are plain values.

    >>> "<h1>Not Found</h1>" in problem_page({"type": "about:blank", "title": "Not Found", "status": 404})
    True
    """
    parts: list[str] = []
    if "detail" in members:
        parts.append(f"<p>{escape(str(members['detail']))}</p>")
    kind = str(members["type"])
    if kind.startswith(("https://", "http://")):
        parts.append(f'<p><a href="{escape(kind)}" rel="noreferrer">About this kind of problem</a></p>')
    plain = [
        f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(str(value))}</dd>"
        for name, value in members.items()
        if name not in MEMBERS and isinstance(value, (str, int, float))
    ]
    if plain:
        parts.append("<dl>\n{}\n</dl>".format("\n".join(plain)))
    title, status = escape(str(members["title"])), escape(str(members["status"]))
    return _PAGE.format(title=title, style=STYLE, status=status, parts="\n".join(parts))
