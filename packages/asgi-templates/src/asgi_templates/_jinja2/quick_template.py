"""A Jinja2 template that gets to its global names without detours, which is most of the time of a short template."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

import jinja2
from jinja2.runtime import Context


class QuickTemplate(jinja2.Template):
    """A template in every respect, whose contexts are made from plain dicts.

    Jinja2 looks up each global name of the environment in a `ChainMap`, twice, for every rendering.
    """

    def new_context(
        self,
        vars: dict[str, Any] | None = None,  # noqa: A002 - the name that Jinja2 gave it
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,  # noqa: A002
    ) -> Context:
        globals_ = self.globals
        if shared or locals or not isinstance(globals_, ChainMap):
            return super().new_context(vars, shared, locals)
        flat: dict[str, Any] = {}
        for names in reversed(globals_.maps):
            flat.update(names)
        environment = self.environment
        return environment.context_class(environment, {**flat, **(vars or {})}, self.name, self.blocks, flat)


def make_templates_quick(environment: jinja2.Environment) -> None:
    """Have the templates that are loaded from now on made like this, unless the environment has a class of its own."""
    if environment.template_class is jinja2.Template:
        environment.template_class = QuickTemplate
