"""Each piece alone behind real servers, on both event loops."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent
INDEX = (HERE / "site" / "index.html").read_bytes()


@pytest.fixture(params=["uvicorn", "hypercorn-trio"])
def get(request: pytest.FixtureRequest, serve: Any) -> Iterator[Any]:
    """Serves one piece, asks it, stops the server, and gives its answer."""

    def get(piece: str, path: str = "/", **headers: str) -> httpx.Response:
        with serve(request.param, f"pieces:{piece}", HERE) as served:
            answer = httpx.get(f"{served.url}{path}", headers=headers, timeout=10)
        assert "Traceback" not in served.log
        return answer

    return get


def test_a_response(get: Any) -> None:
    answer = get("hello", "/anything")
    assert (answer.status_code, answer.text) == (200, "Hello, world!")


def test_a_file(get: Any) -> None:
    answer = get("page")
    assert (answer.status_code, answer.content) == (200, INDEX)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_range_of_a_file(get: Any) -> None:
    answer = get("page", Range="bytes=2-8")
    assert (answer.status_code, answer.content) == (206, INDEX[2:9])


def test_a_folder(get: Any) -> None:
    answer = get("site", "/style.3f2a1b9c.css")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_miss_is_answered(get: Any) -> None:
    answer = get("site", "/missing.css")
    assert (answer.status_code, answer.text) == (404, "Not Found")


def test_events(get: Any) -> None:
    answer = get("clock")
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert [line for line in answer.text.splitlines() if line] == [
        line for number in range(3) for line in (f"id: {number}", f'data: {{"tick":{number}}}')
    ]
