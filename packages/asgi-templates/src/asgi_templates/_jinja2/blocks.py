"""Single blocks of a Jinja2 template, as they are in the whole page."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from typing import Any, cast

import jinja2

from .._engine import BlockNotFound
from .block_outline import PARENT, BlockOutline, outline_of


def render_blocks(template: jinja2.Template, names: Sequence[str], variables: dict[str, Any]) -> str:
    """The blocks of these names one after the other, each as it is where the page first has it."""
    page = _Page(template, names, variables)
    try:
        while page.outline is not None:
            for reached in page.outline.sync_root(page.context):
                for name in page.wanted_in(reached):
                    page.found[name] = [*page.sync_block(name)]
                if page.has_all():
                    break
            page.extend()
        for name in page.wanted_still():
            page.found[name] = [*page.sync_block(name)]
    except Exception:
        page.environment.handle_exception()
    return page.text()


async def render_blocks_async(template: jinja2.Template, names: Sequence[str], variables: dict[str, Any]) -> str:
    """The same for a template of an environment made with ``enable_async=True``."""
    page = _Page(template, names, variables)
    try:
        while page.outline is not None:
            async with aclosing(page.outline.async_root(page.context)) as blocks:
                async for reached in blocks:
                    for name in page.wanted_in(reached):
                        page.found[name] = [piece async for piece in page.async_block(name)]
                    if page.has_all():
                        break
            page.extend()
        for name in page.wanted_still():
            page.found[name] = [piece async for piece in page.async_block(name)]
    except Exception:
        page.environment.handle_exception()
    return page.text()


def load_outlines(template: jinja2.Template) -> None:
    """Make the outlines that `render_blocks` needs, as far as they do not depend on the context; it reads files."""
    current: jinja2.Template | None = template
    while current is not None:
        parent = outline_of(current).parent
        current = None if parent is None else current.environment.get_template(parent, current.name)


class _Page:
    """A page on the way from the template that was asked for to the one that extends none.

    Its `context` is that of the whole page. It has the blocks of all templates so far, and the names that they set.
    """

    outline: BlockOutline | None

    def __init__(self, template: jinja2.Template, names: Sequence[str], variables: dict[str, Any]) -> None:
        self.environment = template.environment
        self.context = template.new_context(variables)
        self.found: dict[str, list[str]] = {}
        self._names = [*names]
        self._templates = [template]
        self.outline = outline_of(template)

    def wanted_in(self, reached: str) -> list[str]:
        """What is to be rendered where the page has the block ``reached``, with what is set so far."""
        if PARENT in self.context.vars:  # a page that extends another only says what its blocks are
            return []
        standing = {reached}
        waiting = [reached]
        while waiting:
            block = waiting.pop()
            for template in self._templates:
                inside = outline_of(template).inside.get(block, set()) - standing
                standing |= inside
                waiting += inside
        return [name for name in self._names if name in standing and name not in self.found]

    def extend(self) -> None:
        """Go on to the template that this one extends; `outline` is None where there is none."""
        parent = self.context.vars.pop(PARENT, None)
        if parent is None:
            self.outline = None
            return
        template = self.environment.get_template(parent, self._templates[-1].name)
        self._templates.append(template)
        for name, block in template.blocks.items():
            self.context.blocks.setdefault(name, []).append(block)
        self.outline = outline_of(template)

    def has_all(self) -> bool:
        """Whether nothing further down the page is needed."""
        return len(self.found) == len(set(self._names))

    def wanted_still(self) -> list[str]:
        """The blocks that stand nowhere at the top level: in a loop, in a condition, or in the page alone."""
        for name in self._names:
            if name not in self.context.blocks:
                raise BlockNotFound(self._templates[0].name, name, self.context.blocks)
        return [name for name in self._names if name not in self.found]

    def sync_block(self, name: str) -> Iterator[str]:
        return self._block(name)

    def async_block(self, name: str) -> AsyncGenerator[str, None]:
        return cast("AsyncGenerator[str, None]", self._block(name))

    def _block(self, name: str) -> Iterator[str]:
        blocks = self.context.blocks[name]
        if len(blocks) == 1 and any(name in outline_of(template).required for template in self._templates):
            raise jinja2.TemplateRuntimeError(f"Required block {name!r} not found")
        return blocks[0](self.context)

    def text(self) -> str:
        pieces = [piece for name in self._names for piece in self.found[name]]
        return cast("str", cast("Any", self.environment).concat(pieces))
