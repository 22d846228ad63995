"""Templates in FastAPI, Litestar, Quart and without a framework, under a real uvicorn: whole, in parts, streamed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent
ROWS = "<li>&lt;apple&gt;</li>\n<li>pear</li>"
HTMX = {"HX-Request": "true"}


@pytest.fixture(name="served", scope="module")
def served_fixture(serve: Any) -> Iterator[Any]:
    with serve("uvicorn", "templates_everywhere:app", HERE) as served:
        yield served
    assert "Traceback" not in served.log


@pytest.fixture(name="client")
def client_fixture(served: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, timeout=20, verify=False) as client:
        yield client


@pytest.mark.parametrize("page", ["/fastapi/items", "/fastapi/plain", "/litestar/items", "/quart/items", "/items"])
def test_a_page_is_whole_and_htmx_gets_its_rows(client: httpx.Client, page: str) -> None:
    whole = client.get(page, params={"owner": "Ann"})
    assert (whole.status_code, whole.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<h1>Items of Ann</h1>" in whole.text
    assert ROWS in whole.text
    link = whole.text.partition('<a href="')[2].partition('"')[0]
    assert httpx.URL(link).path == page.replace("/plain", "/items")
    nonce = whole.text.partition('nonce="')[2].partition('"')[0]
    assert f"style-src 'nonce-{nonce}'" in whole.headers["content-security-policy"]
    rows = client.get(page, headers=HTMX)
    assert rows.text.strip() == ROWS
    for answer in (whole, rows):
        assert "HX-Request" in answer.headers["vary"]
        assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize("page", ["/fastapi/text", "/litestar/text", "/quart/text", "/text"])
def test_a_text_goes_into_a_response_of_the_framework(client: httpx.Client, page: str) -> None:
    answer = client.get(page)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>Items of nobody</h1>" in answer.text
    assert ROWS in answer.text


@pytest.mark.parametrize("place", ["/fastapi", "/litestar", ""])
def test_a_streamed_page_begins_before_its_rows_are_there(client: httpx.Client, place: str) -> None:
    """The second row comes only when the first part has arrived: who keeps it back would wait."""
    with client.stream("GET", f"{place}/stream") as answer:
        parts = answer.iter_text()
        begin = next(parts)
        while "apple" not in begin:
            begin += next(parts)
        assert "pear" not in begin
        client.post(f"{place}/come").raise_for_status()
        assert (begin + "".join(parts)).endswith(f"{ROWS}\n</ul>")
    assert "content-length" not in answer.headers


def test_work_of_fastapi_is_done_when_the_stream_was_sent(client: httpx.Client, served: Any) -> None:
    with client.stream("GET", "/fastapi/stream") as answer:
        parts = answer.iter_text()
        next(parts)
        before = served.log.count("The page was sent.")
        client.post("/fastapi/come").raise_for_status()
        assert "".join(parts).endswith("</ul>")
    deadline = time.monotonic() + 20
    while served.log.count("The page was sent.") == before:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_fastapi_checks_parameters_and_describes_the_page(client: httpx.Client) -> None:
    assert client.get("/fastapi/items", params={"owner": "x" * 21}).status_code == 422
    described = client.get("/fastapi/openapi.json").json()["paths"]["/items"]["get"]["responses"]
    assert list(described["200"]["content"]) == ["text/html"]
    assert "/items" in client.get("/litestar/schema/openapi.json").json()["paths"]
