"""What applications tell of themselves under real servers: ids, the access log, timings, and limits of time."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from websockets.sync.client import connect

HERE = Path(__file__).parent
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
QUIET = {"uvicorn": ["--no-access-log"]}


def new_id() -> dict[str, str]:
    return {"x-request-id": uuid4().hex}


def wait_for(find: Callable[[], Any], server: Any) -> Any:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = find()
        if found:
            return found
        time.sleep(0.02)
    pytest.fail(f"It was not logged:\n{server.log}")


def access_record(server: Any, request_id: str) -> Any:
    """The line of the access log for this request."""

    def find() -> Any:
        lines = [json.loads(line) for line in server.log.splitlines() if re.fullmatch(r"\{.*\}", line)]
        return next((record for record in lines if record["request_id"] == request_id), None)

    return wait_for(find, server)


def upload_that_stops(server: Any, request_id: str) -> bytes:
    """What the server sends to a client that stops in the middle of its body, until it closes the connection."""
    lines = ["POST /upload HTTP/1.1", "Host: a", "Content-Length: 100", f"X-Request-ID: {request_id}", "", "half"]
    with socket.create_connection(("127.0.0.1", server.port), timeout=15) as client:
        client.sendall("\r\n".join(lines).encode())
        received = b""
        while chunk := client.recv(1000):
            received += chunk
            if "granian" in server.process.args and received.endswith(b"too long to arrive."):
                break  # granian (2.8) says that it closes the connection, and does not always do so
    return received


@pytest.fixture(name="server", scope="module", params=["uvicorn", "hypercorn-trio", "granian"])
def server_fixture(request: pytest.FixtureRequest, serve: Any) -> Iterator[Any]:
    with serve(request.param, "seeing:app", HERE, *QUIET.get(request.param, [])) as served:
        yield served


@pytest.fixture(name="fastapi", scope="module")
def fastapi_fixture(serve: Any) -> Iterator[Any]:
    with serve("uvicorn", "fastapi_seeing:app", HERE, *QUIET["uvicorn"]) as served:
        yield served


def test_a_request_has_its_id_everywhere(server: Any) -> None:
    headers = new_id()
    response = httpx.get(f"{server.url}/items/5?secret=1", headers=headers)
    request_id = headers["x-request-id"]
    assert response.headers["x-request-id"] == request_id
    record = access_record(server, request_id)
    assert f"INFO seeing [{request_id}] Looking for item 5" in server.log  # which was logged in a thread
    assert (record["route"], record["path"], record["query"]) == ("/items/{id}", "/items/5", None)
    assert (record["status"], record["outcome"], record["bytes_sent"]) == (200, "complete", len(response.content))
    assert (record["client"], record["http_version"]) == ("127.0.0.1", "1.1")
    assert record["user_agent"].startswith("python-httpx")


def test_without_one_it_gets_one(server: Any) -> None:
    response = httpx.get(server.url)
    found = response.headers["x-request-id"]
    assert UUID(found).version == 7
    assert response.json() == {"request_id": found}
    timings = response.headers["server-timing"]
    assert re.fullmatch(r'total;dur=[\d.]+, db;dur=[\d.]+;desc="The database"', timings)


def test_the_id_of_the_trace(server: Any) -> None:
    response = httpx.get(server.url, headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    assert response.json() == {"request_id": TRACE}
    assert access_record(server, TRACE)["trace_id"] == TRACE


def test_the_line_of_an_exception_has_the_id_and_so_has_its_answer(server: Any) -> None:
    headers = new_id()
    response = httpx.get(f"{server.url}/broken", headers=headers)
    request_id = headers["x-request-id"]
    assert (response.status_code, response.headers["x-request-id"]) == (500, request_id)
    assert access_record(server, request_id)["status"] == 500
    wait_for(lambda: re.search(rf"ERROR [\w.]+ \[{request_id}\]", server.log), server)


def test_requests_of_one_connection_share_nothing(server: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    ids = []
    sockets = set()
    for path in ("/", "/bare", "/", "/bare", "/items/5", "/bare"):
        connection.request("GET", path)
        sockets.add(connection.sock)
        response = connection.getresponse()
        ids.append(json.loads(response.read()).get("request_id"))
    connection.close()
    assert len(sockets) == 1
    assert [ids[1], ids[3], ids[5]] == [None, None, None]
    assert len({ids[0], ids[2]}) == 2


def test_a_stream_is_logged_with_its_last_byte(server: Any) -> None:
    headers = new_id()
    assert len(httpx.get(f"{server.url}/stream", headers=headers).content) == 5000
    record = access_record(server, headers["x-request-id"])
    assert (record["bytes_sent"], record["outcome"]) == (5000, "complete")
    assert record["duration_ms"] >= 400
    assert record["first_byte_ms"] <= record["duration_ms"] - 400


def test_a_client_that_leaves_a_stream(server: Any) -> None:
    headers = new_id()
    with httpx.stream("GET", f"{server.url}/stream", headers=headers) as response:
        next(response.iter_raw())
    record = access_record(server, headers["x-request-id"])
    assert (record["status"], record["outcome"]) == (200, "disconnected")
    assert 1000 <= record["bytes_sent"] < 5000


def test_events_last_longer_than_a_handler_may_take(server: Any) -> None:
    headers = new_id()
    text = httpx.get(f"{server.url}/events", headers=headers, timeout=20).text
    assert re.findall(r"data: (\d)", text) == ["0", "1", "2", "3"]
    record = access_record(server, headers["x-request-id"])
    assert (record["outcome"], record["bytes_sent"]) == ("complete", len(text))
    assert record["duration_ms"] > 2000


def test_a_handler_that_is_late(server: Any) -> None:
    headers = new_id()
    response = httpx.get(f"{server.url}/stuck", headers=headers, timeout=20)
    assert (response.status_code, response.text) == (503, "The server took too long to answer.")
    assert response.headers["x-request-id"] == headers["x-request-id"]
    assert access_record(server, headers["x-request-id"])["status"] == 503


def test_a_body_that_stops(server: Any) -> None:
    request_id = uuid4().hex
    received = upload_that_stops(server, request_id)
    assert received.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in received.lower()
    record = access_record(server, request_id)
    assert (record["status"], record["bytes_received"]) == (408, 4)


def test_a_body_that_comes(server: Any) -> None:
    headers = new_id()
    assert httpx.post(f"{server.url}/upload", content=b"x" * 100_000, headers=headers).json() == {"size": 100_000}
    assert access_record(server, headers["x-request-id"])["bytes_received"] == 100_000


def test_a_websocket(server: Any) -> None:
    headers = new_id()
    with connect(f"ws://127.0.0.1:{server.port}/echo", additional_headers=headers) as websocket:
        assert websocket.response is not None
        told = websocket.response.headers.get("x-request-id")
        assert told == headers["x-request-id"] or "granian" in server.process.args  # which drops these headers
        for text in ("abc", "grün"):
            websocket.send(text)
            assert websocket.recv() == text
    record = access_record(server, headers["x-request-id"])
    code = 1006 if "hypercorn" in server.process.args else 1000  # which does not tell the code that came
    assert (record["type"], record["status"], record["close_code"]) == ("websocket", 101, code)
    assert (record["messages_received"], record["bytes_received"]) == (2, 8)
    assert (record["messages_sent"], record["bytes_sent"]) == (2, 8)
    wait_for(lambda: f"[{headers['x-request-id']}] The client has left." in server.log, server)


# FastAPI


def test_fastapi(fastapi: Any) -> None:
    headers = new_id()
    response = httpx.get(f"{fastapi.url}/items/5", headers=headers)
    assert response.json() == {"id": 5, "request_id": headers["x-request-id"]}
    assert response.headers["x-request-id"] == headers["x-request-id"]
    assert access_record(fastapi, headers["x-request-id"])["route"] == "/items/{item_id}"
    assert "db;dur=" in httpx.get(fastapi.url).headers["server-timing"]


def test_fastapi_answers_errors_further_out_than_all_middleware(fastapi: Any) -> None:
    headers = new_id()
    response = httpx.get(f"{fastapi.url}/broken", headers=headers)
    assert response.status_code == 500
    assert "x-request-id" not in response.headers
    record = access_record(fastapi, headers["x-request-id"])
    assert (record["status"], record["outcome"]) == (500, "error")
    wait_for(lambda: f"ERROR uvicorn.error [{headers['x-request-id']}]" in fastapi.log, fastapi)


def test_fastapi_has_limits_of_time(fastapi: Any) -> None:
    assert httpx.get(f"{fastapi.url}/stuck", timeout=20).status_code == 503
    request_id = uuid4().hex
    assert upload_that_stops(fastapi, request_id).startswith(b"HTTP/1.1 408 ")
    assert access_record(fastapi, request_id)["status"] == 408
