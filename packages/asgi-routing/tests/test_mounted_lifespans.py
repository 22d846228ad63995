from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from asgi_routing import BaseRoute, Host, Mount, Route, Router, combine_lifespans, lifespan_of
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


# One tree of applications


class Framework:
    """An application around a router, as those of frameworks are."""

    def __init__(self, router: Router) -> None:
        self.router = router

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["app"] = self
        await self.router(scope, receive, send)


class Middleware:
    """It hands on a copy of the scope, and tells of lifespans."""

    def __init__(self, app: Any, log: list[str], name: str) -> None:
        self.app, self.log, self.name = app, log, name

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            self.log.append(f"middleware {self.name}")
        await self.app({**scope}, receive, send)


def function(app: Any) -> Any:
    """A plain function around an application."""

    async def call(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)

    return call


async def texts(drive: Any, app: Any, state: Any, *paths: str) -> list[str]:
    return [(await drive.request(app, path, state={**state})).text for path in paths]


@pytest.mark.parametrize("make", [lambda router: router, Framework, function])
async def test_two_applications_may_mount_each_other(drive: Any, log: Log, make: Any) -> None:
    first, second = log.router("first", state={"db": "first"}), log.router("second", state={"db": "second"})
    app = make(first)
    first.routes.append(Mount("/other", make(second)))
    second.routes.append(Mount("/other", app))
    state = await started(drive, app)
    assert log == ["+first", "+second", "-second", "-first"]
    assert await texts(drive, app, state, "/", "/other/", "/other/other/", "/other/other/other/") == [
        *("db=first", "db=second", "db=first", "db=second")
    ]


@pytest.mark.parametrize("scope", [{}, {"app": "outer"}])
async def test_two_routers_with_middleware_may_mount_each_other(drive: Any, log: Log, scope: Any) -> None:
    first, second = (Router(middleware=[(Middleware, (log, name), {})]) for name in ("first", "second"))
    first.routes.append(Mount("/second", second))
    second.routes.append(Mount("/first", first))
    await started(drive, first, **scope)
    assert log == ["middleware first", "middleware second"]


async def test_a_router_may_be_mounted_in_itself_by_a_function(drive: Any, log: Log) -> None:
    own = log.router("own", [Mount("/a", log.router("a", state={"db": "a"}))], state={"db": "own"})
    own.routes.append(Mount("/again", function(own)))
    state = await started(drive, own)
    assert log == ["+own", "+a", "-a", "-own"]
    assert await texts(drive, own, state, "/again/a/", "/again/again/") == ["db=a", "db=own"]
    log.clear()
    plain = Router([Mount("/a", log.router("a"))])
    plain.routes.append(Mount("/again", function(plain)))
    await started(drive, plain)
    assert log == ["+a", "-a"]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("between", [lambda app: app, function, lambda app: Middleware(app, [], "")])
async def test_an_application_of_two_routers_is_started_once(drive: Any, log: Log, first: bool, between: Any) -> None:
    inner = log.router("inner", [Mount("/deep", log.router("deep", state={"x": 1}))], state={"db": "inner"})
    mounts = [
        Mount("/inner", inner),
        Mount("/b", between(log.router("b", [Mount("/inner", inner)], state={"db": "b"}))),
    ]
    app = log.router("a", mounts if first else mounts[::-1], state={"db": "a"})
    state = await started(drive, app)
    order = ["+a", "+inner", "+deep", "+b"] if first else ["+a", "+b", "+inner", "+deep"]
    assert log == [*order, *(entry.replace("+", "-") for entry in reversed(order))]
    assert await texts(drive, app, state, "/", "/inner/", "/b/", "/b/inner/", "/inner/deep/", "/b/inner/deep/") == [
        *("db=a", "db=inner", "db=b", "db=inner", "db=inner x=1", "db=inner x=1")
    ]


async def test_a_router_that_is_reached_by_two_functions_is_entered_once(drive: Any, log: Log) -> None:
    inner = log.router("inner", state={"db": "inner"})
    app = Router([Mount("/a", function(inner)), Mount("/b", function(inner)), Mount("/c", inner)])
    state = await started(drive, app)
    assert log == ["+inner", "-inner"]
    assert await texts(drive, app, state, "/a/", "/b/", "/c/") == ["db=inner"] * 3


async def test_a_bound_method_is_one_application_however_often_it_is_asked_for(drive: Any, log: Log) -> None:
    class Owner:
        async def app(self, scope: Any, receive: Any, send: Any) -> None:
            log.append((await receive())["type"])

    owner, other = Owner(), Owner()
    await started(drive, Router([Mount("/a", owner.app), Mount("/b", owner.app), Mount("/c", other.app)]))
    assert log == ["lifespan.startup"] * 2


async def test_conflicts_are_reported_once(drive: Any, caplog: Any) -> None:
    inner = Router([Route("/{id}", show), Route("/me", show)], report_conflicts=True)
    await started(drive, Router([Mount("/a", inner), Mount("/b", function(inner))]))
    assert len(caplog.records) == 1


async def test_each_life_begins_anew(drive: Any, log: Log) -> None:
    inner = log.router("inner", state={"db": "inner"})
    app = log.router("a", [Mount("/inner", inner)])
    for _ in range(2):
        await started(drive, app)
    assert log == ["+a", "+inner", "-inner", "-a"] * 2


