"""The applications that most sessions are tested with."""

import anyio
import pytest

ACCEPT = {"type": "websocket.accept"}


@pytest.fixture(scope="session", name="echo")
def echo_fixture():
    """An application that accepts with what it is offered, and sends back what it gets."""

    async def echo(scope, receive, send):
        await receive()
        await send({**ACCEPT, "subprotocol": next(iter(scope["subprotocols"]), None), "headers": [(b"x-a", b"b")]})
        while (message := await receive())["type"] == "websocket.receive":
            await send({**message, "type": "websocket.send"})

    return echo


@pytest.fixture(scope="session", name="sends")
def sends_fixture():
    """``sends(*messages)`` is an application that sends these, and then waits for the client to leave, or raises."""

    def sends(*messages, error=None):
        async def app(scope, receive, send):
            await receive()
            for message in messages:
                await send(message)
            if error is not None:
                raise error
            while (await receive())["type"] != "websocket.disconnect":
                pass

        return app

    return sends


@pytest.fixture(scope="session", name="stuck")
def stuck_fixture():
    """An application that accepts, and then does nothing for ever."""

    async def stuck(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await anyio.sleep_forever()

    return stuck
