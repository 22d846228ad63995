"""Small multiples of line charts with logarithmic axes, as an SVG text.

    python benchmarks/line_charts.py medians.json charts.svg

draws what ``route_match.py --json`` wrote. Lines differ by colour and by dashes, and are labelled at their end. Text
and axes follow the reader's colour scheme.
"""

from __future__ import annotations

import argparse
import json
import math
import textwrap
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

Points = list[tuple[float, float]]

# Each has a contrast of at least 3 : 1 to white and to GitHub's dark grey; the pairs stay apart for the colour-blind.
STROKES = [("#d55e00", ""), ("#2f81c8", "7 3"), ("#00946b", "2 3"), ("#b45fae", "9 3 2 3"), ("#a07800", "4 2")]
COLUMNS = 3
CELL_WIDTH, CELL_HEIGHT = 320, 236
LEFT, RIGHT, TOP, BOTTOM = 46, 80, 30, 40
LABEL_HEIGHT = 12
HEADING = 54
STYLE = """
  svg { color: #24292f; font: 11px system-ui, sans-serif; }
  @media (prefers-color-scheme: dark) { svg { color: #e6edf3; } }
  text { fill: currentColor; } .heading { font-size: 16px; font-weight: 600; }
  .panel { font-size: 13px; font-weight: 600; }
  .grid { stroke: currentColor; stroke-opacity: 0.15; } .axis { stroke: currentColor; stroke-opacity: 0.6; }
  .line { fill: none; stroke-width: 1.8; } .lead { fill: none; stroke-width: 0.7; stroke-opacity: 0.6; }
"""


class Panel(NamedTuple):
    title: str
    lines: dict[str, Points]


class Scale(NamedTuple):
    """A logarithmic axis from one power of ten to another, laid between two positions."""

    first: int
    last: int
    begin: float
    end: float

    def at(self, value: float) -> float:
        return self.begin + (math.log10(value) - self.first) / (self.last - self.first) * (self.end - self.begin)

    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self.first, self.last + 1)]


def scale(values: list[float], begin: float, end: float) -> Scale:
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return Scale(first, max(last, first + 1), begin, end)


def small_multiples(title: str, description: str, panels: list[Panel], axes: tuple[str, str]) -> str:
    """The charts of ``panels`` on common axes (their labels are ``axes``), and a key in the cell after the last one."""
    points = [point for panel in panels for line in panel.lines.values() for point in line]
    x = scale([point[0] for point in points], LEFT, CELL_WIDTH - RIGHT)
    y = scale([point[1] for point in points], CELL_HEIGHT - BOTTOM, TOP)
    names = list(dict.fromkeys(name for panel in panels for name in panel.lines))
    strokes = {name: STROKES[number % len(STROKES)] for number, name in enumerate(names)}
    cells = [_panel(panel, x, y, strokes, axes) for panel in panels]
    cells.append(_key(strokes, description))
    width, height = COLUMNS * CELL_WIDTH, HEADING + math.ceil(len(cells) / COLUMNS) * CELL_HEIGHT
    body = "".join(
        f'<g transform="translate({number % COLUMNS * CELL_WIDTH} {HEADING + number // COLUMNS * CELL_HEIGHT})">'
        f"{cell}</g>\n"
        for number, cell in enumerate(cells)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-labelledby="title desc">\n'
        f'<title id="title">{escape(title)}</title>\n<desc id="desc">{escape(description)}</desc>\n'
        f"<style>{STYLE}</style>\n{_text(LEFT, 28, title, 'heading')}\n{body}</svg>\n"
    )


