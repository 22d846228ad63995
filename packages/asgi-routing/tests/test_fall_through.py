"""What a mount that falls through refuses is offered to the routes after it."""

from __future__ import annotations

import gc
import itertools
from typing import Any

import pytest

from asgi_routing import Match, Mount, Route, Router, WebSocketRoute
from asgi_types import GUARD, HTTPConnection, HTTPException, Response


def endpoint(text: str, status: int = 200) -> Any:
    async def answer(connection: HTTPConnection[Any]) -> Response:
        return Response(text, status)

    return answer


class Files:
    """A folder as an application: GET for the names it has, and no routes."""

    def __init__(self, *names: str, raises: bool = False) -> None:
        self.names = names
        self.raises = raises

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {})["touched"] = True
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000, "reason": ""})
            assert (await receive())["type"] == "websocket.disconnect"
            return
        status = 405 if scope["method"] != "GET" else 200 if scope["path"] in self.names else 404
        if status != 200 and self.raises:
            raise HTTPException(status, headers={"Allow": "GET, HEAD"})
        await Response(f"file {status}", status, {"Allow": "GET, HEAD"} if status == 405 else None)(
            scope, receive, send
        )


@pytest.mark.parametrize("raises", [False, True])
async def test_what_is_refused_goes_on(drive: Any, raises: bool) -> None:
    router = Router(
        [
            Mount("/", Files("/a"), fall_through=True),
            Mount("/", Files("/b", raises=raises), fall_through=True),
            Route("/c", endpoint("c")),
            Route("/a", endpoint("never"), methods=["GET", "POST"]),
        ]
    )
    guarded = {GUARD: object()} if raises else {}
    assert [(await drive.request(router, path)).text for path in ("/a", "/b", "/c")] == ["file 200", "file 200", "c"]
    assert (await drive.request(router, "/a", "POST")).text == "never"
    if not raises:
        assert (await drive.request(router, "/d")).text == "Not Found"
        answer = await drive.request(router, "/d", "DELETE")
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
        answer = await drive.request(router, "/a", "DELETE")
        assert answer.headers["allow"] == "GET, HEAD, POST"
        return
    for path, method, status in [("/d", "GET", 404), ("/d", "DELETE", 405)]:
        with pytest.raises(HTTPException) as raised:
            await drive.request(router, path, method, **guarded)
        assert raised.value.status_code == status


async def test_a_refusal_leaves_no_trace(drive: Any) -> None:
    router = Router([Mount("/x/{a}", Files(), fall_through=True), Route("/{rest:path}", endpoint("rest"))])
    answer = await drive.request(router, "/x/y/z", state={"before": 1})
    assert answer.text == "rest"
    assert answer.scope["path_params"] == {"rest": "x/y/z"}
    assert answer.scope["state"] == {"before": 1}
    assert answer.scope["root_path"] == ""
    assert "app_root_path" not in answer.scope
    del answer.scope["state"]
    assert (await drive.events(router, answer.scope, [])).text == "rest"


async def test_an_application_with_routes_falls_through_only_where_none_of_them_was_chosen(drive: Any) -> None:
    users = Router(
        [Route("/users/{id}", endpoint("no such user", 404)), Route("/put", endpoint("put"), methods=["PUT"])]
    )
    router = Router(
        [
            Mount("", users, fall_through=True),
            Route("/put", endpoint("get")),
            Route("/{rest:path}", endpoint("rest")),
        ]
    )
    assert (await drive.request(router, "/users/7")).text == "no such user"
    assert (await drive.request(router, "/others")).text == "rest"
    assert (await drive.request(router, "/put")).text == "get"
    assert (await drive.request(router, "/put", "PUT")).text == "put"
    assert (await drive.request(router, "/put", "POST")).headers["allow"] == "GET, HEAD, PUT"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    body = b""
    more = True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    await Response(body)(scope, receive, send)


