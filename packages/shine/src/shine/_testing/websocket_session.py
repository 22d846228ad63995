"""Starlette's test session for WebSockets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from asgi_types import ASGIApp, Scope
from asgi_websockets import WebSocketDisconnect
from asgi_websockets.testing import WebSocketDenied
from asgi_websockets.testing import WebSocketTestSession as Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx
    from anyio.from_thread import BlockingPortal
else:
    from .http_library import httpx


class WebSocketDenialResponse(httpx.Response, WebSocketDisconnect):  # type: ignore[misc]  # neither is pickled
    """The response with which an application refused a WebSocket, raised where its session is entered.

    It is a response of the HTTP library, and a `WebSocketDisconnect` of code 1000.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        httpx.Response.__init__(self, *args, **kwargs)
        WebSocketDisconnect.__init__(self, 1000)

    def __str__(self) -> str:
        return f"The application refused the connection with status {self.status_code}: {self.text:.500}"


class WebSocketTestSession(Session):
    """An `asgi_websockets.testing.WebSocketTestSession` that asks no more of an application than Starlette's does.

    `TestClient.websocket_connect` makes it. ``timeout`` is how many seconds each operation waits, 30 by default. The
    application sees a server that is not strict: it may send messages that are not quite well-formed, and if it has not
    ended 0.2 seconds after the disconnect it is cancelled, which is no error. Its refusal with a response is raised as
    a `WebSocketDenialResponse`.
    """

    def __init__(
        self,
        app: ASGIApp,
        scope: Scope,
        portal_factory: Callable[[], AbstractContextManager[BlockingPortal]] | None = None,
        *,
        timeout: float = 30.0,
    ) -> None:
        super().__init__(app, scope, portal_factory, timeout=timeout, strict=False)

    def __enter__(self) -> Self:
        try:
            return super().__enter__()
        except WebSocketDenied as denied:
            status, headers, body = denied.status_code, denied.headers.raw, denied.body
        raise WebSocketDenialResponse(status, headers=headers, content=body)
