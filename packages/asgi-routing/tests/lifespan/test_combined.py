from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from asgi_routing import Mount, Router, combine_lifespans, lifespan_of
from asgi_types import Response


def recorder(log: list[str], name: str, state: Any = None, error: BaseException | None = None) -> Any:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[Any]:
        if error is not None:
            raise error
        log.append(f"+{name}")
        try:
            yield state
        finally:
            log.append(f"-{name}")

    return lifespan


async def test_they_are_entered_in_order_and_left_in_reverse() -> None:
    log: list[str] = []
    async with combine_lifespans(recorder(log, "a"), recorder(log, "b"), recorder(log, "c"))(None) as state:
        assert log == ["+a", "+b", "+c"]
        assert state is None
    assert log == ["+a", "+b", "+c", "-c", "-b", "-a"]


async def test_each_gets_the_application() -> None:
    apps: list[Any] = []

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        apps.append(app)
        yield

    async with combine_lifespans(lifespan, lifespan)("the app"):
        assert apps == ["the app", "the app"]


@pytest.mark.parametrize(
    ("states", "merged"),
    [
        ([], None),
        ([None, None], None),
        ([None, {}], {}),
        ([{"a": 1}, None, {"b": 2}], {"a": 1, "b": 2}),
    ],
)
async def test_the_state_is_that_of_all(states: list[Any], merged: Any) -> None:
    async with combine_lifespans(*(recorder([], "x", state) for state in states))(None) as state:
        assert state == merged


async def test_the_same_key_twice_is_an_error_after_the_others_were_left() -> None:
    log: list[str] = []
    lifespan = combine_lifespans(recorder(log, "a", {"db": 1, "b": 1, "c": 1}), recorder(log, "b", {"db": 2, "b": 2}))
    with pytest.raises(RuntimeError) as raised:
        async with lifespan(None):
            pass
    assert str(raised.value) == "Two lifespans have a state with the same key: 'b', 'db'."
    assert log == ["+a", "+b", "-b", "-a"]


async def test_one_that_fails_has_those_before_it_left_in_reverse() -> None:
    log: list[str] = []
    error = OSError("no database")
    outer = Router(lifespan=recorder(log, "b"))
    with pytest.raises(OSError) as raised:
        async with combine_lifespans(recorder(log, "a"), lifespan_of(outer), recorder(log, "c", error=error))(None):
            pass
    assert raised.value is error
    assert log == ["+a", "+b", "-b", "-a"]


async def test_the_states_of_mounted_applications_are_put_together(drive: Any) -> None:
    async def show(scope: Any, receive: Any, send: Any) -> None:
        await Response(scope["state"]["db"])(scope, receive, send)

    def outer(name: str) -> Router:
        inner = Router(default=show, lifespan=recorder([], name, {"db": name}))
        return Router([Mount("/inner", inner)])

    first, second = outer("first"), outer("second")
    async with combine_lifespans(lifespan_of(first), lifespan_of(second))(None) as state:
        for app, expected in ((first, "first"), (second, "second")):
            assert (await drive.request(app, "/inner/", state={**state})).text == expected


async def test_a_generator_function_is_taken() -> None:
    async def lifespan(app: Any) -> AsyncIterator[Any]:
        yield {"db": "pool"}

    async with combine_lifespans(lifespan)(None) as state:
        assert state == {"db": "pool"}


# What is no lifespan function


async def application(scope: Any, receive: Any, send: Any) -> None: ...


async def without_a_yield(app: Any) -> None: ...


def hands_on(scope: Any, receive: Any, send: Any) -> Any: ...


@pytest.mark.parametrize(
    "mistake",
    [
        application,
        hands_on,
        functools.partial(application),
        without_a_yield,
        Router(),
        Router,
        Response("Hello"),
        None,
    ],
)
def test_what_is_no_lifespan_function_is_refused(mistake: Any) -> None:
    with pytest.raises(TypeError) as raised:
        combine_lifespans(recorder([], "a"), mistake)
    assert str(raised.value) == (
        f"{mistake!r} is no lifespan function, which takes the application and gives an async context manager. "
        "For the lifespan of an ASGI application write lifespan_of(app)."
    )


class Manager:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __aenter__(self) -> Any:
        return {"app": self.app}

    async def __aexit__(self, *exc_info: object) -> None:
        pass


class Owner:
    @asynccontextmanager
    async def lifespan(self, app: Any) -> AsyncIterator[Any]:
        yield {"app": app}


@pytest.mark.parametrize(
    "lifespan",
    [
        Manager,
        functools.partial(Manager),
        Owner().lifespan,
        combine_lifespans(Manager),
    ],
)
async def test_whatever_gives_a_context_manager_is_taken(lifespan: Any) -> None:
    async with combine_lifespans(lifespan)("the app") as state:
        assert state == {"app": "the app"}


def test_what_does_not_tell_its_parameters_is_taken() -> None:
    combine_lifespans(iter)  # type: ignore[arg-type]


async def test_it_is_the_lifespan_of_a_router(drive: Any) -> None:
    log: list[str] = []
    router = Router(lifespan=combine_lifespans(recorder(log, "a", {"a": 1}), recorder(log, "b", {"b": 2})))
    scope: dict[str, Any] = {"type": "lifespan", "state": {}}
    answer = await drive.events(router, scope, [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    assert scope["state"] == {"a": 1, "b": 2}
    assert log == ["+a", "+b", "-b", "-a"]
    assert [message["type"] for message in answer.messages] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