async def reads_and_refuses(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await Response("no", 404)(scope, receive, send)


async def test_who_has_read_of_the_body_keeps_the_connection(drive: Any) -> None:
    router = Router([Mount("", reads_and_refuses, fall_through=True), Mount("", echo)])
    assert (await drive.request(router, "/", "POST", body=[b"a", b"b"])).text == "no"
    assert (await drive.request(router, "/", "POST", body=[b"", b"b"])).text == "no"


async def test_who_has_received_that_there_is_no_body_may_refuse(drive: Any) -> None:
    received: list[str] = []

    async def listens(scope: Any, receive: Any, send: Any) -> None:
        received.append((await receive())["type"])
        await Response("no", 404)(scope, receive, send)
        received.append((await receive())["type"])

    router = Router([Mount("", listens, fall_through=True), Mount("", echo)])
    answer = await drive.request(router, "/")
    assert (answer.status, answer.text, received) == (200, "", ["http.request", "http.disconnect"])


async def test_the_scope_of_who_keeps_the_connection_is_that_of_the_connection(drive: Any) -> None:
    """The request that an error happened in is left there, for instance, for the handlers of errors."""

    async def fails(connection: HTTPConnection[Any]) -> Response:
        connection.scope["state"]["left"] = True
        raise ZeroDivisionError

    route = Route("/a", fails)
    scope = drive.scope("/a")
    with pytest.raises(ZeroDivisionError):
        await drive.events(Router([Mount("", routes=[route], fall_through=True)]), scope, [])
    assert (scope["route"], scope["endpoint"], scope["state"]) == (route, fails, {"left": True})


async def test_a_failure_after_a_refusal_is_noted(drive: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def refuses_and_fails(scope: Any, receive: Any, send: Any) -> None:
        await Response("no", 404)(scope, receive, send)
        raise ZeroDivisionError

    router = Router([Mount("", refuses_and_fails, fall_through=True), Route("/a", endpoint("a"))])
    assert (await drive.request(router, "/a")).text == "a"
    [record] = caplog.records
    assert (record.name, record.exc_info is not None) == ("asgi_routing", True)


async def test_exceptions_of_another_framework_refuse_as_well(drive: Any) -> None:
    class HTTPError(Exception):
        status_code = 404

    async def raises(scope: Any, receive: Any, send: Any) -> None:
        raise HTTPError

    router = Router([Mount("", raises, fall_through=True), Route("/a", endpoint("a"))])
    assert (await drive.request(router, "/a")).text == "a"


@pytest.mark.parametrize(
    ("allow", "merged"), [("", "GET, HEAD"), (" PUT,,GET, ", "GET, HEAD, PUT"), (None, "GET, HEAD")]
)
async def test_what_a_405_allows_is_merged(drive: Any, allow: str | None, merged: str) -> None:
    app = Response("no", 405, None if allow is None else {"Allow": allow})
    router = Router([Mount("", app, fall_through=True), Route("/a", endpoint("a"))])
    assert (await drive.request(router, "/a", "POST")).headers["allow"] == merged
    answer = await drive.request(router, "/b", "POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, PUT" if allow else "")


async def test_a_websocket_is_never_refused_by_its_method(drive: Any) -> None:
    router = Router([Mount("", Response("no", 405), fall_through=True)], automatic_options=True)
    messages = (await drive.websocket(router, "/", extensions={"websocket.http.response": {}})).messages
    assert messages == [{"type": "websocket.close", "code": 1000, "reason": ""}]


async def test_an_accepted_websocket_is_not_remembered(drive: Any) -> None:
    class Socket:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "websocket.accept"})
            while (await receive())["type"] != "websocket.disconnect":
                pass
            kept.append(sum(1 for found in gc.get_objects() if type(found) is dict and found.get("text") == marker))

    marker = "a message that nobody keeps"
    kept: list[int] = []
    router = Router([Mount("", Socket(), fall_through=True)])
    events = ({"type": "websocket.receive", "text": marker, "number": number} for number in range(50))

    async def receive() -> Any:
        return next(everything, {"type": "websocket.disconnect", "code": 1000})

    async def send(message: Any) -> None: ...

    everything = itertools.chain([{"type": "websocket.connect"}], events)
    await router(drive.websocket_scope("/"), receive, send)
    assert kept[0] <= 1


async def test_another_answer_is_the_answer(drive: Any) -> None:
    async def other(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/raises":
            raise HTTPException(410)
        if scope["path"] == "/late":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise HTTPException(404)
        await send({"type": "http.response.start", "status": 404})
        await send({"type": "http.response.body", "body": b"x"})

    router = Router([Mount("", other, fall_through=True)])
    for path, status in [("/raises", 410), ("/late", 404)]:
        with pytest.raises(HTTPException) as raised:
            await drive.request(router, path)
        assert raised.value.status_code == status
    assert (await drive.request(router, "/")).text == "Not Found"


async def test_websockets_go_on_as_well(drive: Any) -> None:
    class Socket:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            assert (await receive())["type"] == "websocket.connect"
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": 4000})

    router = Router([Mount("", Files(), fall_through=True), WebSocketRoute("/ws", Socket())])
    assert (await drive.websocket(router, "/ws")).messages[1]["code"] == 4000
    assert (await drive.websocket(router, "/x")).messages == [{"type": "websocket.close", "code": 1000, "reason": ""}]
    router.routes[0] = Mount("", Socket(), fall_through=True)
    assert (await drive.websocket(router, "/x")).messages[1]["code"] == 4000


async def test_slash_redirects_beside_mounts_that_fall_through_end(drive: Any) -> None:
    router = Router(
        [Mount("", Files(), fall_through=True), Mount("/m", Files(), fall_through=True), Route("/a/", endpoint("a"))]
    )
    assert (await drive.request(router, "/a")).headers["location"] == "./a/"
    assert (await drive.request(router, "/m")).headers["location"] == "./m/"
    assert (await drive.request(router, "/m/")).status == 404
    assert (await drive.request(router, "/b")).status == 404
    assert (await drive.request(router, "/b/")).status == 404


async def test_what_refuses_with_and_without_a_slash_does_not_redirect_in_circles(drive: Any) -> None:
    class Optional(Route):
        fall_through = True

    router = Router([Optional("/a", Response("no", 404)), Mount("/a", Files(), fall_through=True)])
    assert (await drive.request(router, "/a")).headers["location"] == "./a/"
    assert (await drive.request(router, "/a/")).status == 404


async def test_any_route_may_fall_through(drive: Any) -> None:
    class Optional(Route):
        fall_through = True

    def gone(text: str) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await Response(text, 404)(scope, receive, send)

        return app

    first = Optional("/a", gone("first"))
    assert first.matches({"type": "http", "method": "GET", "path": "/a"})[0] is Match.FULL
    router = Router([first, Route("/a", endpoint("second"))])
    assert (await drive.request(router, "/a")).text == "second"
