"""A response whose body is a rendered template, and which tells test clients what it was rendered from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2

from asgi_types import BackgroundWork, Receive, Response, Scope, Send


class TemplateResponse(Response):
    """``template`` rendered with ``context``, as HTML unless ``media_type`` says otherwise; see `Response`.

    The template is rendered at once, and what rendering raises is raised here. `template` and `context` stay on the
    response. Where the scope has the extension ``http.response.debug``, a message of that name carries both, from which
    test clients have them.

    >>> response = TemplateResponse(jinja2.Template("Hello, {{ name }}!"), {"name": "Ann"})
    >>> response.body, response.headers["content-type"]
    (b'Hello, Ann!', 'text/html; charset=utf-8')
    """

    media_type: str | None = "text/html"

    def __init__(
        self,
        template: jinja2.Template,
        context: dict[str, Any],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
    ) -> None:
        self.template = template
        self.context = context
        super().__init__(template.render(context), status_code, headers, media_type, background)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A denial response to a WebSocket has no such message.
        if scope["type"] == "http" and "http.response.debug" in (scope.get("extensions") or ()):
            info = {"template": self.template, "context": self.context}
            await send({"type": "http.response.debug", "info": info})
        await super().__call__(scope, receive, send)
