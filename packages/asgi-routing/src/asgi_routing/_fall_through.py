"""A connection that is only lent to an application: if it refuses, another one can have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from asgi_types import Message, Receive, Scope, Send

from ._routes.base_route import BaseRoute


class LentConnection:
    """A connection as the application of a route that falls through gets it.

    The application refuses it by 405, or as long as no route of its own was chosen, which its scope would tell, by 404
    or by closing a WebSocket that it has not accepted. Then nothing of its answer is sent, `refused` is true, and
    `receive` begins anew. Who has sent anything before, or has received more than a first message without a body,
    keeps the connection.
    """

    def __init__(self, route: BaseRoute, scope: Scope, receive: Receive, send: Send) -> None:
        self.refused = False
        self.allowed: set[str] | None = None
        """The methods that a 405 allows; None if there was none."""
        self._route = route
        self._scope = scope
        self._receive = receive
        self._send = send
        self._received: list[Message] = []
        self._endpoint: Any = None
        self._is_taken = False

    async def offer(self) -> None:
        """Let the application of the route, which matches, answer; a refusal leaves its scope as it was."""
        scope = self._scope
        before = dict(scope)
        state: dict[str, Any] | None = scope.get("state")
        state_before = None if state is None else dict(state)
        scope["route"] = self._route
        scope.update(self._route.matches(scope)[1])
        self._endpoint = scope.get("endpoint")
        try:
            await self._route.handle(scope, self._lent_receive, self._lent_send)
        except Exception as exc:
            self._take_failure(exc)
        if self.refused:
            scope.clear()
            scope.update(before)
            if state is not None and state_before is not None:
                state.clear()
                state.update(state_before)

    async def receive(self) -> Message:
        """What the application has received, and then what comes."""
        return self._received.pop(0) if self._received else await self._receive()

    async def _lent_receive(self) -> Message:
        if self.refused:  # what comes now is for others, and the client will not leave for this refusal
            return {"type": f"{self._scope['type']}.disconnect", "code": 1006, "reason": ""}
        message: Message = await self._receive()
        self._is_taken = self._is_taken or bool(self._received or message.get("body"))
        if not self._is_taken or self.refused:
            self._received.append(message)
        return message

    async def _lent_send(self, message: Message) -> None:
        if self.refused:
            return
        kind = message["type"]
        if kind.endswith(".response.start") and self._may_refuse(message["status"]):
            headers = ((key.decode("latin-1"), value.decode("latin-1")) for key, value in message.get("headers", ()))
            self._refuse(message["status"], headers)
        elif kind == "websocket.close" and self._may_refuse(404):
            self._refuse(404, ())
        else:
            self._is_taken = True
            await self._send(message)

    def _take_failure(self, exc: Exception) -> None:
        """Take an exception for the refusal that it is, note one that comes after that, and raise any other."""
        status = getattr(exc, "status_code", 500)  # of ours, or of Starlette's
        if self.refused:
            from logging import getLogger  # hardly anybody needs it

            message = "The application of %r failed after it had refused a connection."
            getLogger("asgi_routing").warning(message, self._route, exc_info=exc)
        elif self._may_refuse(status):
            headers: Mapping[str, str] | None = getattr(exc, "headers", None)
            self._refuse(status, (headers or {}).items())
        else:
            raise exc

    def _may_refuse(self, status: int) -> bool:
        return not self._is_taken and (status == 405 or (status == 404 and not self._was_chosen()))

    def _was_chosen(self) -> bool:
        """Whether the application has a route, and not only another mount, that took the connection."""
        route = self._scope.get("route")
        only_mount = route is not self._route and hasattr(route, "routes")
        return self._scope.get("endpoint") is not self._endpoint and not only_mount

    def _refuse(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        self.refused = True
        if status == 405:
            lists = [value for name, value in headers if name.lower() == "allow"]
            self.allowed = {method.strip() for methods in lists for method in methods.split(",")} - {""}
