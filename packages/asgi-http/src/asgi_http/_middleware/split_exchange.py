"""An exchange for who counts messages: the last one of a body is sent as two, of which the second is empty."""

from __future__ import annotations

from collections.abc import Awaitable

from asgi_types import Message, Send

from .middleware_exchange import Exchange


class SplitExchange(Exchange):
    """An `Exchange` that hands the last part of a body on as two messages, as Starlette's middleware does."""

    __slots__ = ()

    def _send(self, message: Message) -> Awaitable[None]:
        is_body = self._passes and message["type"] == "http.response.body"
        if is_body and message.get("body") and not message.get("more_body", False):
            return _send_in_two(self.send, message)
        return super()._send(message)


async def _send_in_two(send: Send, message: Message) -> None:
    await send({**message, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
