"""Seven libraries that are built on Starlette, each under uvicorn on shine, used for what it is there for."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from free_port import free_port

HERE = Path(__file__).parent
LIBRARIES = (
    *("sse_starlette", "starlette_admin", "authlib", "prometheus_fastapi_instrumentator", "mcp", "sentry_sdk"),
    "starlette_context",
)

missing = [name for name in LIBRARIES if find_spec(name) is None]
if missing and not os.environ.get("SHINE_LIBRARIES"):  # the session that has them sets it
    pytest.skip(f"not installed: {', '.join(missing)}", allow_module_level=True)


def check_loaded(served: Any) -> None:
    response = httpx.get(f"{served.url}/loaded")
    assert (response.status_code, response.text) == (200, "")


def test_the_libraries_are_there() -> None:
    assert missing == []


@pytest.fixture(name="events", scope="module")
def events_fixture(serve: Any) -> Iterator[Any]:
    with serve("uvicorn", "events:app", HERE) as served:
        yield served


def test_sse_starlette_sends_events(events: Any) -> None:
    response = httpx.get(f"{events.url}/countdown", params={"from": 2})
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["x-kind"] == "countdown"
    assert response.text.replace("\r\n", "\n").split("\n\n") == [
        "id: 2\nevent: tick\ndata: 2",
        "id: 1\nevent: tick\ndata: 1",
        "event: end\ndata: two\ndata: lines",
        'data: {"took":null}',
        "",
    ]
    check_loaded(events)


def test_sse_starlette_notices_that_its_client_leaves(events: Any) -> None:
    with httpx.stream("GET", f"{events.url}/endless?name=ann") as response:
        assert next(response.iter_lines()) == "data: again"
    deadline = time.monotonic() + 10
    while httpx.get(f"{events.url}/left").json() != ["ann"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_sse_starlette_ends_its_streams_with_the_server(serve: Any) -> None:
    with (
        serve("uvicorn", "events:app", HERE) as served,
        httpx.stream("GET", f"{served.url}/endless?name=bob") as response,
    ):
        assert next(response.iter_lines()) == "data: again"
        assert served.stop() < 8
    assert "Traceback" not in served.log


@pytest.fixture(name="admin", scope="module")
def admin_fixture(serve: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    books = tmp_path_factory.mktemp("books") / "books.sqlite"
    with serve("uvicorn", "admin:app", HERE, env={"BOOKS": f"sqlite:///{books}"}) as served:
        yield served


def test_starlette_admin_creates_and_lists(admin: Any) -> None:
    with httpx.Client(base_url=admin.url, follow_redirects=True, timeout=10) as client:
        assert "Books of the shop" in client.get("/admin").text
        page = client.get("/admin/book/create")
        assert page.status_code == 200
        token = re.search(r'name="csrftoken"\s+value="([^"]+)"', page.text)
        assert token is not None
        create = "/admin/book/create"
        fields = {"title": "Zoë & <b>co</b>", "pages": "321", "csrftoken": token[1]}
        assert client.post(create, data={**fields, "csrftoken": ""}).status_code == 403
        assert client.post(create, data={**fields, "pages": "x"}).status_code == 422
        created = client.post(create, files={name: (None, value) for name, value in fields.items()})
        assert (created.status_code, created.url.path) == (200, "/admin/book/list")
        assert "was added successfully" in created.text
        assert "Zoë &amp; &lt;b&gt;co&lt;/b&gt;" in created.text
        assert "321" in client.get("/admin/book/detail?pk=1").text
        assert client.get("/admin/book/detail?pk=99").status_code == 404
        assert client.get("/admin/static/missing.css").status_code == 404
    check_loaded(admin)


def test_starlette_admin_in_a_browser(admin: Any, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"{admin.url}/admin/book/create")
    page.fill("input[name=title]", "Written in Chromium")
    page.fill("input[name=pages]", "12")
    page.locator("form button.btn-primary[type=submit]").first.click()
    page.wait_for_url("**/admin/book/list*")
    page.get_by_text("Written in Chromium").first.wait_for()
    page.close()


def test_authlib_signs_in(serve: Any) -> None:
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    with (
        serve("uvicorn", "provider:app", HERE, port=port, env={"ISSUER": issuer}),
        serve("uvicorn", "sign_in:app", HERE, env={"ISSUER": issuer}) as served,
        httpx.Client(base_url=served.url, timeout=10) as client,
    ):
        assert client.get("/").json() is None
        asked = client.get("/sign-in")
        assert asked.status_code == 302
        assert asked.headers["location"].startswith(f"{issuer}/authorize?")
        allowed = client.get(asked.headers["location"])
        back = allowed.headers["location"]
        assert back.startswith(f"{served.url}/signed-in?code=")
        forged = client.get(re.sub("state=[^&]+", "state=forged", back))
        assert (forged.status_code, forged.json()) == (400, {"error": "mismatching_state"})
        signed_in = client.get(back, follow_redirects=True)
        assert signed_in.json() == {"id": "7", "name": "Ann", "from": "userinfo"}
        assert client.get("/").json()["name"] == "Ann"
        check_loaded(served)


def test_the_instrumentator_counts_by_route(serve: Any) -> None:
    with serve("uvicorn", "measured:app", HERE) as served, httpx.Client(base_url=served.url) as client:
        for path in (
            "/shelves/1/books/1",
            "/shelves/2/books/2",
            "/shelves/2/books/99",
            "/nowhere",
            "/shelves/x/books/1",
        ):
            client.get(path)
        assert client.get("/bug", headers={"connection": "close"}).status_code == 500
        metrics = client.get("/metrics").text
        name = "http_requests_total"
        counts = {
            line.partition(" ")[0]: line.rpartition(" ")[2] for line in metrics.splitlines() if line.startswith(name)
        }
        template = "/shelves/{shelf}/books/{book}"
        assert counts == {
            f'{name}{{handler="{template}",method="GET",status="2xx"}}': "2.0",
            f'{name}{{handler="{template}",method="GET",status="4xx"}}': "2.0",
            f'{name}{{handler="none",method="GET",status="4xx"}}': "1.0",
            f'{name}{{handler="/bug",method="GET",status="5xx"}}': "1.0",
        }
        check_loaded(served)


def test_sentry_is_told_what_failed_and_for_whom(serve: Any) -> None:
    with serve("uvicorn", "reported:app", HERE) as served, httpx.Client(base_url=served.url) as client:
        assert client.get("/refused", headers={"x-name": "ann"}).status_code == 503
        assert client.get("/books/7", headers={"connection": "close"}).status_code == 500
        refusal, refused, bug, failed = client.get("/reports").json()
        assert refusal == {
            "transaction": "/refused",
            "failures": ["HTTPException: Not today."],
            "user": "ann",
            "layers": [],
        }
        layers = ["ServerErrorMiddleware", "AuthenticationMiddleware", "ExceptionMiddleware"]
        assert (refused["transaction"], refused["user"], refused["layers"]) == ("/refused", "ann", layers)
        assert (bug["transaction"], bug["failures"], bug["user"]) == ("/books/{book}", ["LookupError: 7"], None)
        assert failed["layers"] == layers
        check_loaded(served)


def test_starlette_context_numbers_requests_to_their_end(serve: Any) -> None:
    with serve("uvicorn", "numbered:app", HERE) as served, httpx.Client(base_url=served.url) as client:
        begun = client.post("/begin", headers={"x-request-id": "one"})
        assert (begun.text, begun.headers["x-request-id"]) == ("one", "one")
        assert client.get("/stream", headers={"x-request-id": "two"}).text == "two\ntwo\n"
        assert client.get("/done").json() == ["one"]
        check_loaded(served)


def test_mcp_calls_a_tool(serve: Any) -> None:
    from mcp import Client

    async def use(url: str) -> None:
        async with Client(f"{url}/mcp") as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == ["price_of"]
            result = await client.call_tool("price_of", {"thing": "apple", "pieces": 2})
            assert (result.structured_content, result.is_error) == ({"price": 15.0}, False)
            assert (await client.call_tool("price_of", {"pieces": 2})).is_error

    with serve("uvicorn", "tools:app", HERE) as served:
        with ThreadPoolExecutor(1) as thread:  # as playwright leaves an event loop in this one
            thread.submit(anyio.run, use, served.url).result()
        check_loaded(served)
    assert "Traceback" not in served.log
