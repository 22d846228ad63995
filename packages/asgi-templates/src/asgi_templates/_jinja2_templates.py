"""A Jinja2 environment that makes responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any, cast, overload

import jinja2

from asgi_types import URL, BackgroundWork, HTTPConnection

from ._template_response import TemplateResponse as _TemplateResponse

ContextProcessor = Callable[[Any], dict[str, Any]]


class Jinja2Templates:
    """Templates from a ``directory``, or several that are searched in order, or of an environment ``env``.

    Templates of a directory whose names end in ``.html``, ``.htm`` or ``.xml`` escape what is put into them. An
    environment stays as it was made, and Jinja2 makes one that escapes nothing unless told to. Either gets a global
    ``url_for(name, **path_params)``, the request's own, unless it has one.

    Each of the ``context_processors`` is called with the request, and what it returns is added to the context.

    Raises `AssertionError` unless exactly one of ``directory`` and ``env`` is given.

    >>> loader = jinja2.DictLoader({"hello.html": "Hello, {{ name }}!"})
    >>> templates = Jinja2Templates(env=jinja2.Environment(loader=loader, autoescape=True))
    >>> request = HTTPConnection({"type": "http"})
    >>> templates.TemplateResponse(request, "hello.html", {"name": "<Ann>"}).body
    b'Hello, &lt;Ann&gt;!'
    """

    env: jinja2.Environment

    @overload
    def __init__(
        self,
        directory: str | PathLike[str] | Sequence[str | PathLike[str]],
        *,
        context_processors: list[ContextProcessor] | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self, *, env: jinja2.Environment, context_processors: list[ContextProcessor] | None = None
    ) -> None: ...

    def __init__(
        self,
        directory: str | PathLike[str] | Sequence[str | PathLike[str]] | None = None,
        *,
        context_processors: list[ContextProcessor] | None = None,
        env: jinja2.Environment | None = None,
    ) -> None:
        assert bool(directory) != bool(env), "either 'directory' or 'env' arguments must be passed"
        self.context_processors: list[ContextProcessor] = context_processors or []
        if directory:
            loader = jinja2.FileSystemLoader(directory)
            env = jinja2.Environment(loader=loader, autoescape=jinja2.select_autoescape())
        assert env is not None
        self.env = env
        cast("dict[str, Any]", env.globals).setdefault("url_for", _url_for)

    def get_template(self, name: str) -> jinja2.Template:
        """The template of this name; `jinja2.TemplateNotFound` if there is none."""
        return self.env.get_template(name)

    def TemplateResponse(  # noqa: N802 - it is called like the class, whose place it takes
        self,
        request: HTTPConnection[Any],
        name: str,
        context: Mapping[str, Any] | None = None,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
    ) -> _TemplateResponse:
        """The template ``name`` as a response, rendered at once; see `asgi_templates.TemplateResponse`.

        The template sees ``request``, then ``context``, then what the context processors return, the later over the
        earlier. ``context`` itself stays as it is. Raises `jinja2.TemplateNotFound`, and what rendering raises.
        """
        merged: dict[str, Any] = {"request": request, **(context or {})}
        for processor in self.context_processors:
            merged.update(processor(request))
        return _TemplateResponse(self.get_template(name), merged, status_code, headers, media_type, background)


@jinja2.pass_context
def _url_for(context: Mapping[str, Any], name: str, /, **path_params: Any) -> URL:
    url: URL = context["request"].url_for(name, **path_params)
    return url