async def test_one_that_has_failed_or_ended_is_no_longer_in_the_tree(drive: Any, log: Log) -> None:
    """An application in between may start one anew, with the very scope that it was given."""
    inner = log.router("inner", [Mount("/deep", log.router("deep"))])

    async def again_and_again(scope: Any, receive: Any, send: Any) -> None:
        for _ in range(2):
            await drive.events(inner, {**scope, "state": {}}, EVENTS)
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    await started(drive, Router([Mount("/a", again_and_again)]))
    assert log == ["+inner", "+deep", "-deep", "-inner"] * 2


async def test_where_the_scope_is_not_handed_on_each_tree_stands_for_itself(drive: Any, log: Log) -> None:
    inner = log.router("inner", state={"db": "inner"})
    b = log.router("b", [Mount("/inner", inner)])
    a = Router([Mount("/inner", inner), Mount("/b", b), Route("/", show)])
    a.lifespan_context = combine_lifespans(lifespan_of(b))
    state = await started(drive, a)
    assert log == ["+b", "+inner", "+inner", "+b", "-b", "-inner", "-inner", "-b"]
    assert await texts(drive, a, state, "/inner/", "/b/inner/") == ["db=inner"] * 2


async def test_the_state_of_another_tree_is_kept_beside_that_of_ones_own(drive: Any, log: Log) -> None:
    other = Router([Mount("/deep", log.router("deep", state={"db": "deep"}))])
    mounts = [Mount("/other", other, lifespan=False), Mount("/own", log.router("own", state={"db": "own"}))]
    app = Router(mounts, lifespan=combine_lifespans(lifespan_of(other)))
    state = await started(drive, app)
    assert await texts(drive, app, state, "/other/deep/", "/own/") == ["db=deep", "db=own"]


async def test_the_state_of_others_needs_none_in_the_scope_that_is_handed_on(drive: Any, log: Log) -> None:
    inner = log.router("inner")

    async def without_state(scope: Any, receive: Any, send: Any) -> None:
        await inner({key: scope[key] for key in scope if key != "state"}, receive, send)

    await started(drive, Router([Mount("/a", log.router("a", state={"db": "a"})), Mount("/b", without_state)]))
    assert log == ["+a", "+inner", "-inner", "-a"]


async def test_a_framework_that_is_mounted_in_what_it_starts_is_not_started_by_it(drive: Any, log: Log) -> None:
    inner = log.router("inner", state={"db": "inner"})
    outer = log.router("outer", [Mount("/inner", inner, lifespan=False)], state={"db": "outer"})
    framework = Framework(outer)
    inner.routes.append(Mount("/outer", framework))
    outer.lifespan_context = combine_lifespans(outer.lifespan_context, renamed(lifespan_of(inner)))
    state = await started(drive, framework)
    assert log == ["+outer", "+inner", "-inner", "-outer"]
    assert await texts(drive, framework, state, "/") == ["db=outer"]


def renamed(lifespan: Any) -> Any:
    @asynccontextmanager
    async def with_other_keys(app: Any) -> AsyncIterator[Any]:
        async with lifespan(app) as state:
            yield {f"own_{key}.": state[key] for key in state}

    return with_other_keys


async def test_the_lifespan_itself_may_add_a_mount(drive: Any, log: Log) -> None:
    app = Router()

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        app.mount("/a", log.router("a"))
        yield

    app.lifespan_context = lifespan
    await started(drive, app)
    assert log == ["+a", "-a"]


async def test_the_scope_that_is_handed_down_is_documented(drive: Any, log: Log) -> None:
    await started(drive, Router([Mount("/a", drive.lint(log.router("a")))]))
    assert log == ["+a", "-a"]


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


async def test_the_state_of_a_mount_is_there_only_as_long_as_it_has_the_connection(drive: Any, log: Log) -> None:
    async def changes(connection: HTTPConnection[Any]) -> Response:
        connection.scope["state"].update(replaced="by the endpoint", added="by the endpoint")
        return Response(f"{connection.scope['state']['db']} {connection.scope['state']['cache']}")

    inner = log.router("inner", [Route("/x", changes)], state={"db": "inner", "cache": 1, "replaced": "inner"})
    app = log.router("outer", [Mount("/m", inner)], state={"db": "outer"})
    state = await started(drive, app)
    answer = await drive.request(app, "/m/x", state={**state})
    assert answer.text == "inner 1"
    left = {key: value for key, value in answer.scope["state"].items() if "." not in key}
    assert left == {"db": "outer", "replaced": "by the endpoint", "added": "by the endpoint"}


async def test_a_class_says_whether_lifespans_run_where_a_mount_does_not(drive: Any, log: Log) -> None:
    class QuietMount(Mount):
        lifespan = False

    class QuietHost(Host):
        lifespan = False

    class Quiet(Router):
        mount_type = QuietMount
        host_type = QuietHost

    app = Quiet([QuietMount("/a", log.router("a")), QuietMount("/b", log.router("b"), lifespan=True)])
    app.mount("/c", log.router("c"))
    app.mount("/d", log.router("d"), lifespan=True)
    app.host("e.example.org", log.router("e"))
    app.host("f.example.org", log.router("f"), lifespan=True)
    await started(drive, app)
    assert log == ["+b", "+d", "+f", "-f", "-d", "-b"]
