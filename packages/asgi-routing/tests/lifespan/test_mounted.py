from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from asgi_routing import BaseRoute, Host, Mount, Route, Router, lifespan_of
from asgi_types import HTTPConnection, Response

EVENTS = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]


class Log(list[str]):
    """What happened, written by the lifespans of routers that it makes."""

    def router(self, name: str, routes: Any = (), *, state: Any = None, error: BaseException | None = None) -> Router:
        @asynccontextmanager
        async def lifespan(app: Any) -> AsyncIterator[Any]:
            if error is not None:
                raise error
            self.append(f"+{name}")
            try:
                yield state
            finally:
                self.append(f"-{name}")

        return Router([*routes, Route("/", show)], lifespan=lifespan)


async def show(connection: HTTPConnection) -> Response:
    """What of the state is an application's."""
    state = connection.scope["state"]
    return Response(" ".join(f"{key}={state[key]}" for key in sorted(state) if "." not in key))


@pytest.fixture(name="log")
def log_fixture() -> Log:
    return Log()


async def started(drive: Any, router: Any, **scope: Any) -> dict[str, Any]:
    """The state that ``router`` leaves to the server in one life."""
    lifespan_scope: dict[str, Any] = {"type": "lifespan", "state": {}, **scope}
    with anyio.fail_after(10):
        answer = await drive.events(router, lifespan_scope, EVENTS)
    types = [message["type"] for message in answer.messages]
    assert types == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    return lifespan_scope["state"]  # type: ignore[no-any-return]


# Order


async def test_mounted_applications_start_in_order_after_the_router_and_stop_in_reverse(drive: Any, log: Log) -> None:
    app = log.router(
        "own",
        [
            Mount("/a", log.router("a")),
            Route("/between", show),
            Host("b.example.org", log.router("b")),
            Mount("/c", log.router("c", [Mount("/d", log.router("d"))])),
        ],
    )
    await started(drive, app)
    assert log == ["+own", "+a", "+b", "+c", "+d", "-d", "-c", "-b", "-a", "-own"]


async def test_the_router_itself_needs_no_lifespan(drive: Any, log: Log) -> None:
    await started(drive, Router([Mount("/a", log.router("a"))]))
    assert log == ["+a", "-a"]


