"""A connection that is only lent to an application: what it refuses can be offered to another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from asgi_types import HTTPException, Message, Receive, Scope, Send

from ._routes.base_route import BaseRoute

LONGEST_REPLAY: Final = 65_536
"""How many bytes of a body an application may read and still refuse; what it has read is kept for the next one."""


class LentConnection:
    """A connection as one route's application gets it.

    The application refuses it by 405, or as long as no route of its own was chosen, which its scope would tell, by 404
    or by closing a WebSocket that it has not accepted. Then nothing of its answer is sent, `refused` is true, and
    `replay` is the ``receive`` that begins anew.
    """

    def __init__(self, route: BaseRoute, scope: Scope, receive: Receive, send: Send) -> None:
        self._route = route
        self.refused = False
        self.allowed: set[str] = set()
        self._scope = scope
        self._lent_scope: Scope = dict(scope)
        self._receive = receive
        self._send = send
        self._received: list[Message] = []
        self._kept = 0
        self._endpoint: Any = None
        self._answered = False

    async def offer(self) -> None:
        """Let the application of the route, which matches, answer; a refusal leaves no trace in the scope."""
        scope = self._lent_scope
        state: dict[str, Any] | None = scope.get("state")
        before = None if state is None else dict(state)
        scope["route"] = self._route
        scope.update(self._route.matches(scope)[1])
        self._endpoint = scope.get("endpoint")
        try:
            await self._route.handle(scope, self._lent_receive, self._lent_send)
        except HTTPException as exc:
            if not self._may_refuse(exc.status_code):
                raise
            self._refuse(exc.status_code, (exc.headers or {}).items())
        if self.refused and state is not None and before is not None:
            state.clear()
            state.update(before)

    async def replay(self) -> Message:
        """What ``receive`` gave, from the beginning."""
        return self._received.pop(0) if self._received else await self._receive()

    async def _lent_receive(self) -> Message:
        if self.refused:  # what comes now is for others, and the client will not leave for this refusal
            return {"type": f"{self._lent_scope['type']}.disconnect", "code": 1006, "reason": ""}
        message: Message = await self._receive()
        self._kept += len(message.get("body", b""))
        if self._kept <= LONGEST_REPLAY:
            self._received.append(message)
        return message

    async def _lent_send(self, message: Message) -> None:
        if self.refused:
            return
        kind = message["type"]
        if kind.endswith(".response.start") and self._may_refuse(message["status"]):
            headers = message.get("headers", ())
            self._refuse(
                message["status"], ((key.decode("latin-1"), value.decode("latin-1")) for key, value in headers)
            )
            return
        if kind == "websocket.close" and self._may_refuse(404):
            self._refuse(404, ())
            return
        self._answered = True
        await self._send(message)

    def _may_refuse(self, status: int) -> bool:
        if self._answered or self._kept > LONGEST_REPLAY:
            return False
        return status == 405 or (status == 404 and not self._was_chosen())

    def _was_chosen(self) -> bool:
        """Whether the application has a route, and not only another mount, that took the connection."""
        route = self._lent_scope.get("route")
        only_mount = route is not self._route and hasattr(route, "routes")
        return self._lent_scope.get("endpoint") is not self._endpoint and not only_mount

    def _refuse(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        self.refused = True
        for name, value in headers:
            if status == 405 and name.lower() == "allow":
                self.allowed.update(method.strip() for method in value.split(","))
