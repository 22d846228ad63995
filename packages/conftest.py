"""What the tests of all packages share: an application is driven over raw ASGI, on both event loops, under a linter.

Nothing here imports a package of ours but the core, so that each package's tests run with its own wheel alone.
"""

from __future__ import annotations

import os
import re
import sys
import time
import timeit
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis_server
from blockbuster import BlockBuster
from hypothesis import settings

from asgi_types import Headers

PROFILE = os.environ.get("SHINE_PROFILE", "shine")  # "brief" is for code that is tested in full elsewhere

# A busy machine or a coverage run makes one example slow now and then; time is measured by `assert_linear` alone.
settings.register_profile("shine", parent=settings.default, deadline=None)
settings.register_profile("brief", parent=settings.get_profile("shine"), max_examples=20)
settings.load_profile(PROFILE)

SCOPE_PAGE = Path(__file__).parent.parent / "docs" / "scope.md"

SPECIFIED_KEYS = {
    *("type", "asgi", "http_version", "method", "scheme", "path", "raw_path", "query_string", "root_path", "headers"),
    *("client", "server", "subprotocols", "state", "extensions"),
}

# Which messages may follow which; "" is the beginning. The second number says that a message ended the response.
HINTS = {"http.response.push", "http.response.early_hint"}
BODIES = {"http.response.body", "http.response.pathsend", "http.response.zerocopysend"}
FOLLOWERS: dict[str, set[str]] = {
    "": {
        *HINTS,
        "http.response.debug",
        "http.response.start",
        "websocket.accept",
        "websocket.close",
        "websocket.http.response.start",
        "lifespan.startup.complete",
        "lifespan.startup.failed",
    },
    "http.response.debug": {"http.response.start", *HINTS},
    "http.response.push": {"http.response.start", *BODIES, *HINTS},
    "http.response.early_hint": {"http.response.start", *BODIES, *HINTS},
    "http.response.start": BODIES | HINTS,
    "http.response.body": BODIES | HINTS,
    "http.response.zerocopysend": BODIES | HINTS,
    "websocket.accept": {"websocket.send", "websocket.close"},
    "websocket.send": {"websocket.send", "websocket.close"},
    "websocket.http.response.start": {"websocket.http.response.body"},
    "websocket.http.response.body": {"websocket.http.response.body"},
    "lifespan.startup.complete": {"lifespan.shutdown.complete", "lifespan.shutdown.failed"},
    "http.response.trailers": {"http.response.trailers"},
}


class Lint:
    """Fails on a scope key that docs/scope.md does not name, and on a message that may not be sent where it is."""

    documented = SPECIFIED_KEYS | set(re.findall(r"^\| `([\w.]+)` \|", SCOPE_PAGE.read_text("utf-8"), re.MULTILINE))

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        allowed = {name for name in FOLLOWERS[""] if name.startswith(scope["type"])}
        wants_trailers = False

        async def linted_send(message: Any) -> None:
            nonlocal allowed, wants_trailers
            name = message["type"]
            assert name in allowed, f"{name} may not be sent here, but one of {sorted(allowed)}"
            for header in message.get("headers", ()):
                assert all(isinstance(part, bytes) for part in header), f"Header is not made of bytes: {header!r}"
                assert header[0] == header[0].lower(), f"Header name is not in lower case: {header!r}"
            wants_trailers = wants_trailers or message.get("trailers", False)
            ended = name in BODIES | {"websocket.http.response.body"} and not message.get("more_body", False)
            allowed = FOLLOWERS.get(name, set())
            if ended:
                allowed = {"http.response.trailers"} if wants_trailers else set()
            await send(message)

        await self.app(scope, receive, linted_send)
        unknown = scope.keys() - self.documented
        assert not unknown, f"Scope keys missing in docs/scope.md: {sorted(unknown)}"


@dataclass
class Answer:
    """What an application sent on one connection, and the scope it left behind."""

    scope: dict[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def start(self) -> dict[str, Any]:
        """The message that began the response, a denial response included."""
        return next(message for message in self.messages if message["type"].endswith("response.start"))

    @property
    def status(self) -> int:
        return int(self.start["status"])

    @property
    def headers(self) -> Headers:
        return Headers(raw=list(self.start["headers"]))

    @property
    def body(self) -> bytes:
        return b"".join(bytes(message.get("body", b"")) for message in self.messages)

    @property
    def text(self) -> str:
        return self.body.decode()


def http_scope(path: str = "/", method: str = "GET", headers: Any = (), **more: Any) -> dict[str, Any]:
    """A complete HTTP scope; ``headers`` is a mapping of strings or a list of byte pairs."""
    pairs = headers.items() if hasattr(headers, "items") else headers
    raw = [(n.encode("latin-1"), v.encode("latin-1")) if isinstance(n, str) else (n, v) for n, v in pairs]
    path, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "surrogatepass"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": raw,
        "client": ("testclient", 50000),
        "server": ("testserver", 80),
        "state": {},
        "extensions": {},
        **more,
    }


