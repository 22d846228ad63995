"""Metrics under real servers, on both event loops: right numbers, by the patterns of three frameworks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent
SERVERS = ("uvicorn", "hypercorn-trio")


@pytest.fixture(name="client", params=SERVERS)
def client_fixture(request: pytest.FixtureRequest, serve: Any) -> Iterator[httpx.Client]:
    with serve(request.param, "metrics:app", HERE) as served, httpx.Client(base_url=served.url, timeout=10) as client:
        yield client


def requests(client: httpx.Client, page: str = "/metrics") -> dict[tuple[str, str, str], int]:
    """How often each method and route was answered with each status."""
    found = {}
    for line in client.get(page).text.splitlines():
        if line.startswith("http_requests_total{"):
            labels, _, value = line.removeprefix("http_requests_total{").rpartition("} ")
            pairs = dict(pair.split("=") for pair in labels.replace('"', "").split(","))
            found[pairs["method"], pairs["route"], pairs["status"]] = int(float(value))
    return found


def test_each_route_has_its_numbers(client: httpx.Client) -> None:
    for n in range(3):
        client.get(f"/users/{n}")
        client.get(f"/tenants/t{n}/v1/items/{n}")
    client.post("/tenants/t/v1/upper", content=b"abc")
    client.put("/users/1")
    httpx.get(f"{client.base_url}/failing")  # after an error uvicorn closes the connection
    client.get("/made/up")
    client.get("/old/made/up")
    assert requests(client) == {
        ("GET", "/users/{id}", "200"): 3,
        ("PUT", "/users/{id}", "405"): 1,
        ("GET", "/tenants/{tenant}/v1/items/{id}", "200"): 3,
        ("POST", "/tenants/{tenant}/v1/upper", "200"): 1,
        ("GET", "/failing", "500"): 1,
        ("GET", "unmatched", "404"): 1,
        ("GET", "/old", "200"): 1,
    }
    assert requests(client)["GET", "/metrics", "200"] == 1
    page = client.get("/metrics").text
    assert 'http_request_size_bytes_sum{method="POST",route="/tenants/{tenant}/v1/upper"} 3.0' in page
    assert 'http_response_size_bytes_sum{method="POST",route="/tenants/{tenant}/v1/upper"} 3.0' in page
    assert 'http_requests_in_progress{method="GET"} 1.0' in page


def test_the_page_is_openmetrics_for_who_asks(client: httpx.Client) -> None:
    answer = client.get("/metrics", headers={"accept": "application/openmetrics-text;version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")


def test_a_websocket_has_its_numbers(client: httpx.Client) -> None:
    from websockets.exceptions import ConnectionClosedOK
    from websockets.sync.client import connect

    url = f"{client.base_url}".replace("http", "ws", 1)
    with connect(f"{url}/echo/a") as websocket:
        websocket.send("hello")
        assert websocket.recv() == "hello"
        with pytest.raises(ConnectionClosedOK):  # at once with its own close hypercorn on trio fails
            websocket.recv()
    deadline = time.monotonic() + 10
    while "websocket_connections_in_progress 0.0" not in (page := client.get("/metrics").text):
        assert time.monotonic() < deadline, page
    assert 'websocket_connections_total{outcome="closed",route="/echo/{room}"} 1.0' in page


def test_the_wsgi_application_streams_both_ways(client: httpx.Client) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 50_000

    answer = client.post("/old/caf\u00e9/x", content=body())
    assert answer.text == "/old /caf\u00e9/x\n1000000 bytes\n"
    with client.stream("GET", "/old/?wait") as streamed:
        parts, times = [], []
        for part in streamed.iter_text():
            parts.append(part)
            times.append(time.monotonic())
    assert parts == ["/old /\n", "0 bytes\n"]
    assert times[1] - times[0] > 0.25  # the second is made half a second after the first is sent


def test_fastapi_has_whole_patterns(serve: Any) -> None:
    with (
        serve("uvicorn", "fastapi_metrics:app", HERE) as served,
        httpx.Client(base_url=served.url, timeout=10) as client,
    ):
        for path in ("/tenants/a/items/1", "/tenants/b/items/x", "/parts/p/shop/items/3", "/parts/p/none", "/none"):
            client.get(path)
        client.get("/docs")
        assert requests(client) == {
            ("GET", "/tenants/{tenant}/items/{id}", "200"): 1,
            ("GET", "/tenants/{tenant}/items/{id}", "422"): 1,
            ("GET", "/parts/{part}/shop/items/{id}", "200"): 1,
            ("GET", "/parts/{part}", "404"): 1,
            ("GET", "unmatched", "404"): 1,
            ("GET", "/docs", "200"): 1,
        }


def test_quart_tells_its_rules(serve: Any) -> None:
    with serve("uvicorn", "quart_metrics:app", HERE) as served, httpx.Client(base_url=served.url, timeout=10) as client:
        for path in ("/users/1", "/users/2", "/users/x"):
            client.get(path)
        assert requests(client, "/metrics") == {
            ("GET", "/users/<int:id>", "200"): 2,
            ("GET", "unmatched", "404"): 1,
        }
