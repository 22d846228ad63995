"""Answers to a WebSocket: a denial response is for the handshake, and only for servers that know the extension."""

from asgi_types import Message, Scope, Send


def may_deny(scope: Scope) -> bool:
    """Whether the server can send a denial response (ASGI extension ``websocket.http.response``)."""
    return "websocket.http.response" in (scope.get("extensions") or {})


def close_for_denial(send: Send) -> Send:
    """A ``send`` that closes with code 1000 instead of a denial response, as `asgi_types.refuse` does."""

    async def closing(message: Message) -> None:
        if message["type"] == "websocket.http.response.start":
            await send({"type": "websocket.close", "code": 1000, "reason": ""})
        elif message["type"] != "websocket.http.response.body":
            await send(message)

    return closing
