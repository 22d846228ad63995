"""The message that tells test clients what a response was rendered from."""

from __future__ import annotations

from typing import Any

from asgi_types import Scope, Send


async def send_debug(scope: Scope, send: Send, template: object, context: dict[str, Any]) -> None:
    """Send ``http.response.debug`` with both, if the scope has the extension of that name.

    A denial response to a WebSocket has no such message.
    """
    if scope["type"] == "http" and "http.response.debug" in (scope.get("extensions") or ()):
        await send({"type": "http.response.debug", "info": {"template": template, "context": context}})