async def test_any_application_is_started_and_one_without_a_lifespan_left_alone(drive: Any, log: Log) -> None:
    async def bare(scope: Any, receive: Any, send: Any) -> None:
        log.append((await receive())["type"])
        await send({"type": "lifespan.startup.complete"})
        log.append((await receive())["type"])
        await send({"type": "lifespan.shutdown.complete"})

    async def http_only(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"

    await started(drive, Router([Mount("/a", http_only), Mount("/b", bare), Mount("/c", Response("Hello"))]))
    assert log == ["lifespan.startup", "lifespan.shutdown"]


async def test_each_can_be_switched_off(drive: Any, log: Log) -> None:
    app = Router(
        [
            Mount("/a", log.router("a"), lifespan=False),
            Mount("/b", log.router("b")),
            Host("c.example.org", log.router("c"), lifespan=False),
            Mount("/d", routes=[Mount("/e", log.router("e"))], lifespan=False),
        ]
    )
    await started(drive, app)
    assert log == ["+b", "-b"]


async def test_one_that_does_not_start_has_those_before_it_stopped_in_reverse(drive: Any, log: Log) -> None:
    error = OSError("no database")
    mounts = [Mount("/a", log.router("a")), Mount("/b", log.router("b")), Mount("/c", log.router("c", error=error))]
    sent: list[Any] = []
    events = iter(EVENTS)

    async def receive() -> Any:
        return next(events)

    async def send(message: Any) -> None:
        sent.append(message)

    with anyio.fail_after(10), pytest.raises(OSError) as raised:
        await log.router("own", [*mounts, Mount("/d", log.router("d"))])({"type": "lifespan"}, receive, send)
    assert raised.value is error
    assert log == ["+own", "+a", "+b", "-b", "-a", "-own"]
    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
    assert sent[0]["message"].endswith("OSError: no database\n")


async def test_the_application_of_their_scope_is_the_outermost_if_there_is_one(drive: Any) -> None:
    apps: list[Any] = []

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        apps.append(app)
        yield

    inner = Router(lifespan=lifespan)
    outer_app = object()
    await started(drive, Router([Mount("/a", inner)]))
    await started(drive, Router([Mount("/a", inner)]), app=outer_app)
    assert apps == [inner, outer_app]


# Routers without a lifespan of their own


async def test_routers_without_a_lifespan_are_looked_through_and_need_no_task(drive: Any, log: Log) -> None:
    tasks: list[int] = []

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        tasks.append(len(anyio.get_running_tasks()))
        yield

    def nested(inner: Router) -> Router:
        return Router([Mount("/a", routes=[Mount("/b", Router([Host("c.example.org", inner)]))])])

    await started(drive, Router([Mount("/a", Router(lifespan=lifespan))]))
    await started(drive, nested(Router(lifespan=lifespan)))
    assert tasks == [tasks[0]] * 2


async def test_a_router_may_be_mounted_in_itself(drive: Any, log: Log) -> None:
    plain = Router([Mount("/a", log.router("a"))])
    plain.routes.append(Mount("/again", plain))
    own = log.router("own", [Mount("/plain", plain)])
    own.routes.append(Mount("/again", own))
    await started(drive, own)
    assert log == ["+own", "+a", "-a", "-own"]


async def test_a_router_that_speaks_lifespan_in_its_own_way_is_asked(drive: Any, log: Log) -> None:
    class Own(Router):
        def lifespan(self, scope: Any, receive: Any, send: Any) -> Any:
            log.append("asked")
            return super().lifespan(scope, receive, send)

    await started(drive, Router([Mount("/a", Own([Mount("/b", log.router("b"))]))]))
    assert log == ["asked", "+b", "-b"]


async def test_a_route_of_ones_own_may_have_a_lifespan(drive: Any, log: Log) -> None:
    class Own(BaseRoute):
        def lifespan_app(self) -> Any:
            return log.router("own")

    await started(drive, Router([Own()]))
    assert log == ["+own", "-own"]


# State


async def test_each_application_sees_its_own_state_and_that_around_it(drive: Any, log: Log) -> None:
    app = log.router(
        "own",
        [
            Host("e.example.org", log.router("e", state={"db": "e"})),
            Mount("/a", log.router("a", state={"db": "a"})),
            Mount("/b", log.router("b", [Mount("/c", log.router("c", state={"db": "c"}))], state={"db": "b", "x": 1})),
            Mount("/d", log.router("d")),
        ],
        state={"db": "own", "root": 1},
    )
    state = await started(drive, app)
    server_state = {**state}

    async def ask(path: str, host: str = "example.org") -> Any:
        return (await drive.request(app, path, headers={"host": host}, state={**state})).text

    assert await ask("/") == "db=own root=1"
    assert await ask("/a/") == "db=a root=1"
    assert await ask("/b/") == "db=b root=1 x=1"
    assert await ask("/b/c/") == "db=c root=1 x=1"
    assert await ask("/d/") == "db=own root=1"
    assert await ask("/", "e.example.org") == "db=e root=1"
    assert state == server_state


async def test_an_application_mounted_twice_runs_once_and_has_its_state_in_both_places(drive: Any, log: Log) -> None:
    inner = log.router("inner", state={"db": "pool"})
    app = Router([Mount("/a", inner), Mount("/b", routes=[Mount("/c", inner)]), Mount("/d", inner, lifespan=False)])
    state = await started(drive, app)
    assert log == ["+inner", "-inner"]
    for path, text in (("/a/", "db=pool"), ("/b/c/", "db=pool"), ("/d/", "")):
        assert (await drive.request(app, path, state={**state})).text == text


async def test_the_state_comes_through_an_application_of_another_kind(drive: Any, log: Log) -> None:
    inner = log.router("inner", [Mount("/deep", log.router("deep", state={"db": "deep"}))])

    async def foreign(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await inner({**scope}, receive, send)
            return
        await receive()
        async with lifespan_of(inner)(None) as state:
            scope["state"].update(state, db="foreign")
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    app = Router([Mount("/foreign", foreign)])
    state = await started(drive, app)
    assert log == ["+inner", "+deep", "-deep", "-inner"]
    assert (await drive.request(app, "/foreign/", state={**state})).text == "db=foreign"
    assert (await drive.request(app, "/foreign/deep/", state={**state})).text == "db=deep"


async def test_without_any_state_none_is_needed_of_the_server(drive: Any, log: Log) -> None:
    app = Router([Mount("/a", log.router("a"))])
    answer = await drive.events(app, {"type": "lifespan"}, EVENTS)
    assert len(answer.messages) == 2
    scope = drive.scope("/a/")
    assert (await drive.request(app, "/a/")).text == ""
    del scope["state"]
    assert (await drive.events(Router([Mount("/a", Response("Hello"))]), scope, [])).text == "Hello"


async def test_a_state_that_the_lifespan_did_not_make_is_left_alone(drive: Any, log: Log) -> None:
    app = Router([Mount("/a", log.router("a", state={"db": "pool"}))])
    assert (await drive.request(app, "/a/", state={"other": 1})).text == "other=1"
