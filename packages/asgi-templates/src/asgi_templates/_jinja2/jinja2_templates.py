"""A Jinja2 environment that makes responses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from os import PathLike
from typing import Any, cast, overload
from weakref import WeakSet

import jinja2

from .._engine import Template
from .._templates import ContextProcessor, Templates
from .autoescape import is_escaped
from .blocks import load_outlines, render_blocks, render_blocks_async
from .quick_template import make_templates_quick
from .references import load_references
from .request_globals import REQUEST_GLOBALS, add_request_globals

Directory = str | PathLike[str]


class Jinja2Templates(Templates):
    """Templates from a ``directory``, or several that are searched in order, or of an environment ``env``.

    Templates of a directory whose names end in ``.html``, ``.htm``, ``.xhtml``, ``.xml`` or ``.svg`` escape what is put
    into them, also with ``.j2``, ``.jinja`` or ``.jinja2`` behind that, or with one of those alone. With
    ``auto_reload`` their files are looked at whenever they are used, and read again after a change; in production that
    is a waste, and keeps every page from being rendered on the event loop, so switch it off there. An environment
    stays as it was made, and Jinja2 makes one that escapes nothing and reloads unless told otherwise. Templates that
    are loaded from then on are of a subclass of `jinja2.Template` that is quicker, unless it has a class of its own.

    Either gets the global functions ``url_for(name, **path_params)``, ``csp_nonce()``, ``csrf_token()`` and
    ``csrf_input()``, as far as it has none of that name: they are about the request, and raise `RuntimeError` where
    the middleware that they need is missing. See `Templates` for ``context_processors``, ``thread_after`` and
    ``response_base``, and for the methods.

    With an environment made with ``enable_async=True``, `respond` and `render` await what the template awaits.

    Raises `AssertionError` unless exactly one of ``directory`` and ``env`` is given, and `ValueError` for
    ``auto_reload=False`` with an environment, which has a setting of its own.

    >>> from asgi_types import HTTPConnection
    >>> loader = jinja2.DictLoader({"hello.html": "Hello, {{ name }}!"})
    >>> templates = Jinja2Templates(env=jinja2.Environment(loader=loader, autoescape=True))
    >>> request = HTTPConnection({"type": "http"})
    >>> templates.TemplateResponse(request, "hello.html", {"name": "<Ann>"}).body
    b'Hello, &lt;Ann&gt;!'
    """

    autoescape: Callable[[str | None], bool] = staticmethod(is_escaped)
    """Whether a template of a directory escapes, by its name."""
    request_globals: Collection[str] = REQUEST_GLOBALS
    """Which of the functions of the request an environment gets."""

    @overload
    def __init__(
        self,
        directory: Directory | Sequence[Directory],
        *,
        context_processors: Sequence[ContextProcessor] | None = None,
        auto_reload: bool = True,
        thread_after: float = 0.005,
        response_base: type | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        *,
        env: jinja2.Environment,
        context_processors: Sequence[ContextProcessor] | None = None,
        thread_after: float = 0.005,
        response_base: type | None = None,
    ) -> None: ...

    def __init__(
        self,
        directory: Directory | Sequence[Directory] | None = None,
        *,
        context_processors: Sequence[ContextProcessor] | None = None,
        env: jinja2.Environment | None = None,
        auto_reload: bool = True,
        thread_after: float = 0.005,
        response_base: type | None = None,
    ) -> None:
        assert bool(directory) != bool(env), "either 'directory' or 'env' arguments must be passed"
        if directory:
            loader = jinja2.FileSystemLoader(directory)
            env = jinja2.Environment(loader=loader, autoescape=self.autoescape, auto_reload=auto_reload)
        elif not auto_reload:
            raise ValueError("auto_reload is for a directory: make the environment with jinja2's auto_reload=False.")
        assert env is not None
        super().__init__(
            env, context_processors=context_processors, thread_after=thread_after, response_base=response_base
        )
        self._complete: WeakSet[jinja2.Template] = WeakSet()
        self._setup_env_defaults(env)
        make_templates_quick(env)

    def _setup_env_defaults(self, env: jinja2.Environment) -> None:
        """Give the environment its global functions; Starlette's name, which subclasses extend."""
        add_request_globals(env, self.request_globals)

    @property
    def env(self) -> jinja2.Environment:
        """The environment."""
        return cast("jinja2.Environment", self.engine)

    @env.setter
    def env(self, env: jinja2.Environment) -> None:
        setattr(self, "engine", env)  # which type checkers take for a declaration otherwise

    def get_template(self, name: str) -> jinja2.Template:
        """The template of this name; `jinja2.TemplateNotFound` if there is none."""
        return self.env.get_template(name)

    def _looks_at_files(self) -> bool:
        return self.env.auto_reload or self.env.cache is None

    def _load(self, name: str, blocks: tuple[str, ...]) -> jinja2.Template:
        template = self.get_template(name)
        # Where files are looked at anyway, a thread renders as well, and may read what it needs.
        is_rendered_on_the_loop = self.env.is_async or not self._looks_at_files()
        if is_rendered_on_the_loop and template not in self._complete:
            load_references(template)
            self._complete.add(template)
        if blocks and self.env.is_async:
            load_outlines(template)
        return template

    def _render_blocks(self, template: Template, names: Sequence[str], context: dict[str, Any]) -> str:
        if self.env.is_async:
            raise TypeError(
                "Blocks cannot be awaited here, and the environment was made with enable_async=True: call `await "
                "templates.respond(...)` instead."
            )
        return render_blocks(cast("jinja2.Template", template), names, context)

    async def _awaited(self, template: Any, blocks: Sequence[str], context: dict[str, Any]) -> str:
        if blocks:
            return await render_blocks_async(template, blocks, context)
        return await super()._awaited(template, blocks, context)
