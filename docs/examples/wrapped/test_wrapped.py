"""Each middleware around a bare, a FastAPI and a Quart application, alone and all together, under a real uvicorn."""

import ast
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

import asgi_middleware

HERE = Path(__file__).parent
FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}  # as the proxy that ends TLS says


def names() -> list[str]:
    """The keys of ``ALL``, read and not imported: the tests of the module may run with less installed."""
    for node in ast.parse((HERE / "wrapped.py").read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "ALL":
            assert isinstance(node.value, ast.Dict)
            return [ast.literal_eval(key) for key in node.value.keys if key is not None]
    raise AssertionError("wrapped.py has no ALL.")


WAYS = ["plain", *names(), "together"]


@pytest.fixture(scope="module", params=["bare_app", "fastapi_app", "quart_app"])
def served(request: pytest.FixtureRequest, serve: Any) -> Iterator[Any]:
    with serve("uvicorn", "wrapped:app", HERE, env={"WRAPPED_APP": request.param}) as server:
        yield server


@pytest.fixture
def client(served: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, headers=FORWARDED, timeout=20) as client:
        yield client


@pytest.mark.parametrize("way", WAYS)
def test_a_page_and_a_body(client: httpx.Client, way: str) -> None:
    page = client.get(f"/{way}/")
    assert page.json() == {"items": ["an item"] * 200}, page.text
    if way in ("compression", "gzip", "together"):
        assert page.headers["content-encoding"] in ("gzip", "br", "zstd")
        assert page.headers["vary"].lower().count("accept-encoding") == 1
    sent = client.post(f"/{way}/echo", content=b"x" * 300_000)
    assert sent.json() == {"received": 300_000}, sent.text


@pytest.mark.parametrize("way", WAYS)
def test_what_is_streamed_comes_as_it_is_made(client: httpx.Client, way: str) -> None:
    """The second half is made only when the first has arrived: who keeps it back would wait for ever."""
    url = f"/{way}/stream?name={way}-stream"
    with client.stream("GET", url) as response:
        text = response.iter_text()
        assert next(text) == "first half\n"
        client.get(f"/{way}/release?name={way}-stream").raise_for_status()
        assert "".join(text) == "second half\n"


@pytest.mark.parametrize("way", WAYS)
def test_events_come_as_they_are_made(client: httpx.Client, way: str) -> None:
    url = f"/{way}/events?name={way}-events"
    with client.stream("GET", url) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = (line for line in response.iter_lines() if line)
        assert next(lines) == "data: first"
        client.get(f"/{way}/release?name={way}-events").raise_for_status()
        assert list(lines) == ["data: second"]


@pytest.mark.parametrize("way", WAYS)
def test_a_websocket_talks(served: Any, way: str) -> None:
    headers = {**FORWARDED, "X-Forwarded-Proto": "wss"}
    with connect(f"{served.url.replace('http', 'ws')}/{way}/talk", additional_headers=headers) as socket:
        for text in ("hello", "y" * 50_000):
            socket.send(text)
            assert socket.recv(timeout=20) == text.upper()
    assert socket.close_code == 1000


@pytest.mark.parametrize("way", WAYS)
def test_an_error_is_a_500_and_the_next_request_is_none(client: httpx.Client, way: str) -> None:
    # uvicorn ends the connection of an application that raises, at a moment of its own.
    assert client.get(f"/{way}/broken", headers={"Connection": "close"}).status_code == 500
    assert client.get(f"/{way}/").status_code == 200


def test_together_each_of_them_does_its_work(client: httpx.Client) -> None:
    page = client.get("/together/", headers={"Origin": "https://page.example"})
    assert page.headers["access-control-allow-origin"] == "https://page.example"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" in page.headers
    named = client.get("/together/", headers={"X-Request-ID": "from-the-proxy"})
    assert named.headers["x-request-id"] == "from-the-proxy"
    assert client.get("/together/", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 403
    assert "total" in page.headers["server-timing"]
    assert "ratelimit" in page.headers
    forged = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post("/together/echo", headers=forged).status_code == 403
    coded = client.post("/together/echo", headers={"Content-Encoding": "gzip"}, content=gzip.compress(b"z" * 1000))
    assert coded.json() == {"received": 1000}
    large = client.post("/together/echo", content=b"x" * 1_000_001)
    assert large.status_code == 413
    assert client.get("/together/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("served", ["fastapi_app"], indirect=True)
def test_together_the_route_is_seen_of_whatever_a_client_sends(client: httpx.Client) -> None:
    def counted() -> int:
        lines = client.get("/metrics/").text.splitlines()
        found = [line for line in lines if line.startswith("http_requests_total{") and 'route="/echo"' in line]
        return sum(int(float(line.split()[-1])) for line in found)

    before = counted()
    for headers, body in (({}, b"plain"), ({"Content-Encoding": "gzip"}, gzip.compress(b"coded"))):
        assert client.post("/together/echo", headers=headers, content=body).json() == {"received": 5}
    assert counted() == before + 2


def test_together_the_error_has_what_the_others_add(client: httpx.Client, served: Any) -> None:
    broken = client.get("/together/broken", headers={"Origin": "https://page.example", "Connection": "close"})
    assert broken.headers["x-request-id"]
    assert broken.headers["access-control-allow-origin"] == "https://page.example"
    client.get("/metrics/")  # by its answer the server has logged the error
    assert "This is always broken." in served.log


def test_plain_redirects_to_https_only_where_it_is_asked_for(served: Any) -> None:
    with httpx.Client(base_url=served.url) as client:
        assert client.get("/plain/").status_code == 200
        redirected = client.get("/https/")
        assert (redirected.status_code, redirected.headers["location"]) == (
            307,
            served.url.replace("http", "https") + "/",
        )


def test_all_of_them_are_wrapped() -> None:
    classes = {name for name in asgi_middleware.__all__ if name.endswith("Middleware") and name != "Middleware"}
    source = (HERE / "wrapped.py").read_text("utf-8")
    assert [name for name in sorted(classes) if f"Middleware({name}" not in source] == ["WSGIMiddleware"]
