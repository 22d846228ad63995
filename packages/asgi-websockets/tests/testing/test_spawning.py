"""The task of a session, which needs no task group."""

import asyncio

import anyio

from asgi_websockets.testing import AsyncWebSocketTestSession


def test_a_session_may_be_entered_and_left_in_different_tasks(echo):
    """As the fixtures of pytest-asyncio are."""
    with asyncio.Runner() as runner:
        session = AsyncWebSocketTestSession(echo)
        runner.run(session.__aenter__())
        runner.run(session.send_text("a"))
        assert runner.run(session.receive_text()) == "a"
        runner.run(session.__aexit__(None, None, None))
        assert asyncio.all_tasks(runner.get_loop()) == set()


def test_nothing_is_left_when_the_event_loop_ends(anyio_backend, stuck):
    ended = []

    async def app(scope, receive, send):
        try:
            await stuck(scope, receive, send)
        finally:
            ended.append(True)

    async def test():
        await AsyncWebSocketTestSession(app).__aenter__()

    anyio.run(test, backend=anyio_backend)
    assert ended == [True]
