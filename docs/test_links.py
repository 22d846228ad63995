"""Every link of a page to a file of this repository, or to a heading in one, leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
REPOSITORY = re.compile(r"https://github\.com/shine-asgi/shine/(?:blob|tree)/main/")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PAGES = sorted(
    {*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/*.md"), *ROOT.glob("benchmarks/*.md")}
)


def anchors(page: Path) -> set[str]:
    """The names that headings have in links, which for a title that comes again end with a number."""
    found: dict[str, int] = {}
    names: set[str] = set()
    for title in re.findall(r"^#+ +(.*)$", FENCED.sub("", page.read_text("utf-8")), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
        name = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        names.add(f"{name}-{found[name]}" if name in found else name)
        found[name] = found.get(name, 0) + 1
    return names


def target(page: Path, link: str) -> tuple[Path, str]:
    path, _, anchor = link.partition("#")
    if REPOSITORY.match(path):
        return ROOT / REPOSITORY.sub("", path), anchor
    return (page.parent / path if path else page), anchor


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", page.read_text("utf-8")))
    for link in links:
        if link.startswith(("http:", "https:", "mailto:")) and not REPOSITORY.match(link):
            continue
        file, anchor = target(page, link)
        assert file.exists(), f"{link} leads to no file."
        assert not anchor or file.suffix != ".md" or anchor in anchors(file), f"{link} leads to no heading."
