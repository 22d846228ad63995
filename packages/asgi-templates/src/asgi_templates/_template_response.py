"""A response whose body is a rendered template, and which tells test clients what it was rendered from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asgi_types import BackgroundWork, Receive, Response, Scope, Send

from ._debug_message import send_debug
from ._jinja2.error_notes import note_template


class TemplateResponse(Response):
    """``template`` rendered with ``context``, as HTML unless ``media_type`` says otherwise; see `Response`.

    The template is rendered at once, and what rendering raises is raised here. With ``content`` it was rendered
    before, to that text. An async template of Jinja2 gets an event loop of its own; where one is running already that
    is a `TypeError`, as nothing is awaited here. `template` and `context` stay on the response. Where the scope has the
    extension ``http.response.debug``, a message of that name carries both, from which test clients have them.

    >>> import jinja2
    >>> response = TemplateResponse(jinja2.Template("Hello, {{ name }}!"), {"name": "Ann"})
    >>> response.body, response.headers["content-type"]
    (b'Hello, Ann!', 'text/html; charset=utf-8')
    """

    media_type: str | None = "text/html"

    def __init__(
        self,
        template: Any,
        context: dict[str, Any],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
        *,
        content: str | None = None,
    ) -> None:
        self.template: Any = template
        self.context = context
        if content is None:
            content = _rendered(template, context)
        super().__init__(content, status_code, headers, media_type, background)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send_debug(scope, send, self.template, self.context)
        await super().__call__(scope, receive, send)


def _rendered(template: Any, context: dict[str, Any]) -> str:
    if getattr(getattr(template, "environment", None), "is_async", False) and _is_on_event_loop():
        raise TypeError(
            "The environment was made with enable_async=True, and nothing is awaited here: call `await "
            "templates.respond(...)` instead."
        )
    try:
        text: str = template.render(context)
    except Exception as exc:
        note_template(exc)
        raise
    return text


def _is_on_event_loop() -> bool:
    from anyio.lowlevel import current_token

    try:
        current_token()
    except RuntimeError:
        return False
    return True
