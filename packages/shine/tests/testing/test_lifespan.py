"""The lifespan of an application, as both clients run it."""

from contextlib import asynccontextmanager

import anyio
import pytest

from shine import JSONResponse, Route, Shine
from shine.testclient import AsyncTestClient, TestClient

START = {"type": "http.response.start", "status": 200, "headers": []}
COMPLETE = {"type": "lifespan.startup.complete"}
FAILED = {"type": "lifespan.startup.failed", "message": "No database."}


def enter(ask, app):
    """Enter and leave the client, and ask nothing."""
    if not ask.is_async:
        with TestClient(app, backend=ask.backend) as client:
            return client.app_state

    async def run():
        async with AsyncTestClient(app) as client:
            return client.app_state

    return anyio.run(run, backend=ask.backend)


def steps(*messages, error=None):
    """An application that receives before each message; what is no message is not sent."""

    async def app(scope, receive, send):
        for message in messages:
            await receive()
            if message is not None:
                await send(message)
        if error is not None:
            raise error

    return app


def test_state_and_order(ask):
    seen = []

    @asynccontextmanager
    async def lifespan(app):
        async with anyio.create_task_group() as tasks:  # has to be left in the task that entered it
            tasks.start_soon(anyio.sleep_forever)
            seen.append("up")
            yield {"count": 1, "shared": []}
            seen.append("down")
            tasks.cancel_scope.cancel()

    async def show(request):
        request.state.shared.append(1)
        request.state.count += 1
        return JSONResponse([request.state.count, request.state.shared])

    app = Shine(routes=[Route("/", show)], lifespan=lifespan)
    assert ask(app, entered=True).json() == [2, [1]]
    assert seen == ["up", "down"]
    assert enter(ask, app) == {"count": 1, "shared": []}


def test_an_application_without_a_lifespan_that_returns(ask):
    assert enter(ask, steps()) == {}


def test_an_application_that_ends_too_early_but_says_nothing(ask):
    enter(ask, steps(COMPLETE))
    enter(ask, steps(COMPLETE, None))


def test_an_application_that_knows_no_lifespan(ask):
    async def app(scope, receive, send):
        assert scope["type"] == "http", "Only HTTP."

    with pytest.raises(AssertionError, match="Only HTTP") as caught:
        enter(ask, app)
    advice = "AsyncTestClient(app, lifespan=False) runs none." if ask.is_async else "Use the client without 'with'"
    assert advice in caught.value.__notes__[0]


async def test_a_client_that_runs_none(sends):
    app = sends(START, {"type": "http.response.body"})
    async with AsyncTestClient(app, lifespan=False) as client:
        assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize(
    "app",
    [
        steps(None, error=LookupError()),
        steps(FAILED, error=LookupError()),
        steps(COMPLETE, error=LookupError()),
        steps(COMPLETE, None, error=LookupError()),
        steps(COMPLETE, {"type": "lifespan.shutdown.complete"}, error=LookupError()),
        steps(COMPLETE, {"type": "lifespan.shutdown.failed"}, error=LookupError()),
    ],
    ids=["starting", "failed", "started", "stopping", "stopped", "stop failed"],
)
def test_what_the_application_raises_is_raised(ask, app):
    with pytest.raises(LookupError) as caught:
        enter(ask, app)
    assert not hasattr(caught.value, "__notes__")


def test_a_failure_that_is_only_said(ask):
    with pytest.raises(RuntimeError, match=r"The startup of the application failed\. No database\.$"):
        enter(ask, steps(FAILED))
    with pytest.raises(RuntimeError, match=r"The shutdown of the application failed\.$"):
        enter(ask, steps(COMPLETE, {"type": "lifespan.shutdown.failed"}))


def test_an_application_that_goes_on_after_its_failure_is_cancelled(ask):
    ended = []

    async def app(scope, receive, send):
        try:
            await send(FAILED)
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    with pytest.raises(RuntimeError, match="No database"):
        enter(ask, app)
    assert ended == [True]


def test_no_message_of_a_lifespan(ask):
    for name in ("lifespan.startup", "nonsense", "lifespan.startup.complete.too"):
        with pytest.raises(AssertionError, match=f"sent '{name}', which is no message of a lifespan"):
            enter(ask, steps({"type": name}))


def test_what_ends_a_program(ask):
    for error in (KeyboardInterrupt, SystemExit):
        with pytest.raises(error):
            enter(ask, steps(None, error=error()))


def test_an_application_that_only_receives_does_not_block_the_event_loop(ask):
    async def app(scope, receive, send):
        await receive()
        await send(COMPLETE)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen, receive)
            while (await receive())["type"] != "lifespan.shutdown":
                pass
            await anyio.sleep(0.01)
            tasks.cancel_scope.cancel()

    async def listen(receive):
        while True:
            await receive()

    enter(ask, app)


async def test_a_start_that_takes_too_long_is_cancelled_with_its_test():
    ended = []

    async def app(scope, receive, send):
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    client = AsyncTestClient(app)
    with anyio.move_on_after(0.01) as scope:
        await client.__aenter__()
    assert scope.cancelled_caught
    assert ended == [True]
    assert client.is_closed


async def test_a_stop_that_takes_too_long_is_cancelled_with_its_test():
    ended = []

    async def app(scope, receive, send):
        await receive()
        await send(COMPLETE)
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    with anyio.move_on_after(0.01) as scope:
        async with AsyncTestClient(app):
            pass
    assert scope.cancelled_caught
    assert ended == [True]
