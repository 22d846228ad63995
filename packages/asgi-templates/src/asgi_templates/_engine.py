"""What a template engine must have to be used here, and what it may have beyond that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Collection, Iterator, Sequence
from typing import Any, Protocol, TypeGuard, runtime_checkable


@runtime_checkable
class Template(Protocol):
    """A template: it can be rendered. Those of Jinja2 and Django can, as they are."""

    def render(self, context: dict[str, Any], /) -> str:
        """The whole page."""
        ...


class TemplateEngine(Protocol):
    """What finds a template by its name, such as a Jinja2 environment; all that `Templates` needs.

    A name that is unknown is an error of the engine's own. Names may come from the network, and must not lead out of
    the engine's directory.
    """

    def get_template(self, name: str, /) -> Template:
        """The template of this name."""
        ...


@runtime_checkable
class StreamingTemplate(Protocol):
    """A template that can be rendered piece by piece, for `StreamingTemplateResponse`."""

    def generate(self, context: dict[str, Any], /) -> Iterator[str]:
        """The page in pieces, each made when it is asked for."""
        ...


@runtime_checkable
class AsyncTemplate(Protocol):
    """A template that awaits what it needs. It is rendered on the event loop, and never in a thread."""

    def render_async(self, context: dict[str, Any], /) -> Awaitable[str]:
        """The whole page."""
        ...

    def generate_async(self, context: dict[str, Any], /) -> AsyncIterator[str]:
        """The page in pieces, each made when it is asked for."""
        ...


@runtime_checkable
class BlockTemplate(Protocol):
    """A template whose blocks can be rendered without the rest of it, for ``block=`` and ``fragment=``."""

    def render_blocks(self, names: Sequence[str], context: dict[str, Any], /) -> str:
        """These blocks, one after the other; `BlockNotFound` for one that is not there."""
        ...


class BlockNotFound(LookupError):  # noqa: N818 - as TemplateNotFound
    """The template ``template`` has no block ``block``, but those of ``blocks``.

    >>> print(BlockNotFound("users.html", "row", ["rows", "title"]))
    The template 'users.html' has no block 'row'. It has: rows, title.
    """

    def __init__(self, template: str | None, block: str, blocks: Collection[str] = ()) -> None:
        self.template = template
        self.block = block
        self.blocks = blocks
        has = f"It has: {', '.join(sorted(blocks))}." if blocks else "It has none."
        super().__init__(f"The template {template!r} has no block {block!r}. {has}")


def is_async_template(template: object) -> TypeGuard[AsyncTemplate]:
    """Whether it is an `AsyncTemplate`, and rendered as one.

    Jinja2's all have the methods, which work if their environment was made with ``enable_async=True``.
    """
    if not isinstance(template, AsyncTemplate):
        return False
    environment: Any = getattr(template, "environment", None)
    return bool(getattr(environment, "is_async", True))
