"""Rate limits under real servers: four processes with one Redis that is killed meanwhile, and the two applications."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from asgi_middleware import RateLimit

HERE = Path(__file__).parent

CONNECTIONS = 12


class Hammer:
    """Clients that ask as fast as they can; it keeps what they are answered."""

    def __init__(self, url: str, limit: RateLimit) -> None:
        self.url = url
        self.limit = limit
        self.through: list[tuple[float, float]] = []  # between which two times one was counted
        self.statuses: list[tuple[float, int]] = []  # when it was answered
        self.longest = 0.0
        self._is_over = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        with httpx.Client(timeout=20) as client:
            threads = [threading.Thread(target=self._work, args=[client]) for _ in range(CONNECTIONS)]
            for thread in threads:
                thread.start()
            try:
                self.wait_for(200)
                yield
            finally:
                self._is_over.set()
                for thread in threads:
                    thread.join()

    def _work(self, client: httpx.Client) -> None:
        while not self._is_over.is_set():
            begin = time.monotonic()
            answer = client.get(self.url)
            end = time.monotonic()
            self.longest = max(self.longest, end - begin)
            self.statuses.append((end, answer.status_code))
            if answer.status_code == 200:
                first, last = answer.text.split()
                self.through.append((float(first), float(last)))
            time.sleep(0.002)  # not all of the machine is for them: the server has to answer, too

    def wait_for(self, status: int) -> None:
        """Until a request that is sent from now on is answered so."""
        begin = time.monotonic()
        while not self.since(begin)[status]:
            assert time.monotonic() < begin + 30, self.since(begin)
            time.sleep(0.05)

    def most(self) -> int:
        """The most that were certainly let through in one window, wherever it begins.

        One that is counted at an unknown time between two others is in a window for certain if both are.
        """
        ends = sorted(self.through, key=lambda times: times[1])
        return max(
            sum(start <= begin and end < start + self.limit.per for begin, end in ends)
            for start in {begin for begin, _ in ends}
        )

    def assert_limit_holds(self) -> None:
        """Nowhere more than the limit, but somewhere nearly as many."""
        assert self.limit.limit * 0.9 <= self.most() <= self.limit.limit

    def since(self, moment: float) -> Counter[int]:
        return Counter(status for when, status in self.statuses if when > moment)


@pytest.fixture(name="hammer_four")
def hammer_four_fixture(serve: Any, redis_server: Any) -> Any:
    """Four processes with one Redis, and the clients that hammer at them."""

    @contextmanager
    def hammer_four(limit: str, on_failure: str) -> Iterator[Hammer]:
        env = {"REDIS_URL": redis_server.url, "ON_FAILURE": on_failure, "LIMIT": limit}
        with serve("uvicorn", "counted:app", HERE, "--workers=4", "--no-access-log", env=env) as served:
            hammer = Hammer(served.url, RateLimit.parse(limit))
            wait_for_workers(served)
            with hammer.running():
                yield hammer

    return hammer_four


def wait_for_workers(served: Any) -> None:
    deadline = time.monotonic() + 30
    while served.log.count("Application startup complete") < 4:
        assert time.monotonic() < deadline, served.log
        time.sleep(0.05)


def test_four_processes_let_through_what_is_allowed_and_not_more(hammer_four: Any) -> None:
    with hammer_four("60/second", "refuse") as hammer:
        begin = time.monotonic()
        time.sleep(4)
        windows = int((time.monotonic() - begin) / hammer.limit.memory)
    statuses = hammer.since(0)
    assert set(statuses) == {200, 429}
    hammer.assert_limit_holds()
    assert statuses[200] >= 60 * windows  # with one slice more, each window is used up
    assert statuses[429] > statuses[200]


@pytest.mark.parametrize("downtime", [0.0, 4.0], ids=["at-once", "later"])
def test_redis_is_killed_and_nothing_more_is_let_through(hammer_four: Any, redis_server: Any, downtime: float) -> None:
    """It has forgotten everything, but is there again before the window is over; or only afterwards."""
    with hammer_four("60/3s", "refuse") as hammer:
        hammer.wait_for(429)
        redis_server.kill()
        killed = time.monotonic()
        time.sleep(downtime)
        redis_server.start()
        time.sleep(0.5)
        hammer.wait_for(200)
        hammer.wait_for(429)
    assert set(hammer.since(0)) == {200, 429, 503}
    hammer.assert_limit_holds()
    assert hammer.since(killed + 0.5)[200] >= 60
    assert hammer.longest < 5


def test_redis_is_killed_and_requests_go_on(hammer_four: Any, redis_server: Any) -> None:
    with hammer_four("60/second", "allow") as hammer:
        hammer.wait_for(429)
        time.sleep(1.5)
        hammer.assert_limit_holds()
        redis_server.kill()
        killed = time.monotonic()
        time.sleep(2)
        without = hammer.since(killed + 0.5)
        redis_server.start()
        time.sleep(3)  # until all four have a connection again
        restored = time.monotonic()
        hammer.wait_for(429)
        time.sleep(1)
    assert set(without) == {200}
    assert without[200] > 60 * 2
    assert hammer.since(restored)[429] > 0
    assert set(hammer.since(0)) == {200, 429}
    assert hammer.longest < 5  # and not the time limit again and again


# The applications


@pytest.fixture(name="url", scope="module", params=["uvicorn", "hypercorn-trio", "granian", "daphne"])
def url_fixture(request: pytest.FixtureRequest, serve: Any) -> Iterator[str]:
    with serve(request.param, "rate_limits:app", HERE) as served:
        yield served.url


def test_of_one_client(url: str) -> None:
    answer = httpx.get(url, timeout=20)
    assert answer.status_code == 200
    left = answer.json()
    assert set(left) == {"20/second", "1000/hour"}
    assert answer.headers["ratelimit-policy"] == '"default:20/second";q=20;w=1, "default:1000/hour";q=1000;w=3600'
    assert f'"default:1000/hour";r={left["1000/hour"]};t=' in answer.headers["ratelimit"]


def test_of_one_user(url: str) -> None:
    with httpx.Client(base_url=url, timeout=20) as client:
        for name in ("ann", "ben"):
            statuses = [client.get("/notes", auth=(name, "secret")).status_code for _ in range(4)]
            assert statuses == [200, 200, 200, 429]
        refused = client.get("/notes", auth=("ann", "secret"))
    assert int(refused.headers["retry-after"]) in range(50, 63)
    assert refused.text == f"Too many requests. Try again in {refused.headers['retry-after']} seconds."


def test_of_one_route(url: str) -> None:
    with httpx.Client(base_url=url, timeout=20) as client:
        assert [client.post("/sign-in").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("app", ["rate_limits:app", "fastapi_rate_limits:app"])
def test_messages_of_a_websocket(serve: Any, app: str) -> None:
    with serve("uvicorn", app, HERE) as served:
        with connect(f"{served.url}/echo".replace("http", "ws"), open_timeout=20) as websocket:
            for _ in range(5):
                websocket.send("Hello")
                assert websocket.recv(20) == "Hello"
            websocket.send("once more")
            with pytest.raises(ConnectionClosed) as closed:
                websocket.recv(20)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "Too many messages.")
        time.sleep(0.1)
        assert "Traceback" not in served.log


@pytest.mark.parametrize("with_redis", [False, True], ids=["memory", "redis"])
def test_around_fastapi(serve: Any, redis_server: Any, with_redis: bool) -> None:
    env = {"REDIS_URL": redis_server.url if with_redis else ""}
    with serve("uvicorn", "fastapi_rate_limits:app", HERE, env=env) as served:
        with httpx.Client(base_url=served.url, timeout=20) as client:
            assert [client.post("/sign-in").status_code for _ in range(4)] == [200, 200, 200, 429]
            answer = client.get("/")
        assert (answer.status_code, answer.json()) == (200, {"hello": "world"})
        assert '"default:1000/hour";r=99' in answer.headers["ratelimit"]
    assert "Traceback" not in served.log