def _panel(panel: Panel, x: Scale, y: Scale, strokes: dict[str, tuple[str, str]], axes: tuple[str, str]) -> str:
    parts = [_text(x.begin, TOP - 12, panel.title, "panel")]
    for tick in y.ticks():
        parts.append(_line(x.begin, y.at(tick), x.end, y.at(tick), "grid"))
        parts.append(_text(x.begin - 5, y.at(tick) + 4, _number(tick), anchor="end"))
    for tick in x.ticks():
        parts.append(_line(x.at(tick), y.begin, x.at(tick), y.begin + 4, "axis"))
        parts.append(_text(x.at(tick), y.begin + 16, _number(tick), anchor="middle"))
    parts.append(_line(x.begin, y.begin, x.end, y.begin, "axis"))
    parts.append(_text((x.begin + x.end) / 2, y.begin + 31, axes[0], anchor="middle"))
    parts.append(_text(x.begin - 5, TOP - 12, axes[1], anchor="end"))
    ends: dict[str, float] = {}
    for name, line in panel.lines.items():
        places = [(x.at(across), y.at(up)) for across, up in line]
        parts.append(_polyline(places, strokes[name]))
        ends[name] = places[-1][1]
    labels = _apart(ends, y.end, y.begin)
    for name, line in panel.lines.items():
        colour = strokes[name][0]
        lead = f"M{x.at(line[-1][0]) + 3:.1f} {ends[name]:.1f}L{x.end + 8:.1f} {labels[name]:.1f}"
        parts.append(f'<path class="lead" stroke="{colour}" d="{lead}"/>')
        parts.append(_text(x.end + 11, labels[name] + 4, name))
    return "".join(parts)


def _apart(ends: dict[str, float], top: float, bottom: float) -> dict[str, float]:
    """Where to write labels that belong at ``ends``, so that none covers another or leaves the panel."""
    labels: dict[str, float] = {}
    above = top - LABEL_HEIGHT
    for name in sorted(ends, key=lambda name: ends[name]):
        labels[name] = above = max(ends[name], above + LABEL_HEIGHT)
    below = bottom + LABEL_HEIGHT
    for name in reversed(labels):
        labels[name] = below = min(labels[name], below - LABEL_HEIGHT)
    return labels


def _key(strokes: dict[str, tuple[str, str]], description: str) -> str:
    parts = []
    height = float(TOP)
    for name, stroke in strokes.items():
        parts.append(_polyline([(LEFT, height), (LEFT + 30, height), (LEFT + 60, height)], stroke))
        parts.append(_text(LEFT + 70, height + 4, name))
        height += 16
    for text in textwrap.wrap(description, 48):
        parts.append(_text(LEFT, height + 8, text))
        height += 14
    return "".join(parts)


def _polyline(places: list[tuple[float, float]], stroke: tuple[str, str]) -> str:
    colour, dashes = stroke
    dots = "".join(f'<circle cx="{across:.1f}" cy="{up:.1f}" r="2.2" fill="{colour}"/>' for across, up in places)
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    way = " ".join(f"{across:.1f},{up:.1f}" for across, up in places)
    return f'<polyline class="line" stroke="{colour}"{dashed} points="{way}"/>{dots}'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "") -> str:
    attributes = (f' class="{kind}"' if kind else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(text)}</text>'


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\N{NO-BREAK SPACE}") if value >= 1 else f"{value:g}"


def route_match_charts(results: dict[str, Any]) -> str:
    """The charts of what ``route_match.py --json`` wrote."""
    panels = [
        Panel(case.capitalize(), {peer: _points(sizes) for peer, sizes in peers.items()})
        for case, peers in results["cases"].items()
    ]
    description = (
        f"Median microseconds to find the route of a request ({results['interpreter']}, {results['rounds']} rounds). "
        "Both axes are logarithmic; a flat line is a router that does not care how many routes there are. "
        "Litestar and BlackSheep keep their last answers; only for the same path they find them there."
    )
    return small_multiples("The cost of a route match", description, panels, ("routes", "µs"))


def _points(sizes: dict[str, dict[str, float]]) -> Points:
    return [(int(size), figures["median"]) for size, figures in sizes.items()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("medians", type=Path)
    parser.add_argument("svg", type=Path)
    arguments = parser.parse_args()
    arguments.svg.write_text(route_match_charts(json.loads(arguments.medians.read_text())), encoding="utf-8")
