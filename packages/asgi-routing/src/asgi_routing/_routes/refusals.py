"""What a router answers where no route does."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable

from asgi_types import GUARD, HTTPException, Receive, Response, Scope, Send, answer


def not_found(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """Answer that there is no such route: 404, or a close frame."""
    if scope["type"] == "websocket":
        return send({"type": "websocket.close", "code": 1000, "reason": ""})
    if GUARD in scope:  # as `refuse` would; each call that an exception passes costs as much as finding the route
        raise HTTPException(404, "Not Found")
    return answer(scope, receive, send, HTTPException(404, "Not Found"))


def method_not_allowed(methods: Iterable[str]) -> HTTPException:
    """The refusal by 405, with these methods as ``Allow`` (RFC 9110 section 15.5.6)."""
    return HTTPException(405, "Method Not Allowed", _allow(methods))


def options(methods: Iterable[str], scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """Answer OPTIONS with these methods as ``Allow``, and no content (RFC 9110 section 9.3.7)."""
    return Response(status_code=204, headers=_allow(methods))(scope, receive, send)


def _allow(methods: Iterable[str]) -> dict[str, str]:
    return {"Allow": ", ".join(sorted(methods))}
