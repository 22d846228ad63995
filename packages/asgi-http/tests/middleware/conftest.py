"""Applications that the middleware of several files is put around, and what it makes of their bodies."""

import anyio
import pytest
from anyio.lowlevel import checkpoint

START = {"type": "http.response.start", "status": 200, "headers": []}


def part(body, more_body=True):
    return {"type": "http.response.body", "body": body, "more_body": more_body}


class Endless:
    """An application that streams for ever, and remembers how many parts it made and how that ended."""

    def __init__(self):
        self.ended_by = None
        self.parts = 0

    async def __call__(self, scope, receive, send):
        try:
            await send(START)
            while True:
                self.parts += 1
                await send(part(b"x"))
        except BaseException as exc:
            self.ended_by = exc
            raise


async def endless_from_a_task(scope, receive, send):
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(Endless(), scope, receive, send)
        await anyio.sleep_forever()


async def streaming(scope, receive, send):
    await send(START)
    await send(part(b"one"))
    await send(part(b"two"))
    await send(part(b"", more_body=False))


async def failing(scope, receive, send):
    raise LookupError("no such thing")


async def failing_later(scope, receive, send):
    await send(START)
    await send(part(b"one"))
    raise LookupError("no such thing")


async def upper(chunks):
    async for chunk in chunks:
        yield chunk.upper()


async def numbers(log):
    try:
        while True:
            yield "1"
            await checkpoint()
    finally:
        log.append("numbers closed")


async def changed(chunks, log, entry="change closed"):
    try:
        async for chunk in chunks:
            yield chunk
    finally:
        log.append(entry)


@pytest.fixture
def make_endless():
    return Endless


@pytest.fixture(name="endless_from_a_task")
def endless_from_a_task_fixture():
    return endless_from_a_task


@pytest.fixture(name="streaming")
def streaming_fixture():
    """Sends ``one`` and ``two``."""
    return streaming


@pytest.fixture(name="failing")
def failing_fixture():
    return failing


@pytest.fixture(name="failing_later")
def failing_later_fixture():
    """Fails when it has sent ``one``."""
    return failing_later


@pytest.fixture(name="upper")
def upper_fixture():
    return upper


@pytest.fixture(name="numbers")
def numbers_fixture():
    """A body without an end, which logs that it was closed."""
    return numbers


@pytest.fixture(name="changed")
def changed_fixture():
    """A body made of another, which logs that it was closed."""
    return changed
