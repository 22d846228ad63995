"""The demo under every server: each is started on a free port and stopped again."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent

SERVERS = ("uvicorn", "hypercorn-asyncio", "hypercorn-trio", "granian", "daphne")

# daphne never sends lifespan events, so there is no state for the demo to start with.
WITHOUT_LIFESPAN = {"daphne"}


def running(serve: Any, server: str, *, debug: bool = False) -> AbstractContextManager[Any]:
    return serve(server, "demo:app", HERE, env={"DEMO_DEBUG": "1" if debug else "0"})  # type: ignore[no-any-return]


@pytest.fixture(name="client", params=SERVERS)
def client_fixture(request: pytest.FixtureRequest, serve: Any) -> Iterator[httpx.Client]:
    with running(serve, request.param) as served, httpx.Client(base_url=served.url, timeout=10) as client:
        client.headers["x-server"] = request.param
        yield client


def test_main_path(client: httpx.Client) -> None:
    """Every kind of answer the demo gives, with one start of each server."""
    assert client.post("/echo", json={"name": "Zoë"}).json() == {"name": "Zoë"}

    malformed = client.post("/echo", content=b"{")
    assert malformed.status_code == 400
    assert malformed.json()["error"].startswith("Malformed JSON: ")

    missing = client.get("/missing", headers={"accept": "text/html"})
    assert (missing.status_code, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>404</h1>" in missing.text

    wrong_method = client.delete("/notes/1")
    assert (wrong_method.status_code, wrong_method.headers["allow"]) == (405, "GET, HEAD")

    moved = client.get("/old")
    assert (moved.status_code, moved.headers["location"]) == (307, "/")

    slash = client.get("/old/?from=here")
    assert (slash.status_code, slash.headers["location"]) == (307, "../old?from=here")

    assert client.head("/old").content == b""

    broken = client.get("/broken")  # the last: servers close the connection on which an application failed
    assert (broken.status_code, broken.text) == (500, "Internal Server Error")


def test_state_of_the_lifespan(client: httpx.Client) -> None:
    if client.headers["x-server"] in WITHOUT_LIFESPAN:
        assert client.get("/").status_code == 503
        return
    page = client.get("/")
    assert page.status_code == 200
    assert '<a href="/notes/1">Welcome to the board.</a>' in page.text
    assert client.get("/notes/1").json() == {"id": 1, "text": "Welcome to the board."}

    added = client.post("/notes", json={"text": "<b>"})
    assert (added.status_code, added.headers["location"]) == (201, "/notes/2")
    assert "&lt;b&gt;" in client.get("/").text
    assert client.get("/notes/3").json() == {"error": "There is no note 3."}
    assert client.post("/notes", json=["text"]).status_code == 422


def test_what_the_middleware_does(client: httpx.Client) -> None:
    page = client.get("/broken", headers={"connection": "close"})
    assert page.status_code == 500
    assert page.headers["x-content-type-options"] == "nosniff"
    assert len(page.headers["x-request-id"]) == 32
    forged = client.post("/notes", json={"text": "Buy!"}, headers={"origin": "https://evil.example"})
    assert forged.status_code == 403
    assert forged.json()["error"].startswith("Cross-site request refused.")  # by the handler of the application
    refused = client.post("/notes", json={})
    assert refused.headers["ratelimit-policy"] == '"writing";q=100;w=60'


def test_uploads(client: httpx.Client) -> None:
    if client.headers["x-server"] in WITHOUT_LIFESPAN:
        assert client.post("/files", files={"file": b"12345"}).status_code == 503
        return
    added = client.post("/files", files={"file": ("<b>.txt", b"12345")})
    assert (added.status_code, added.headers["location"]) == (303, "/")
    assert client.get("/notes/2").json() == {"id": 2, "text": "<b>.txt, 5 bytes"}
    assert "&lt;b&gt;.txt, 5 bytes" in client.get("/").text

    not_one = {"error": "Choose a file."}
    for refused in (client.post("/files"), client.post("/files", data={"file": "12345"})):
        assert (refused.status_code, refused.json()) == (422, not_one)
    # A server that answers before it has read a whole body closes the connection.
    large = client.post("/files", files={"file": bytes(1024 * 1024 + 1)}, headers={"connection": "close"})
    assert (large.status_code, large.json()) == (413, {"error": "File exceeded maximum size of 1048576 bytes."})
    assert client.get("/notes/3").status_code == 404


def test_an_upload_of_a_browser(browser: Any, serve: Any, tmp_path: Path) -> None:
    (tmp_path / "Zoë & co.txt").write_text("12345")
    with running(serve, "uvicorn") as served:
        page = browser.new_page()
        try:
            page.goto(served.url)
            page.set_input_files("[name=file]", str(tmp_path / "Zoë & co.txt"))
            page.click("#upload button")
            page.wait_for_selector("text=Zoë & co.txt, 5 bytes")
            assert page.url == f"{served.url}/"
            page.click("#upload button")  # with no file chosen
            page.wait_for_selector("text=Choose a file.")
        finally:
            page.close()
    assert "Traceback" not in served.log


BAD_REQUESTS = {
    "malformed host": b"GET / HTTP/1.1\r\nHost: ex ample:99999999\r\n\r\n",
    "host with a path": b"GET /old/ HTTP/1.1\r\nHost: a/b?c#d\r\n\r\n",
    "broken IPv6 host": b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "path that is not UTF-8": b"GET /%ff%fe/%c3 HTTP/1.1\r\nHost: a\r\n\r\n",
    "raw bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    "invalid percent-encoding": b"GET /%zz%1?%=%%%&=%g0 HTTP/1.1\r\nHost: a\r\n\r\n",
    "control characters": b"GET /old%00%0d%0a%09/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "query that is not UTF-8": b"GET /?a=%ff&\xff=%fe HTTP/1.1\r\nHost: a\r\n\r\n",
    "absurd cookie": b'GET / HTTP/1.1\r\nHost: a\r\nCookie: =;;="\\;a=b=c;"\\777";\xff\xfe=\xff\r\n\r\n',
    "five thousand cookies": b"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + b'a="\\;' * 5000 + b"\r\n\r\n",
    "duplicate headers": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"Accept: text/html\r\n" * 50 + b"\r\n",
    "oversized header": b"GET / HTTP/1.1\r\nHost: a\r\nX-Big: " + b"x" * 300_000 + b"\r\n\r\n",
    "slashes to another host": b"GET //evil.example/%2e%2e/ HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("server", SERVERS)
def test_bad_input_is_never_an_error_of_ours(server: str, serve: Any) -> None:
    with running(serve, server) as served:
        for name, request in BAD_REQUESTS.items():
            head = raw_exchange(served.port, request)
            assert b" 500 " not in head.split(b"\r\n")[0], name
            assert b"evil" not in head.lower(), name
        assert httpx.post(f"{served.url}/echo", json=1).json() == 1
    assert "Traceback" not in served.log


def raw_exchange(port: int, request: bytes) -> bytes:
    """What the server answers to these bytes; empty if it hangs up, as it may on what is no HTTP."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(65536)
        except OSError:
            return b""


def test_the_error_is_logged_once_and_shown_in_debug_only(serve: Any) -> None:
    with running(serve, "uvicorn", debug=True) as served, httpx.Client(base_url=served.url) as client:
        client.headers["connection"] = "close"  # which servers do anyway where an application failed
        page = client.get("/broken", headers={"accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
        assert "This page is always broken." in page.text
        report = client.get("/broken", headers={"accept": "application/json"}).json()
        assert report["errors"][0]["message"] == "This page is always broken."
        text = client.get("/broken")
        assert (text.status_code, text.headers["content-type"]) == (500, "text/plain; charset=utf-8")
        assert text.text.startswith("Traceback (most recent call last):")
    assert served.log.count("RuntimeError: This page is always broken.") == 3
