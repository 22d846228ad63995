"""What a router answers where no route does."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable

from asgi_types import GUARD, HTTPException, Receive, Response, Scope, Send, answer


def not_found(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """Answer that there is no such route: 404, or a close frame."""
    if scope["type"] == "websocket":
        return send({"type": "websocket.close", "code": 1000, "reason": ""})
    if GUARD in scope:  # as `refuse` would; each call that an exception passes costs as much as finding the route
        raise HTTPException(404)
    return answer(scope, receive, send, HTTPException(404))


def method_not_allowed(methods: Iterable[str], scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """Answer 405 with these methods as ``Allow`` (RFC 9110 section 15.5.6)."""
    refusal = HTTPException(405, headers=_allow(methods))
    if GUARD in scope:  # as above
        raise refusal
    return answer(scope, receive, send, refusal)


def options(methods: Iterable[str], scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """Answer OPTIONS with these methods as ``Allow``, and no content (RFC 9110 section 9.3.7)."""
    return Response(status_code=204, headers=_allow(methods))(scope, receive, send)


def _allow(methods: Iterable[str]) -> dict[str, str]:
    return {"Allow": ", ".join(sorted(methods))}
