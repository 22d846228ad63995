"""Connections that wait, on asyncio in real time and on trio in time that jumps to where something happens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import anyio
import pytest
from trio.testing import MockClock


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    if request.param == "trio":
        return "trio", {"clock": MockClock(autojump_threshold=0)}
    return "asyncio"


class Connection:
    """``events`` are messages of the client, and seconds that pass before the next; then it waits for ever."""

    def __init__(self, events: Iterable[Any] = (), slow: float = 0.0, stuck_at: str | None = None) -> None:
        self.events = iter(events)
        self.messages: list[dict[str, Any]] = []
        self.slow = slow
        self.stuck_at = stuck_at

    async def receive(self) -> Any:
        for event in self.events:
            if not isinstance(event, float):
                return event
            await anyio.sleep(event)
        await anyio.sleep_forever()
        raise AssertionError

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == self.stuck_at:
            await anyio.sleep_forever()
        if self.slow:
            await anyio.sleep(self.slow)
        self.messages.append(message)

    @property
    def status(self) -> int:
        return self.messages[0]["status"]

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.messages).decode()

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.messages[0]["headers"])


@pytest.fixture(name="connect")
def connect_fixture() -> type[Connection]:
    return Connection
