from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

import pytest

from asgi_routing import Match, NoMatchFound, Router, WebSocketRoute
from asgi_types import ASGIApp


class Echo:
    """An ASGI application that accepts and tells the path parameters."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": repr(scope["path_params"])})
        await send({"type": "websocket.close"})


async def chat(websocket: Any) -> None: ...


async def test_it_serves_the_websockets_of_its_path(drive: Any) -> None:
    echo = Echo()
    route = WebSocketRoute("/chat/{room:int}", echo)
    answer = await drive.websocket(Router([route]), "/chat/7")
    assert [message.get("text") for message in answer.messages] == [None, "{'room': 7}", None]
    assert answer.scope["route"] is route
    assert answer.scope["endpoint"] is echo
    answer = await drive.websocket(route, "/chat/7")
    assert answer.messages[1]["text"] == "{'room': 7}"


async def test_it_leaves_http_to_others(drive: Any) -> None:
    router = Router([WebSocketRoute("/chat", Echo())])
    assert (await drive.request(router, "/chat")).status == 404
    assert router.routes[0].matches(drive.scope("/chat")) == (Match.NONE, {})


async def test_a_path_that_no_route_has_is_closed(drive: Any) -> None:
    answer = await drive.websocket(Router([WebSocketRoute("/chat", Echo())]), "/other")
    assert answer.messages == [{"type": "websocket.close", "code": 1000, "reason": ""}]
    answer = await drive.websocket(Router([WebSocketRoute("/chat", Echo())]), "/chat/")
    assert answer.messages == [{"type": "websocket.close", "code": 1000, "reason": ""}]


def test_a_function_needs_an_adapter() -> None:
    with pytest.raises(
        TypeError, match=r"^WebSocketRoute cannot call the function chat: give it an ASGI application. "
    ):
        WebSocketRoute("/chat", chat)
    with pytest.raises(TypeError):
        WebSocketRoute("/chat", partial(chat, None))


async def test_the_adapter_of_a_subclass_makes_the_application(drive: Any) -> None:
    class AdaptedRoute(WebSocketRoute):
        adapted: ClassVar[list[Any]] = []

        @staticmethod
        def adapter(func: Any) -> ASGIApp:
            AdaptedRoute.adapted.append(func)
            return Echo()

    route = AdaptedRoute("/chat", chat)
    assert AdaptedRoute.adapted == [chat]
    assert route.name == "chat"
    assert len((await drive.websocket(Router([route]), "/chat")).messages) == 3


def test_its_url_is_one_of_websockets() -> None:
    route = WebSocketRoute("/chat/{room}", Echo(), name="chat")
    path = route.url_path_for("chat", room="asgi")
    assert path == "/chat/asgi"
    assert path.protocol == "websocket"
    with pytest.raises(NoMatchFound):
        route.url_path_for("chat")


def test_equality_and_representation() -> None:
    echo = Echo()
    route = WebSocketRoute("/chat", echo, name="chat")
    assert route == WebSocketRoute("/chat", echo)
    assert route != WebSocketRoute("/other", echo)
    assert route != WebSocketRoute("/chat", Echo())
    assert route != "/chat"
    assert repr(route) == "WebSocketRoute(path='/chat', name='chat')"
    assert WebSocketRoute("/", echo).name == "Echo"
    with pytest.raises(TypeError):
        hash(route)


def test_the_path_begins_with_a_slash() -> None:
    with pytest.raises(AssertionError, match=r"^Routed paths must start with '/'$"):
        WebSocketRoute("chat", Echo())


def test_it_has_no_methods_by_which_it_would_be_taken_for_a_route_of_requests() -> None:
    route = WebSocketRoute("/ws", Echo())
    assert not hasattr(route, "methods")
