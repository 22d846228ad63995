"""Loading what templates extend, include and import together with them, so that no file is read while rendering."""

from __future__ import annotations

import jinja2
from jinja2 import meta


def load_references(template: jinja2.Template) -> None:
    """Load all templates that this one names, and those that they name; it reads files.

    A name that is only known when the template is rendered is left to that, and so is one that cannot be loaded.
    """
    seen: set[str | None] = {template.name}
    waiting = [template]
    while waiting:
        one = waiting.pop()
        for name in _names_in(one):
            try:
                referenced = one.environment.get_template(name, one.name)
            except jinja2.TemplateError:
                continue
            if referenced.name not in seen:
                seen.add(referenced.name)
                waiting.append(referenced)


def _names_in(template: jinja2.Template) -> list[str]:
    environment = template.environment
    try:
        source = environment.loader.get_source(environment, template.name or "")[0] if environment.loader else ""
    except (jinja2.TemplateError, RuntimeError):  # the latter where templates were compiled before
        return []
    return [name for name in meta.find_referenced_templates(environment.parse(source)) if name is not None]