def websocket_scope(path: str = "/", headers: Any = (), **more: Any) -> dict[str, Any]:
    """A complete WebSocket scope; see `http_scope`."""
    scope = http_scope(path, headers=headers, scheme="ws", subprotocols=[], **more)
    del scope["method"]
    return {**scope, "type": "websocket"}


async def drive(app: Callable[..., Awaitable[None]], scope: dict[str, Any], events: Iterable[Any]) -> Answer:
    """Run ``app`` on ``scope`` under the linter, giving it ``events`` and then disconnects; its errors are raised."""
    answer = Answer(scope)
    left = iter(events)

    async def receive() -> dict[str, Any]:
        return next(left, {"type": f"{scope['type']}.disconnect", "code": 1006, "reason": ""})

    async def send(message: dict[str, Any]) -> None:
        answer.messages.append(message)

    await Lint(app)(scope, receive, send)
    return answer


async def request(
    app: Callable[..., Awaitable[None]], path: str = "/", method: str = "GET", body: Any = b"", **scope: Any
) -> Answer:
    """One HTTP request over raw ASGI; ``body`` is bytes, or a list of the chunks it comes in."""
    chunks = [body] if isinstance(body, bytes) else list(body)
    events = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    events[-1]["more_body"] = False
    return await drive(app, http_scope(path, method, **scope), events)


async def websocket(
    app: Callable[..., Awaitable[None]], path: str = "/", messages: Iterable[str | bytes] = (), **scope: Any
) -> Answer:
    """One WebSocket connection over raw ASGI: connect, then these messages of the client, then its disconnect."""
    events: list[dict[str, Any]] = [{"type": "websocket.connect"}]
    for message in messages:
        kind = "text" if isinstance(message, str) else "bytes"
        events.append({"type": "websocket.receive", "text": None, "bytes": None, kind: message})
    return await drive(app, websocket_scope(path, **scope), events)


class Drive:
    """The functions above, for tests: ``drive.request(app, "/")``, ``drive.websocket(app, "/ws", ["hello"])``."""

    scope = staticmethod(http_scope)
    websocket_scope = staticmethod(websocket_scope)
    events = staticmethod(drive)
    request = staticmethod(request)
    websocket = staticmethod(websocket)
    lint = Lint


def pytest_configure(config: pytest.Config) -> None:
    # Its fixtures are for all packages; a conftest below the root may not name a plugin.
    config.pluginmanager.register(redis_server, "redis_server")


@pytest.fixture(name="drive")
def drive_fixture() -> type[Drive]:
    return Drive


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="blocking_detector", scope="session")
def blocking_detector_fixture() -> BlockBuster:
    """Knows that coverage, which may have to wait for its own lock wherever a line is run, is none of the test's."""
    detector = BlockBuster()
    acquire = detector.functions["threading.Lock.acquire"]
    may_block = acquire.can_block_predicate
    measured = running_coverage()
    lock = getattr(getattr(measured, "_collector", None), "data_lock", None)
    acquire.can_block_predicate = lambda asked, *args, **kwargs: asked is lock or may_block(asked, *args, **kwargs)
    return detector


@pytest.fixture(autouse=True)
def no_blocking_calls(blocking_detector: BlockBuster) -> Iterator[None]:
    """Any call that blocks the event loop fails the test that makes it."""
    blocking_detector.activate()
    try:
        yield
    finally:
        blocking_detector.deactivate()


def running_coverage() -> Any:
    """What measures the coverage, if anything does."""
    coverage = sys.modules.get("coverage")
    return coverage.Coverage.current() if coverage else None


def best_time(function: Callable[[Any], object], argument: Any) -> float:
    # Time of the process alone: what others take of a busy machine would count as well.
    with no_coverage():
        return min(timeit.repeat(lambda: function(argument), timer=time.process_time, number=1, repeat=3))


@contextmanager
def no_coverage() -> Iterator[None]:
    """Nothing is measured here, which takes time for each line, where anything is at all."""
    if (measured := running_coverage()) is None:
        yield
        return
    measured.stop()
    try:
        yield
    finally:
        measured.start()


@pytest.fixture(name="assert_linear", scope="session")
def assert_linear_fixture() -> Callable[[Callable[[Any], object], Callable[[int], Any], int], None]:
    """Four times the input takes about four times as long; quadratic time would be sixteen times as long."""

    def check(function: Callable[[Any], object], make_input: Callable[[int], Any], n: int) -> None:
        for size in (n, 4 * n):  # what is timed is no part of the coverage
            function(make_input(size))
        if PROFILE == "brief":
            return
        ratios: list[float] = []
        for _ in range(4):  # a pause of the machine spoils one attempt, not all of them
            # What takes less than this at n is too short to be measured, and far from quadratic.
            short = max(best_time(function, make_input(n)), 0.0001)
            ratios.append(best_time(function, make_input(4 * n)) / short)
            if ratios[-1] < 12:
                return
        pytest.fail(f"4n took {ratios} times as long as n = {n}")

    return check
