"""Which templates escape what is put into them, by their names."""

from __future__ import annotations

from typing import Final

MARKUP: Final = (".html", ".htm", ".xhtml", ".xml", ".svg")
OF_JINJA: Final = (".j2", ".jinja", ".jinja2")
"""What editors and Jinja2's own documentation add to a name."""


def is_escaped(name: str | None) -> bool:
    """Whether a template of this name is markup; one without a name, from a string, is taken for that.

    What has nothing but a suffix of Jinja2 is sent as a page as well.

    >>> [is_escaped(name) for name in ("a.html", "A.HTML.j2", "a.jinja", "a.txt", "a.txt.j2")]
    [True, True, True, False, False]
    """
    if name is None:
        return True
    file = name.lower().rpartition("/")[2]
    for suffix in OF_JINJA:
        if file.endswith(suffix):
            file = file.removesuffix(suffix)
            return file.endswith(MARKUP) or "." not in file
    return file.endswith(MARKUP)
