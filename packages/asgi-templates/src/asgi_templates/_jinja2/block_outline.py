"""The outline of a Jinja2 template: what its blocks need of the rest, without the text of the page.

A block sees the names that its page and the pages this one extends set at their top level: by ``set``, ``import`` and
``macro``. The outline is the same template without all else, so that finding these names renders nothing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any, Final
from weakref import WeakKeyDictionary

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context

PARENT: Final = "_asgi_templates_parent"
"""What the outline names the template that its own extends."""

SETTING = (nodes.Assign, nodes.AssignBlock, nodes.Import, nodes.FromImport, nodes.Macro, nodes.ExprStmt)
INNER = (nodes.For, nodes.With, nodes.Scope, nodes.ScopedEvalContextModifier)


class BlockOutline:
    """The outline of one template.

    `sync_root` and `async_root` run it in a context, and give the name of each block of the page where it stands.
    `parent` is the name of the template that it extends, if that does not depend on the context, and `required` has
    the names of the blocks that must be overridden; `inside` has, of each block, those that stand in it.
    """

    def __init__(self, template: jinja2.Template) -> None:
        environment = template.environment
        if environment.loader is None or template.name is None:
            raise TypeError("Only templates that a loader has found can be rendered in blocks: this one has no name.")
        source, filename, _ = environment.loader.get_source(environment, template.name)
        page = environment.parse(source, template.name, filename)
        blocks = [*page.find_all(nodes.Block)]
        self.inside = {block.name: {one.name for one in block.find_all(nodes.Block)} for block in blocks}
        self.required = {block.name for block in blocks if block.required}
        self.parent = _constant_parent(page)
        page.body = _set_at_top_level(page.body)
        page.set_environment(environment)
        code = environment.compile(page, template.name, filename)
        root: Any = jinja2.Template.from_code(environment, code, template.globals).root_render_func
        self.sync_root: Callable[[Context], Iterator[str]] = root
        self.async_root: Callable[[Context], AsyncGenerator[str, None]] = root


def outline_of(template: jinja2.Template) -> BlockOutline:
    """The outline of ``template``, made once, from the source that its loader has."""
    outline = _outlines.get(template)
    if outline is None:
        outline = _outlines[template] = BlockOutline(template)
    return outline


_outlines: WeakKeyDictionary[jinja2.Template, BlockOutline] = WeakKeyDictionary()


def _constant_parent(page: nodes.Template) -> str | None:
    extends = page.find(nodes.Extends)
    name: object = extends.template.value if extends and isinstance(extends.template, nodes.Const) else None
    return name if isinstance(name, str) else None


def _set_at_top_level(body: list[nodes.Node]) -> list[nodes.Node]:
    kept: list[nodes.Node] = []
    for node in body:
        if isinstance(node, nodes.Extends):
            target = nodes.Name(PARENT, "store", lineno=node.lineno)
            kept.append(nodes.Assign(target, node.template, lineno=node.lineno))
        elif isinstance(node, nodes.Block):
            name = nodes.TemplateData(node.name, lineno=node.lineno)
            kept.append(nodes.Output([name], lineno=node.lineno))
        elif isinstance(node, SETTING):
            kept.append(node)
        elif isinstance(node, nodes.If):
            kept += _if_setting(node)
        elif isinstance(node, INNER):
            kept += _changing(node)
    return kept


def _if_setting(node: nodes.If) -> list[nodes.Node]:
    """A condition has no scope of its own: what is set there is set at the top level."""
    branches = [node, *node.elif_]
    for branch in branches:
        branch.body = _set_at_top_level(branch.body)
    node.else_ = _set_at_top_level(node.else_)
    bodies = [*(branch.body for branch in branches), node.else_]
    return [node] if any(not isinstance(inner, nodes.Output) for body in bodies for inner in body) else []


def _changing(node: Any) -> list[nodes.Node]:
    """What a loop sets is gone after it, but it may change what is outside: a namespace, or an object with ``do``."""
    node.body = [inner for inner in _set_at_top_level(node.body) if not isinstance(inner, nodes.Output)]
    if isinstance(node, nodes.For):
        node.else_ = [inner for inner in _set_at_top_level(node.else_) if not isinstance(inner, nodes.Output)]
    changes = next(node.find_all((nodes.NSRef, nodes.ExprStmt)), None)
    return [] if changes is None else [node]
