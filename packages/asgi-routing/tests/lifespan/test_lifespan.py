from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from asgi_routing import Router

EVENTS = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]


def recorder(log: list[str], state: Any = None, fail: str = "") -> Any:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[Any]:
        log.append("startup")
        if fail == "startup":
            raise RuntimeError("no database")
        yield state
        log.append("shutdown")
        if fail == "shutdown":
            raise RuntimeError("cannot close")

    return lifespan


def types(messages: list[dict[str, Any]]) -> list[str]:
    return [message["type"] for message in messages]


async def test_it_is_entered_at_startup_and_left_at_shutdown(drive: Any) -> None:
    log: list[str] = []
    router = Router(lifespan=recorder(log))
    sent: list[str] = []
    events = iter(EVENTS)

    async def receive() -> Any:
        log.append("receive")
        return next(events)

    async def send(message: Any) -> None:
        log.append(message["type"])
        sent.append(message)

    await router({"type": "lifespan"}, receive, send)
    assert log == [
        *("receive", "startup", "lifespan.startup.complete"),
        *("receive", "shutdown", "lifespan.shutdown.complete"),
    ]
    assert sent == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]


async def test_no_lifespan_is_needed(drive: Any) -> None:
    answer = await drive.events(Router(), {"type": "lifespan"}, EVENTS)
    assert types(answer.messages) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_its_argument_is_the_application_of_the_scope_else_the_router(drive: Any) -> None:
    apps: list[Any] = []

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        apps.append(app)
        yield

    router, app = Router(lifespan=lifespan), object()
    await drive.events(router, {"type": "lifespan"}, EVENTS)
    await drive.events(router, {"type": "lifespan", "app": app}, EVENTS)
    assert apps == [router, app]


async def test_what_it_yields_is_put_into_the_state(drive: Any) -> None:
    state = {"kept": 1}
    scope = {"type": "lifespan", "state": state}
    await drive.events(Router(lifespan=recorder([], {"db": "pool"})), scope, EVENTS)
    assert scope["state"] is state
    assert state == {"kept": 1, "db": "pool"}


async def test_an_empty_state_needs_support_as_well(drive: Any) -> None:
    with pytest.raises(RuntimeError):
        await drive.events(Router(lifespan=recorder([], {})), {"type": "lifespan"}, EVENTS)


async def test_a_server_without_state_is_a_failed_startup(drive: Any) -> None:
    sent: list[Any] = []
    with pytest.raises(RuntimeError) as raised:
        await run(Router(lifespan=recorder([], {"db": "pool"})), sent)
    assert str(raised.value) == 'The server does not support "state" in the lifespan scope.'
    assert types(sent) == ["lifespan.startup.failed"]
    assert sent[0]["message"].endswith('RuntimeError: The server does not support "state" in the lifespan scope.\n')


async def run(router: Router, sent: list[Any]) -> None:
    events = iter(EVENTS)

    async def receive() -> Any:
        return next(events)

    async def send(message: Any) -> None:
        sent.append(message)

    await router({"type": "lifespan"}, receive, send)


@pytest.mark.parametrize(("moment", "message"), [("startup", "no database"), ("shutdown", "cannot close")])
async def test_a_failure_is_sent_with_its_traceback_and_raised(moment: str, message: str) -> None:
    sent: list[Any] = []
    with pytest.raises(RuntimeError, match=f"^{message}$"):
        await run(Router(lifespan=recorder([], fail=moment)), sent)
    before = [] if moment == "startup" else ["lifespan.startup.complete"]
    assert types(sent) == [*before, f"lifespan.{moment}.failed"]
    assert sent[-1]["message"].startswith("Traceback (most recent call last):\n")
    assert sent[-1]["message"].endswith(f"RuntimeError: {message}\n")


async def test_an_exit_at_startup_is_sent_as_well() -> None:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        raise SystemExit(3)
        yield

    sent: list[Any] = []
    with pytest.raises(SystemExit):
        await run(Router(lifespan=lifespan), sent)
    assert types(sent) == ["lifespan.startup.failed"]


async def test_an_asynchronous_generator_function_is_taken() -> None:
    log: list[str] = []

    async def lifespan(app: Any) -> AsyncIterator[Any]:
        log.append("startup")
        yield
        log.append("shutdown")

    sent: list[Any] = []
    await run(Router(lifespan=lifespan), sent)
    assert log == ["startup", "shutdown"]
    assert types(sent) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_generator_function_is_taken(drive: Any) -> None:
    log: list[str] = []

    def lifespan(app: Any) -> Iterator[Any]:
        log.append("startup")
        yield {"db": "pool"}
        log.append("shutdown")

    scope: dict[str, Any] = {"type": "lifespan", "state": {}}
    await drive.events(Router(lifespan=lifespan), scope, EVENTS)
    assert log == ["startup", "shutdown"]
    assert scope["state"] == {"db": "pool"}
